"""The stream gives what json.loads reads, whatever the chunks. test_json_stream_refusals.py has what it refuses."""

import json
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings

from local.samples.catalog import DATA
from shared.domain.json_stream import MAX_VALUE_BYTES, ObjectStream
from shared.errors import InvalidResult
from tests.domain.reading import ARRAYS, MEMBERS, cuts_of
from tests.domain.reference import Json, load
from tests.domain.strategies import CUTS, cut_up, in_chunks, result_files

SAMPLES = sorted(DATA.glob("*result*.json")) + sorted(DATA.glob("*-*.json"))


def assembled(chunks: list[bytes]) -> Json:
    """Return the object that the cuts make up, without the skipped members."""
    result: Json = {}
    data = b"".join(chunks)
    for cut in cuts_of(chunks):
        value = json.loads(cut.value)
        assert data.startswith(cut.value, cut.place)
        assert not cut.value[:1].isspace()
        if cut.element is None:
            result[cut.key] = value
        else:
            result.setdefault(cut.key, []).append(value)
            assert len(result[cut.key]) == cut.element + 1
    return result


def expected(data: bytes) -> Json:
    return {key: value for key, value in load(data).items() if key in MEMBERS or (key in ARRAYS and value)}


def test_a_documented_result_is_cut_the_same_at_every_chunk_size() -> None:
    data = (DATA / "reference-result.json").read_bytes()
    for size in range(1, len(data) + 1):
        assert assembled(in_chunks(data, size)) == expected(data), f"chunks of {size} bytes"


@settings(max_examples=8)
@given(data=result_files(most_phrases=1))
def test_a_small_file_is_cut_the_same_at_every_chunk_size(data: bytes) -> None:
    for size in range(1, len(data) + 1):
        assert assembled(in_chunks(data, size)) == expected(data), f"chunks of {size} bytes"


@given(data=result_files(), cuts=CUTS)
def test_any_file_is_cut_the_same_whatever_the_chunks(data: bytes, cuts: list[int]) -> None:
    assert assembled(cut_up(data, cuts)) == expected(data)


@pytest.mark.parametrize("file", SAMPLES, ids=lambda file: file.stem)
@pytest.mark.parametrize("size", [4093, 65_536, 1 << 20])
def test_sample_files_are_cut_as_json_loads_reads_them(file: Path, size: int) -> None:
    data = file.read_bytes()
    assert assembled(in_chunks(data, size)) == expected(data)


def test_an_empty_chunk_changes_nothing() -> None:
    data = (DATA / "reference-result.json").read_bytes()
    chunks = [piece for chunk in in_chunks(data, 100) for piece in (b"", chunk, b"")]
    assert assembled(chunks) == expected(data)


def test_an_empty_named_array_is_noticed() -> None:
    stream = ObjectStream(members=frozenset(), arrays=ARRAYS)
    assert list(stream.feed(b'\xef\xbb\xbf{"recognizedPhrases": [ ] ')) == []
    assert list(stream.feed(b"}")) == []
    assert list(stream.close()) == []
    assert stream.saw("recognizedPhrases")
    assert not stream.saw("combinedRecognizedPhrases")


def test_escaped_keys_are_decoded_and_repeated_members_are_all_given() -> None:
    data = rb'{"sour\u0063e": 1, "source": 2, "recognized\u0050hrases": [3]}'
    assert [(cut.key, cut.element, cut.value) for cut in cuts_of([data])] == [
        ("source", None, b"1"),
        ("source", None, b"2"),
        ("recognizedPhrases", 0, b"3"),
    ]


def test_a_number_that_a_chunk_ends_in_is_read_whole() -> None:
    data = b'{"durationInTicks":-12.5e+3,"recognizedPhrases":[1234567,true,-0.25e-1 ,null]}'
    for size in range(1, len(data)):
        values = [cut.value.strip() for cut in cuts_of(in_chunks(data, size))]
        assert values == [b"-12.5e+3", b"1234567", b"true", b"-0.25e-1", b"null"]


VALUES_WITH_THEIR_LENGTH = [
    (b'"a", 1', 3),
    (b'"a"  \r\n\t, 1', 8),
    (b"12]", 2),
    (b'{"b": [1]} , ', 11),
    ('"é😀"}'.encode(), 8),
]


