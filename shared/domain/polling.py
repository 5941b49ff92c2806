"""The poll's decision: which requests find the jobs that ended, at a cost that does not grow with those that wait."""

from datetime import datetime, timedelta

import msgspec

from shared.domain.documents import UtcTime
from shared.domain.job import Job

CLOCK_SKEW = timedelta(minutes=10)
"""How much earlier than the watermark the list begins: our clock and Speech's may differ."""

UNSEEN_FOR = timedelta(hours=1)
"""A pending job that no answer mentioned for so long gets a GET of its own: it may have been deleted."""

UNSEEN_LIMIT = 50
"""Such GETs in one run, the oldest first."""


ONE_BY_ONE_LIMIT = 100
"""Due jobs asked for in one run when Speech refuses the filtered list: a sixth of what it answers in a minute, since
what fetches files asks it too."""


class Waiting(msgspec.Struct, frozen=True):
    """What the poll knows before it asks.

    new: jobs never asked for; due: at most POLL_GET_LIMIT + 1 jobs whose time has come; unseen: at most UNSEEN_LIMIT
    jobs not heard of for UNSEEN_FOR; oldest: of the pending jobs, the one accepted first, None without any; watermark:
    see PollMark.
    """

    new: list[Job]
    due: list[Job]
    unseen: list[Job]
    oldest: Job | None
    watermark: UtcTime | None


class PollPlan(msgspec.Struct, frozen=True):
    """What to ask: a GET each for `gets`; the whole list, for `walk_for`; the list of those ended since `since`."""

    gets: list[Job]
    walk_for: list[Job]
    since: UtcTime | None


def plan(waiting: Waiting, get_limit: int) -> PollPlan:
    """Decide what to ask Speech.

    Few new jobs get a GET each, many are looked for by one walk through the whole list: they may have ended before
    the watermark. Few due jobs get a GET each, many are found by one list of what ended lately.
    """
    many_new = len(waiting.new) > get_limit
    many_due = len(waiting.due) > get_limit
    wanted = ([] if many_new else waiting.new) + ([] if many_due else waiting.due) + waiting.unseen
    gets = {job.id: job for job in wanted}
    return PollPlan(
        gets=list(gets.values()),
        walk_for=waiting.new if many_new else [],
        since=_since(waiting) if many_due else None,
    )


def _since(waiting: Waiting) -> UtcTime:
    # Every pending job was still running when it was first asked for, after it was accepted.
    accepted = waiting.oldest.accepted_at if waiting.oldest else None
    return max(moment for moment in (waiting.watermark, accepted) if moment)


def filter_since(since: UtcTime) -> str:
    """Return the filter of Transcriptions_List for jobs that ended since a time of day, with room for clocks."""
    begin = datetime.fromisoformat(since) - CLOCK_SKEW
    # The documented grammar has no parentheses, and so no "this or that, and moreover".
    ended = "status ne 'NotStarted' and status ne 'Running'"
    return f"{ended} and lastActionDateTime ge {begin:%Y-%m-%dT%H:%M:%SZ}"
