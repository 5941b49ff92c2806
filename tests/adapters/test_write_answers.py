"""The answers to writes: they repeat no document, because none of them is read."""

from collections.abc import Iterator

import pytest
from azure.cosmos import DatabaseProxy

from local.faults import Exchange, Front, Moment
from shared.adapters.cosmos import CosmosJobs, CosmosTranscripts
from tests.adapters.documents import failure, head, new_job, new_key, part

LARGE = 10_000
ETAGS = 1_000
"""More than the statuses and ETags of a batch of three operations take."""


@pytest.fixture
def answers(front: Front) -> Iterator[list[Exchange]]:
    seen = list[Exchange]()
    front.watch = lambda exchange, moment: seen.append(exchange) if moment is Moment.AFTER else None
    yield seen
    front.watch = None


def test_a_batch_is_answered_without_its_documents(through: DatabaseProxy, answers: list[Exchange]) -> None:
    transcripts, key = CosmosTranscripts(through, None), new_key()
    parts = [part(key, "r1", number, size=LARGE) for number in range(2)]
    transcripts.write(key, parts)
    transcripts.commit(key, parts, head(key, "r1"), None)
    assert len(answers) == 2
    assert all(len(each.body) > LARGE and len(each.answer) < ETAGS for each in answers)


def test_other_writes_are_answered_with_nothing(through: DatabaseProxy, answers: list[Exchange]) -> None:
    transcripts, key = CosmosTranscripts(through, None), new_key()
    CosmosJobs(through, None).create(new_job())
    transcripts.write(key, [part(key, "r1", 0, size=LARGE)])
    transcripts.put_failure(failure(key))
    assert [each.answer for each in answers] == [b"", b"", b""]


def test_a_write_is_read_back_although_its_answer_is_empty(through: DatabaseProxy) -> None:
    transcripts, key = CosmosTranscripts(through, None), new_key()
    transcripts.write(key, [part(key, "r1", number) for number in range(2)])
    transcripts.commit(key, [], head(key, "r1"), None)
    stored = transcripts.head(key)
    assert stored is not None
    assert stored.head.revision == "r1"
