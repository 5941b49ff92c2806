"""What is left of the document of a rejected message."""

import msgspec
import pytest

from shared.cli.erase.messages import left_of
from shared.cli.erase.rejected import THE_REST, rest_of
from shared.cli.erase.target import Target
from shared.cli.repair.plan import REJECTED, plan_message
from shared.domain.job import Rejected
from shared.domain.message_text import message_hash
from shared.domain.messages import JOBS_QUEUE

JOB = "00000000-0000-4000-8000-0000000000a1"
OTHER = "00000000-0000-4000-8000-0000000000a2"


def rejected(text: str, entry: str | None, index: int | None) -> Rejected:
    """Return the document of a rejected message."""
    return Rejected(
        id=f"{REJECTED}{message_hash(JOBS_QUEUE, text)}",
        queue=JOBS_QUEUE,
        message=text,
        code="InvalidMessage",
        reason=f"entry {index} of the array: {entry} is wrong",
        entry=entry,
        entry_index=index,
        rejected_at="2026-11-02T12:00:00.000000Z",
    )


@pytest.mark.parametrize(
    ("text", "left", "entry", "index"),
    [
        (f'["{JOB}","nonsense","{OTHER}"]', f'["nonsense","{OTHER}"]', '"nonsense"', 0),
        (f'["{OTHER}","{JOB}",{{"id":1}}]', f'["{OTHER}",{{"id":1}}]', '{"id":1}', 1),
        (f'[{{"id":"{JOB}","oops":1}},"{OTHER}"]', f'["{OTHER}"]', None, None),
    ],
)
def test_the_entries_of_other_jobs_are_kept_and_can_be_sent_again(
    text: str, left: str, entry: str | None, index: int | None
) -> None:
    read = rejected(text, "?", 7)
    rest = rest_of(read, left_of(text, Target(JOB)))
    assert rest is not None
    assert (rest.message, rest.entry, rest.entry_index) == (left, entry, index)
    assert rest.id != read.id
    assert len(plan_message(rest).messages) == 1, "its id is the hash of its text"
    assert (rest.reason == THE_REST) == (entry is None)
    assert JOB not in msgspec.json.encode(rest).decode()


def test_nothing_is_kept_of_a_message_about_this_job_only_or_that_names_it_in_its_reason_only() -> None:
    assert rest_of(rejected(JOB, None, None), left_of(JOB, Target(JOB))) is None
    cut = rejected("[", f'"{JOB}"', 0)
    assert rest_of(cut, left_of(cut.message, Target(JOB))) is None
