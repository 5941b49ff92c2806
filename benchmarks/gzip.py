"""`python -m benchmarks.gzip`: compares compressors for the archive of raw results, for docs/decisions/0046-zlib-ng.md.

Every round runs each compressor once on the same generated file, so that all of them meet the same load of the machine.
isal is not a dependency of the app: `pip install --require-hashes -r requirements-bench.txt` adds it.
"""

import statistics
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Protocol

from zlib_ng import zlib_ng

from benchmarks.cost.prices import Book
from benchmarks.machine import machine
from local.samples.generate import GeneratedResult

ROUNDS = 7
MONTHS = (1, 3, 6, 12, 24)
GB = 1e9
WBITS = 16 + zlib.MAX_WBITS
"""A gzip header and trailer, as blob.py writes them."""

FORMS = {"indented": 2, "compact": 0}


class Compressor(Protocol):
    """A compressor object of zlib, zlib-ng or isal."""

    def compress(self, data: bytes, /) -> bytes:
        """Return the compressed bytes that are ready."""

    def flush(self) -> bytes:
        """Return the rest."""


class Library(Protocol):
    """A module with the interface of zlib."""

    DEFLATED: int

    def compressobj(self, level: int, method: int, wbits: int) -> Compressor:
        """Return a new compressor."""


@dataclass(frozen=True)
class Measured:
    """`speeds`: MB of input a second of processor time, one a round. `ratio`: input size divided by output size."""

    name: str
    speeds: tuple[float, ...]
    ratio: float

    @property
    def speed(self) -> float:
        """The median of the speeds."""
        return statistics.median(self.speeds)

    def cost(self, book: Book, months: int) -> float:
        """Return what a GB of result files costs, in cents: to compress it once, and to keep it for `months`."""
        seconds = GB / 1e6 / self.speed
        return 100 * (
            seconds * book["instance-gb"] * book["functions-gb-s"] + months * book["blob-gb-month"] / self.ratio
        )


def compressors() -> dict[str, Callable[[], Compressor]]:
    """Return a factory of each compressor by its name. Without isal, print that it is skipped."""
    levels: list[tuple[str, Library, Sequence[int]]] = [
        ("zlib", zlib, (1, 6, 9)),
        ("zlib-ng", zlib_ng, (2, 3, 4, 5, 6, 9)),
    ]
    try:
        levels.append(("isal", import_module("isal.isal_zlib"), (1, 2)))
    except ModuleNotFoundError:
        print("isal is skipped: it is not installed; requirements-bench.txt has it")  # noqa: T201 - this is a command
    return {
        f"{name} {level}": partial(library.compressobj, level, library.DEFLATED, WBITS)
        for name, library, each in levels
        for level in each
    }


def run(make: Callable[[], Compressor], chunks: Sequence[bytes]) -> tuple[float, int]:
    """Compress the chunks; return the seconds of processor time and the size of the output in bytes."""
    compressor = make()
    start = time.process_time()
    size = sum(len(compressor.compress(chunk)) for chunk in chunks) + len(compressor.flush())
    return time.process_time() - start, size


def measure(chunks: Sequence[bytes], rounds: int = ROUNDS) -> list[Measured]:
    """Measure every compressor `rounds` times, in turns."""
    total, made = sum(map(len, chunks)), compressors()
    runs: dict[str, list[tuple[float, int]]] = {name: [] for name in made}
    for _ in range(rounds):
        for name, make in made.items():
            runs[name].append(run(make, chunks))
    return [
        Measured(name, tuple(total / 1e6 / seconds for seconds, _ in each), total / each[0][1])
        for name, each in runs.items()
    ]


def table(rows: Sequence[Measured], book: Book) -> str:
    """Return a Markdown table. The lowest cost of each column is bold."""
    least = {months: min(row.cost(book, months) for row in rows) for months in MONTHS}
    lines = [
        "| kept for months: | MB/s | lowest to highest | times smaller | " + " | ".join(map(str, MONTHS)) + " |",
        "|---" * (4 + len(MONTHS)) + "|",
    ]
    for row in rows:
        costs = {months: row.cost(book, months) for months in MONTHS}
        shown = [f"**{cost:.3f}**" if cost == least[months] else f"{cost:.3f}" for months, cost in costs.items()]
        spread = f"{min(row.speeds):.0f} to {max(row.speeds):.0f}"
        lines.append(f"| {row.name} | {row.speed:.0f} | {spread} | {row.ratio:.2f} | {' | '.join(shown)} |")
    return "\n".join(lines)


def main() -> None:
    """Print a table for each form of a result file. The costs are cents a GB of result files, before compression."""
    print(machine())  # noqa: T201 - as above
    for form, indent in FORMS.items():
        chunks = list(GeneratedResult(hours=1, channels=2, display_words=True, style="2024-11-15", indent=indent))
        print(f"\n{form}, {sum(map(len, chunks)) / 1e6:.1f} MB, {ROUNDS} rounds\n")  # noqa: T201 - as above
        print(table(measure(chunks), Book()))  # noqa: T201 - as above


if __name__ == "__main__":
    main()
