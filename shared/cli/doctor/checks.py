"""What `doctor` says: checks, each with a status, and for whatever is not right what to do about it."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from shared.domain.documents import UtcTime


class State(StrEnum):
    """The status of a check."""

    PASS = "pass"  # noqa: S105 - no password
    WARN = "warn"
    FAIL = "fail"
    SKIPPED = "skipped"
    INCONCLUSIVE = "inconclusive"


_Line = Annotated[str, Meta(min_length=1)]


class Check(msgspec.Struct, frozen=True):
    """A check. `detail`: what was found. `fix`: what to do; null if there is nothing to do."""

    name: _Line
    status: State
    detail: _Line
    fix: _Line | None


class Diagnosis(msgspec.Struct, frozen=True):
    """All checks of a run. `at`: when it began. `since`: from when on nothing may be lost.

    `addresses`: the accounts that it looked at. `version`: that of the command.
    """

    at: UtcTime
    since: UtcTime
    version: str
    addresses: list[str]
    checks: list[Check]

    @property
    def failed(self) -> bool:
        """Whether a check failed."""
        return any(check.status is State.FAIL for check in self.checks)


def passed(name: str, detail: str) -> Check:
    """Return a check that found all as it should be."""
    return Check(name, State.PASS, detail, None)


def warned(name: str, detail: str, fix: str) -> Check:
    """Return a check that found something that works, and that somebody should look at."""
    return Check(name, State.WARN, detail, fix)


def failed(name: str, detail: str, fix: str) -> Check:
    """Return a check that found something wrong."""
    return Check(name, State.FAIL, detail, fix)


def skipped(name: str, detail: str, fix: str | None = None) -> Check:
    """Return a check that was not made, because it does not apply or lacks what it needs."""
    return Check(name, State.SKIPPED, detail, fix)


def unknown(name: str, detail: str, fix: str) -> Check:
    """Return a check that could not find out."""
    return Check(name, State.INCONCLUSIVE, detail, fix)


def command(words: str, job_ids: Sequence[str]) -> str:
    """Return the command for these jobs: with the id of the only one, or `JOB`, for each of several.

    `words`: the command, with `JOB` where the id belongs.
    """
    return f"`{words.replace('JOB', job_ids[0])}`" if len(job_ids) == 1 else f"`{words}` for each of them"


def some(names: Iterable[str], most: int = 3) -> str:
    """Return the first names, and how many more there are: `a, b, c and 4 more`."""
    listed = list(names)
    more = f" and {len(listed) - most:,} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more
