"""Waits until jobs end, and shows a live view of each."""

import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field

from rich.console import Console
from rich.live import Live
from rich.table import Table

from local.samples.catalog import SampleJob
from shared.bootstrap import App
from shared.domain.enqueued import named
from shared.domain.job import END_STATES, Job, Status
from shared.domain.message_text import message_hash, text_of
from shared.errors import InvalidMessage

_REFRESH_SECONDS = 0.5


@dataclass
class Row:
    """A message that was enqueued, and its result. `state` is a job's status, or rejected."""

    message: str
    name: str
    job_id: str | None
    sample: SampleJob | None
    state: str = "enqueued"
    job: Job | None = None
    seconds: float | None = None

    @property
    def ended(self) -> bool:
        """Whether the job has ended or was rejected."""
        return self.state == "rejected" or self.state in END_STATES

    @property
    def expected(self) -> tuple[str, ...]:
        """The expected state."""
        if self.sample is not None:
            return (self.sample.expected,)
        return (Status.COMPLETED, Status.COMPLETED_WITH_ERRORS)


@dataclass
class Watch:
    """The jobs of one run. `wanted` maps a message to its sample job, if it has one."""

    app: App
    wanted: Mapping[str, SampleJob | None]
    rows: list[Row] = field(init=False)

    def __post_init__(self) -> None:
        self.rows = []
        for message, sample in self.wanted.items():
            try:
                job_id: str | None = named(message).job_id
            except InvalidMessage:
                job_id = None
            self.rows.append(Row(message, sample.name if sample else message, job_id, sample))

    @property
    def messages(self) -> Sequence[str]:
        """The messages to enqueue."""
        return [row.message for row in self.rows]

    def until_ended(self, console: Console, seconds: float | None) -> None:
        """Show the progress until every job has ended, or `seconds` have passed. None is no limit.

        A terminal gets a table that changes in place, anything else one line for each change.
        """
        begun = time.monotonic()
        live = Live(self._table(), console=console, refresh_per_second=4) if console.is_terminal else None
        with live or nullcontext():
            while not all(row.ended for row in self.rows):
                passed = time.monotonic() - begun
                if seconds is not None and passed > seconds:
                    break
                before = [self._line(row) for row in self.rows]
                self._look(passed)
                if live is not None:
                    live.update(self._table())
                else:
                    after = [self._line(row) for row in self.rows]
                    for line in (new for old, new in zip(before, after, strict=True) if new != old):
                        console.print(f"{passed:5.1f} s  {line}")
                time.sleep(_REFRESH_SECONDS)

    def problems(self) -> list[str]:
        """Return a sentence for each job that has not ended as expected. A user's own job is expected to succeed."""
        unfinished = [f"{row.name}: has not ended, it is {row.state}" for row in self.rows if not row.ended]
        return unfinished + [
            f"{row.name}: ended as {row.state}, expected {' or '.join(row.expected)}"
            for row in self.rows
            if row.ended and row.state not in row.expected
        ]

    def _look(self, seconds: float) -> None:
        rejected = {each.id for each in self.app.jobs.rejected(100)}
        for row in self.rows:
            if row.ended:
                continue
            if row.job_id is None:
                known = f"rejected_{message_hash(self.app.settings.jobs_queue, text_of(row.message.encode()))}"
                row.state = "rejected" if known in rejected else row.state
            else:
                row.job = self.app.jobs.get(row.job_id)
                row.state = row.job.status if row.job else row.state
            row.seconds = seconds if row.ended else None

    def _line(self, row: Row) -> str:
        return "  ".join(part for part in (f"{row.name:<16}", row.state, _files(row)) if part)

    def _table(self) -> Table:
        table = Table(box=None, header_style="bold")
        for heading in ("job", "state", "Speech says", "files", "shows"):
            table.add_column(heading, overflow="fold")
        for row in self.rows:
            said = (row.job.speech_status if row.job else None) or ""
            table.add_row(row.name, row.state, said, _files(row), row.sample.shows if row.sample else "")
        return table


def _files(row: Row) -> str:
    files = row.job.files if row.job else None
    return f"{files.ingested} of {files.expected} files" if files and files.expected is not None else ""
