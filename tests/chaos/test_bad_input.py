"""Result files and messages that were changed at random: each is read exactly, or refused with words that say where."""

import json
import re
from collections import Counter
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.documents import Part, ResultPart, Transcript
from shared.domain.enqueued import decode_enqueued
from shared.domain.messages import FetchFile, FetchPage, ListJobFiles, PageFile, decode_work, encode
from shared.errors import InvalidMessage, InvalidResult
from tests.chaos.reporting import Row
from tests.domain import reference
from tests.domain.reading import as_json, split
from tests.domain.strategies import CUTS, UNKNOWN, cut_up, result_files, results

pytestmark = pytest.mark.chaos

EXAMPLES = settings(max_examples=4_000, deadline=None, derandomize=True)
"""The same on every run: a page of two runs of one version differs only where the machine does."""

JOB = "637d9333-6559-47a6-b8de-c7d732c1ddf3"
FILE = "2dd180a1-434e-4368-a1ac-37350700284f"
WHERE = re.compile(
    r"byte \d|recognizedPhrases|the file is empty|turns\[\d|the channel of a combined text"
    r"|the duration of the audio|the head"
)
"""A refusal names a place in the file."""
SAFE_ID = re.compile(r"[a-z0-9_-]{1,100}", re.ASCII)

Outcome = tuple[list[Part], Transcript]

