"""Where a JSON value ends, when more bytes are needed, and when it is malformed."""

import pytest

from shared.domain.json_value import MalformedValueError, end_of_value


@pytest.mark.parametrize(
    ("rest", "end"),
    [(b'"a",', 3), (b'"a" \r\n\t, 1', 7), (b"12]", 2), (b'{"b": [1]}}', 10), ('"é😀"}'.encode(), 8), (b"true,", 4)],
)
@pytest.mark.parametrize("final", [False, True])
def test_a_value_ends_before_whatever_follows_it(rest: bytes, end: int, *, final: bool) -> None:
    assert end_of_value(memoryview(rest), final=final) == end


CUT_OFF = [
    *(
        b"1",
        b"-",
        b"1e",
        b"1.",
        b"tru",
        b"n",
        b'"',
        b'"abc',
        b'"\\',
        b'"\\u12',
        b'"\\ud83d',
        b'"\\ud83d\\',
    ),
    *(b'"\\ud83d\\ude', b"[", b"[1, fals", b"[-", b'{"a"', b'{"a": '),
]


@pytest.mark.parametrize("rest", [b"12 ", b'"a"', b'"a" \n', b'{"a": {}}', b"[[]]", b"true", b"-0.5e1\t"], ids=repr)
@pytest.mark.parametrize("final", [False, True])
def test_a_complete_value_ends_where_it_is_complete(rest: bytes, *, final: bool) -> None:
    assert end_of_value(memoryview(rest), final=final) == len(rest)


@pytest.mark.parametrize("rest", CUT_OFF, ids=repr)
@pytest.mark.parametrize("final", [False, True])
def test_a_truncated_value_needs_more_bytes_and_is_not_malformed(rest: bytes, *, final: bool) -> None:
    assert end_of_value(memoryview(rest), final=final) is None


@pytest.mark.parametrize(
    ("rest", "words", "at"),
    [
        (b"NaN}", "invalid character", 0),
        (b"[1, 2 3]", "expected ',' or ']'", 6),
        (b"trx}", "invalid character", 1),
        (b'"\\ud83d"}', "unexpected end of hex escape", 7),
        (b'"\\udc00"}', "invalid utf-16 surrogate pair", 7),
        (b'"a\nb"}', "invalid character", 2),
        (b"[" * 100_000, "nested too deeply", 0),
    ],
)
def test_a_malformed_value_is_refused_with_its_place_whatever_follows(rest: bytes, words: str, at: int) -> None:
    for given, final in ((rest, True), (rest + b" " * 40, False), (rest + b" " * 40, True)):
        with pytest.raises(MalformedValueError) as caught:
            end_of_value(memoryview(given), final=final)
        assert words in str(caught.value)
        assert caught.value.at == at
