"""How the page shows benchmarks/bench/whole.py."""

import statistics
from collections.abc import Sequence
from itertools import groupby

from benchmarks.bench.shown import Aim, Plot, Series, Shown, median_and_spread
from benchmarks.bench.stack import AtOnce
from benchmarks.bench.whole import Data, OfSize, Run
from benchmarks.bench.whole_profile import REST
from local.docs.pages import table

HALF = 0.5
MOST_MIB = 300.0

IDLE = "the processor, while others use it"
"""What a message waits for outside of all adapters."""

HOST = "host"
"""The process of host and worker, in `Run.cpu`."""


def show(data: Data) -> Shown:
    """Show the runs, each service alone, and the shares of the time."""
    chosen = AtOnce(*data.chosen)
    texts = [
        _runs(data.sizes, chosen),
        "The plain client with the requests to one service only, as many at once as host.json allows:",
        _alone(data.sizes),
        "Where the time of a message goes, one at a time and without a host, in parts of it:",
        _shares(data.sizes),
        f"Milliseconds of processor time per file, with {chosen.batch} + {chosen.threshold} at once:",
        _processors(data.sizes, chosen),
    ]
    measured = [each for each in data.sizes if each.runs]
    return Shown("\n\n".join(texts), _aims(measured, chosen), [_speeds(measured), _memory(measured)])


def _name(size: OfSize) -> str:
    return f"{size.size / 1e6:,.1f} MB" if size.size < 1e6 else f"{size.size / 1e6:,.0f} MB"  # noqa: PLR2004 - 1 MB


def _by_setting(size: OfSize) -> list[list[Run]]:
    ordered = sorted(size.runs, key=lambda run: (run.at_once, run.batch))
    return [[*runs] for _, runs in groupby(ordered, key=lambda run: (run.batch, run.threshold))]


def _runs(sizes: Sequence[OfSize], chosen: AtOnce) -> str:
    rows = []
    for size in sizes:
        for runs in _by_setting(size):
            first = runs[0]
            mark = " (host.json)" if (first.batch, first.threshold) == chosen else ""
            rows.append(
                (
                    _name(size),
                    f"{first.batch} + {first.threshold}{mark}",
                    f"{max(run.in_flight for run in runs)}",
                    _figure([run.speed for run in runs], 1),
                    _figure([run.speed * size.hours for run in runs], 1),
                    _figure([run.ceiling for run in runs], 1),
                    _figure(_ratios(runs), 2),
                    f"{_peak(runs):,.0f} MiB",
                )
            )
    head = (
        "file",
        "at once",
        "seen at once",
        "files/s",
        "audio hours/s",
        "plain client, files/s",
        "ratio",
        "peak memory",
    )
    return table(head, rows)


def _figure(values: Sequence[float], digits: int) -> str:
    return median_and_spread(values, digits) if len(values) > 1 else f"{values[0]:,.{digits}f}"


def _ratios(runs: Sequence[Run]) -> list[float]:
    return [run.speed / run.ceiling for run in runs]


def _peak(runs: Sequence[Run]) -> float:
    return max(run.peak_mib for run in runs)


def _alone(sizes: Sequence[OfSize]) -> str:
    rows = [
        (
            _name(size),
            each.service,
            f"{each.requests:.2f}",
            f"{each.size / 1e3:,.0f}",
            f"{each.files_a_second:,.0f}",
        )
        for size in sizes
        for each in size.alone
    ]
    return table(("file", "service", "requests per file", "KB per file", "files/s"), rows)


def _shares(sizes: Sequence[OfSize]) -> str:
    found = [size for size in sizes if size.shares is not None]
    columns = [_in_parts(size) for size in found]
    names = sorted(
        {name for column in columns for name in column},
        key=lambda name: -sum(column.get(name, 0) for column in columns),
    )
    rows = [(*name, *(f"{column.get(name, 0):.0%}" for column in columns)) for name in names]
    return table(("", "", *map(_name, found)), rows)


def _in_parts(size: OfSize) -> dict[tuple[str, str], float]:
    assert size.shares is not None, "the caller has asked"  # noqa: S101 - narrows the type
    seconds = {("computes", name): each for name, each in size.shares.computing.items()}
    seconds |= {("waits for", IDLE if name == REST else name): each for name, each in size.shares.waiting.items()}
    total = sum(seconds.values())
    return {name: each / total for name, each in seconds.items()}


def _processors(sizes: Sequence[OfSize], chosen: AtOnce) -> str:
    rows = []
    for size in sizes:
        if runs := size.of(chosen):
            names = runs[0].cpu
            rows.append(
                (_name(size), *(_figure([run.cpu[name] / run.files * 1e3 for run in runs], 1) for name in names))
            )
    names = next((runs[0].cpu for size in sizes if (runs := size.of(chosen))), {})
    return table(("file", *names), rows)


def _aims(sizes: Sequence[OfSize], chosen: AtOnce) -> list[Aim]:
    aims = list[Aim]()
    for size in sizes:
        if runs := size.of(chosen):
            ratios = _ratios(runs)
            what = f"files of {_name(size)} through the stack, one host"
            reached = statistics.median(ratios) >= HALF
            aim = "at least half of a plain client's files/s"
            aims.append(Aim(what, aim, median_and_spread(ratios), reached, _why(runs)))
            what = f"peak memory with {chosen.most} files of {_name(size)} at once"
            peak = _peak(runs)
            aims.append(Aim(what, f"at most {MOST_MIB:g} MiB", f"{peak:,.0f} MiB", peak <= MOST_MIB))
    return aims


def _why(runs: Sequence[Run]) -> str:
    of_host, of_services = (
        statistics.median(
            sum(run.cpu[name] for name in run.cpu if (name == HOST) is is_host) / run.files for run in runs
        )
        for is_host in (True, False)
    )
    return (
        f"The app's process, which computes on one core at a time, takes {of_host * 1e3:,.0f} ms of the processor "
        f"for a file, and all services together {of_services * 1e3:,.0f} ms."
    )


def _speeds(sizes: Sequence[OfSize]) -> Plot:
    values = [{runs[0].at_once: statistics.median(_ratios(runs)) for runs in _by_setting(size)} for size in sizes]
    return _plot("whole-speed", "Files per second, as a part of the plain client's", "part", sizes, values, 2, HALF)


def _memory(sizes: Sequence[OfSize]) -> Plot:
    values = [{runs[0].at_once: _peak(runs) for runs in _by_setting(size)} for size in sizes]
    return _plot("whole-memory", "Peak memory of host and worker", "MiB", sizes, values, 0, MOST_MIB)


def _plot(  # noqa: PLR0913, PLR0917 - called twice, above
    name: str, title: str, unit: str, sizes: Sequence[OfSize], values: list[dict[int, float]], digits: int, limit: float
) -> Plot:
    at = sorted({number for each in values for number in each})
    series = [
        Series(f"files of {_name(size)}", [each.get(number) for number in at])
        for size, each in zip(sizes, values, strict=True)
    ]
    said = "; ".join(
        f"{each.label}: {', '.join(f'{value:,.{digits}f}' for value in each.values if value is not None)}"
        for each in series
    )
    text = f"{title}, with {', '.join(map(str, at))} invocations at once. {said}."
    places = [float(each) for each in at]
    return Plot(
        name, title, text, "lines", places, series, x="invocations at once", y=unit, limit=limit, limit_label="aim"
    )