ODD: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(
        [None, True, "", "\u2028", -1, 1e300, 2**70, -0.0, "PT", "PT1S", "2025-13-45", [], {}, [[]], UNKNOWN]
    ),
    st.text(max_size=30),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["x" * 5_000, [0] * 500, json.loads("[" * 100 + "]" * 100)]),
)
"""Values that a member does not have in files that we know."""


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:  # noqa: ANN401 - any JSON
    """Return the path of every value inside a JSON value."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, each in members for place in ((*path, key), *places(each, (*path, key)))]


@st.composite
def odd(draw: st.DrawFn, values: st.SearchStrategy[Any]) -> Any:  # noqa: ANN401 - any JSON
    """Return a JSON value of which up to three members are replaced by odd ones, dropped, renamed or repeated."""
    value = json.loads(json.dumps(draw(values)))
    for _ in range(draw(st.integers(1, 3))):
        if not (paths := places(value)):
            return value
        *path, last = draw(st.sampled_from(paths))
        inner = value
        for key in path:
            inner = inner[key]
        act = draw(st.sampled_from(["replace", "replace", "drop", "move"]))
        if act == "replace":
            inner[last] = json.loads(json.dumps(draw(ODD)))
        else:
            taken = inner.pop(last)
            if act == "move":
                _into(inner, draw(st.sampled_from(["channel", "speaker", "nBest", "duration", "id", "run"])), taken)
    return value


def _into(inner: Any, key: str, value: object) -> None:  # noqa: ANN401 - any JSON
    if isinstance(inner, dict):
        inner[key] = value
    else:
        inner += [value, value]


@st.composite
def harmed(draw: st.DrawFn, bodies: st.SearchStrategy[bytes]) -> bytes:
    """Return bytes of which some are cut off, changed, doubled or put in."""
    data = bytearray(draw(bodies))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(data)))
        act = draw(st.sampled_from(["cut", "change", "put", "double"]))
        if act == "cut":
            del data[at : at + draw(st.integers(1, 40))]
        elif act == "change":
            data[at : at + 1] = draw(st.binary(min_size=1, max_size=1))
        elif act == "put":
            data[at:at] = draw(st.sampled_from([b"\x00", b"\xff\xfe", b",", b"NaN", b"\\ud800", b"}", b"1e999", b'"']))
        else:
            data[at:at] = data[at : at + draw(st.integers(1, 40))]
    return bytes(data)


def worded(refusal: Exception) -> str:
    """Fail unless the words of the refusal may go into a log line."""
    assert str(refusal).isprintable()
    assert len(str(refusal)) < 2_000
    return "refused"


def judge_file(data: bytes, cuts: list[int]) -> str:
    """Fail unless the file is read exactly, however it is cut, or refused with a place; return which."""
    outcomes: list[Outcome | None] = []
    for chunks in ([data], cut_up(data, cuts)):
        try:
            outcomes.append(split(chunks))
        except InvalidResult as error:
            refusal = error
            outcomes.append(None)
    whole, pieces = outcomes
    assert (whole is None) == (pieces is None), "the outcome depends on how the bytes come"
    if whole is None:
        assert WHERE.search(str(refusal)), str(refusal)
        return worded(refusal)
    assert reference.is_object(data), "accepted, although it is no JSON object in UTF-8"
    phrases = reference.load(data)["recognizedPhrases"]
    expected = [reference.entry(index, phrase, all_words=False) for index, phrase in enumerate(phrases)]
    parts = [as_json(part) for part in whole[0] if isinstance(part, ResultPart)]
    tracks = [track for part in parts for track in part["tracks"]]
    assert sorted((each for track in tracks for each in track["phrases"]), key=lambda each: each["index"]) == expected
    assert {(track["channel"], track["speaker"]) for track in tracks} == set(reference.tracks(phrases))
    assert as_json(whole) == as_json(pieces), "the documents depend on how the bytes come"
    return "read"


@pytest.mark.parametrize("how", ["members", "bytes"])
def test_result_files_with_changed(row: Row, how: str) -> None:
    ends: Counter[str] = Counter()
    bodies = (
        odd(results()).map(lambda value: json.dumps(value).encode()) if how == "members" else harmed(result_files())
    )

    @EXAMPLES
    @given(data=bodies, cuts=CUTS)
    def check(data: bytes, cuts: list[int]) -> None:
        ends[judge_file(data, cuts)] += 1

    check()
    counted(row, ends)


ENQUEUED = [
    JOB,
    f'"{JOB}"',
    f"https://h.example/speechtotext/v3.2/transcriptions/{JOB}",
    json.dumps({"id": JOB, "reprocess": True}),
    json.dumps({"self": f"https://h.example/speechtotext/transcriptions/{JOB}?api-version=2024-11-15"}),
    json.dumps([JOB, {"id": JOB}]),
]
WORK = [
    encode(ListJobFiles(JOB, 1, page="skip=100&top=100")),
    encode(FetchPage(JOB, 1, [PageFile(FILE, "Transcription", "a.json")], page="skip=100&top=100")),
    encode(FetchFile(JOB, FILE, "Transcription", 2)),
]


def judge_message(queue: str, data: bytes) -> str:
    """Fail unless the message is refused with words, or what was read is safe to make ids and requests of."""
    try:
        if queue == "transcription-jobs":
            assert all(re.fullmatch(r"[0-9a-f-]{36}", each.job_id) for each in decode_enqueued(data))
            return "read"
        work = decode_work(data)
    except InvalidMessage as error:
        return worded(error)
    assert re.fullmatch(r"[0-9a-f-]{36}", work.job_id)
    ids = (
        [work.file_id]
        if isinstance(work, FetchFile)
        else [each["id"] for each in msgspec.to_builtins(work).get("files", [])]
    )
    assert all(SAFE_ID.fullmatch(each) for each in ids)
    assert re.fullmatch("[!$-~]*", getattr(work, "page", None) or ""), "a page that leaves the query"
    assert decode_work(encode(work).encode()) == work
    return "read"


@pytest.mark.parametrize("how", ["members", "bytes"])
@pytest.mark.parametrize("queue", ["transcription-jobs", "transcription-results"])
def test_messages_with_changed(row: Row, how: str, queue: str) -> None:
    ends: Counter[str] = Counter()
    valid = st.sampled_from(ENQUEUED if queue == "transcription-jobs" else WORK)
    objects = valid.filter(lambda text: text[0] in "{[").map(json.loads)
    bodies = (
        odd(objects).map(lambda value: json.dumps(value).encode())
        if how == "members"
        else harmed(valid.map(str.encode))
    )

    @EXAMPLES
    @given(data=bodies)
    def check(data: bytes) -> None:
        ends[judge_message(queue, data)] += 1

    check()
    counted(row, ends)


def counted(row: Row, ends: Counter[str]) -> None:
    row.cases = ends.total()
    row.notes.append(f"{ends['read']:,} read exactly, {ends['refused']:,} refused with words")
    row.expect(ends["read"] and ends["refused"], f"not both were tried: {dict(ends)}")
