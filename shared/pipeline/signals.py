"""The log: one line for each event. Some lines are signals, which alerts and the workbook count. They end with JSON.

    job J file F: given up: InvalidResult: … {"signal":"givenUp","job":"J","file":"F","count":3}

The platform forwards only a line's text and level, so the JSON object is part of the text. `count` numbers the signals
of a kind in this process. The call that logs a signal also counts it.
"""

import json
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from pathlib import Path
from threading import Lock
from traceback import extract_tb

import msgspec

from shared.errors import Speech2CosmosError, Unreadable
from shared.masking import masked

TEXT_LIMIT = 2000
"""Greatest length of a line's text, before its JSON object."""

DETAIL_LIMIT = 200
"""Greatest length of one text in the JSON object."""

_PLACES = 4
"""Number of stack frames that the log shows of an unexpected exception, the innermost last."""

Detail = str | int | float | None


class Signal(StrEnum):
    """The kinds of signal."""

    RETRY = "retry"
    """A request was repeated within the invocation."""
    THROTTLED = "throttled"
    """A service asked to slow down: the process paused, the message was sent again, or the poll stopped."""
    FAILED = "failed"
    """An attempt ended without success; the queue or the next tick repeats it, or poison keeps it."""
    GIVEN_UP = "givenUp"
    """A file, or the listing of a job, was given up; the line says why."""
    REJECTED = "rejected"
    """A message was recorded as a `rejected` document."""
    TROUBLED = "troubled"
    """Something blocks a job, or ended it, that an immediate retry does not fix."""
    REPAIRED = "repaired"
    """Something lost, orphaned or wrong was repaired."""
    ACCEPTED = "accepted"
    """A job is pending, for the first time or again."""
    PENDING = "pending"
    """The pending job that was accepted first, once a tick. Alerts look back two days at most, so it is logged
    again."""
    WRITTEN = "written"
    """A recording was written."""
    ENDED = "ended"
    """A job ended; `status` is its end state."""
    RIGHT = "right"
    """The app tested one of its permissions."""


class Subject(msgspec.Struct, frozen=True):
    """The job or file that the current invocation handles."""

    job: str | None = None
    file: str | None = None

    def __str__(self) -> str:
        """Return the text that begins a log line about the subject."""
        if self.job is None:
            return "no job"
        return f"job {self.job}" if self.file is None else f"job {self.job} file {self.file}"


_subject: ContextVar[Subject] = ContextVar("subject", default=Subject())  # noqa: B039 - it is frozen
_counter: Counter[Signal] = Counter()
_lock = Lock()


@contextmanager
def about(job_id: str | None, file_id: str | None = None) -> Iterator[None]:
    """Add a job, or a file of it, to every signal that is logged inside the block, at any depth of calls."""
    token = _subject.set(Subject(job_id, file_id))
    try:
        yield
    finally:
        _subject.reset(token)


def whose() -> Subject:
    """Return the job and file of the innermost `about` block."""
    return _subject.get()


def counts() -> dict[Signal, int]:
    """Return how often each signal was logged in this process."""
    with _lock:
        return {signal: _counter[signal] for signal in Signal}


def one_line(text: str, limit: int) -> str:
    r"""Return at most `limit` characters of a text, with line breaks and control characters escaped: \n, \u2028, …

    So a text cannot end, hide or reorder a line of the log.
    """
    # Cut first, because escaping makes the text longer.
    kept = text if len(text) <= limit else f"{text[: limit - 1]}…"
    if kept.isprintable():
        return kept
    return "".join(each if each.isprintable() else json.dumps(each)[1:-1] for each in kept)


class Log:
    """A logger. This package logs only through it. Warnings and errors have to be signals; other lines may be."""

    def __init__(self, name: str) -> None:
        self._log = logging.getLogger(name)

    def info(self, text: str, *args: object, signal: Signal | None = None, **details: Detail) -> None:
        """Log an event. It is a signal if `signal` is given."""
        if signal is None:
            self._write(logging.INFO, text, args)
        else:
            self._signal(logging.INFO, text, args, signal, details)

    def warning(self, text: str, *args: object, signal: Signal, **details: Detail) -> None:
        """Log and count a signal that needs no action."""
        self._signal(logging.WARNING, text, args, signal, details)

    def error(self, text: str, *args: object, signal: Signal, **details: Detail) -> None:
        """Log and count a signal that an operator should look at."""
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
            name: one_line(masked(each), DETAIL_LIMIT) if isinstance(each, str) else each
            for name, each in fields.items()
        }
        self._write(level, text, args, " " + msgspec.json.encode({**fields, "count": count}).decode())

    def _write(self, level: int, text: str, args: tuple[object, ...], structure: str = "") -> None:
        if self._log.isEnabledFor(level):
            # A quoted text may contain such a JSON object. It is altered, so that a line has only the signal's own.
            words = one_line(masked(text % args if args else text), TEXT_LIMIT).replace('{"signal"', "{signal")
            self._log.log(level, "%s%s", words, structure, stacklevel=4 if structure else 3)


log = Log(__name__)


def asked_again(service: str, attempt: int, wait: float, error: object) -> None:
    """Log a retry: attempt number `attempt` of a request failed, and the next one starts after `wait` seconds.

    `error` must not contain the query of a URL.
    """
    log.warning(
        "%s: %s: try %d failed, retried after %.1f s: %s",
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
    """Log a retry by a service's SDK: attempt number `attempt` of a request failed. `trouble`: the reason."""
    log.warning(
        "%s: %s: try %d failed, retried by its SDK: %s",
        *(whose(), service, attempt, trouble),
        signal=Signal.RETRY,
        service=service,
        attempt=attempt,
        by="sdk",
    )


def paused(service: str, wait: float, rate: float, words: str) -> None:
    """Log a pause: this process sends `service` nothing for `wait` seconds, then at most `rate` requests in 10 s."""
    log.warning(
        "%s answered 429: this process pauses for %.1f s, then asks at most %.1f times in 10 s: %s",
        *(service, wait, rate, words),
        signal=Signal.THROTTLED,
        service=service,
        wait=round(wait, 3),
        rate=rate,
    )


def set_aside(error: Unreadable) -> None:
    """Log that a stored document cannot be read and was skipped."""
    log.error("set aside: %s", error, signal=Signal.TROUBLED, error=error.code)


def words_of(error: Exception) -> str:
    """Return a text for an error that is safe to log.

    For an unexpected exception that is only its type and place, because its own text may contain a signature.
    """
    if isinstance(error, Speech2CosmosError):
        return str(error)
    places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in extract_tb(error.__traceback__)]
    return f"unexpected {type(error).__name__} at {' > '.join(places[-_PLACES:])}"


def not_built(part: str, words: str) -> None:
    """Log that a part of the app cannot be built. `words`: the error of the library that refused a setting."""
    log.error("the app's %s cannot be built: %s", part, words, signal=Signal.TROUBLED, part=part)
