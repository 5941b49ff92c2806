"""The timer's memory between two ticks: cursors into Speech's lists and into the queries of our own jobs."""

from typing import Annotated, Literal, Self

import msgspec
from msgspec import Meta

from shared.domain.documents import Document, UtcTime
from shared.domain.job import Job
from shared.domain.speech_urls import LONGEST_PAGE, PAGE_PATTERN
from shared.errors import UnknownValue

POLL_ID = "_poll"

MOST_PAGES = 100_000
"""Most pages of a walk: 10 million transcriptions. Without this limit, a list of ever new links would never end."""

_Page = Annotated[str, Meta(max_length=LONGEST_PAGE, pattern=PAGE_PATTERN)]


class Walk(msgspec.Struct, rename="camel", frozen=True):
    """How far one of Speech's lists of transcriptions was read.

    began_at: when the first page was requested. since: the list is filtered for jobs that ended after this time; null
    for the whole list. page: the next page, as `speech_urls.next_page` returns it; null for the first. pages: how many
    were read. landmark: one of these, see `onto`. complete: whether everything that they said of our jobs was written.
    tries: how many requests for `page` have failed.
    """

    began_at: UtcTime
    since: UtcTime | None = None
    page: _Page | None = None
    pages: int = 0
    landmark: _Page | None = None
    complete: bool = True
    tries: int = 0

    def onto(self, page: str) -> Self:
        """Return the walk after one more page was read. `page` is the next one.

        Raises UnknownValue if the links lead in a circle, or after MOST_PAGES. Only one page is remembered: number 1,
        2, 4, 8, … of the walk. That finds a circle of any length (Brent's algorithm), and the document stays small.
        """
        if page in {self.page, self.landmark}:
            raise UnknownValue("Speech's next link leads back to a page that was read before")
        pages = self.pages + 1
        if pages >= MOST_PAGES:
            raise UnknownValue(f"the list of transcriptions has more than {MOST_PAGES} pages")
        landmark = page if pages & (pages - 1) == 0 else self.landmark
        return msgspec.structs.replace(self, page=page, pages=pages, landmark=landmark)


class Place(msgspec.Struct, frozen=True, order=True):
    """A cursor in an order by a time of day, then by id. `moment` is empty for a job without that time."""

    moment: str
    job: str

    @classmethod
    def by_movement(cls, job: Job) -> Self:
        """Return the job's place in the order of `movedAt`."""
        return cls(job.moved_at or "", job.id)

    @classmethod
    def by_end(cls, job: Job) -> Self:
        """Return the job's place in the order of `endedAt`."""
        return cls(job.ended_at or "", job.id)


class PollMark(Document, rename="camel", frozen=True, kw_only=True):
    """The timer's memory. It may be deleted at any time: every walk and every round then starts again.

    `watermark`: every job that ended at Speech before this time has been seen. `ended`: the walk through the list of
    recently ended jobs; `all`: the walk through the whole list; null if none is under way. `moved`, `waiting`,
    `tidied`: the last job that was handled of those that moved, of those that did not move, and of those that ended and
    are not tidied yet; null to start with the first. `searched_at`: when the timer last searched for jobs that no other
    query finds; null for never. `idle`: whether the last tick with all its queries found no job.
    """

    type: Literal["poll"] = "poll"
    watermark: UtcTime | None = None
    ended: Walk | None = None
    all: Walk | None = None
    moved: Place | None = None
    waiting: Place | None = None
    tidied: Place | None = None
    searched_at: UtcTime | None = None
    idle: bool = False


def believed(mark: PollMark, now: UtcTime) -> PollMark:
    """Return the mark without times that lie in the future, because a list filtered by them would be empty."""
    return msgspec.structs.replace(
        mark,
        watermark=_past(mark.watermark, now),
        searched_at=_past(mark.searched_at, now),
        ended=mark.ended if mark.ended and _past(mark.ended.began_at, now) and _past(mark.ended.since, now) else None,
        all=mark.all if mark.all and _past(mark.all.began_at, now) else None,
    )


def _past(moment: UtcTime | None, now: UtcTime) -> UtcTime | None:
    return moment if moment is not None and moment <= now else None
