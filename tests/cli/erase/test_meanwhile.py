"""Others are at work while a recording is erased: readers, followers of the change feed, and the app itself."""

from datetime import UTC, datetime

import pytest

from shared.cli.erase.erasing import Erasing
from shared.cli.erase.found import Stores
from shared.cli.erase.target import Target
from shared.cli.reader import Reader
from shared.domain.documents import FileKey
from shared.domain.messages import RESULTS_QUEUE, FetchFile, FetchPage, PageFile, decode_work, encode
from shared.errors import NotFound, UnknownValue, Unreadable
from tests.cli.conftest import Run
from tests.cli.erase.conftest import Stored


def test_who_has_read_the_old_head_gets_an_error_in_place_of_the_missing_parts(run: Run, stored: Stored) -> None:
    key = FileKey(stored.job_id, stored.files[0])
    reader = Reader(stored.given.app.database)
    head = reader.head(key)
    parts = reader.parts(key, head.parts())
    assert len(head.parts()) > 1
    assert next(parts)["fileId"] == key.file_id
    run("forget", stored.job_id, key.file_id, "--yes")
    with pytest.raises(NotFound):
        next(parts)
    with pytest.raises((NotFound, Unreadable)):
        reader.head(key)


def test_who_reads_afterwards_is_told_that_it_was_erased(run: Run, stored: Stored) -> None:
    first, _, _ = stored.files
    run("forget", stored.job_id, first, "--yes")
    for command in ("read", "export", "open"):
        ran = run(command, stored.job_id, first)
        assert (ran.code, ran.out) == (1, "")
        assert f"recording {first} of job {stored.job_id} was erased on request" in ran.error


def test_a_follower_of_the_change_feed_gets_each_tombstone(run: Run, stored: Stored) -> None:
    feeds = {name: stored.container(name) for name in ("jobs", "transcripts")}
    before = {}
    for name, container in feeds.items():
        pages = container.query_items_change_feed(start_time="Beginning")
        list(pages)
        before[name] = container.client_connection.last_response_headers["etag"]
    run("forget", stored.job_id, "--yes")
    got = {
        name: list(container.query_items_change_feed(continuation=before[name])) for name, container in feeds.items()
    }
    assert [(each["id"], each["status"]) for each in got["jobs"] if each["type"] == "forgotten"] == [
        (stored.job_id, "forgotten")
    ]
    told = {(each["jobId"], each["fileId"], each["id"]) for each in got["transcripts"]}
    assert told == {(stored.job_id, file_id, "transcript") for file_id in stored.files[:2]}


@pytest.mark.parametrize("whole", [True, False])
def test_a_message_that_is_being_handled_is_told_and_brings_nothing_back(
    run: Run, stored: Stored, *, whole: bool
) -> None:
    first, second, _ = stored.files
    page = FetchPage(stored.job_id, 1, [PageFile(first, "Transcription"), PageFile(second, "Transcription")])
    with stored.queue(RESULTS_QUEUE) as queue:
        queue.clear_messages()
        queue.send_message(encode(page))
        (message,) = queue.receive_messages(visibility_timeout=600)
        ran = run("forget", stored.job_id, *(() if whole else (first,)), "--yes")
        assert ran.code == 0
        assert f"messages that cannot be seen now: {RESULTS_QUEUE} (1)" in ran.out
        for work in (decode_work(message.content.encode()), FetchFile(stored.job_id, first, "Transcription", 1)):
            for each in stored.given.app.fetch_results(work, 1):
                stored.given.app.fetch_results(each, 1)
        queue.delete_message(message)
    assert [row["type"] for row in stored.documents(first)] == ["forgotten"]
    assert [name for name in stored.blobs() if f"/{first}/" in name] == []
    stored.given.work()  # for the other file the job was opened again
    assert run("forget", stored.job_id, first).code == 0, "nothing is left to ask about"


def reprocess(job_id: str) -> str:
    """Return the message that writes all files of a job anew."""
    return f'{{"id": "{job_id}", "reprocess": true}}'


@pytest.mark.parametrize("whole", [True, False])
def test_a_job_that_starts_over_between_the_question_and_the_answer_is_not_erased(
    stored: Stored, *, whole: bool
) -> None:
    target = Target(stored.job_id, None if whole else stored.files[0])
    stores = Stores(stored.given.app)
    found = stores.find(target)
    stored.given.app.accept_job(reprocess(stored.job_id).encode(), 1, datetime.now(UTC))
    before = stored.everything()
    with pytest.raises(UnknownValue):
        Erasing(stores, target, datetime.now(UTC))(found, at_speech=False)
    assert stored.everything() == before


def test_reprocess_brings_it_back(run: Run, stored: Stored) -> None:
    run("forget", stored.job_id, "--yes")
    stored.given.app.accept_job(reprocess(stored.job_id).encode(), 1, datetime.now(UTC))
    stored.given.work()
    job = stored.job()
    assert (job["type"], job["status"], job["run"]) == ("job", "completedWithErrors", 2)
    assert "transcript" in {row["type"] for row in stored.documents(stored.files[0])}
    ran = run("forget", stored.job_id, "--yes")
    assert ran.code == 0
    assert stored.job()["run"] == 2


def test_many_documents_and_messages_are_erased_in_batches(run: Run, stored: Stored) -> None:
    first, _, _ = stored.files
    part = next(row for row in stored.documents(first) if row["type"] == "part")
    transcripts = stored.container("transcripts")
    for number in range(120):
        transcripts.create_item(part | {"id": f"0123456789ab_part_{number + 1:04}", "revision": "0123456789ab"})
    with stored.queue(RESULTS_QUEUE) as queue:
        queue.clear_messages()
        for _ in range(40):
            queue.send_message(encode(FetchFile(stored.job_id, first, "Transcription", 1)))
        queue.send_message("about something else")
    ran = run("forget", stored.job_id, first, "--yes")
    assert ran.code == 0
    assert len(stored.documents(first)) == 1
    assert stored.visible()[RESULTS_QUEUE] == ["about something else"]
