"""The timer's memory between two ticks: how far it read Speech's lists, and where it stopped among our own jobs."""

from typing import Annotated, Literal, Self

import msgspec
from msgspec import Meta

from shared.domain.documents import Document, UtcTime
from shared.domain.job import Job
from shared.domain.speech_urls import LONGEST_PAGE, PAGE_PATTERN
from shared.errors import UnknownValue

POLL_ID = "_poll"

MOST_PAGES = 100_000
"""Pages of one walk, 10 million transcriptions: a list whose links never repeat has to end too."""

_Page = Annotated[str, Meta(max_length=LONGEST_PAGE, pattern=PAGE_PATTERN)]


class Walk(msgspec.Struct, rename="camel", frozen=True):
    """How far one of Speech's lists of transcriptions was read.

    began_at: when its first page was asked for; since: the list is filtered for jobs that ended since then, null: it
    is not filtered; page: names the page to be read next, as `speech_urls.next_page` does, null: the first; pages: how
    many were read; landmark: one of those, see `onto`; complete: what they said of our jobs was written; tries: how
    often asking for `page` has failed.
    """

    began_at: UtcTime
    since: UtcTime | None = None
    page: _Page | None = None
    pages: int = 0
    landmark: _Page | None = None
    complete: bool = True
    tries: int = 0

    def onto(self, page: str) -> Self:
        """Return the walk after one more page was read, `page` being the next.

        Raises UnknownValue if the links lead in a circle. A circle of any length is found by remembering one page:
        number 1, 2, 4, 8, … (Brent's algorithm), so that a walk of any length stays small.
        """
        if page in {self.page, self.landmark}:
            raise UnknownValue("Speech's next link leads back to a page that was read before")
        pages = self.pages + 1
        if pages >= MOST_PAGES:
            raise UnknownValue(f"the list of transcriptions has more than {MOST_PAGES} pages")
        landmark = page if pages & (pages - 1) == 0 else self.landmark
        return msgspec.structs.replace(self, page=page, pages=pages, landmark=landmark)


class Place(msgspec.Struct, frozen=True, order=True):
    """A place in the order by a time of day, then by id. `moment` is empty for a job that lacks it."""

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
    """The timer's memory. Without it nothing is lost: every walk and every round begins anew.

    Jobs that ended at Speech before `watermark` have been seen. `ended`: the list of what ended since, `all`: the list
    of all transcriptions, null if none is being read. `moved`, `waiting`, `tidied`: the last job that was looked at of
    those that moved, of those that did not, and of those that ended and were not tidied; null: begin with the first.
    """

    type: Literal["poll"] = "poll"
    watermark: UtcTime | None = None
    ended: Walk | None = None
    all: Walk | None = None
    moved: Place | None = None
    waiting: Place | None = None
    tidied: Place | None = None


def believed(mark: PollMark, now: UtcTime) -> PollMark:
    """Return the mark without what it dates in the future: a list that begins there would show nothing."""
    return msgspec.structs.replace(
        mark,
        watermark=_past(mark.watermark, now),
        ended=mark.ended if mark.ended and _past(mark.ended.began_at, now) and _past(mark.ended.since, now) else None,
        all=mark.all if mark.all and _past(mark.all.began_at, now) else None,
    )


def _past(moment: UtcTime | None, now: UtcTime) -> UtcTime | None:
    return moment if moment is not None and moment <= now else None
