"""The log of the stack's functions host, which it goes on writing when it is started again."""

from benchmarks.chaos.bench import Bench


class HostLog:
    """What the host logs from now on."""

    def __init__(self, bench: Bench) -> None:
        self._file = bench.stack.state / "logs" / "host.log"
        self._begin = self._file.stat().st_size

    def text(self) -> str:
        """Return all of it."""
        with self._file.open("rb") as file:
            file.seek(self._begin)
            return file.read().decode(errors="replace")

    def signals(self, name: str) -> int:
        """Return how often the app told of a signal (shared/pipeline/signals.py), such as `repaired`."""
        return self.text().count(f'{{"signal":"{name}"')

    def signals_of(self, name: str, job_id: str) -> int:
        """Return how often the app told of a signal that is about a job."""
        return self.text().count(f'{{"signal":"{name}","job":"{job_id}"')
