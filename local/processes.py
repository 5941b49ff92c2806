"""Child processes: finds free ports, starts services, waits until they answer, and stops them reliably."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

READY_SECONDS = 60.0
"""Limit for a service to answer after its start. On a loaded machine with 2 cores npm services took up to 10 s."""

STOP_SECONDS = 12.0
"""Limit for a service to end after SIGTERM; then it is killed. The functions host drains for 10 s."""


PORTS = range(15_000, 32_000)
"""Range of the free ports. They lie below the range from which the system gives ports to outgoing connections. Such a
connection could otherwise take a port before the service listens there, or during its restart."""

_PORT_TRIES = 50

_reserved: dict[int, int] = {}
"""Ports that this process has given out. Each has the descriptor that reserves it until this process ends."""


class ServiceDied(Exception):
    """A child process ended, or did not answer in time. The message contains the end of its log."""


def free_port(preferred: int = 0) -> int:
    """Return `preferred` if nothing listens there, otherwise (and for 0) a free port of PORTS.

    As long as this process lives, this function gives the port to no other process, even if nothing listens there yet.
    Raises ServiceDied if no port is free.
    """
    if preferred and _reserve(preferred) and _nobody_listens(preferred):
        return preferred
    for port in random.sample(PORTS, _PORT_TRIES):
        if port not in _reserved and _reserve(port) and _nobody_listens(port):
            return port
    raise ServiceDied(f"none of {_PORT_TRIES} ports on 127.0.0.1 is free")


def _reserve(port: int) -> bool:
    """Bind the UDP port of the same number, which no service here uses. The system grants it to one process only."""
    if port not in _reserved:
        mark = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            mark.bind(("127.0.0.1", port))
        except OSError:
            mark.close()
            return False
        _reserved[port] = mark.detach()
    return True


def _nobody_listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return True
    return False


def answers(port: int) -> bool:
    """Return whether something accepts connections on 127.0.0.1:`port`."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dataclass
class Service:
    """A child process in its own process group, with its output in `log`. `launch` starts it again."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    launch: Callable[[], subprocess.Popen[bytes]] = field(repr=False)

    @property
    def pid(self) -> int:
        """Process id."""
        return self.process.pid

    def alive(self) -> bool:
        """Whether the process still runs."""
        return self.process.poll() is None

    def tail(self, characters: int = 2000) -> str:
        """Return the end of the process's output."""
        return self.log.read_text(errors="replace")[-characters:]

    def wait_until(self, ready: Callable[[], bool], seconds: float = READY_SECONDS) -> None:
        """Return when `ready()` is true. Raises ServiceDied if the process ends, or `seconds` pass, first."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.alive():
                raise ServiceDied(f"{self.name} ended with {self.process.returncode}:\n{self.tail()}")
            if time.monotonic() > deadline:
                self.stop()
                raise ServiceDied(f"{self.name} did not answer within {seconds:.0f} s:\n{self.tail()}")
            time.sleep(0.05)

    def stop(self, by: signal.Signals = signal.SIGTERM) -> None:
        """Stop the process and its children: by a signal, then by SIGKILL after STOP_SECONDS. Idempotent."""
        if self.alive():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, by)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(STOP_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()

    def restart(self, by: signal.Signals) -> None:
        """Stop the process by a signal and start it again, with the same command and environment."""
        self.stop(by)
        self.process = self.launch()


def start(
    name: str,
    command: Sequence[str],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Service:
    """Start `command` as a Service. Its environment is this process's, updated with `env`."""
    log.parent.mkdir(parents=True, exist_ok=True)

    def launch() -> subprocess.Popen[bytes]:
        with log.open("ab") as sink:
            return subprocess.Popen(  # noqa: S603 - the commands are this package's own
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
                cwd=cwd,
                start_new_session=True,
            )

    return Service(name, launch(), log, launch)
