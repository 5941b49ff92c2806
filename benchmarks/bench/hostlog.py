"""Reads the log of the local functions host: when a file was in, and when an invocation began and ended."""

import re
from datetime import datetime
from typing import NamedTuple

_TIME = r"^(?P<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) INFO "
_IN = re.compile(_TIME + r".*: job (?P<job>\S+) file \S+: in, \d+ phrases", re.MULTILINE)
_EXECUTED = re.compile(
    _TIME + r".*: Executed '(?P<name>\w+)' \(Succeeded, Id=\S+, Duration=(?P<ms>\d+)ms\)", re.MULTILINE
)


class FileIn(NamedTuple):
    """A file of a job is in. `at`: seconds since 1970."""

    job: str
    at: float


class Invocation(NamedTuple):
    """An invocation that succeeded, in seconds since 1970."""

    function: str
    began: float
    ended: float


def files_in(lines: str) -> list[FileIn]:
    """Return the files that the app has written, in the order of the log."""
    return [FileIn(found["job"], _seconds(found["at"])) for found in _IN.finditer(lines)]


def invocations(lines: str, function: str) -> list[Invocation]:
    """Return the invocations of a function, in the order of their ends."""
    return [
        Invocation(function, (end := _seconds(found["at"])) - int(found["ms"]) / 1000, end)
        for found in _EXECUTED.finditer(lines)
        if found["name"] == function
    ]


def most_at_once(done: list[Invocation]) -> int:
    """Return the greatest number of invocations at the same time."""
    return max((sum(each.began <= one.began < each.ended for each in done) for one in done), default=0)


def _seconds(text: str) -> float:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S,%f").astimezone().timestamp()
