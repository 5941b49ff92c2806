"""Many files through the whole local stack, against a plain client that sends the same requests."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence

import msgspec

from benchmarks.bench import whole_plain as plain
from benchmarks.bench.files import FIVE_MINUTES, MEDIUM, Call, result_file
from benchmarks.bench.hostlog import files_in, invocations, most_at_once
from benchmarks.bench.stack import (
    NEVER,
    NO_CERTIFICATES,
    NO_LIMIT,
    AtOnce,
    Bench,
    Host,
    Pages,
    bench,
    of_host_json,
    put_job,
)
from benchmarks.bench.whole_profile import Shares
from local.stack import REPOSITORY
from shared.domain.messages import FILES_A_MESSAGE, FetchPage, encode

FILES_OF_A_MESSAGE = {FIVE_MINUTES: FILES_A_MESSAGE, MEDIUM: 4}
"""A message has as many files as the listing gives it, or fewer where 32 messages of large files would take minutes."""

SWEEP = (AtOnce(1, 0), AtOnce(2, 2), AtOnce(8, 8), AtOnce(16, 16))
LEAST_MESSAGES = 4
ROUNDS = 3
"""How often the numbers of host.json are measured, in turns with the plain client."""


class Run(msgspec.Struct, frozen=True):
    """A run of the app and one of the plain client with the same messages.

    `batch`, `threshold`: see AtOnce. `in_flight`: the greatest number of invocations at once. `cpu`: seconds of the
    processor of each process during the app's run. `idle_mib`: the host's greatest memory after one file.
    """

    batch: int
    threshold: int
    files: int
    seconds: float
    plain_seconds: float
    in_flight: int
    idle_mib: float
    peak_mib: float
    cpu: dict[str, float]

    @property
    def at_once(self) -> int:
        """The greatest number of invocations that the settings allow."""
        return self.batch + self.threshold

    @property
    def speed(self) -> float:
        """Files per second of the app."""
        return self.files / self.seconds

    @property
    def ceiling(self) -> float:
        """Files per second of the plain client."""
        return self.files / self.plain_seconds


class Alone(msgspec.Struct, frozen=True):
    """The plain client with the requests to one service only. Requests and bytes are per file."""

    service: str
    requests: float
    size: int
    files_a_second: float


class OfSize(msgspec.Struct, frozen=True):
    """All of one size: `hours` of audio and `size` bytes per file. `shares`: seconds, of one message at a time."""

    hours: float
    size: int
    shares: Shares | None = None
    alone: list[Alone] = []
    runs: list[Run] = []

    def of(self, at_once: AtOnce) -> list[Run]:
        """Return the runs with these settings."""
        return [each for each in self.runs if (each.batch, each.threshold) == at_once]


class Data(msgspec.Struct, frozen=True):
    """Small and medium files. `chosen`: the numbers of host.json when this was measured."""

    chosen: tuple[int, int]
    sizes: list[OfSize]


def measure() -> Iterator[Data]:
    """Measure each size. Yield what is measured so far after each."""
    chosen = of_host_json()
    done = list[OfSize]()
    for call in (FIVE_MINUTES, MEDIUM):
        with bench({"POLL_SCHEDULE": NEVER}) as made:
            made.speech.configure(NO_LIMIT)
            for found in _of_size(made, call, chosen):
                yield Data((chosen.batch, chosen.threshold), [*done, found])
            done.append(found)


def _of_size(made: Bench, call: Call, chosen: AtOnce) -> Iterator[OfSize]:
    content = result_file(call).read_bytes()
    most = max(each.most for each in (*SWEEP, chosen))
    pages = put_job(made, content, most * FILES_OF_A_MESSAGE[call], FILES_OF_A_MESSAGE[call])
    recipe = plain.record(made, pages)
    found = OfSize(call.hours, len(content), _shares(made, pages))
    yield found
    messages = pages.messages[: chosen.most]
    for kind in plain.KINDS:
        made.empty_database(pages.job)
        seconds = plain.run(recipe.only(kind), messages, chosen.most)
        requests = sum(1 for each in messages for one in recipe.requests(each) if one.kind == kind)
        files = _files(messages)
        alone = Alone(kind, requests / files, recipe.bytes_a_file(kind), files / seconds)
        found = msgspec.structs.replace(found, alone=[*found.alone, alone])
    for at_once in (*[chosen] * ROUNDS, *(each for each in SWEEP if each != chosen)):
        run = _run(made, pages, recipe, at_once)
        found = msgspec.structs.replace(found, runs=[*found.runs, run])
        yield found


def _run(made: Bench, pages: Pages, recipe: plain.Recipe, at_once: AtOnce) -> Run:
    messages = pages.messages[: max(LEAST_MESSAGES, at_once.most)]
    with made.host(at_once.settings) as host:
        warm_up(made, host, pages)
        idle, before = host.peak_mib, made.cpu_seconds(host)
        lines = deliver(made, host, pages, messages)
        used, peak = made.cpu_seconds(host), host.peak_mib
    done = invocations(lines, "fetch_results")
    seconds = max(each.at for each in files_in(lines)) - min(each.began for each in done)
    made.empty_database(pages.job)
    return Run(
        *at_once,
        files=_files(messages),
        seconds=seconds,
        plain_seconds=plain.run(recipe, messages, at_once.most),
        in_flight=most_at_once(done),
        idle_mib=idle,
        peak_mib=peak,
        cpu={name: used[name] - before[name] for name in used},
    )


def warm_up(made: Bench, host: Host, pages: Pages) -> None:
    """Let the host fetch one file, so that it has imported and connected what it needs. Forget that file."""
    first = pages.messages[0]
    deliver(made, host, pages, [msgspec.structs.replace(first, files=first.files[:1])])


def deliver(made: Bench, host: Host, pages: Pages, messages: Sequence[FetchPage]) -> str:
    """Send messages to an empty database's host. Return what it logged until all were done."""
    made.empty_database(pages.job)
    host.forget()
    made.send(messages)
    return host.until(lambda lines: len(invocations(lines, "fetch_results")) == len(messages), "all messages are done")


def _shares(made: Bench, pages: Pages) -> Shares:
    made.empty_database(pages.job)
    first, *others = pages.messages[:LEAST_MESSAGES]
    alone = msgspec.structs.replace(first, files=first.files[:1])
    counted = subprocess.run(
        [sys.executable, "-m", "benchmarks.bench.whole_profile"],
        input="\n".join(map(encode, [alone, *others])).encode(),
        stdout=subprocess.PIPE,
        check=True,
        cwd=REPOSITORY,
        env={**os.environ, **NO_CERTIFICATES, **made.stack.settings},
    )
    return msgspec.json.decode(counted.stdout, type=Shares)


def _files(messages: Sequence[FetchPage]) -> int:
    return sum(len(each.files) for each in messages)
