"""The log: one line an event. What alerts, the workbook and people count is a signal: its line ends with a structure.

    job J file F: given up: InvalidResult: … {"signal":"givenUp","job":"J","file":"F","count":3}

The platform forwards a line's text and level only, so the structure stands at the end of the text. `count` is the
running number of that signal in this process. One call makes both, so there is no line without a count.
"""

import json
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from threading import Lock

import msgspec

TEXT_LIMIT = 2000
"""Characters of a line before its structure."""

DETAIL_LIMIT = 200
"""Characters of one text in the structure."""

Detail = str | int | float | None


class Signal(StrEnum):
    """What there is to count."""

    RETRY = "retry"
    """The same was asked again within the invocation."""
    THROTTLED = "throttled"
    """A service asked to slow down: the process paused, the message was sent anew, or the poll stopped."""
    FAILED = "failed"
    """An attempt ended without success; the queue or the next tick repeats it, or poison keeps it."""
    GIVEN_UP = "givenUp"
    """A file, or the listing of a job, was given up and says why."""
    REJECTED = "rejected"
    """A message was kept as `rejected`."""
    TROUBLED = "troubled"
    """Something is in a job's way, or ended it, that asking again at once does not mend."""
    REPAIRED = "repaired"
    """What was lost, left over or wrong was put right."""
    ACCEPTED = "accepted"
    """A job is pending, for the first time or again."""
    PENDING = "pending"
    """The oldest pending job, once a tick. No alert could find it in older lines: alerts look back two days at most."""
    WRITTEN = "written"
    """A recording was written."""
    ENDED = "ended"
    """A job ended; `status` says how."""
    RIGHT = "right"
    """The app tried one of its rights."""


class Subject(msgspec.Struct, frozen=True):
    """Whose work is being done."""

    job: str | None = None
    file: str | None = None

    def __str__(self) -> str:
        """Return how a line about it begins."""
        if self.job is None:
            return "no job"
        return f"job {self.job}" if self.file is None else f"job {self.job} file {self.file}"


_subject: ContextVar[Subject] = ContextVar("subject", default=Subject())  # noqa: B039 - it is frozen
_counter: Counter[Signal] = Counter()
_lock = Lock()


@contextmanager
def about(job_id: str | None, file_id: str | None = None) -> Iterator[None]:
    """Let what is logged in the block, however deep, be about a job, or a file of it."""
    token = _subject.set(Subject(job_id, file_id))
    try:
        yield
    finally:
        _subject.reset(token)


def whose() -> Subject:
    """Return whose work is being done."""
    return _subject.get()


def counts() -> dict[Signal, int]:
    """Return how often each signal was given in this process."""
    with _lock:
        return {signal: _counter[signal] for signal in Signal}


def one_line(text: str, limit: int) -> str:
    r"""Return the text as what cannot end a line, hide or reorder it: what is not printable becomes \n, \u2028, …

    Cut to `limit` characters.
    """
    # Cut first: what is escaped grows.
    kept = text if len(text) <= limit else f"{text[: limit - 1]}…"
    if kept.isprintable():
        return kept
    return "".join(each if each.isprintable() else json.dumps(each)[1:-1] for each in kept)


class Log:
    """The only way to log in this package. A warning or an error has to be a signal; a line of information may be."""

    def __init__(self, name: str) -> None:
        self._log = logging.getLogger(name)

    def info(self, text: str, *args: object, signal: Signal | None = None, **details: Detail) -> None:
        """Log what went well, as a signal if it is one."""
        if signal is None:
            self._write(logging.INFO, text, args)
        else:
            self._signal(logging.INFO, text, args, signal, details)

    def warning(self, text: str, *args: object, signal: Signal, **details: Detail) -> None:
        """Log and count a signal that needs nobody."""
        self._signal(logging.WARNING, text, args, signal, details)

    def error(self, text: str, *args: object, signal: Signal, **details: Detail) -> None:
        """Log and count a signal that somebody should look at."""
        self._signal(logging.ERROR, text, args, signal, details)

    def _signal(
        self, level: int, text: str, args: tuple[object, ...], signal: Signal, details: dict[str, Detail]
    ) -> None:
        with _lock:
            _counter[signal] += 1
            count = _counter[signal]
        subject = whose()
        fields: dict[str, Detail] = {"signal": signal, "job": subject.job, "file": subject.file, **details}
        fields = {
            name: one_line(each, DETAIL_LIMIT) if isinstance(each, str) else each for name, each in fields.items()
        }
        self._write(level, text, args, " " + msgspec.json.encode({**fields, "count": count}).decode())

    def _write(self, level: int, text: str, args: tuple[object, ...], structure: str = "") -> None:
        if self._log.isEnabledFor(level):
            # Words of others may look like a structure; the only real one is ours.
            words = one_line(text % args if args else text, TEXT_LIMIT).replace('{"signal"', "{signal")
            self._log.log(level, "%s%s", words, structure, stacklevel=4 if structure else 3)


log = Log(__name__)


def asked_again(service: str, attempt: int, wait: float, error: object) -> None:
    """Log that a request is repeated: its try number `attempt` failed, and the next begins after `wait` seconds.

    `error` has no query of a URL in it.
    """
    log.warning(
        "%s: %s: try %d failed, asked again after %.1f s: %s",
        whose(),
        service,
        attempt,
        wait,
        error,
        signal=Signal.RETRY,
        service=service,
        attempt=attempt,
        wait=round(wait, 3),
        error=type(error).__name__,
    )


def asked_again_within(service: str, attempt: int, trouble: str) -> None:
    """Log that a service's SDK repeats a request by itself: its try number `attempt` met `trouble`."""
    log.warning(
        "%s: %s: try %d failed, asked again by its SDK: %s",
        *(whose(), service, attempt, trouble),
        signal=Signal.RETRY,
        service=service,
        attempt=attempt,
        by="sdk",
    )


def paused(service: str, wait: float, rate: float, words: str) -> None:
    """Log that this process asks `service` nothing for `wait` seconds, then at most `rate` times in 10 seconds."""
    log.warning(
        "%s answered 429: this process pauses for %.1f s, then asks at most %.1f times in 10 s: %s",
        *(service, wait, rate, words),
        signal=Signal.THROTTLED,
        service=service,
        wait=round(wait, 3),
        rate=rate,
    )
