"""Watching jobs: which document counts as the end, how often it is read, and when the watch gives up."""

from collections import Counter, deque
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

import msgspec
import pytest

from shared.cli.exits import Exit
from shared.cli.watching import (
    DELETED,
    LONGEST_PAUSE_SECONDS,
    READS_A_ROUND,
    SENT,
    UNREADABLE,
    Found,
    Watch,
    Watched,
    before_sending,
    exit_of_jobs,
    reading,
)
from shared.domain.enqueued import Enqueued
from shared.domain.forgotten import forgotten
from shared.domain.job import FileCounts, Job, Status
from shared.errors import Denied, Transient, Unreadable
from tests.pipeline.fakes import FakeClock

JOB = "00000000-0000-4000-8000-0000000000a1"


def job(status: Status = Status.PENDING, run: int = 1, **members: object) -> Job:
    plain = Job(id=JOB, status=status, accepted_at="2026-11-02T08:00:00.000000Z", run=run)
    return msgspec.structs.replace(plain, **members)


class Store:
    """Documents that change after some reads. `script`: for each job its next answers, of which the last one stays."""

    def __init__(self, clock: FakeClock, **script: Sequence[Found | Transient]) -> None:
        self.clock = clock
        self.script = {name: deque(answers) for name, answers in script.items()}
        self.read_at: dict[str, list[float]] = {}
        self.rounds: list[int] = []
        self.begun = clock.now()

    def read(self, ids: Sequence[str]) -> list[Found]:
        """Return the next answers."""
        self.rounds.append(len(ids))
        answers: list[Found] = []
        for each in ids:
            self.read_at.setdefault(each, []).append((self.clock.now() - self.begun).total_seconds())
            left = self.script[each]
            answer = left.popleft() if len(left) > 1 else left[0]
            if isinstance(answer, Transient):
                raise answer
            answers.append(answer)
        return answers


DAY = 86_400
"""After so many seconds of the fake clock a watch ends in any case, so that no fault makes a test run for ever."""


def states(watch: Watch, seconds: float = DAY) -> list[str]:
    return [each.state for changed in watch.changes(seconds) for each in changed]


def test_a_new_job_is_watched_from_its_message_to_its_end() -> None:
    clock = FakeClock()
    some = FileCounts(expected=3, ingested=1)
    store = Store(clock, a=[None, job(), job(Status.INGESTING, files=some), job(Status.COMPLETED)])
    watched = before_sending(Enqueued("a"), None, clock.now())
    assert (watched.state, watched.ended) == (SENT, False)
    watch = Watch([watched], store.read, clock)
    assert states(watch) == ["pending", "ingesting", "completed"]
    assert watch.ended
    assert watch.states() == {"completed": 1}


@pytest.mark.parametrize("asked", [Enqueued("a", reprocess=True), Enqueued("a", replay=True)])
@pytest.mark.parametrize("old", [Status.COMPLETED, Status.COMPLETED_WITH_ERRORS, Status.FAILED])
def test_the_end_of_an_earlier_run_is_not_the_end_of_the_run_that_was_asked_for(asked: Enqueued, old: Status) -> None:
    clock = FakeClock()
    watched = before_sending(asked, job(old, run=2), clock.now())
    store = Store(clock, a=[job(old, run=2), job(old, run=2), job(run=3), job(Status.EXPIRED, run=3)])
    assert states(Watch([watched], store.read, clock)) == ["pending", "expired"]


def test_a_job_that_starts_over_by_a_plain_message_is_watched_in_its_new_run() -> None:
    clock = FakeClock()
    watched = before_sending(Enqueued("a"), job(Status.FAILED), clock.now())
    store = Store(clock, a=[job(Status.FAILED), job(Status.COMPLETED, run=2)])
    assert states(Watch([watched], store.read, clock)) == ["completed"]


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.COMPLETED_WITH_ERRORS])
def test_a_job_for_which_the_message_changes_nothing_has_ended_at_once(status: Status) -> None:
    clock = FakeClock()
    store = Store(clock)
    watch = Watch([before_sending(Enqueued("a"), job(status), clock.now())], store.read, clock)
    assert (watch.ended, states(watch), store.rounds, clock.slept) == (True, [], [], [])


def test_a_job_that_is_under_way_is_watched_in_its_current_run() -> None:
    clock = FakeClock()
    watched = before_sending(Enqueued("a", reprocess=True), job(Status.INGESTING, run=4), clock.now())
    assert watched.state == Status.INGESTING
    assert states(Watch([watched], Store(clock, a=[job(Status.COMPLETED, run=4)]).read, clock)) == ["completed"]


def test_a_document_that_is_deleted_before_its_message_is_taken_up_is_created_as_run_1() -> None:
    clock = FakeClock()
    watched = before_sending(Enqueued("a", reprocess=True), job(Status.COMPLETED, run=5), clock.now())
    store = Store(clock, a=[None, job(run=1), job(Status.COMPLETED, run=1)])
    assert states(Watch([watched], store.read, clock)) == ["pending", "completed"]