@pytest.mark.parametrize(("rest", "length"), VALUES_WITH_THEIR_LENGTH)
def test_msgspec_reports_the_end_of_a_value_in_the_expected_wording(rest: bytes, length: int) -> None:
    # The stream parses this message. A msgspec with another wording or count must not be installed.
    with pytest.raises(msgspec.DecodeError) as caught:
        msgspec.json.decode(rest, type=msgspec.Raw)
    assert str(caught.value) == f"JSON is malformed: trailing characters (byte {length + 1})"


@pytest.mark.parametrize("cut_off", [b'"abc', b'{"a": 1', b"[1, 2", b"tru", b'"\\u12', b'"\\ud83d"'])
def test_msgspec_reports_a_truncated_value_in_the_expected_wording(cut_off: bytes) -> None:
    with pytest.raises(msgspec.DecodeError, match=r"^Input data was truncated$"):
        msgspec.json.decode(cut_off, type=msgspec.Raw)


def test_after_a_large_value_small_ones_are_given_as_they_arrive() -> None:
    stream = ObjectStream(members=MEMBERS, arrays=ARRAYS)
    for chunk in in_chunks(b'{"recognizedPhrases": ["' + b"x" * 100_000 + b'",', 1_000):
        assert list(stream.feed(chunk)) == []
    elements = [len(list(stream.feed(b"1" * 500 + b","))) for _ in range(300)]
    first = next(place for place, count in enumerate(elements) if count)
    assert sum(elements) == 301
    assert elements[first + 1 :] == [1] * (299 - first)


GREAT_VALUES = {
    "text": '"' + "नमस्ते " * 60_000 + '"',
    "array": "[" + "[1.5,null]," * 120_000 + "0]",
    "words": '{"words": [' + '{"word": "a", "offsetInTicks": 1}, ' * 35_000 + "{}]}",
    "space": "1" + " " * 1_200_000,
}


@pytest.mark.parametrize("value", GREAT_VALUES.values(), ids=GREAT_VALUES)
@pytest.mark.parametrize("place", ["element", "passed over"])
def test_a_value_in_many_tiny_chunks_is_read_in_linear_time(value: str, place: str) -> None:
    body = {
        "element": f'{{"recognizedPhrases": [{value}]}}',
        "passed over": f'{{"a": {value}, "recognizedPhrases": []}}',
    }
    chunks = in_chunks(body[place].encode(), 64)
    assert len(chunks) > 15_000
    begin = time.process_time()
    cuts = cuts_of(chunks)
    # It takes about 0.1 s. Scanning the value again for each chunk would read more than 10,000 MB: at least 10 s.
    assert time.process_time() - begin < 3
    assert len(cuts) == (place == "element")


def hundred_megabytes() -> Iterator[bytes]:
    phrase = {"offsetInTicks": 7600000.0, "nBest": [{"lexical": "hello wörld " * 200, "display": "Hello. " * 300}]}
    block = b",".join([msgspec.json.encode(phrase)] * 200)
    yield b'{"source": "...", "recognizedPhrases": [' + block
    for _ in range(100_000_000 // len(block)):
        yield b","
        yield block
    yield b"]}"


def test_a_file_of_100_mb_is_read_in_constant_memory() -> None:
    stream = ObjectStream(members=MEMBERS, arrays=ARRAYS)
    phrases = size = 0
    tracemalloc.start()
    try:
        for chunk in hundred_megabytes():
            size += len(chunk)
            phrases += sum(cut.element is not None for cut in stream.feed(chunk))
        phrases += len(list(stream.close()))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size > 99_000_000
    assert phrases == 20_000 + 1_000
    assert peak < 16_000_000


def test_a_value_too_large_for_a_document_is_refused_before_it_fills_the_memory() -> None:
    stream = ObjectStream(members=MEMBERS, arrays=ARRAYS)
    fed = 0

    def feed_text_without_end() -> None:
        nonlocal fed
        list(stream.feed(b'{"recognizedPhrases": ["'))
        while fed < 4 * MAX_VALUE_BYTES:
            list(stream.feed(b"x" * 1_000_000))
            fed += 1_000_000

    with pytest.raises(InvalidResult, match=r"byte 23: recognizedPhrases\[0\] has more than 67108864 bytes") as caught:
        feed_text_without_end()
    assert caught.value.code == "ValueTooLarge"
    assert fed < 2.1 * MAX_VALUE_BYTES
