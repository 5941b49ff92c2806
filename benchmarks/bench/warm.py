"""One warm process: the reader alone, the split of a short file, and the whole fetch of a file without the network.

Each runs in turns with a plain program of the standard library.
"""

import hashlib
import json
import statistics
import time
import uuid
import zlib
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any, cast

import msgspec
from azure.core.pipeline import PipelineContext, PipelineRequest
from azure.core.pipeline.transport import HttpRequest
from azure.storage.blob import ContainerClient

from benchmarks.bench.files import FIVE_MINUTES, LARGE, MEDIUM, result_file
from benchmarks.bench.shown import Aim, Plot, Series, Shown, median_and_spread
from benchmarks.cost.services import CountingBlobs
from benchmarks.naive import documents
from local.docs.pages import table
from shared.adapters.blob import BlobArchive
from shared.adapters.bodies import CHUNK_BYTES
from shared.adapters.cosmos.bodies import bodies, put_in_place
from shared.domain.documents import FileKey
from shared.domain.encoded import EncodedPart
from shared.domain.parts import encoded_size
from shared.domain.revision import revision_of
from shared.domain.speech_result import PhraseRun, ResultReader
from shared.domain.split import SplitOptions, Splitter
from shared.pipeline.batches import Batches

READER, SPLIT, FETCH = "the reader alone", "split", "whole fetch"
LOADS, GZIP = "the reader against `json.loads` alone", "gzip alone, zlib-ng against zlib"
_ROUNDS = {FIVE_MINUTES: 15, MEDIUM: 7, LARGE: 3}
_ARCHIVED = 16 + zlib.MAX_WBITS
_KEY = FileKey(str(uuid.UUID(int=0)), str(uuid.UUID(int=0)))
_OPTIONS = SplitOptions()
_REVISION = revision_of("etag", _OPTIONS)


class Compared(msgspec.Struct, frozen=True):
    """Seconds of both programs on a file of `size` bytes, round by round. `aim`: least of `ratios` that is wanted."""

    name: str
    size: int
    aim: float | None
    naive: list[float]
    ours: list[float]

    @property
    def ratios(self) -> list[float]:
        """How many times faster ours was, in each round."""
        return [theirs / ours for theirs, ours in zip(self.naive, self.ours, strict=True)]


Data = list[Compared]


def measure() -> Iterator[Data]:
    """Yield what is measured so far."""
    measured = Data()
    for name, call, aim, naive, ours in (
        (READER, FIVE_MINUTES, None, naive_split, read),
        (READER, MEDIUM, None, naive_split, read),
        (READER, LARGE, 12.0, naive_split, read),
        (LOADS, MEDIUM, None, json.loads, read),
        (SPLIT, FIVE_MINUTES, 3.0, naive_split, split),
        (SPLIT, MEDIUM, None, naive_split, split),
        (FETCH, FIVE_MINUTES, 3.0, naive_fetch, fetch),
        (FETCH, MEDIUM, 3.0, naive_fetch, fetch),
        (GZIP, MEDIUM, None, naive_gzip, gzip),
    ):
        content = result_file(call).read_bytes()
        seconds = _in_turns(content, _ROUNDS[call], naive, ours)
        measured.append(Compared(name, len(content), aim, *seconds))
        yield measured


def _in_turns(content: bytes, rounds: int, *programs: Callable[[bytes], object]) -> tuple[list[float], ...]:
    seconds: tuple[list[float], ...] = tuple([] for _ in programs)
    for number in range(rounds + 1):
        for each, program in zip(seconds, programs, strict=True):
            began = time.perf_counter()
            program(content)
            if number:  # the first round warms up
                each.append(time.perf_counter() - began)
    return seconds


def chunks(content: bytes) -> Iterator[bytes]:
    """Yield the content in chunks as the app receives it."""
    view = memoryview(content)
    return (bytes(view[begin : begin + CHUNK_BYTES]) for begin in range(0, len(content), CHUNK_BYTES))


def read(content: bytes) -> int:
    """Read a result with the reader alone; return the number of its phrases."""
    reader = ResultReader()
    items = chain(chain.from_iterable(map(reader.feed, chunks(content))), reader.close())
    return sum(len(item.phrases) for item in items if isinstance(item, PhraseRun))


def naive_split(content: bytes) -> list[str]:
    """Return what the naive program prints."""
    return [json.dumps(document, ensure_ascii=False) for document in documents(json.loads(content))]


def split(content: bytes) -> list[bytes]:
    """Return the documents that the app writes."""
    splitter = Splitter(_OPTIONS)
    made = [part.encoded(_KEY, _REVISION).data for part in splitter.parts(chunks(content))]
    return [*made, msgspec.json.encode(_head(splitter))]


