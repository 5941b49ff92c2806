"""The search behind `search`: recordings that change meanwhile, the order of the hits, and how soon they come."""

import io
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from benchmarks.cost.charges import read_charge
from shared.bootstrap import App
from shared.cli.read.any_job import RecordingsOfJobs, charge_of
from shared.cli.read.searching import AT_ONCE, search_in
from shared.cli.read.wanted import Wanted
from shared.cli.reader import Reader
from shared.cli.terminal.columns import Column, Row
from shared.cli.terminal.lists import ListForm, print_list
from shared.domain.documents import FileKey, Transcript
from shared.rendering.finding import Phrase
from shared.rendering.recording import Recording
from tests.cli.conftest import World
from tests.cli.storing import remove_job, store_job, store_recording
from tests.rendering.making import phrase

JOB = "00000000-0000-4000-8000-00000000ec01"
KEYS = [FileKey(JOB, f"00000000-0000-4000-8000-00000000ecf{number}") for number in range(3)]
NEWER = "ba9876543210"


@pytest.fixture
def app(world: World) -> Iterator[App]:
    store_job(world, JOB)
    for number, key in enumerate(KEYS):
        store_recording(world, JOB, key.file_id, [phrase(f"Said {number}.", 1)])
    yield App.from_env(world.settings)
    remove_job(world, JOB)


def test_a_recording_that_is_replaced_meanwhile_is_searched_anew(world: World, app: App) -> None:
    stale = Reader(app.database).head(KEYS[0])
    store_recording(world, JOB, KEYS[0].file_id, [phrase("Said anew.", 1)], revision=NEWER)
    (searched,) = search_in(RecordingsOfJobs(app, None), [Wanted(KEYS[0], stale)], Phrase("said"))
    assert [hit.said.turn.display for hit in searched.hits] == ["Said anew."]
    assert searched.recording is not None
    assert searched.recording.head.revision == NEWER
    assert searched.error is None


def test_a_recording_that_is_deleted_meanwhile_is_no_error(app: App) -> None:
    heads = [Reader(app.database).head(key) for key in KEYS]
    transcripts = app.database.get_container_client("transcripts")
    for item in app.transcripts.items(JOB):
        transcripts.delete_item(item["id"], [JOB, item["fileId"]])
    wanted = [Wanted(KEYS[0], heads[0]), Wanted(KEYS[1])]
    found = list(search_in(RecordingsOfJobs(app, None), wanted, Phrase("said")))
    assert [(each.key, each.recording, each.error) for each in found] == [(key, None, None) for key in KEYS[:2]]


class CountingRecordings(RecordingsOfJobs):
    """Counts the recordings that were asked for."""

    count = 0

    def read(self, key: FileKey, use: Callable[[Recording], Any], head: Transcript | None = None) -> Any:  # noqa: ANN401
        """Read as the class above does."""
        self.count += 1
        return super().read(key, use, head)


def test_hits_come_in_the_order_of_the_recordings_however_many_are_searched_at_once(app: App) -> None:
    wanted = [Wanted(KEYS[number % 3]) for number in range(5 * AT_ONCE)]
    found = list(search_in(RecordingsOfJobs(app, None), wanted, Phrase("said")))
    assert [each.key for each in found] == [each.key for each in wanted]
    assert [each.hits[0].said.turn.display for each in found[:3]] == ["Said 0.", "Said 1.", "Said 2."]


def test_a_search_that_is_closed_reads_no_more(app: App) -> None:
    recordings = CountingRecordings(app, None)
    with closing(search_in(recordings, [Wanted(KEYS[0])] * 100, Phrase("said"))) as searched:
        next(searched)
        next(searched)
    assert recordings.count <= AT_ONCE + 2


def test_the_charge_that_is_told_is_that_of_the_published_table() -> None:
    head, part, last = (read_charge(kib * 1024) for kib in (4, 64, 32))
    assert charge_of(1_000, 3_000) == pytest.approx(1_000 * (head + last) + 2_000 * part, rel=0.05)


class Pipe(io.RawIOBase):
    """Keeps what leaves the process."""

    def __init__(self) -> None:
        self.got = b""

    def writable(self) -> bool:
        """Let it be written."""
        return True

    def write(self, data: Any) -> int:  # noqa: ANN401 - bytes, or a view of them
        """Take all of it."""
        self.got += bytes(data)
        return len(data)


def test_a_row_of_jsonl_leaves_the_process_before_the_next_one_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe, got = Pipe(), list[bytes]()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(io.BufferedWriter(pipe)))

    def rows() -> Iterator[Row]:
        yield {"a": 1}
        got.append(pipe.got)
        yield {"a": 2}

    print_list(rows(), [Column("a")], ListForm.JSONL, None)
    assert [*got, pipe.got] == [b'{"a":1}\n', b'{"a":1}\n{"a":2}\n']
