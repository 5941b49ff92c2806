"""How long the programs take to start, as benchmarks/start.py measures it."""

from collections.abc import Iterator

import msgspec

from benchmarks import start
from benchmarks.bench.before import checkout
from benchmarks.bench.shown import Aim, Shown
from local.docs.pages import table

NAMES = {
    "python": "`python -c pass`",
    "sdks": "import of the packages that the app needs",
    "app": "import of function_app",
    "first_message": "start of the app to its first message done",
    "first_tick": "start of the app to its first tick done",
    "help": "`speech2cosmos --help`",
    "version": "`speech2cosmos --version`",
    "completion": "completion in the shell",
}
"""What the page says of each program."""


class Spread(msgspec.Struct, frozen=True):
    """Median, least and greatest of the rounds."""

    median: float
    lowest: float
    highest: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.lowest:.2f} to {self.highest:.2f})"


BEFORE = "before_"
"""Begins the names of the same programs as they were."""


class Data(msgspec.Struct, frozen=True):
    """The figures of benchmarks.start.measure, by the name of the program."""

    seconds: dict[str, Spread]
    peak_mib: dict[str, Spread]
    times_sdks: dict[str, Spread]
    more_than_python: dict[str, Spread]


def measure() -> Iterator[Data]:
    """Yield the figures."""
    yield msgspec.convert(start.measure(checkout()), Data)


def show(data: Data) -> Shown:
    """Show seconds and peak memory of each program."""
    rows = [(words, *_figures(data, name), *_figures(data, f"{BEFORE}{name}")) for name, words in NAMES.items()]
    aims = [
        Aim("import of function_app", f"at most {most:g} times its packages", str(each), each.median <= most)
        for most, each in [(start.AIMS["times_sdks"], data.times_sdks["app"])]
    ]
    more = start.AIMS["more_than_python"]
    aims += [
        Aim(NAMES[name], f"at most {more:g} s more than python", f"{each} s", each.median <= more)
        for name, each in data.more_than_python.items()
        if not name.startswith(BEFORE)
    ]
    return Shown(table(("", "seconds", "peak memory", "seconds before", "peak memory before"), rows), aims)


def _figures(data: Data, name: str) -> tuple[str, str]:
    """Return seconds and peak memory of a program; nothing if it was not measured."""
    if name not in data.seconds:
        return "", ""
    return str(data.seconds[name]), f"{data.peak_mib[name].median:,.0f} MiB"
