"""Files that are wrong by their size: made as a stream, so that the memory measured is the reader's.

Each says how many phrases (or details) it holds when it is right, or with which code it must be refused.
"""

from collections.abc import Iterable, Iterator
from itertools import repeat
from typing import NamedTuple

MEGABYTE = 1_000_000
CHUNK = 64 * 1024

_TIMES = b'"offsetInTicks":%d,"durationInTicks":9'
_BLANK = b'{"offsetInTicks":1,"durationInTicks":1}'


class Giant(NamedTuple):
    """A great file: what it is, its bytes, and how it must end: a number of entries, or the codes of a refusal."""

    name: str
    pieces: Iterable[bytes]
    ends: int | tuple[str, ...]
    report: bool = False


def chunks(giant: Giant) -> Iterator[bytes]:
    """Yield the file in chunks of about CHUNK, greater where one piece is."""
    gathered = bytearray()
    for piece in giant.pieces:
        gathered += piece
        while len(gathered) >= CHUNK:
            yield bytes(gathered[:CHUNK])
            del gathered[:CHUNK]
    yield bytes(gathered)


def _member(key: bytes, values: Iterable[bytes]) -> Iterator[bytes]:
    yield b'{"' + key + b'":['
    for number, value in enumerate(values):
        yield b"," + value if number else value
    yield b"]}"


def _phrases(values: Iterable[bytes]) -> Iterator[bytes]:
    return _member(b"recognizedPhrases", values)


def _combined(values: Iterable[bytes]) -> Iterator[bytes]:
    yield b'{"recognizedPhrases":[],'
    yield from _with(b"", b"", _member(b"combinedRecognizedPhrases", values), skip=1)


def _with(before: bytes, after: bytes, pieces: Iterable[bytes], skip: int = 0) -> Iterator[bytes]:
    yield before
    for number, piece in enumerate(pieces):
        yield piece[skip:] if number == 0 else piece
    yield after


def _spoken(number: int, extra: bytes = b"", offset: int | None = None) -> bytes:
    times = _TIMES % (10 * number if offset is None else offset)
    return b"{" + times + extra + b',"nBest":[{"display":"word","lexical":"word"}]}'


def _differing(extra: bytes, count: int) -> Iterator[bytes]:
    return (_spoken(number, extra % number) for number in range(count))


def _one(inside: Iterable[bytes]) -> Iterator[bytes]:
    """One phrase whose last member's value is `inside`, bytes that are not gathered before."""
    return _with(b'{"recognizedPhrases":[{' + _TIMES % 1 + b",", b"}]}", inside)


