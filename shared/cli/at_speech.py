"""The jobs that ended at Speech since a time, as Speech lists them."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from shared.cli.terminal.times import moment_of
from shared.domain.documents import utc
from shared.domain.poll_mark import Walk
from shared.domain.polling import CLOCK_SKEW, filter_ended
from shared.domain.speech_api import Transcription, TranscriptionPage, entry
from shared.errors import UnknownValue

_SECOND = timedelta(seconds=1)
"""Least width of a window, because Speech shows times in whole seconds."""

_FEW = 30
"""With so few jobs the next window is twice as wide. A page of Speech has up to 100."""

Tell = Callable[[UnknownValue], object]


class Listing(Protocol):
    """Speech's list of transcriptions."""

    def transcriptions(self, odata_filter: str | None, page: str | None) -> TranscriptionPage:
        """List one page of the transcriptions that match the filter: the first, or the one that `page` names."""


def finished(speech: Listing, since: datetime, now: datetime, tell: Tell) -> Iterator[list[Transcription]]:
    """Yield the jobs whose `lastActionDateTime` is `since` or later, with any status but NotStarted and Running.

    Each list has the jobs of one answer, in Speech's order, and lies after the list before it in time. `tell` is called
    for an entry that is no transcription; the entry is left out. Raises UnknownValue if the pages lead in a circle or
    if Speech does not filter, and what the request for a list raises.

    Speech pages by offset: if a job is deleted while pages are read, an entry is skipped. So the time is read in
    windows (docs/decisions/0065). A window that does not fit on one page is halved. Only if more jobs ended within one
    second than a page has are its further pages read. A job that changes meanwhile, for example because it is renamed,
    gets a later time, and is listed again by a later window.
    """
    begin = since.astimezone(UTC).replace(microsecond=0)
    # The last window has no end, so it also has jobs that end meanwhile.
    close = now + CLOCK_SKEW
    width = max(_SECOND, close - begin)
    while True:
        end = begin + width if begin + width < close else None
        page = speech.transcriptions(filter_ended(begin, end), None)
        found = _entries(page, begin, end, tell)
        if page.next_link is not None and width > _SECOND:
            width = _half(width)
            continue
        yield found
        if page.next_link is not None:
            yield from _further(speech, page, begin, end, tell)
        if end is None:
            return
        begin = end
        if len(found) <= _FEW:
            width *= 2


def _half(width: timedelta) -> timedelta:
    return max(_SECOND, timedelta(seconds=width // _SECOND // 2))


def _further(
    speech: Listing, page: TranscriptionPage, begin: datetime, end: datetime | None, tell: Tell
) -> Iterator[list[Transcription]]:
    """Read the pages after the first one."""
    walk = Walk(began_at=utc(begin))
    while page.next_page is not None:
        walk = walk.onto(page.next_page)
        page = speech.transcriptions(filter_ended(begin, end), walk.page)
        yield _entries(page, begin, end, tell)


def _entries(page: TranscriptionPage, begin: datetime, end: datetime | None, tell: Tell) -> list[Transcription]:
    found = list(_readable(page.values, tell))
    for each in found:
        moment = moment_of(each.last_action_date_time)
        if moment is not None and not (begin - _SECOND <= moment and (end is None or moment <= end + _SECOND)):
            # Otherwise the whole list would be read once for every window.
            asked = f"from {utc(begin)}" + (f" to {utc(end)}" if end else " on")
            raise UnknownValue(f"asked for jobs that ended {asked}, Speech listed one of {utc(moment)}: {each.job_id}")
    return found


def _readable(values: Sequence[object], tell: Tell) -> Iterator[Transcription]:
    for value in values:
        try:
            yield entry(value)
        except UnknownValue as error:
            tell(error)
