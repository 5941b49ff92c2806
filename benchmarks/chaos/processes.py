"""Whole processes: the functions host killed again and again, storage restarted, services that cannot be reached."""

import logging
import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

import msgspec
from msgspec.structs import replace

from benchmarks.chaos.bench import Bench, bench
from benchmarks.chaos.disturbed import Disturbed, disturbed
from benchmarks.chaos.judge import State
from benchmarks.chaos.kinds import WAIT_SECONDS, Kind, undisturbed
from benchmarks.chaos.ledger import Row
from benchmarks.chaos.log import HostLog
from benchmarks.chaos.runs import without_runs
from local.stack import serves

GROUP = "processes"

AZURITE_SAVES_SECONDS = 6.0
"""Azurite writes down every 5 s what is there."""

LIGHT = ("reference", "diarized-mono", "stereo-short", "empty", "failed", "partly-failed", "many-files")
"""All sample jobs but the two with great files."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sizes:
    """How much of each there is."""

    copies: int = 30
    kills: int = 20
    restarts: int = 5
    few: int = 10
    outage_seconds: float = 15.0


def run(sizes: Sizes = Sizes(), seed: int = 11) -> Iterator[Row]:
    """Run the scenario."""
    random = Random(seed)  # noqa: S311 - chance for tests, no secret
    with bench(seed=seed) as running:
        every = undisturbed(running)
        light = [kind for kind in every if kind.name in LIGHT]
        yield host_killed(running, every, sizes, random)
        yield _storage_restarted(running, light, sizes, random)
        yield _storage_killed(running, light, sizes, random)
        for service in ("cosmos", "speech", "blob", "queue"):
            yield _unreachable(running, light, service, sizes)


def host_killed(running: Bench, kinds: list[Kind], sizes: Sizes, random: Random) -> Row:
    """Kill the host again and again while jobs are enqueued."""
    log_ = HostLog(running)
    with disturbed(running, kinds, sizes.copies) as load:
        for number in range(sizes.kills):
            load.send((number + 1) * sizes.copies // sizes.kills - load.sent)
            running.until(lambda: serves(running.stack.functions_url), "the host is well", WAIT_SECONDS)
            time.sleep(random.uniform(0, 4))
            _kill_host(running)
        load.finish()
    fault = "the functions host killed (SIGKILL) at random moments of a load"
    return _row(Row(group=GROUP, fault=fault, cases=sizes.kills), load, log_)


def _kill_host(running: Bench) -> None:
    killed = running.stack.pids["host"]
    os.killpg(killed, signal.SIGKILL)
    running.until(lambda: running.stack.pids["host"] != killed, "the host is started again", WAIT_SECONDS)


def _storage_restarted(running: Bench, kinds: list[Kind], sizes: Sizes, random: Random) -> Row:
    log_ = HostLog(running)
    with disturbed(running, kinds, sizes.few) as load:
        for number in range(sizes.restarts):
            load.send((number + 1) * sizes.few // sizes.restarts - load.sent)
            time.sleep(random.uniform(0, 4))
            running.stack.restart_azurite(signal.SIGTERM)
        load.finish()
    fault = "storage (queues and blobs) restarted: SIGTERM, on which Azurite keeps what it acknowledged"
    return _row(Row(group=GROUP, fault=fault, cases=sizes.restarts), load, log_)


def _storage_killed(running: Bench, kinds: list[Kind], sizes: Sizes, random: Random) -> Row:
    """Kill Azurite, which undoes up to five seconds of what it acknowledged: Azure Storage never does that.

    The app makes good for messages of its own that are gone. What nobody but their owner has is done by the bench: it
    enqueues again the jobs that the app never heard of, and has written anew what has lost its raw blob.
    """
    log_ = HostLog(running)
    time.sleep(AZURITE_SAVES_SECONDS)
    enqueued = 0
    with disturbed(running, kinds, sizes.few) as load:
        for number in range(sizes.restarts):
            load.send((number + 1) * sizes.few // sizes.restarts - load.sent)
            time.sleep(random.uniform(1, 4))
            running.stack.restart_azurite(signal.SIGKILL)
        running.quiet(WAIT_SECONDS)
        unheard = [spec.id for _, spec in load.copies if running.app.jobs.get(spec.id) is None]
        running.enqueue(*unheard)
        enqueued = len(unheard)
        load.finish()
        rawless = [spec.id for kind, spec in load.copies if kind.state.raw.keys() - running.state(spec).raw.keys()]
        running.enqueue(*(msgspec.json.encode({"id": job_id, "reprocess": True}).decode() for job_id in rawless))
        load.finish()
    fault = "storage killed (SIGKILL): Azurite forgets up to 5 s of what it acknowledged, which Azure does not"
    note = (
        f"{enqueued} jobs that it forgot enqueued again, {len(rawless)} whose raw blobs it forgot reprocessed by hand"
    )
    return _row(Row(group=GROUP, fault=fault, cases=sizes.restarts, note=note), load, log_, without_runs)


def _unreachable(running: Bench, kinds: list[Kind], service: str, sizes: Sizes) -> Row:
    log_ = HostLog(running)
    front = running.faults.fronts[service]
    with disturbed(running, kinds, sizes.few) as load:
        load.send(sizes.few // 2)
        # In the middle of the work, and of the acceptance of the rest.
        running.until(lambda: load.deliveries.first > sizes.few // 2, "work begins", WAIT_SECONDS)
        front.refuse()
        load.send()
        time.sleep(sizes.outage_seconds)
        front.accept()
        load.finish()
    fault = f"{NAMES[service]} unreachable for {sizes.outage_seconds:.0f} s"
    return _row(Row(group=GROUP, fault=fault, cases=1), load, log_)


NAMES = {"cosmos": "Cosmos DB", "speech": "Speech", "blob": "Blob storage", "queue": "Queue storage"}


def _same(state: State) -> State:
    return state


def _row(row: Row, load: Disturbed, log_: HostLog, seen_as: Callable[[State], State] = _same) -> Row:
    """Return the row with what was found; `seen_as` leaves out what may differ."""
    verdict = load.verdict(seen_as)
    for words in [*verdict.words, *load.seen.words]:
        log.error("%s: %s", row.fault, words)
    repaired = log_.signals("repaired")
    notes = [
        f"{len(load.copies)} jobs, {load.deliveries.first} messages",
        f"{load.deliveries.again} deliveries after the first, {repaired} repairs by the app",
        *([f"{load.requeued} files given up, sent again by `poison requeue`"] if load.requeued else []),
        *([row.note] if row.note else []),
        *verdict.words[:3],
    ]
    return replace(
        row,
        lost=verdict.lost,
        duplicated=verdict.duplicated,
        half_visible=load.seen.half_visible,
        repaired=load.deliveries.again + repaired,
        note="; ".join(notes),
    )
