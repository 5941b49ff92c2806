"""Which requests a tick sends to Speech to find ended jobs. Their number does not grow with the number of jobs."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import zip_longest

import msgspec

from shared.domain.documents import UtcTime
from shared.domain.job import Job

CLOCK_SKEW = timedelta(minutes=10)
"""The filtered list begins this much before the watermark, because our clock and Speech's may differ."""

EARLY = timedelta(seconds=5)
"""A job counts as due this long before its `nextPollAt`. A tick may begin a little earlier in its minute than the tick
that set this time, and the job would then wait for one more."""

NEW_GETS = 100
"""Most new jobs that get a GET each in one tick. Speech allows 100 requests in 10 s."""

NEW_WINDOW = 500
"""Most new jobs that are read in one tick. It exceeds NEW_GETS, so that jobs whose GET failed do not block others."""

UNSEEN_FOR = timedelta(hours=1)
"""A pending job that no answer of Speech mentioned for this long gets its own GET: it may have been deleted."""

UNSEEN_LIMIT = 50
"""Most GETs of such jobs in one tick, the oldest first."""

ONE_BY_ONE_LIMIT = 100
"""Most due jobs that get a GET in one tick while Speech refuses the filtered list. That is a sixth of the requests that
Speech answers in a minute; the rest is for fetching files."""

LISTS_A_TICK = 10
"""Most pages of transcriptions in one tick, of the filtered list and the whole list together."""


STRAYS_LIMIT = 20
"""Most jobs of one tick that no other query finds."""


class Waiting(msgspec.Struct, frozen=True):
    """The pending jobs that a tick may ask Speech for.

    new: at most NEW_WINDOW jobs that were never polled. due: at most POLL_GET_LIMIT + 1 jobs whose `nextPollAt` has
    come. unseen: at most UNSEEN_LIMIT jobs that no answer mentioned for UNSEEN_FOR. oldest: the job accepted first.
    """

    new: list[Job]
    due: list[Job]
    unseen: list[Job]
    oldest: Job | None


class PollPlan(msgspec.Struct, frozen=True):
    """The requests of a tick: a GET for each of `gets`, in this order.

    walk: whether to continue the whole list. list_ended: whether to continue the list of recently ended jobs.
    """

    gets: list[Job]
    walk: bool
    list_ended: bool


def plan(waiting: Waiting, get_limit: int) -> PollPlan:
    """Return the requests of this tick. `get_limit`: POLL_GET_LIMIT.

    A new job may have ended before the watermark, so each gets a GET, up to NEW_GETS in a tick. If there are more, the
    walk through the whole list finds some of them sooner. Few due jobs get a GET each. Many due jobs are found by one
    list of recently ended jobs.
    """
    many_due = len(waiting.due) > get_limit
    new, due, unseen = map(_untroubled_first, (waiting.new, [] if many_due else waiting.due, waiting.unseen))
    # The kinds alternate, so that none starves the others when the tick's time runs out.
    ordered = (job for each in zip_longest(new[:NEW_GETS], due, unseen) for job in each if job is not None)
    return PollPlan(
        gets=list({job.id: job for job in ordered}.values()),
        walk=len(waiting.new) > NEW_GETS,
        list_ended=many_due,
    )


def _untroubled_first(jobs: Iterable[Job]) -> list[Job]:
    # Jobs that failed before come last. Among them, the one that waited longest comes first.
    return sorted(jobs, key=lambda job: (job.failure is not None, (job.polled_at or "") if job.failure else ""))


def begin_of(waiting: Waiting, watermark: UtcTime | None) -> UtcTime:
    """Return the time from which on the filtered list has to show ended jobs. `waiting` has at least one due job.

    That is the watermark, but not before the oldest pending job was accepted: it was still running when first polled.
    """
    oldest = waiting.oldest.accepted_at if waiting.oldest else min(job.accepted_at for job in waiting.due)
    return max(watermark or oldest, oldest)


_ENDED = "status ne 'NotStarted' and status ne 'Running'"
"""The documented grammar has no parentheses, so `(A or B) and C` cannot be written."""


def filter_since(since: UtcTime) -> str:
    """Return the filter of Transcriptions_List for jobs that ended after `since`, less CLOCK_SKEW."""
    return filter_ended(datetime.fromisoformat(since) - CLOCK_SKEW)


def filter_ended(begin: datetime, end: datetime | None = None) -> str:
    """Return the filter for jobs that ended at `begin` or later, and before `end` if that is given.

    Both are times in UTC. Fractions of a second are cut off, because Speech shows whole seconds.
    """
    after = f"{_ENDED} and lastActionDateTime ge {begin:%Y-%m-%dT%H:%M:%SZ}"
    return after if end is None else f"{after} and lastActionDateTime lt {end:%Y-%m-%dT%H:%M:%SZ}"