def _long(filler: bytes, length: int, before: bytes = b'"', after: bytes = b'"') -> Iterator[bytes]:
    return _with(before, after, repeat(filler * (10_000 // len(filler)), length // 10_000))


def _file(before: bytes, inside: Iterable[bytes]) -> Iterator[bytes]:
    return _with(b'{"recognizedPhrases":[],' + before, b"}", inside)


_PHRASE_REFUSED = ("PhraseTooLarge", "ValueTooLarge")
_HEAD_REFUSED = ("HeadTooLarge",)


def results() -> Iterator[Giant]:
    """Yield the great result files."""
    many, million = 100_000, 1_000_000
    yield Giant("100,000 phrases of one word", _phrases(map(_spoken, range(many))), many)
    back = (_spoken(n, offset=10 * (many - n)) for n in range(many))
    yield Giant("100,000 phrases from the last to the first", _phrases(back), many)
    yield Giant("300,000 blank phrases", _phrases(repeat(_BLANK, 300_000)), 300_000)
    yield Giant("1,000,000 empty objects as phrases", _phrases(repeat(b"{}", million)), ("InvalidResult",))
    two = (_spoken(n // 2, b',"speaker":%d' % (n % 2)) for n in range(many))
    yield Giant("100,000 phrases of two who talk at once", _phrases(two), many)
    few = (_spoken(n, b',"speaker":%d' % (n % 200)) for n in range(many))
    yield Giant("200 speakers", _phrases(few), many)
    for extra in (b"speaker", b"channel"):
        yield Giant(f"100,000 {extra.decode()}s", _phrases(_differing(b',"%s":%%d' % extra, many)), ("TooManyTracks",))
    for extra in (b"locale", b"recognitionStatus"):
        yield Giant(
            f"100,000 kinds of {extra.decode()}",
            _phrases(_differing(b',"%s":"another %%d"' % extra, many)),
            _HEAD_REFUSED,
        )
    yield Giant("100,000 combined channels", _combined(b'{"channel":%d}' % n for n in range(many)), _HEAD_REFUSED)
    yield Giant("7,000,000 empty combined texts", _combined(repeat(b"{}", 7 * million)), _HEAD_REFUSED)
    for name, filler in (("plain", b"word "), ("unbroken", b"x"), ("escaped", b"\\u0001"), ("of white space", b" \\n")):
        pieces = _combined_text(_long(filler, 20 * MEGABYTE))
        yield Giant(f"20 MB of combined text, {name}", pieces, 0)
    yield Giant(
        "20 MB of text in a phrase",
        _one(_long(b"word ", 20 * MEGABYTE, b'"nBest":[{"lexical":"', b'"}]')),
        _PHRASE_REFUSED,
    )
    yield Giant(
        "3 MB of text in a phrase",
        _one(_long(b"word ", 3 * MEGABYTE, b'"nBest":[{"lexical":"', b'"}]')),
        _PHRASE_REFUSED,
    )
    yield Giant("20 MB in an unknown member", _file(b'"unknown":', _long(b"word ", 20 * MEGABYTE)), 0)
    yield Giant("a text of 100 MB", _file(b'"unknown":', _long(b"word ", 100 * MEGABYTE)), ("ValueTooLarge",))
    yield Giant("a key of 100 MB", _file(b"", _long(b"word ", 100 * MEGABYTE)), ("ValueTooLarge",))
    yield Giant("20 MB of source", _file(b'"source":', _long(b"word ", 20 * MEGABYTE)), _HEAD_REFUSED)
    yield Giant("20 MB of timestamp", _file(b'"timestamp":', _long(b"word ", 20 * MEGABYTE)), _HEAD_REFUSED)
    for key in (b"words", b"displayWords"):
        for size in (1, 10, 60):
            words = _long(b"{},", size * MEGABYTE, b'"nBest":[{"%s":[' % key, b"{}]}]")
            yield Giant(f"{size} MB of empty {key.decode()}", _one(words), _PHRASE_REFUSED)
    yield Giant("60 MB of empty hypotheses", _one(_long(b"{},", 60 * MEGABYTE, b'"nBest":[', b"{}]")), _PHRASE_REFUSED)
    yield Giant("2 MB of empty hypotheses", _one(_long(b"{},", 2 * MEGABYTE, b'"nBest":[', b"{}]")), _PHRASE_REFUSED)
    keys = (b'"k%d":%d,' % (n, n) for n in range(300_000))
    yield Giant("300,000 keys", _with(b"{", b'"recognizedPhrases":[]}', keys), 0)
    same = repeat(b'"duration":"PT1S",' * 100, 3_000)
    yield Giant("a member 300,000 times", _with(b"{", b'"recognizedPhrases":[]}', same), 0)
    inner = (b'"k%d":%d,' % (n, n) for n in range(many))
    yield Giant("100,000 keys in a phrase", _one(_with(b"", b'"z":1', inner)), 1)
    for opening in (b"[", b'{"a":'):
        deep = _long(opening, 10 * MEGABYTE, b"", b"")
        yield Giant(f"10 MB of {opening.decode()}", _file(b'"unknown":', deep), ("InvalidResult",))
        yield Giant(
            f"10 MB of {opening.decode()} in a phrase",
            _one(_with(b'"a":', b"", _long(opening, 10 * MEGABYTE, b"", b""))),
            ("InvalidResult",),
        )
    yield Giant("a duration of 1 MB", _file(b'"duration":', _long(b"9", MEGABYTE, b'"PT', b'S"')), ("InvalidResult",))
    yield Giant("a number of 1 MB", _file(b'"durationInTicks":', _long(b"9", MEGABYTE, b"", b"")), ("InvalidResult",))
    yield Giant("an unknown number of 1 MB", _file(b'"unknown":', _long(b"9", MEGABYTE, b"", b"")), 0)
    yield Giant("ticks of 10^300", _phrases([_spoken(0, offset=10**300)]), ("InvalidResult",))
    space = _long(b" ", 100 * MEGABYTE, b"", b"")
    yield Giant("100 MB of white space", _file(b"", _with(b'"unknown":12', b"", space)), 0)


def _combined_text(text: Iterable[bytes]) -> Iterator[bytes]:
    return _with(b'{"recognizedPhrases":[],"combinedRecognizedPhrases":[{"display":', b"}]}", text)


def reports() -> Iterator[Giant]:
    """Yield the great reports."""
    detail = b'{"source":"https://h.example/%d.wav","status":"Failed","errorMessage":"%s"}'
    ten = (detail % (n, b"it failed " * 50) for n in range(10_000))
    yield Giant("a report of 10,000 failures", _member(b"details", ten), 10_000, report=True)
    yield Giant("1,000,000 details", _member(b"details", repeat(b"{}", 1_000_000)), ("ReportTooLarge",), report=True)
    wide = repeat(detail % (1, b"x" * MEGABYTE), 200)
    yield Giant("a report of 200 MB", _member(b"details", wide), ("ReportTooLarge",), report=True)
    for size in (3, 20):
        message = _long(b"word ", size * MEGABYTE, b'{"details":[{"errorMessage":"', b'"}]}')
        yield Giant(f"{size} MB of error message", message, ("EntryTooLarge",), report=True)
    links = _long(b"https://h.example/?x ", MEGABYTE, b'{"details":[{"errorMessage":"', b'"}]}')
    yield Giant("1 MB of links in an error message", links, 1, report=True)
    spaces = _with(b'{"details":[]', b"}", repeat(b" " * 10_000, 10_000))
    yield Giant("a report with 100 MB of white space", spaces, ("ReportTooLarge",), report=True)


def all_of_them() -> list[Giant]:
    """Return every great file; each may be read once."""
    return [*results(), *reports()]
