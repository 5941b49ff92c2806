"""The cases: enqueued messages, what the program does, and which steps of the listener are recorded.

No result depends on the speed of the machine: the cases wait for steps, and only steps and their order are recorded.
"""

import base64
from collections.abc import Callable
from itertools import groupby, pairwise
from threading import Semaphore
from typing import Any

from local.faults import Answer, Rule
from tests.local.listener.listeners import Options
from tests.local.listener.program import Invocation, Reply
from tests.local.listener.stage import Stage
from tests.local.listener.wire import Event

Facts = dict[str, Any]

PLAIN = Options(batch=4, threshold=2, tries=3, visibility=1, polling=0.5, encoding="none")
BASE64 = Options(batch=4, threshold=2, tries=2, visibility=1, polling=0.5, encoding="base64")

INVOKED = "invoke for work, try {}"
DELETED = "delete from work"
IN_POISON = (
    "receive from work-poison, try 1, hidden for lock",
    "invoke for work-poison, try 1",
    "delete from work-poison",
)

IDLE_POLLS = 6
BURST = 12


def plain(stage: Stage) -> Facts:
    """Messages without an encoding: tries, poison, lost holders, outputs, a burst, an empty queue."""
    stage.create("", "-poison", "-burst", "-idle")
    stage.send("worn out", "worn out", fetched=PLAIN.tries)
    stage.send("worn out in the poison queue", "worn out in poison", "-poison", fetched=PLAIN.tries)
    stage.send("succeeds", "succeeds: größe & <más>")
    stage.send("fails", "fails")
    stage.send("succeeds at the last try", "recovers")
    stage.send("fails in the poison queue", "fails in poison", "-poison")
    stage.send("sends several", "sends several")
    stage.send("cannot send", "cannot send")
    for number in range(BURST):
        stage.send("burst", f"burst {number}", "-burst")
    for case, well in (("loses its holder, which succeeds", True), ("loses its holder, which fails", False)):
        stage.send(case, f"robbed {well}")
        stage.behaviours[case] = _robbed(stage, case, well=well)
    stage.send("is deleted under its holder", "deleted")
    stage.behaviours |= {
        "fails": fails,
        "succeeds at the last try": lambda call: Reply(well=call.dequeue_count == PLAIN.tries),
        "fails in the poison queue": lambda _: Reply(well=False),
        "sends several": _sends(f"{stage.work}-out", "first", "second", "third"),
        "cannot send": _sends(f"{stage.work}-out", "sent", "refused", "never"),
        "is deleted under its holder": _deleted(stage),
    }
    stage.belongs("sends several", "first", "second", "third")
    stage.belongs("cannot send", "sent")
    stage.front.rules.append(
        Rule(Answer(403), method="POST", target=f"{stage.work}-out/", when=lambda asked: b">refused<" in asked.body)
    )
    gate = Semaphore(0)
    stage.behaviours["burst"] = _held(stage, gate)
    stage.launch()
    batches = _burst(stage, gate)
    for case in ("succeeds", "sends several", "succeeds at the last try"):
        stage.until(case, DELETED)
    for case in ("fails", "cannot send", "worn out"):
        stage.until(case, *IN_POISON)
    stage.until(
        "worn out in the poison queue", f"invoke for work-poison, try {PLAIN.tries + 1}", "delete from work-poison"
    )
    stage.until("fails in the poison queue", "invoke for work-poison, try 1")
    stage.until("loses its holder, which succeeds", f"{DELETED}: refused", DELETED)
    stage.until("loses its holder, which fails", "update in work, hidden for visibilityTimeout: refused", DELETED)
    stage.until("is deleted under its holder", f"{DELETED}: refused")
    cases = sorted(stage.sent - {"burst"})
    # Last, when no other case runs.
    stage.send("the last of a queue", "idle", "-idle")
    stage.wire.until(lambda events: len(_polls(stage, events)) > IDLE_POLLS, "the empty queue is polled")
    return {
        **{case: stage.trace(case) for case in cases},
        "a burst": batches,
        "an empty queue, seconds between polls": [
            round(later.at - earlier.at, 3) for earlier, later in pairwise(_polls(stage, stage.wire.events()))
        ][:IDLE_POLLS],
        "queues at the end": stage.existing(),
    }


