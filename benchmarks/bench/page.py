"""The blocks of docs/benchmarks.md: a table of all aims, and for each benchmark its table and plots."""

from benchmarks.bench.registry import BENCHMARKS
from benchmarks.bench.results import Result, Results
from benchmarks.bench.shown import Aim, Plot, Shown
from local.docs.pages import table

PAGE = "docs/benchmarks.md"
PLOTS = "plots"
"""Folder of the plots, beside the page."""


def shown(results: Results) -> dict[str, Shown]:
    """Return what the page shows of each measured benchmark."""
    return {each.name: each.shown(results[each.name].data) for each in BENCHMARKS if each.name in results}


def blocks(results: Results) -> dict[str, str]:
    """Return the blocks by name."""
    parts = shown(results)
    rows = [_row(aim) for part in parts.values() for aim in part.aims]
    made = {"aims": table(("", "aim", "measured", "", "why"), rows)}
    for each in BENCHMARKS:
        part = parts.get(each.name)
        made[each.name] = "Not measured yet." if part is None else _block(each.name, results[each.name], part)
    return made


def plots(results: Results) -> list[Plot]:
    """Return all plots."""
    return [plot for part in shown(results).values() for plot in part.plots]


def _row(aim: Aim) -> tuple[str, ...]:
    return aim.what, aim.aim, aim.measured, *(("reached", "") if aim.reached else ("**missed**", aim.why))


def _block(name: str, result: Result, part: Shown) -> str:
    line = f"`make bench ONLY={name}` on {result.date}, {result.seconds:,.0f} s: {result.machine}."
    images = [f"![{plot.text}]({PLOTS}/{plot.name}.svg)" for plot in part.plots]
    return "\n\n".join((line, part.text, *images))
