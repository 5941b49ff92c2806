"""The reporter of `make chaos` (pytest's -p tests.chaos.reporting): it makes docs/reliability.md of one whole run."""

import sys
import textwrap
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from benchmarks.machine import machine
from local.docs.pages import filled, table
from tests.chaos.judge import Verdict
from tests.chaos.reader import Seen

ROOT = Path(__file__).parents[2]
PAGE = "docs/reliability.md"
COMMAND = ("tests/chaos", "chaos")
"""Path and marker of a whole run."""

PLACE, OF, MEASURED = "place", "of", "measured"
"""Names of the properties that a case's report carries from a worker to the reporter."""

HEAD = ("fault", "cases", "lost", "duplicated", "half visible", "seconds", "")
MOST_WORDS = 300


@dataclass
class Row:
    """What a case measured. `lost`, `duplicated` and `half_visible` have to be 0.

    `cases`: how often the fault was made to happen. `lost`: documents, blobs or jobs that should be there and are not,
    or differ. `duplicated`: documents that nobody asked for. `half_visible`: reads of a head that names a part which
    is missing or belongs to another revision. `notes`: further figures, for the page.
    """

    cases: int = 0
    lost: int = 0
    duplicated: int = 0
    half_visible: int = 0
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Say whether nothing went wrong."""
        return not (self.lost or self.duplicated or self.half_visible or self.problems)

    def judge(self, verdict: Verdict, *seen: Seen) -> None:
        """Count what the judge found, and what readers saw meanwhile."""
        self.lost += verdict.lost
        self.duplicated += verdict.duplicated
        self.problems += verdict.words
        for each in seen:
            self.half_visible += each.half_visible
            self.problems += each.words
            if not each.heads:
                self.problems.append("the reader followed no head to its end")

    def expect(self, holds: object, words: str) -> None:
        """Count a loss unless `holds`."""
        if not holds:
            self.lost += 1
            self.problems.append(words)


@dataclass(frozen=True)
class Line:
    """A case that was run, and how it ended."""

    group: str
    fault: str
    place: int
    passed: bool
    seconds: float
    row: Row
    error: str

    @classmethod
    def of(cls, report: pytest.TestReport) -> "Line":
        """Read the report of a case."""
        known: dict[str, Any] = dict(report.user_properties)
        path, _, name = report.nodeid.partition("::")
        words, _, parameters = name.removesuffix("]").partition("[")
        fault = words.removeprefix("test_").replace("_", " ") + (f": {parameters}" if parameters else "")
        error = "" if report.passed else report.longreprtext.strip().rpartition("\n")[2]
        row = Row(**known.get(MEASURED, {}))
        return cls(group_of(Path(path)), fault, known[PLACE], report.passed, report.duration, row, error)

    def cells(self) -> tuple[str, ...]:
        """Return the line of the page."""
        row = self.row
        figures = (row.cases, row.lost, row.duplicated, row.half_visible, round(self.seconds))
        words = row.notes if self.passed else ["**failed**", *(row.problems[:2] or [self.error])]
        shown = textwrap.shorten("; ".join(words), MOST_WORDS, placeholder=" …")
        return (self.fault, *(f"{figure:,}" for figure in figures), shown)


def group_of(file: Path) -> str:
    """Return the table in which the cases of a file stand."""
    return file.stem.removeprefix("test_").replace("_", " ")


def blocks(lines: Iterable[Line], minutes: float) -> dict[str, str]:
    """Return the page's made blocks: the summary, and a table for each file of cases."""
    groups: dict[str, list[Line]] = defaultdict(list)
    for line in sorted(lines, key=lambda line: line.place):
        groups[line.group].append(line)
    made = {name: table(HEAD, [line.cells() for line in some]) for name, some in groups.items()}
    rows = [_sum(f"[{name}](#{name.replace(' ', '-')})", some) for name, some in groups.items()]
    rows.append(_sum("**all**", [line for some in groups.values() for line in some]))
    when = f"One run of `make chaos` on {datetime.now(UTC):%Y-%m-%d}, {minutes:.0f} minutes: {machine()}."
    return {"summary": f"{table((*HEAD[:-1], 'failed'), rows)}\n\n{when}", **made}


def _sum(name: str, lines: Sequence[Line]) -> tuple[str, ...]:
    rows = [line.row for line in lines]
    figures = (
        sum(row.cases for row in rows),
        sum(row.lost for row in rows),
        sum(row.duplicated for row in rows),
        sum(row.half_visible for row in rows),
        round(sum(line.seconds for line in lines)),
        sum(not line.passed for line in lines),
    )
    return (name, *(f"{figure:,}" for figure in figures))


class Reporter:
    """Gathers the reports of all workers; writes the page if every case was run."""

    def __init__(self, root: Path = ROOT) -> None:
        self.lines: dict[str, Line] = {}
        self._of = -1
        self._root = root
        self._begun = time.monotonic()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take a case that was run, or could not be."""
        if report.when == "call" or report.failed:
            self.lines[report.nodeid] = Line.of(report)
            self._of = int(str(dict(report.user_properties)[OF]))

    def pytest_sessionfinish(self) -> None:
        """Write the page, or say why not."""
        if len(self.lines) != self._of:
            sys.stderr.write(f"\n{PAGE} is not written: {len(self.lines)} of {self._of} cases were run\n")
            return
        page = self._root / PAGE
        made = blocks(self.lines.values(), (time.monotonic() - self._begun) / 60)
        page.write_text(filled(PAGE, page.read_text(encoding="utf-8"), made), encoding="utf-8")


def pytest_configure(config: pytest.Config) -> None:
    """Begin, in the process that the workers report to. Raises UsageError for a run of a part."""
    if hasattr(config, "workerinput"):
        return
    option = config.option
    if (*config.args, option.markexpr) != COMMAND or option.keyword or option.deselect:
        raise pytest.UsageError(f"{PAGE} is made of a whole run: pytest {COMMAND[0]} -m {COMMAND[1]}")
    config.pluginmanager.register(Reporter(), "reliability")
