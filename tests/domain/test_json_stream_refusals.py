"""A file that is not one JSON object in UTF-8 is refused with the place, whatever the chunks."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.samples.catalog import DATA
from shared.errors import InvalidResult
from tests.domain.reading import cuts_of
from tests.domain.reference import is_object
from tests.domain.strategies import CUTS, cut_up, in_chunks, result_files

NOTHING: frozenset[str] = frozenset()
SIZES = [1, 2, 3, 5, 17, 10_000]


def refusal(chunks: list[bytes]) -> InvalidResult:
    with pytest.raises(InvalidResult) as caught:
        cuts_of(chunks)
    return caught.value


MARK = b"\xef\xbb\xbf"


def assert_cut_short_everywhere(data: bytes, sizes: tuple[int, ...]) -> None:
    begin = data.index(b"{")
    for length in range(len(data.rstrip())):
        is_empty = length <= begin and not (data.startswith(MARK) and 0 < length < len(MARK))
        for size in sizes:
            error = refusal(in_chunks(data[:length], size))
            if is_empty:
                assert error.code == "EmptyResult"
            else:
                words = f"byte {length}: the file ends in the middle"
                assert (error.code, str(error)) == ("ResultCutShort", words), data[:length]


def test_a_file_of_only_white_space_or_a_bom_is_empty() -> None:
    for data in (b"", b"\xef\xbb\xbf", b" \n\t", b"\xef\xbb\xbf\r\n"):
        assert (refusal([data]).code, str(refusal([data]))) == ("EmptyResult", "the file is empty")


def test_a_documented_result_truncated_at_any_byte_is_refused_as_cut_short() -> None:
    assert_cut_short_everywhere((DATA / "reference-result.json").read_bytes(), (10_000,))


@settings(max_examples=8)
@given(data=result_files(most_phrases=1))
def test_any_file_truncated_at_any_byte_is_refused_as_cut_short(data: bytes) -> None:
    assert_cut_short_everywhere(data, (64, 10_000))


@given(
    data=result_files(most_phrases=1), extra=st.sampled_from([b"x", b"{}", b",", b"}", b"\x00", b"\xef\xbb\xbf", b"0"])
)
def test_bytes_after_the_object_are_refused_with_their_place(data: bytes, extra: bytes) -> None:
    for chunks in ([data + b" \n" + extra], [data, b" ", b"\n", extra], in_chunks(data + b" \n" + extra, 3)):
        error = refusal(chunks)
        assert (error.code, str(error)) == ("TrailingBytes", f"byte {len(data) + 2}: bytes after the end of the object")


MALFORMED = [
    *(b"NaN", b"Infinity", b"-Infinity", b"nan", b"undefined", b"None", b"True", b"'a'", b"a"),
    *(b"01", b"-01", b"1.", b".5", b"+1", b"1e", b"1e+", b"-", b"--1", b"1.e5", b"0x10", b"1_0", b"1..2", b"1 2"),
    *(
        b"[1,]",
        b"[,1]",
        b"[1 2]",
        b"[1",
        b"]",
        b'{"a":1,}',
        b"{,}",
        b'{"a"}',
        b'{"a":}',
        b"{1:2}",
        b"{a:1}",
        b'{"a" 1}',
    ),
    *(b'"\n"', b'"\x00"', b'"\t"', b'"\\x"', b'"\\u12g4"', b'"\\u123"', b'"', b'"\\"', b'"a" "b"', b"/* */ 1", b""),
    *(b'"\\ud83d"', b'"\\ud83dx"', b'"\\ud83d\\u0041"', b'"\\udc00"', b'"\\ude00\\ud83d"', b'"\\ud83d\\ud83d"'),
    *(b'{"\\ud83d": 1}', b'["\\udfff"]', b'"\xff"', b'"\xc3"', b'"\xed\xa0\xbd"', b'"\xc0\x80"', b'"\xf4\x90\x80\x80"'),
]


@pytest.mark.parametrize("value", MALFORMED, ids=repr)
@pytest.mark.parametrize("frame", ["last", "followed", "element", "nested", "passed over"])
def test_malformed_values_are_refused_at_every_place_in_a_file(value: bytes, frame: str) -> None:
    before, after = {
        "last": (b'{"source":', b"}"),
        "followed": (b'{"source":', b',"recognizedPhrases":[]}'),
        "element": (b'{"recognizedPhrases":[{"a":1},', b"]}"),
        "nested": (b'{"recognizedPhrases":[{"nBest":[{"lexical":', b'}]}],"timestamp":"2025-05-24T13:37:05Z"}'),
        "passed over": (b'{"other":[{"a":', b'}],"recognizedPhrases":[]}'),
    }[frame]
    data = before + value + after
    assert not is_object(data)
    for size in SIZES:
        error = refusal(in_chunks(data, size))
        assert "byte " in str(error)
        assert error.code in {"InvalidResult", "ResultCutShort"}


@pytest.mark.parametrize("value", MALFORMED, ids=repr)
def test_malformed_keys_are_refused(value: bytes) -> None:
    for data in (b"{" + value + b":1}", b'{"recognizedPhrases":[],' + value + b":[]}"):
        assert is_object(data) or refusal(in_chunks(data, 4))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"[]", r"byte 0: expected {, found ["),
        (b'"a"', r"byte 0: expected {, found "),
        (b"null", r"byte 0: expected {, found n"),
        (b"<html>", r"byte 0: expected {, found <"),
        (b" \n\xef\xbb\xbf{}", r"byte 2: expected {, found \xef"),
        (b"\xef\xbb\xbf\xef\xbb\xbf{}", r"byte 3: expected {, found \xef"),
        (b"{1}", r"byte 1: expected a key in quotation marks"),
        (b'{"a":1 "b":2}', r"byte 7: expected , or }, found "),
        (b'{"recognizedPhrases":[1;2]}', r"byte 23: expected , or ], found ;"),
        (b'{"a"=1}', r"byte 4: expected :, found ="),
        (b'{"recognizedPhrases": nul}', r"JSON is malformed: invalid character"),
        (b'{"recognizedPhrases": nan}', r"byte 23: JSON is malformed: invalid character"),
        (b'{"recognizedPhrases": ""}', r"byte 22: recognizedPhrases is not an array"),
        (
            b'{"recognizedPhrases": null, "recognizedPhrases": []}',
            r"byte 49: recognizedPhrases stands in the file twice",
        ),
        (b'{"recognizedPhrases": {}}', r"byte 22: recognizedPhrases is not an array"),
        (
            b'{"recognizedPhrases":[],"a":1,"recognizedPhrases":[]}',
            r"byte 50: recognizedPhrases stands in the file twice",
        ),
        (b'{"a":"\xff"}', r"byte 6: not UTF-8: invalid start byte"),
        (b'{"a":"\xe2\x82x"}', r"byte 6: not UTF-8: invalid continuation byte"),
        (b'{"source": NaN, "recognizedPhrases": []}', r"byte 11: JSON is malformed: invalid character"),
        (b'{"recognizedPhrases": [{"a": [1, NaN, 2, 3, 4, 5, 6]}]}', r"byte 33: JSON is malformed: invalid character"),
    ],
)
def test_a_refusal_names_the_byte_and_what_was_expected(data: bytes, words: str) -> None:
    for size in SIZES:
        assert words in str(refusal(in_chunks(data, size)))


@given(
    data=result_files(most_phrases=1),
    changes=st.lists(
        st.tuples(
            st.integers(0, 2**20),
            st.integers(0, 2),
            st.sampled_from([*b'{}[]",:\\ud8/0123456789.-+eEtrufalsn \n', 0, 0x80, 0xC3, 0xE2, 0xED, 0xFF]),
        ),
        min_size=1,
        max_size=3,
    ),
    cuts=CUTS,
)
@settings(max_examples=200)
def test_damaged_files_are_refused_exactly_when_json_loads_refuses_them(
    data: bytes, changes: list[tuple[int, int, int]], cuts: list[int]
) -> None:
    damaged = bytearray(data)
    for place, removed, byte in changes:
        at = place % (len(damaged) + 1)
        damaged[at : at + removed] = bytes([byte])
    chunks = cut_up(bytes(damaged), cuts)
    try:
        cuts_of(chunks, NOTHING, NOTHING)
    except InvalidResult:
        accepted = False
    else:
        accepted = True
    assert accepted == is_object(bytes(damaged))


@pytest.mark.parametrize("wrong", [b"\xff", b"\xc3", b"\xe2\x82", b"\xf0\x9f\x98", b"\xed\xa0\x80", b"\x80"])
@pytest.mark.parametrize(
    "frame", [b'{"%s":1}', b'{"source":"%s"}', b'{"a":{"b%s":[]},"c":1}', b'{"recognizedPhrases":["%s"]}']
)
def test_invalid_utf_8_is_found_in_any_key_or_text_whatever_the_chunks(frame: bytes, wrong: bytes) -> None:
    data = frame % wrong
    place = data.index(wrong)
    for size in range(1, len(data) + 1):
        assert f"byte {place}: not UTF-8" in str(refusal(in_chunks(data, size)))


@pytest.mark.parametrize("depth", [2_000, 100_000])
@pytest.mark.parametrize("frame", [b'{"a":%s}', b'{"recognizedPhrases":[%s]}', b'{"source":%s,"a":1}'])
@pytest.mark.parametrize("size", [1_000, 1 << 20])
def test_very_deep_nesting_is_refused_without_recursion(depth: int, frame: bytes, size: int) -> None:
    for nested in (b"[" * depth + b"]" * depth, b'{"a":' * depth + b"1" + b"}" * depth):
        assert "nested too deeply" in str(refusal(in_chunks(frame % nested, size)))
