"""The comparison of compressors. Nothing here depends on speed."""

import gzip

import pytest

from benchmarks.cost.prices import Book
from benchmarks.gzip import MONTHS, Measured, compressors, measure, table
from shared.adapters.blob import LEVEL

CHUNKS = [b'{"recognizedPhrases": [', b'{"channel": 0},' * 5000, b"]}"]


def test_the_apps_compressor_is_compared() -> None:
    assert f"zlib-ng {LEVEL}" in compressors()


@pytest.mark.parametrize("name", compressors())
def test_each_compressor_writes_gzip(name: str) -> None:
    compressor = compressors()[name]()
    packed = b"".join(compressor.compress(chunk) for chunk in CHUNKS) + compressor.flush()
    assert gzip.decompress(packed) == b"".join(CHUNKS)


def test_each_round_runs_each_compressor_once() -> None:
    rows = measure(CHUNKS, rounds=2)
    assert [row.name for row in rows] == list(compressors())
    assert all(len(row.speeds) == 2 and row.ratio > 10 for row in rows)


def test_the_cost_is_that_of_the_processor_once_and_of_storage_each_month() -> None:
    book = Book().with_values(["instance-gb=2", "functions-gb-s=0.00003", "blob-gb-month=0.02"])
    row = Measured("made up", (50.0, 100.0, 400.0), 8.0)
    assert row.cost(book, 0) == pytest.approx(100 * 10 * 2 * 0.00003)
    assert row.cost(book, 12) - row.cost(book, 0) == pytest.approx(100 * 12 * 0.02 / 8)


def test_the_table_shows_the_lowest_cost_of_each_column_in_bold() -> None:
    fast, small = Measured("fast", (1000.0,), 5.0), Measured("small", (10.0,), 10.0)
    lines = table([fast, small], Book()).splitlines()
    assert lines[0].count("|") == lines[1].count("|") == lines[2].count("|")
    assert lines[2].startswith("| fast | 1000 | 1000 to 1000 | 5.00 | **")
    assert lines[3].endswith("** |")
    assert sum(line.count("**") // 2 for line in lines) == len(MONTHS)
