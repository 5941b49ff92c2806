"""Values that break readers, and a writer that can write what json.dumps refuses to."""

import json
from random import Random
from typing import Any, NamedTuple


class Raw(NamedTuple):
    """Bytes that stand in the file as they are, where a value should be."""

    data: bytes


class Pairs(list[tuple[str, Any]]):
    """An object whose keys may come again."""


NUMBERS = [
    *(b"0", b"-0", b"-0.0", b"0.5", b"-1", b"1.5", b"2147483647", b"2147483648", b"-2147483649", b"4294967296"),
    *(b"9007199254740991", b"9007199254740992", b"9007199254740993", b"9223372036854775807", b"9223372036854775808"),
    *(b"18446744073709551616", b"-9223372036854775809", b"1e15", b"1E+15", b"1e16", b"1e308", b"1e400", b"-1e400"),
    *(b"1e-400", b"5e-324", b"1e99999999999999999999", b"0e99999", b"123456789.123456789123456789", b"1" + b"0" * 300),
    *(b"9" * 5_000, b"0." + b"0" * 3_000 + b"1", b"1.0", b"1.0000000000000002", b"0.99999999999999999999"),
    *(b"01", b"1.", b".5", b"+1", b"1e", b"--1", b"0x10", b"1_0", b"NaN", b"Infinity", b"-Infinity", b"nan", b"-"),
]

TEXTS = [
    *("", " ", "\n\t", "\x00", "\x1f\x7f", "\u2028\u2029", "\u00a0", "\ufeff", "\U0001f600", "e\u0301", "\u202etxt"),
    *("\ud83d", "\udc00", "a\ud83db", "\ude00\ud83d", "</script>", '"; DROP', "a/b\\c#d?e", "../..", "%00", "{{7*7}}"),
    *(
        "https://u:p@h.example/a.wav?x=1#y",
        "http://[::1",
        "https://h.example:99999999/a?b",
        "null",
        "NaN",
        "\r\nERROR x",
    ),
]

ISO = [
    *("PT0S", "PT", "P", "P1D", "-PT1S", "PT-1S", "P1Y", "PT1H2M3.4567S", "PT1.S", "PT.5S", "PT1S ", " PT1S", "pt1s"),
    *("PT9007199254740993S", "PT900719925.4740992S", "PT900719925.4740993S", "PT0.00000005S", "PT0.00000015S", "1"),
    *("PT" + "9" * 16 + "S", "PT" + "9" * 17 + "S", "PT0." + "1" * 13 + "S", "PT1M1H", "PT1S1S", "PT\u0661S", "P1DT"),
    *("PT1e3S", "P0.5DT0.5H", "PT" + "0" * 20 + "S", "PT1,5S", "P1W", "-P1DT1S", "--PT1S", "PT1H1", "PT1..5S"),
]

OTHERS: list[Any] = [None, True, False, {}, [], [None], [[]], [{}], {"": {}}, 0, 1, -1, 1.5, "", "text", "1"]


def any_value(draw: Random) -> Any:  # noqa: ANN401 - any JSON value
    """Return a value of any type."""
    match draw.randrange(5):
        case 0:
            return Raw(draw.choice(NUMBERS))
        case 1:
            return text(draw)
        case 2:
            return nested(draw)
        case _:
            return draw.choice(OTHERS)


def text(draw: Random) -> str:
    """Return a text that is hard on readers."""
    if draw.random() < 0.1:  # noqa: PLR2004 - some are long
        return draw.choice(TEXTS + ISO) * draw.choice([10, 1_000])
    return draw.choice(TEXTS)


def nested(draw: Random) -> Raw:
    """Return arrays or objects in one another."""
    depth = draw.choice([2, 10, 100, 900, 1_100, 5_000])
    begin, end = draw.choice([(b"[", b"]"), (b'{"a":', b"}"), (b'[{"nBest":', b"}]"), (b"[[],", b"]")])
    closed = depth if draw.random() < 0.8 else draw.randrange(depth)  # noqa: PLR2004 - most are closed
    return Raw(begin * depth + b"1" + end * closed)


def written(value: Any, draw: Random) -> bytes:  # noqa: ANN401 - any JSON value
    """Return the value as a file: indented or compact, escaped or not, with or without a BOM."""
    escaped = draw.random() < 0.5  # noqa: PLR2004 - half of them
    comma, colon = draw.choice([(b",", b":"), (b", ", b": "), (b"\n ,\r\t", b" :\n")])
    mark = b"\xef\xbb\xbf" if draw.random() < 0.1 else b""  # noqa: PLR2004 - some
    return mark + _write(value, comma, colon, escaped=escaped)


def _write(value: Any, comma: bytes, colon: bytes, *, escaped: bool) -> bytes:  # noqa: ANN401 - any JSON value
    match value:
        case Raw():
            return value.data
        case Pairs() | dict():
            members = value if isinstance(value, Pairs) else value.items()
            shown = (_text(k, escaped=escaped) + colon + _write(v, comma, colon, escaped=escaped) for k, v in members)
            return b"{" + comma.join(shown) + b"}"
        case list():
            return b"[" + comma.join(_write(each, comma, colon, escaped=escaped) for each in value) + b"]"
        case str():
            return _text(value, escaped=escaped)
        case _:
            return json.dumps(value).encode()


def _text(text: str, *, escaped: bool) -> bytes:
    return json.dumps(text, ensure_ascii=escaped).encode("utf-8", "surrogatepass")
