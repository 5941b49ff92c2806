"""Messages deleted by hand: the app's own, before they were worked on to the end."""

import time
from collections.abc import Iterator, Mapping

from benchmarks.chaos.bench import Bench, NotInTime
from benchmarks.chaos.kinds import WAIT_SECONDS, Kind
from benchmarks.chaos.ledger import Row
from benchmarks.chaos.log import HostLog
from benchmarks.chaos.repair.case import Case, Held, ended, rest_is_in, row
from benchmarks.chaos.repair.documents import GROUP
from shared.domain.messages import JOBS_QUEUE, RESULTS_QUEUE, FetchPage, ListJobFiles, Work, decode_work

_LOOK_SECONDS = 0.5


def run(bench: Bench, kinds: Mapping[str, Kind]) -> Iterator[Row]:
    """Delete the message of a file, the one that lists a job's files, and all messages of both queues."""
    kind = kinds["partly-failed"]
    file = Case("the message of a file deleted", kind, bench.copy(kind.spec))
    listing = Case("the message that lists a job's files deleted", kind, bench.copy(kind.spec))
    yield from _singly(bench, file, listing)
    yield from _all(bench, [kind, kinds["many-files"]])


def _singly(bench: Bench, file: Case, listing: Case) -> Iterator[Row]:
    log_ = HostLog(bench)
    queue = bench.faults.fronts["queue"]
    with Held(bench, [file.held.id, f"{listing.spec.id}/files"]) as (_, on_listing):
        bench.enqueue(file.spec.id, listing.spec.id)
        bench.until(lambda: rest_is_in(bench, file) and on_listing.met, "both messages wait", WAIT_SECONDS)
        queue.refuse()  # so that the host does not take them first
        _delete(bench, {(file.spec.id, FetchPage), (listing.spec.id, ListJobFiles)})
        queue.accept()
    ended(bench, [file, listing])
    for case in (file, listing):
        yield row(bench, case, log_, group=GROUP)


def _all(bench: Bench, kinds: list[Kind]) -> Iterator[Row]:
    log_ = HostLog(bench)
    fault = "both queues emptied while files wait"
    cases = [Case(f"{fault}: {kind.name}", kind, bench.copy(kind.spec)) for kind in kinds]
    with Held(bench, [case.held.id for case in cases]):
        bench.enqueue(*(case.spec.id for case in cases))
        for case in cases:
            bench.until(lambda case=case: rest_is_in(bench, case), f"{case.fault}: the rest is in", WAIT_SECONDS)  # type: ignore[misc]
        for name in (JOBS_QUEUE, RESULTS_QUEUE):
            with bench.queue(name) as client:
                client.clear_messages()
    ended(bench, cases)
    for case in cases:
        yield row(bench, case, log_, group=GROUP)


def _delete(bench: Bench, wanted: set[tuple[str, type[Work]]]) -> None:
    """Receive messages until those that are wanted were among them, and delete these; the others come back at once."""
    left = set(wanted)
    deadline = time.monotonic() + WAIT_SECONDS
    with bench.queue(RESULTS_QUEUE) as client:
        while left:
            for received in client.receive_messages(visibility_timeout=1, messages_per_page=32):
                message = decode_work(str(received.content).encode())
                if (message.job_id, type(message)) in wanted:
                    client.delete_message(received)
                    left -= {(message.job_id, type(message))}
            if time.monotonic() > deadline:
                raise NotInTime(f"no message to delete of {left}")
            time.sleep(_LOOK_SECONDS)
