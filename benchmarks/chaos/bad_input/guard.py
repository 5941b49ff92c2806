"""Runs cases in processes of their own: one that hangs, dies or takes too much memory is reported, not waited for."""

import multiprocessing
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Generic, TypeVar

from benchmarks.chaos.bad_input.judge import Verdict

MEMORY_BYTES = 1024 * 1024 * 1024
"""What a case may take beside what its process has at the start; half of what the smallest plan gives an app."""

CPU_SECONDS = 30
"""What a case may take of the processor's time; a queue message has five minutes."""

_START_SECONDS = 300
"""To start Python and import the app, on a busy machine."""

_T = TypeVar("_T")


@dataclass(frozen=True)
class Ended(Generic[_T]):
    """How a case ended. `seconds` of the processor; `megabytes` is the most the process ever took for its cases."""

    case: _T
    verdict: Verdict
    seconds: float
    megabytes: float


@dataclass(frozen=True)
class Limits:
    """Bounds of each case. `wall_seconds` without a word: more than the processor's, as the machine may be busy."""

    memory_bytes: int = MEMORY_BYTES
    cpu_seconds: float = CPU_SECONDS
    wall_seconds: float = 10 * CPU_SECONDS
    alone: bool = False
    """A process for each case, so that its memory can be told."""


def guarded(
    task: Callable[[_T], Verdict],
    cases: Sequence[_T],
    limits: Limits = Limits(),
) -> Iterator[Ended[_T]]:
    """Yield how each case ends, in order. `task` is a function of a module, for another process to find."""
    at = 0
    context = multiprocessing.get_context("spawn")  # a fork would copy the locks of whatever thread holds them
    while at < len(cases):
        ours, theirs = context.Pipe(duplex=False)
        block = cases[at : at + 1] if limits.alone else cases[at:]
        process = context.Process(target=_work, args=(theirs, task, block, limits), daemon=True)
        process.start()
        theirs.close()
        done, problem = 0, _begun(ours)
        while done < len(block) and problem is None:
            ended: Ended[_T] | str = _next(ours, limits.wall_seconds)
            if isinstance(ended, Ended):
                yield ended
                done += 1
            else:
                problem = ended
        if problem is not None:
            process.kill()
            yield Ended(block[done], Verdict(problem=problem), limits.cpu_seconds, 0)
            done += 1
        process.join()
        ours.close()
        at += done


def _begun(connection: Connection) -> str | None:
    try:
        begun = connection.poll(_START_SECONDS) and connection.recv()
    except EOFError:
        begun = False
    return None if begun else "its process did not begin"


def _next(connection: Connection, seconds: float) -> "Ended[_T] | str":
    try:
        if not connection.poll(seconds):
            return f"hangs: nothing came for {seconds:.0f} s"
        return connection.recv()  # type: ignore[no-any-return] # what _work sends
    except EOFError:
        return "the process died"


def _work(connection: Connection, task: Callable[[_T], Verdict], cases: Sequence[_T], limits: Limits) -> None:
    connection.send(True)
    before = _resident()
    address_space = _address_space() + limits.memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))
    for case in cases:
        begin = time.process_time()
        try:
            verdict = task(case)
        except Exception as error:  # noqa: BLE001 - whatever a reader lets through is a finding
            verdict = Verdict(problem=f"{type(error).__name__}: {str(error)[:200]}")
        seconds = time.process_time() - begin
        if seconds > limits.cpu_seconds and verdict.problem is None:
            verdict = Verdict(problem=f"took {seconds:.0f} s")
        connection.send(Ended(case, verdict, seconds, (_resident() - before) / 2**20))
    connection.close()


def _resident() -> int:
    # getrusage() would begin with what the parent had: the kernel's own high-water mark is this program's alone.
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise OSError("the kernel tells no VmHWM")


def _address_space() -> int:
    return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
