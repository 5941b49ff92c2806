"""How much an export keeps in memory: no more for more recordings, or for a longer one."""

import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from shared.cli.read.formats import Format
from shared.cli.read.many.files import names_of, write_files
from shared.cli.read.many.parquet import write_parquet
from shared.cli.read.many.state import State
from shared.cli.read.many.states import open_state
from shared.cli.reader import Listed
from shared.domain.documents import FileKey
from shared.rendering.tables.rows import TurnRow, call_row, turn_rows
from tests.rendering.making import JOB, phrase, recording

AT = "2026-11-02T09:01:10.000000Z"
LARGEST = 400_000
"""Bytes. The list of 10,000 recordings alone has 1 MB of ids, and the rows of a call of 10,000 turns have 4 MB."""

ONE = recording(
    [phrase("Some words that are said in a turn.", begin * 4, begin * 4 + 2, channel=begin % 2) for begin in range(4)]
)


@pytest.fixture
def state(states: Path) -> Iterator[State]:
    opened = open_state({"since": "30d"}, AT, datetime.now(UTC))
    yield opened
    opened.close()
    assert states


def peak(work: Callable[[], object]) -> int:
    """Return the most bytes of Python's objects at once. SQLite's own memory, a cache of 2 MB, is not counted."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def listed(count: int) -> Iterator[Listed]:
    return (Listed(JOB, f"00000000-0000-4000-8000-{number:012}", AT, 1) for number in range(count))


def read(state: State) -> None:
    call, turns = call_row(ONE), list(turn_rows(ONE))
    for some in state.coming():
        for each in some:
            state.put(each.key, AT, call, turns)


def test_memory_does_not_grow_with_the_number_of_recordings(state: State, tmp_path: Path) -> None:
    assert peak(lambda: state.add(listed(10_000))) < LARGEST
    assert peak(lambda: read(state)) < LARGEST
    assert (state.counts().read, state.turn_count()) == (10_000, 40_000)
    for form in (Format.CSV, Format.JSONL):
        assert peak(lambda form=form: write_files(names_of(tmp_path, form), form, ",", state, force=False)) < LARGEST  # type: ignore[misc] # the form of this turn
    assert len((tmp_path / "turns.jsonl").read_bytes()) > 20 * LARGEST


def test_memory_does_not_grow_with_the_length_of_a_recording(state: State, tmp_path: Path) -> None:
    (key,) = (FileKey(each.job_id, each.file_id) for each in listed(1))
    state.add(listed(1))
    row = next(iter(turn_rows(ONE)))
    assert peak(lambda: state.put(key, AT, call_row(ONE), (row for _ in range(10_000)))) < LARGEST
    files = names_of(tmp_path, Format.JSONL)
    assert peak(lambda: write_files(files, Format.JSONL, ",", state, force=False)) < LARGEST
    assert files[1].stat().st_size > 8 * LARGEST


def test_a_row_group_of_parquet_is_bounded(state: State, tmp_path: Path) -> None:
    (key,) = (FileKey(each.job_id, each.file_id) for each in listed(1))
    state.add(listed(1))
    row = next(iter(turn_rows(ONE)))
    state.put(key, AT, call_row(ONE), (row for _ in range(10_000)))
    file, group = tmp_path / "turns.parquet", 100_000
    before = pa.total_allocated_bytes()
    assert peak(lambda: write_parquet(TurnRow, state.turns(), file, group)) < 10 * group
    assert pa.total_allocated_bytes() - before < group
    written = parquet.ParquetFile(file)
    sizes = [written.metadata.row_group(number).num_rows for number in range(written.num_row_groups)]
    assert sum(sizes) == 10_000
    assert len(sizes) > 30
    assert len(set(sizes[:-1])) == 1
    assert written.metadata.row_group(0).column(0).compression == "SNAPPY"