def naive_fetch(content: bytes) -> tuple[bytes, list[str]]:
    """Return the file compressed by zlib at level 6, and what the naive program prints."""
    return naive_gzip(content), naive_split(content)


def naive_gzip(content: bytes) -> bytes:
    """Return the file compressed by zlib at level 6."""
    compressor = zlib.compressobj(6, zlib.DEFLATED, _ARCHIVED)
    return compressor.compress(content) + compressor.flush()


def gzip(content: bytes) -> None:
    """Compress the file as the archive does."""
    raw = BlobArchive(cast("ContainerClient", CountingBlobs())).begin("raw")
    for chunk in chunks(content):
        raw.write(chunk)
    raw.commit()


def fetch(content: bytes) -> list[bytes]:
    """Do what the app does with a file except the network; return the bodies of the requests to Cosmos DB."""
    sent, digest = list[bytes](), hashlib.md5(usedforsecurity=False)
    raw = BlobArchive(cast("ContainerClient", CountingBlobs())).begin("raw")  # the part of it that the archive uses
    splitter, batches = Splitter(_OPTIONS), Batches(lambda parts: sent.append(_body(parts)))
    for chunk in chunks(content):
        digest.update(chunk)
        raw.write(chunk)
        batches.extend(part.encoded(_KEY, _REVISION) for part in splitter.feed(chunk))
    batches.extend(part.encoded(_KEY, _REVISION) for part in splitter.close())
    raw.commit()
    head = _head(splitter)
    rest = batches.last(encoded_size(head))
    return [*sent, _body(rest, {"operationType": "Create", "resourceBody": msgspec.to_builtins(head)})]


def _head(splitter: Splitter) -> Any:  # noqa: ANN401 - passed on
    return splitter.head(_KEY, _REVISION, run=1, name="call", raw=None, ingested_at="2025-05-24T13:37:05Z")


def _body(parts: Sequence[EncodedPart], *more: dict[str, Any]) -> bytes:
    """Return the body of a batch: the SDK's own JSON, in which the parts' bytes replace stubs."""
    stubs = [{"operationType": "Upsert", "resourceBody": {"id": part.id}} for part in parts]
    http = HttpRequest("POST", "https://localhost/")
    http.set_bytes_body(json.dumps([*stubs, *more]).encode())
    with bodies([part.data for part in parts]):
        put_in_place(PipelineRequest(http, PipelineContext(None)))
    return cast("bytes", http.body)


def show(data: Data) -> Shown:
    """Show the speeds and the ratios."""
    rows, aims = [], list[Aim]()
    for each in data:
        size = _size(each)
        speeds = [
            median_and_spread([each.size / 1e6 / seconds for seconds in side], 1) for side in (each.naive, each.ours)
        ]
        rows.append((each.name, size, *speeds, median_and_spread(each.ratios)))
        if each.aim is not None:
            reached = statistics.median(each.ratios) >= each.aim
            what, aim = f"{each.name}, {size}, in a warm process", f"at least {each.aim:g} times naive"
            aims.append(Aim(what, aim, median_and_spread(each.ratios), reached, WHY[each.name]))
    head = ("what", "file", "naive, MB/s", "ours, MB/s", "times naive")
    return Shown(table(head, rows), aims, [_plot(data)])


def _size(compared: Compared) -> str:
    return f"{compared.size / 1e6:,.1f} MB" if compared.size < 1e6 else f"{compared.size / 1e6:,.0f} MB"  # noqa: PLR2004 - 1 MB


def _plot(data: Data) -> Plot:
    at = [f"{each.name},\n{_size(each)}" for each in data]
    medians = [statistics.median(each.ratios) for each in data]
    said = "; ".join(f"{each.name}, {_size(each)}: {ratio:.1f}" for each, ratio in zip(data, medians, strict=True))
    text = f"Times as fast as the naive program, in a warm process. {said}."
    series = Series("times naive", [*medians], [(min(each.ratios), max(each.ratios)) for each in data])
    return Plot("warm", "In a warm process, against a plain program", text, "bars", at, [series], y="times naive")


WHY = {
    READER: "Nearly all of it is msgspec's decoding, which must pass over every byte.",
    SPLIT: "The reader is a third of it. The rest is Python code for each phrase. It also makes what the naive program "
    "leaves out: turns, talk times, sizes of documents.",
    FETCH: "The split is a half of it, and gzip, which is only twice as fast, most of the rest.",
}
"""Why an aim was missed."""