def encoded(stage: Stage) -> Facts:
    """Messages in Base64, and invalid ones. Only the queue `work` exists at first."""
    stage.create("")
    stage.send("in base64", _encoded(b"in base64"))
    stage.send("in base64 with white space", "d2l0aCB3aGl0\n ZSBzcGFjZQ==\n")
    stage.send("in base64, not UTF-8", _encoded(b"\xff\xfe not UTF-8"))
    stage.send("in base64, fails", _encoded(b"fails"))
    stage.send("not base64", "plain, not base64")
    stage.send("not base64 by its padding", "YWJj=")
    bodies: dict[str, str] = {}

    def keep(case: str, *, well: bool = True) -> Callable[[Invocation], Reply]:
        def behave(call: Invocation) -> Reply:
            bodies[case] = base64.b64encode(call.body).decode()
            return Reply(well=well or call.function == "poison")

        return behave

    for case in ("in base64", "in base64 with white space", "in base64, not UTF-8"):
        stage.behaviours[case] = keep(case)
    stage.behaviours["in base64, fails"] = keep("in base64, fails", well=False)
    stage.launch()
    for case in ("in base64", "in base64 with white space", "in base64, not UTF-8"):
        stage.until(case, DELETED)
    stage.until("in base64, fails", *IN_POISON)
    for case in ("not base64", "not base64 by its padding"):
        stage.until(case, IN_POISON[0])
    return {
        **{case: stage.trace(case) for case in sorted(stage.sent)},
        "bodies, in base64": dict(sorted(bodies.items())),
        "queues at the end": stage.existing(),
    }


def _robbed(stage: Stage, case: str, *, well: bool) -> Callable[[Invocation], Reply]:
    """Make the message visible while its first holder has it, which voids that receipt. Let that holder end first."""
    settled = "delete" if well else "update"

    def behave(call: Invocation) -> Reply:
        if call.dequeue_count == 1:
            with stage.queue() as queue:
                queue.update_message(call.id, call.receipt, visibility_timeout=0)
            stage.wire.until(lambda _: INVOKED.format(2) in stage.trace(case), f"{case}: the second holder")
            return Reply(well=well)
        stage.wire.until(lambda _: any(one.what == settled for one in stage.events(case)), f"{case}: the first ends")
        return Reply()

    return behave


def _deleted(stage: Stage) -> Callable[[Invocation], Reply]:
    def behave(call: Invocation) -> Reply:
        with stage.queue() as queue:
            queue.delete_message(call.id, call.receipt)
        return Reply()

    return behave


def _held(stage: Stage, gate: Semaphore) -> Callable[[Invocation], Reply]:
    def behave(_: Invocation) -> Reply:
        assert gate.acquire(timeout=stage.wire.deadline)
        return Reply()

    return behave


def fails(call: Invocation) -> Reply:
    """Fail in the queue `work`, and succeed in its poison queue."""
    return Reply(well=call.function == "poison")


def _sends(queue: str, *texts: str) -> Callable[[Invocation], Reply]:
    return lambda call: Reply(messages=((queue, texts),) if call.function == "work" else ())


def _encoded(body: bytes) -> str:
    return base64.b64encode(body).decode()


def _polls(stage: Stage, events: list[Event]) -> list[Event]:
    """Return the empty fetches after the last message of the idle queue."""
    idle = [event for event in events if event.queue == f"{stage.work}-idle"]
    found = next((place for place, event in enumerate(idle) if event.what == "receive"), len(idle))
    return [event for event in idle[found:] if event.what == "empty"]


def _burst(stage: Stage, gate: Semaphore) -> list[Facts]:
    """Finish some messages at a time. Return for each fetch the numbers requested, got and in work."""
    queue = f"{stage.work}-burst"

    def begun(count: int) -> None:
        stage.wire.until(
            lambda events: len([one for one in events if (one.what, one.queue) == ("invoke", queue)]) == count,
            f"{count} of the burst begin",
        )

    for begin, let_go in ((4, 2), (8, 4), (BURST, BURST)):
        begun(begin)
        gate.release(let_go)
    stage.wire.until(
        lambda events: len([one for one in events if (one.what, one.queue) == ("delete", queue)]) == BURST,
        "all of the burst end",
    )
    fetches: list[Facts] = []
    running = 0
    for _, steps in groupby((one for one in stage.wire.events() if one.queue == queue), key=lambda one: one.at):
        found = list(steps)
        if found[0].what == "receive":
            texts = [one.text for one in found]
            fetches.append({"asked for": found[0].asked, "running": running, "got": texts})
            running += len(found)
        elif found[0].what == "delete":
            running -= 1
    return fetches
