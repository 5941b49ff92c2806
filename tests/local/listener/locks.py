"""The cases that last as long as a lock: its renewal, loss and end. The Functions host's lock is ten minutes."""

import signal
from collections.abc import Callable
from itertools import pairwise
from threading import Event as Flag

from tests.local.listener.cases import DELETED, IN_POISON, INVOKED, Facts, fails
from tests.local.listener.listeners import HOST_LOCK, Options
from tests.local.listener.program import Invocation, Reply
from tests.local.listener.stage import Stage
from tests.waiting import PATIENCE_SECONDS

LONG = Options(
    batch=16,
    threshold=8,
    tries=5,
    visibility=30,
    polling=10,
    encoding="none",
    patience=PATIENCE_SECONDS + 2 * HOST_LOCK,
)
"""The options of this app's host.json."""

SHORT = Options(batch=16, threshold=8, tries=5, visibility=1, polling=0.5, encoding="none", lock=4)
"""The same cases in a few seconds, for local/host, whose lock is a setting."""

_RENEWALS = 2


def locks(stage: Stage) -> Facts:
    """Run the cases at once. It takes a lock and the wait for the next poll, twice for local/host."""
    stage.create("", "-poison")
    dead = Flag()
    stage.send("its holder is killed", "killed")
    stage.behaviours = {
        "its holder is killed": lambda call: Reply(well=call.dequeue_count > 1 or dead.wait(stage.wire.deadline)),
        "is held for long": _until_renewed(stage, "is held for long", _RENEWALS),
        "loses its lock": _loses(stage, "loses its lock"),
        "fails in the poison queue": lambda call: Reply(well=call.dequeue_count > 1),
        "fails": fails,
    }
    first = stage.launch()
    stage.until("its holder is killed", INVOKED.format(1))
    first.stop(signal.SIGKILL)
    dead.set()
    stage.launch()
    stage.send("is held for long", "held")
    stage.send("loses its lock", "loses")
    stage.send("fails in the poison queue", "fails in poison", "-poison")
    stage.send("fails", "fails")
    stage.until("fails", *IN_POISON)
    for case in ("its holder is killed", "is held for long"):
        stage.until(case, DELETED)
    stage.until("loses its lock", f"{DELETED}: refused", DELETED)
    stage.until("fails in the poison queue", "delete from work-poison")
    cases = sorted(stage.sent - {"loses its lock"})
    return {
        **{case: stage.trace(case) for case in cases},
        "loses its lock, steps of both holders sorted": sorted(stage.trace("loses its lock")),
        "seconds from one lock's end to the next": {case: _between(stage, case) for case in cases},
        "seconds from the copy in the poison queue to its receipt": _woken(stage),
    }


def _between(stage: Stage, case: str) -> list[float]:
    """Return the times between the fetches of a message, by storage's own times, which are whole seconds."""
    for queue in (stage.work, f"{stage.work}-poison"):
        ends = [one.visible for one in stage.events(case) if one.queue == queue and one.visible]
        if len(ends) > 1:
            return [(later - earlier).total_seconds() for earlier, later in pairwise(ends)]
    return []


def _woken(stage: Stage) -> float:
    poison = f"{stage.work}-poison"
    (sent,) = [one.at for one in stage.events("fails") if (one.what, one.queue) == ("send", poison)]
    (received,) = [one.at for one in stage.events("fails") if (one.what, one.queue) == ("receive", poison)]
    return round(received - sent, 3)


def _until_renewed(stage: Stage, case: str, times: int) -> Callable[[Invocation], Reply]:
    def behave(_: Invocation) -> Reply:
        stage.wire.until(
            lambda _: len([one for one in stage.events(case) if one.what == "update"]) >= times,
            f"{case}: {times} updates",
        )
        return Reply()

    return behave


def _loses(stage: Stage, case: str) -> Callable[[Invocation], Reply]:
    """Make the message visible while its first holder has it; keep both holders until three renewals were tried.

    One is the first holder's, which is refused. If that holder tried again, its second try would be the third in all.
    """
    renewed = _until_renewed(stage, case, 1 + _RENEWALS)

    def behave(call: Invocation) -> Reply:
        if call.dequeue_count == 1:
            with stage.queue() as queue:
                queue.update_message(call.id, call.receipt, visibility_timeout=0)
            return renewed(call)
        renewed(call)
        stage.wire.until(lambda _: f"{DELETED}: refused" in stage.trace(case), f"{case}: the first holder ends")
        return Reply()

    return behave