def test_a_deleted_or_unreadable_document_ends_the_watch_of_its_job() -> None:
    clock = FakeClock()
    bad = Unreadable("document b in jobs has schemaVersion 9")
    store = Store(clock, a=[job(), None], b=[bad])
    watch = Watch([Watched("a", job()), Watched("b", job())], store.read, clock)
    assert sorted(states(watch)) == [DELETED, UNREADABLE]
    assert watch.ended


def test_a_job_that_is_erased_ends_the_watch_and_only_a_reprocess_of_it_is_waited_for() -> None:
    clock = FakeClock()
    erased = forgotten(job(Status.COMPLETED, run=2), clock.now())
    watch = Watch([Watched("a", job())], Store(clock, a=[erased]).read, clock)
    assert states(watch) == ["forgotten"]
    assert exit_of_jobs(watch.states()) is Exit.FAILED
    plain, anew = (before_sending(Enqueued(JOB, reprocess=wish), erased, clock.now()) for wish in (False, True))
    assert (plain.ended, anew.ended, anew.state) == (True, False, SENT)
    assert not anew.seen(erased).ended
    assert anew.seen(job(Status.COMPLETED, run=3)).ended


def test_an_unchanged_job_is_read_less_and_less_often_until_it_changes() -> None:
    clock = FakeClock()
    steady = [job()] * 12
    store = Store(clock, a=[*steady, job(Status.INGESTING), job(Status.INGESTING), job(Status.COMPLETED)])
    tuple(Watch([Watched("a", job())], store.read, clock).changes(DAY))
    times = store.read_at["a"]
    pauses = [after - before for before, after in pairwise(times)]
    assert pauses[:3] == [1.0, 1.5, 2.25]
    assert pauses[:12] == sorted(pauses[:12])
    assert pauses[10] == LONGEST_PAUSE_SECONDS
    assert pauses[12] == 1.0, "a change starts with the short pause again"


def test_a_round_reads_a_bounded_number_of_jobs_and_none_is_left_out() -> None:
    clock = FakeClock()
    names = [f"job{number}" for number in range(3 * READS_A_ROUND + 7)]
    store = Store(clock, **{name: [job(), job(), job(Status.COMPLETED)] for name in names})
    watch = Watch([Watched(name, job()) for name in names], store.read, clock)
    tuple(watch.changes(DAY))
    assert watch.states() == {"completed": len(names)}
    assert max(store.rounds) == READS_A_ROUND
    first = [times[0] for times in store.read_at.values()]
    assert max(first) <= 3.0, "each job is read once before another one is read for the third time"
    assert min(clock.slept) >= 1.0


def test_a_count_of_files_is_a_change_too() -> None:
    clock = FakeClock()
    counted = [job(Status.INGESTING, files=FileCounts(expected=2, ingested=each)) for each in (0, 1, 1)]
    store = Store(clock, a=[*counted, job(Status.COMPLETED, files=FileCounts(expected=2, ingested=1, failed=1))])
    watch = Watch([Watched("a", job(Status.INGESTING))], store.read, clock)
    seen = [each.job.files.ingested for changed in watch.changes(DAY) for each in changed if each.job]
    assert seen == [0, 1, 1], "the third read shows nothing new"


def test_a_failed_read_is_told_and_the_watch_goes_on() -> None:
    clock = FakeClock()
    told: list[Transient] = []
    lost = Transient("Cosmos DB: no answer")
    store = Store(clock, a=[job(), lost, lost, job(Status.COMPLETED)])
    assert states(Watch([Watched("a", job())], store.read, clock, told.append)) == ["completed"]
    assert told == [lost, lost]


def test_a_missing_role_ends_the_watch() -> None:
    clock = FakeClock()
    store = Store(clock, a=[Denied("Cosmos DB answered 403")])
    with pytest.raises(Denied):
        tuple(Watch([Watched("a", job())], store.read, clock).changes(60))


def test_a_watch_with_a_limit_ends_at_it() -> None:
    clock = FakeClock()
    begun = clock.now()
    watch = Watch([Watched("a", job())], Store(clock, a=[job()]).read, clock)
    assert states(watch, seconds=100) == []
    assert not watch.ended
    assert clock.now() - begun == timedelta(seconds=100)


@pytest.mark.parametrize(
    ("ended", "code"),
    [
        (["completed", "completed"], Exit.DONE),
        (["completedWithErrors"], Exit.PARTLY),
        (["completed", "failed"], Exit.PARTLY),
        (["completed", UNREADABLE], Exit.PARTLY),
        (["failed"], Exit.FAILED),
        (["notFound", "expired"], Exit.FAILED),
        (["completed", "pending"], Exit.FAILED),
        (["completedWithErrors", SENT], Exit.FAILED),
        ([DELETED], Exit.FAILED),
    ],
)
def test_the_exit_code_says_how_all_jobs_ended(ended: list[str], code: Exit) -> None:
    assert exit_of_jobs(Counter(ended)) is code


def test_reading_keeps_the_order_and_reports_what_cannot_be_read() -> None:
    bad = Unreadable("document b in jobs")

    def get(job_id: str) -> Job | None:
        if job_id == "b":
            raise bad
        return None if job_id == "c" else job(display_name=job_id)

    found = reading(get)([*"abcdefghijklmnop"])
    assert found[1] is bad
    assert found[2] is None
    assert [each.display_name for each in found if isinstance(each, Job)] == [*"adefghijklmnop"]
