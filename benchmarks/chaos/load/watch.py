"""Watches the host during the load: its resident memory, and the files that its log says are in."""

import re
import threading
import time
from typing import Self

import psutil

from benchmarks.chaos.bench import Bench
from benchmarks.chaos.ledger import Sample

EVERY_SECONDS = 2.0

_IN = re.compile(r"job (\S+) file (\S+): (in,|is in\b|report in,|the report is in)")


class HostWatch:
    """Takes samples in a thread until the block ends."""

    def __init__(self, bench: Bench) -> None:
        self.samples: list[Sample] = []
        self.written_again = 0
        """Files that were fetched and written though they were in."""
        self.hosts: list[int] = []
        """Process ids of the host; more than one: it was started again."""
        self._bench = bench
        self._log = bench.stack.state / "logs" / "host.log"
        self._read = self._log.stat().st_size
        self._rest = ""
        self._files: set[tuple[str, str]] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="host watch")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        begun = time.monotonic()
        while True:
            self._follow_log()
            pid = self._bench.stack.pids["host"]
            if pid not in self.hosts:
                self.hosts.append(pid)
            try:
                memory = psutil.Process(pid).memory_info().rss
            except psutil.NoSuchProcess:
                memory = 0
            self.samples.append(Sample(time.monotonic() - begun, memory, len(self._files)))
            for front in self._bench.faults.fronts.values():
                front.asked.clear()  # half a million requests would fill this process
            if self._stop.wait(EVERY_SECONDS):
                return

    def _follow_log(self) -> None:
        with self._log.open("rb") as file:
            file.seek(self._read)
            new = file.read()
        self._read += len(new)
        *lines, self._rest = (self._rest + new.decode(errors="replace")).split("\n")
        for found in filter(None, map(_IN.search, lines)):
            key = (found[1], found[2])
            self.written_again += key in self._files and found[3] in {"in,", "report in,"}
            self._files.add(key)
