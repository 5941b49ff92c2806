"""The poll's decision: which requests find the jobs that ended, at a cost that does not grow with those that wait."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import zip_longest

import msgspec

from shared.domain.documents import UtcTime
from shared.domain.job import Job

CLOCK_SKEW = timedelta(minutes=10)
"""How much earlier than the watermark the list begins: our clock and Speech's may differ."""

NEW_GETS = 100
"""New jobs that get a GET each in one tick. Speech allows 100 requests in 10 s."""

NEW_WINDOW = 500
"""New jobs that are read in one tick. More than get a GET: those that Speech failed to answer for come last."""

UNSEEN_FOR = timedelta(hours=1)
"""A pending job that no answer mentioned for so long gets a GET of its own: it may have been deleted."""

UNSEEN_LIMIT = 50
"""Such GETs in one tick, the oldest first."""

ONE_BY_ONE_LIMIT = 100
"""Due jobs that get a GET in one tick when Speech refuses the filtered list: a sixth of what it answers in a minute,
since what fetches files asks it too."""

LISTS_A_TICK = 10
"""Requests for pages of transcriptions in one tick, of the filtered list and the whole one together."""


class Waiting(msgspec.Struct, frozen=True):
    """What the poll knows before it asks.

    new: at most NEW_WINDOW jobs never asked for; due: at most POLL_GET_LIMIT + 1 jobs whose time has come; unseen: at
    most UNSEEN_LIMIT jobs not heard of for UNSEEN_FOR; oldest: of the pending jobs, the one accepted first.
    """

    new: list[Job]
    due: list[Job]
    unseen: list[Job]
    oldest: Job | None


class PollPlan(msgspec.Struct, frozen=True):
    """What to ask: a GET each for `gets`, in this order.

    walk: whether to go on through the whole list; list_ended: whether to go on through that of what ended lately.
    """

    gets: list[Job]
    walk: bool
    list_ended: bool


def plan(waiting: Waiting, get_limit: int) -> PollPlan:
    """Decide what to ask Speech.

    New jobs may have ended before the watermark. So each gets a GET of its own, up to NEW_GETS in a tick. Where more
    are new, the walk through the whole list finds some of them sooner. Few due jobs get a GET each, many are found by
    one list of what ended lately.
    """
    many_due = len(waiting.due) > get_limit
    new, due, unseen = map(_untroubled_first, (waiting.new, [] if many_due else waiting.due, waiting.unseen))
    # One of each in turn: when time runs out, no kind has kept the others waiting.
    ordered = (job for each in zip_longest(new[:NEW_GETS], due, unseen) for job in each if job is not None)
    return PollPlan(
        gets=list({job.id: job for job in ordered}.values()),
        walk=len(waiting.new) > NEW_GETS,
        list_ended=many_due,
    )


def _untroubled_first(jobs: Iterable[Job]) -> list[Job]:
    # Those that made trouble come last, the one that was not tried for the longest time first among them.
    return sorted(jobs, key=lambda job: (job.failure is not None, (job.polled_at or "") if job.failure else ""))


def begin_of(waiting: Waiting, watermark: UtcTime | None) -> UtcTime:
    """Return the time since which jobs ended that the filtered list has to show. There is at least one due job.

    Every pending job was still running when it was first asked for, after it was accepted.
    """
    oldest = waiting.oldest.accepted_at if waiting.oldest else min(job.accepted_at for job in waiting.due)
    return max(watermark or oldest, oldest)


def filter_since(since: UtcTime) -> str:
    """Return the filter of Transcriptions_List for jobs that ended since a time of day, with room for clocks."""
    begin = datetime.fromisoformat(since) - CLOCK_SKEW
    # The documented grammar has no parentheses, and so no "this or that, and moreover".
    ended = "status ne 'NotStarted' and status ne 'Running'"
    return f"{ended} and lastActionDateTime ge {begin:%Y-%m-%dT%H:%M:%SZ}"
