"""Whole processes on a file: the naive program and `speech2cosmos split`, as it is and as it was, in turns."""

import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from benchmarks.bench.before import split_command
from benchmarks.bench.child import REPOSITORY, Cost, run
from benchmarks.bench.files import LARGE, LARGEST, MEDIUM, Call, result_file
from benchmarks.bench.shown import Aim, Plot, Series, Shown, median_and_spread
from local.docs.pages import table

ROUNDS = {MEDIUM: 7, LARGE: 5}
"""How often each program runs on a file."""

NAIVE, OURS, BEFORE = "naive program", "`speech2cosmos split`", "the same, before"
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


Turns = tuple[Runs, Runs, Runs]
"""The naive program, ours, and ours as it was, round by round."""


class Data(msgspec.Struct, frozen=True):
    """The runs by file. `largest`: ours alone, once. A file that is not measured yet is None."""

    medium: Turns | None = None
    large: Turns | None = None
    largest: Runs | None = None


def measure() -> Iterator[Data]:
    """Run both programs in turns, then ours on the largest file. Yield what is measured so far after each file."""
    yield (data := Data(medium=_in_turns(MEDIUM)))
    yield (data := msgspec.structs.replace(data, large=_in_turns(LARGE)))
    largest = result_file(LARGEST)
    yield msgspec.structs.replace(data, largest=Runs(OURS, largest.stat().st_size, [run(_ours(largest))]))


def _in_turns(call: Call) -> Turns:
    path = result_file(call)
    path.read_bytes()  # into the page cache
    naive = [sys.executable, str(REPOSITORY / "benchmarks" / "naive.py"), str(path)]
    rounds = [[run(each) for each in (naive, _ours(path), split_command(path))] for _ in range(ROUNDS[call])]
    size = path.stat().st_size
    one, two, three = zip(*rounds, strict=True)
    return Runs(NAIVE, size, [*one]), Runs(OURS, size, [*two]), Runs(BEFORE, size, [*three])


def _ours(path: Path) -> list[str]:
    return [str(Path(sys.executable).parent / "speech2cosmos"), "split", str(path)]


def show(data: Data) -> Shown:
    """Show speeds, ratios and peak memory."""
    pairs = [pair for pair in (data.medium, data.large) if pair]
    rows, aims = [], list[Aim]()
    for pair in pairs:
        for each in pair:
            ratio = "1" if each is pair[0] else median_and_spread(_ratios(pair[0], each))
            speed = median_and_spread(each.megabytes_a_second, 1)
            rows.append((f"{each.size / _MB:,.0f} MB", each.program, speed, ratio, f"{each.peak_mib:,.0f} MiB"))
    if data.large:
        aims += [_faster(data.large), _memory(data.large[1], LARGE_MIB)]
    if last := data.largest:
        speed = f"{last.megabytes_a_second[0]:,.1f}"
        rows.append((f"{last.size / _MB:,.0f} MB", last.program, speed, "not run", f"{last.peak_mib:,.0f} MiB"))
        aims.append(_memory(last, LARGEST_MIB))
    head = ("file", "program", "MB/s", "times naive", "peak memory")
    return Shown(table(head, rows), aims, [_plot(pairs)] if pairs else [])


def _faster(large: Turns) -> Aim:
    ratios = _ratios(large[0], large[1])
    return Aim(
        f"`split` of {large[0].size / _MB:,.0f} MB, whole processes",
        f"at least {FASTER:g} times the naive program",
        median_and_spread(ratios),
        statistics.median(ratios) >= FASTER,
        WHY_NOT_FASTER,
    )


def _memory(runs: Runs, limit: float) -> Aim:
    what = f"`split` of {runs.size / _MB:,.0f} MB, peak memory"
    return Aim(what, f"below {limit:g} MiB", f"{runs.peak_mib:,.0f} MiB", runs.peak_mib < limit, WHY_MORE_MEMORY)


def _ratios(naive: Runs, ours: Runs) -> list[float]:
    return [theirs.seconds / each.seconds for theirs, each in zip(naive.runs, ours.runs, strict=True)]


def _plot(pairs: list[Turns]) -> Plot:
    sizes = [f"{pair[0].size / _MB:,.0f} MB" for pair in pairs]
    series, medians = list[Series](), list[list[float]]()
    for number in range(len(pairs[0])):
        speeds = [pair[number].megabytes_a_second for pair in pairs]
        spread = [(min(each), max(each)) for each in speeds]
        label = pairs[0][number].program.replace("`", "")
        medians.append([statistics.median(each) for each in speeds])
        series.append(Series(label, [*medians[-1]], spread))
    said = "; ".join(
        f"{each.label} {' and '.join(f'{speed:,.0f}' for speed in speeds)}"
        for each, speeds in zip(series, medians, strict=True)
    )
    text = f"Megabytes a second on files of {' and '.join(sizes)}: {said}."
    return Plot("split", "Reading and splitting a file, whole processes", text, "bars", sizes, series, y="MB a second")


WHY_NOT_FASTER = (
    "The reader alone is a third of the time. The rest is Python code that runs for each phrase and its words."
)
WHY_MORE_MEMORY = "Intervals of talk and the texts of turns stay in memory until the end of the file."
