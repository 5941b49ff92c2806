"""Whole processes on a file: the naive program and `speech2cosmos split`, in turns."""

import statistics
import sys
from pathlib import Path

import msgspec

from benchmarks.bench.child import REPOSITORY, Cost, run
from benchmarks.bench.files import LARGE_MB, LARGEST_MB, MEDIUM_MB, result_file
from benchmarks.bench.shown import Aim, Plot, Series, Shown, median_and_spread
from local.docs.pages import table

ROUNDS = {MEDIUM_MB: 7, LARGE_MB: 5}
"""How often each program runs on a file of so many megabytes."""

NAIVE, OURS = "naive program", "`speech2cosmos split`"
_MB = 1e6

FASTER = 8.0
LARGE_MIB = 80.0
LARGEST_MIB = 120.0


class Runs(msgspec.Struct, frozen=True):
    """The runs of a program on a file of `size` bytes."""

    program: str
    size: int
    runs: list[Cost]

    @property
    def megabytes_a_second(self) -> list[float]:
        """The speed of each run."""
        return [self.size / _MB / each.seconds for each in self.runs]

    @property
    def peak_mib(self) -> float:
        """The greatest memory of all runs."""
        return max(each.peak_mib for each in self.runs)


class Data(msgspec.Struct, frozen=True):
    """`small`, `large`: the naive program and ours, round by round. `largest`: ours alone, once."""

    medium: tuple[Runs, Runs]
    large: tuple[Runs, Runs]
    largest: Runs


def measure() -> Data:
    """Run both programs in turns, then ours on the largest file. Files are read once before, into the page cache."""
    largest = result_file(LARGEST_MB)
    return Data(_in_turns(MEDIUM_MB), _in_turns(LARGE_MB), Runs(OURS, largest.stat().st_size, [run(_ours(largest))]))


def _in_turns(megabytes: int) -> tuple[Runs, Runs]:
    path = result_file(megabytes)
    path.read_bytes()
    naive, ours = list[Cost](), list[Cost]()
    for _ in range(ROUNDS[megabytes]):
        naive.append(run([sys.executable, str(REPOSITORY / "benchmarks" / "naive.py"), str(path)]))
        ours.append(run(_ours(path)))
    size = path.stat().st_size
    return Runs(NAIVE, size, naive), Runs(OURS, size, ours)


def _ours(path: Path) -> list[str]:
    return [str(Path(sys.executable).parent / "speech2cosmos"), "split", str(path)]


def show(data: Data) -> Shown:
    """Show speeds, ratios and peak memory."""
    rows = []
    for pair in (data.medium, data.large):
        for each in pair:
            ratio = median_and_spread(_ratios(pair)) if each is pair[1] else "1"
            speed = median_and_spread(each.megabytes_a_second, 1)
            rows.append((f"{each.size / _MB:,.0f} MB", each.program, speed, ratio, f"{each.peak_mib:,.0f} MiB"))
    last = data.largest
    speed = f"{last.megabytes_a_second[0]:,.1f}"
    rows.append((f"{last.size / _MB:,.0f} MB", last.program, speed, "not run", f"{last.peak_mib:,.0f} MiB"))
    head = ("file", "program", "MB/s", "times naive", "peak memory")
    faster = statistics.median(_ratios(data.large))
    aims = [
        Aim(
            "`split` of 343 MB, whole processes",
            f"at least {FASTER:g} times the naive program",
            median_and_spread(_ratios(data.large)),
            faster >= FASTER,
        ),
        _memory(data.large[1], LARGE_MIB),
        _memory(data.largest, LARGEST_MIB),
    ]
    return Shown(table(head, rows), aims, [_plot(data)])


def _memory(runs: Runs, limit: float) -> Aim:
    what = f"`split` of {runs.size / _MB:,.0f} MB, peak memory"
    return Aim(what, f"below {limit:g} MiB", f"{runs.peak_mib:,.0f} MiB", runs.peak_mib < limit)


def _ratios(pair: tuple[Runs, Runs]) -> list[float]:
    naive, ours = pair
    return [theirs.seconds / each.seconds for theirs, each in zip(naive.runs, ours.runs, strict=True)]


def _plot(data: Data) -> Plot:
    sizes = [f"{pair[0].size / _MB:,.0f} MB" for pair in (data.medium, data.large)]
    series, medians = list[Series](), list[list[float]]()
    for number in (0, 1):
        speeds = [pair[number].megabytes_a_second for pair in (data.medium, data.large)]
        spread = [(min(each), max(each)) for each in speeds]
        label = data.large[number].program.replace("`", "")
        medians.append([statistics.median(each) for each in speeds])
        series.append(Series(label, [*medians[-1]], spread))
    said = "; ".join(
        f"{each.label} {' and '.join(f'{speed:,.0f}' for speed in speeds)}"
        for each, speeds in zip(series, medians, strict=True)
    )
    text = f"Megabytes a second on files of {' and '.join(sizes)}: {said}."
    return Plot("split", "Reading and splitting a file, whole processes", text, "bars", sizes, series, y="MB a second")
