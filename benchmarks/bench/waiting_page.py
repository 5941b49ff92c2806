"""What the page shows of ticks while jobs wait."""

from benchmarks.bench.shown import Aim, Plot, Series, Shown
from benchmarks.bench.waiting import FINISHING, FOREIGN, WAITING, Data, Tick
from local.docs.pages import table

LIMIT = 100
"""Requests that Speech answers in WINDOW_SECONDS."""

MOST_WITH_ONE_FINISHED = 3
"""Aim: requests of a tick with 1,000 waiting jobs of which one finished, without the hourly looks."""

NO_GROWTH = 0.02
"""The greatest part by which request units may differ and still count as the same."""


def show(data: Data) -> Shown:
    """Show requests and request units of a tick, which is a minute."""
    rows = [
        (
            f"{tick.waiting:,}",
            "0, first tick" if tick.first else f"{tick.finished:,}",
            f"{tick.found:,}",
            f"{tick.gets} + {tick.lists}",
            f"{tick.looks}",
            f"{tick.in_window}",
            f"{tick.request_units:,.1f}",
        )
        for tick in data.ticks
    ]
    head = ("waiting", "finished", "found", "requests: GET + list", "hourly looks", "most of them in 10 s", "RU")
    return Shown(table(head, rows), _aims(data), _plots(data))


def _aims(data: Data) -> list[Aim]:
    most = max(tick.in_window for tick in data.ticks)
    by_case = {_case(tick): tick for tick in data.ticks}
    beyond = [(t.requests - t.looks, t.looks) for t in data.ticks if _case(t) == (1000, 1, False)]
    beside = [(by_case[_case(each)], each) for each in data.beside if _case(each) in by_case]
    fewer, most_jobs = WAITING[-2:]
    more = [(by_case[fewer, tick.finished, tick.first], tick) for tick in data.ticks if tick.waiting == most_jobs]
    of_thousand = [
        Aim(
            "requests of a tick, 1,000 waiting, one finished, without the hourly looks",
            f"at most {MOST_WITH_ONE_FINISHED}",
            f"{requests}, and {looks} hourly looks",
            requests <= MOST_WITH_ONE_FINISHED,
        )
        for requests, looks in beyond
    ]
    return [
        Aim(
            f"requests to Speech, 10 to {WAITING[-1]:,} jobs waiting",
            f"at most {LIMIT} in 10 s",
            f"{most}",
            most <= LIMIT,
        ),
        *of_thousand,
        Aim(
            f"request units of a tick beside {FOREIGN:,} stored documents of other jobs",
            "no growth",
            f"{_growth(beside):+.1%}",
            _growth(beside) < NO_GROWTH,
        ),
        Aim(
            f"request units of a tick with {most_jobs:,} jobs waiting, against {fewer:,}",
            "no growth",
            f"{_growth(more):+.1%}",
            _growth(more) < NO_GROWTH,
        ),
    ]


def _growth(pairs: list[tuple[Tick, Tick]]) -> float:
    """Return by which part the request units of the second tick of a pair exceed those of the first, at most."""
    return max((later.request_units / tick.request_units for tick, later in pairs), default=1.0) - 1


def _case(tick: Tick) -> tuple[int, int, bool]:
    return tick.waiting, tick.finished, tick.first


def _plots(data: Data) -> list[Plot]:
    waiting = [float(jobs) for jobs in WAITING]
    plots = []
    for name, title, unit in (
        ("requests", "Requests to Speech in a tick", "requests"),
        ("request-units", "Request units of a tick", "RU"),
    ):
        series = []
        for number in FINISHING:
            of_number = {each.waiting: each for each in data.ticks if each.finished == number and not each.first}
            values = [_value(of_number.get(jobs), name) for jobs in WAITING]
            series.append(Series(f"{number} finish", values))
        said = "; ".join(
            f"{each.label}: {', '.join('-' if v is None else f'{v:,.0f}' for v in each.values)}" for each in series
        )
        text = f"{title} with {', '.join(f'{jobs:,}' for jobs in WAITING)} jobs waiting. {said}."
        plot = Plot(f"waiting-{name}", title, text, "lines", waiting, series, x="jobs waiting", y=unit, log_x=True)
        plots.append(plot)
    return plots


def _value(tick: Tick | None, name: str) -> float | None:
    if tick is None:
        return None
    return float(tick.requests) if name == "requests" else tick.request_units
