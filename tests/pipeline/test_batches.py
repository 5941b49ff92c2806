"""Transactional batches; the way of a file's bytes to the reader and the archive."""

from collections.abc import Iterator, Sequence

import pytest

from shared.domain.encoded import EncodedPart
from shared.errors import InvalidResult, ServiceRefused, Transient
from shared.pipeline.batches import BATCH_BYTES, BATCH_OPERATIONS, Batches
from shared.pipeline.ports import Content
from shared.pipeline.stream import Carried, carry
from tests.pipeline.fake_blobs import FakeArchive, FakeRaw
from tests.pipeline.script import Script

HEAD_BYTES = 50_000


def part(number: int, size: int) -> EncodedPart:
    """Return a part of `size` bytes."""
    return EncodedPart(f"{number}", b"x" * size)


@pytest.mark.parametrize(
    "sizes", [[10] * 100, [10] * 250, [64_000] * 40, [10, 1_500_000, 10], [1_500_000], [], [549_000, 549_000]]
)
def test_every_batch_stays_within_cosmos_dbs_limits_and_the_last_has_room_for_the_head(sizes: list[int]) -> None:
    written: list[Sequence[EncodedPart]] = []
    batches = Batches(lambda documents: written.append(list(documents)))
    documents = [part(number, size) for number, size in enumerate(sizes)]
    for document in documents:
        batches.add(document)
    last = batches.last(HEAD_BYTES)
    assert [document for batch in [*written, last] for document in batch] == documents
    for batch in written:
        assert len(batch) <= BATCH_OPERATIONS
        assert sum(len(each.data) for each in batch) <= BATCH_BYTES or len(batch) == 1
    assert len(last) <= BATCH_OPERATIONS - 1
    assert sum(len(each.data) for each in last) + HEAD_BYTES <= BATCH_BYTES


def test_a_batch_is_written_as_soon_as_it_is_full_so_memory_stays_flat() -> None:
    written: list[int] = []
    batches = Batches(lambda documents: written.append(len(documents)))
    for number in range(100):
        batches.add(part(number, 64_000))
    assert len(written) >= 5
    assert sum(written) >= 80


def _content(*chunks: bytes, error: Exception | None = None) -> Content:
    def yielded() -> Iterator[bytes]:
        yield from chunks
        if error is not None:
            raise error

    return Content("etag", yielded())


class Reader:
    """Records its chunks. Raises `error` at the chunk `bad`; if `bad` is empty, at the end of the file."""

    def __init__(self, bad: bytes = b"", error: Exception | None = None) -> None:
        self.fed: list[bytes] = []
        self.closed = False
        self._bad = bad
        self._error = error

    def feed(self, chunk: bytes) -> None:
        """Record a chunk."""
        self.fed.append(chunk)
        if self._error is not None and chunk == self._bad:
            raise self._error

    def close(self) -> None:
        """Record the end."""
        self.closed = True
        if self._error is not None and not self._bad:
            raise self._error


def _carry(reader: Reader, content: Content, *, keeps: bool = True) -> tuple[Carried, FakeArchive]:
    archive = FakeArchive(Script(), keeps=keeps)
    return carry(content, archive.begin("raw"), reader.feed, reader.close), archive


def test_all_bytes_go_to_the_reader_and_to_the_archive() -> None:
    reader = Reader()
    carried, archive = _carry(reader, _content(b"a", b"b"))
    assert (carried, reader.fed, reader.closed, archive.blobs) == ((2, None), [b"a", b"b"], True, {"raw": b"ab"})


@pytest.mark.parametrize("bad", [b"b", b""])
def test_an_invalid_file_is_archived_whole_and_its_error_is_returned(bad: bytes) -> None:
    error = InvalidResult("byte 1")
    reader = Reader(bad, error)
    carried, archive = _carry(reader, _content(b"a", b"b", b"c"))
    assert carried == (3, error)
    assert archive.blobs == {"raw": b"abc"}
    assert (reader.fed[-1], reader.closed) == ((b"b", False) if bad else (b"c", True))


@pytest.mark.parametrize("keeps", [True, False])
def test_an_invalid_file_is_read_to_its_end_because_its_hash_is_checked_there(*, keeps: bool) -> None:
    with pytest.raises(Transient, match="hash"):
        _carry(Reader(b"a", InvalidResult("byte 1")), _content(b"a", error=Transient("hash")), keeps=keeps)


@pytest.mark.parametrize("reader", [Reader(), Reader(b"a", InvalidResult("byte 0"))])
def test_a_truncated_body_is_not_archived_even_if_the_file_is_invalid(reader: Reader) -> None:
    archive = FakeArchive(Script())
    with pytest.raises(Transient, match="early"):
        carry(_content(b"a", error=Transient("early")), archive.begin("raw"), reader.feed, reader.close)
    assert archive.blobs == {}


def test_a_transient_error_while_documents_are_written_ends_the_download_at_once() -> None:
    reader = Reader(b"a", Transient("503"))
    archive = FakeArchive(Script())
    raw = FakeRaw(archive, "raw")
    with pytest.raises(Transient):
        carry(_content(b"a", error=AssertionError("the rest was read")), raw, reader.feed, reader.close)
    assert archive.blobs == {}


def test_a_refused_write_is_treated_like_an_invalid_file() -> None:
    error = ServiceRefused("413")
    carried, archive = _carry(Reader(b"a", error), _content(b"a", b"b"))
    assert carried == (2, error)
    assert archive.blobs == {"raw": b"ab"}
