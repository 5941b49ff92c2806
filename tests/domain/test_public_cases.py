"""Files from public reports of users (public_cases/README.md), and null or empty members."""

import json
from pathlib import Path

import pytest

from shared.domain.documents import Transcript
from shared.domain.speech_result import MAX_COMBINED_BYTES
from shared.errors import InvalidResult
from tests.domain.reading import as_json, read, split
from tests.domain.reference import Json
from tests.domain.strategies import in_chunks

CASES = Path(__file__).parent / "public_cases"
SIZES = [1, 3, 4, 5, 64, 1 << 20]
"""Sizes of chunks. The outcome does not depend on them."""


def case(name: str) -> bytes:
    return (CASES / f"{name}.json").read_bytes()


def head_of(data: bytes) -> Transcript:
    heads = {as_bytes(split(in_chunks(data, size))[1]) for size in SIZES}
    assert len(heads) == 1
    return split([data])[1]


def as_bytes(head: Transcript) -> bytes:
    return json.dumps(as_json(head)).encode()


def refusal(data: bytes, size: int = 1 << 20) -> InvalidResult:
    with pytest.raises(InvalidResult) as caught:
        read(in_chunks(data, size))
    return caught.value


@pytest.mark.parametrize(("name", "words"), [("whisper_display_only", 8), ("hindi_nolex_nowords", 7)])
def test_words_are_counted_in_the_display_text_if_there_is_no_other(name: str, words: int) -> None:
    head = head_of(case(name))
    assert head.word_count == words == sum(track.word_count for track in head.tracks)


def test_an_unrecognised_phrase_without_duration_has_length_0() -> None:
    data = case("nomatch_no_duration")
    head = head_of(data)
    assert head.recognition_statuses == {"NoMatch": 1, "Success": 2}
    assert (head.phrase_count, head.word_count, head.turns.count) == (3, 2, 1)
    (track,) = [track for part in split([data])[0] for track in as_json(part)["tracks"]]
    assert [(each["index"], each["offsetInTicks"], each["durationInTicks"]) for each in track["phrases"]] == [
        (0, 20_000_000, 10_000_000),
        (1, 0, 0),
        (2, 1_000_000, 10_000_000),
    ]
    assert head.statistics.talk_time_in_ticks == 20_000_000


def test_a_null_array_of_phrases_is_a_result_without_phrases() -> None:
    head = head_of(case("phrases_null"))
    assert (head.phrase_count, head.turns.count, head.channels) == (0, 0, [0])
    assert head.statistics.silence_in_ticks == head.duration_in_ticks == 20_000_000


def test_the_output_of_the_ingestion_client_is_read_without_its_additions() -> None:
    head = head_of(case("ingestion_client_output"))
    assert head.timestamp == "2024-03-28T10:10:16Z"
    assert (head.phrase_count, head.word_count, head.speakers) == (1, 1, [1])
    assert all("sentiment" not in json.dumps(as_json(part)) for part in split([case("ingestion_client_output")])[0])


def test_the_same_talk_on_two_channels_is_mirrored_and_counts_no_interruption() -> None:
    mono, dual = head_of(case("mono")), head_of(case("dual_mono"))
    assert (mono.mirrored_channels, dual.mirrored_channels) == ([], [[0, 1]])
    assert [(track.channel, track.word_count) for track in dual.tracks] == [(0, 13), (1, 13)]
    assert (dual.word_count, dual.phrase_count, dual.turns.count) == (26, 8, 8)
    assert (mono.statistics.interruptions, dual.statistics.interruptions) == (0, 0)
    assert dual.statistics.talk_time_in_ticks == mono.statistics.talk_time_in_ticks == 80_000_000
    assert dual.statistics.overlap_in_ticks == 80_000_000


# Null and empty members

PHRASE = {"offsetInTicks": 10, "durationInTicks": 20, "nBest": [{"display": "Yes."}]}
ABSENT: list[tuple[Json, Json]] = [
    ({"duration": ""}, {"duration": None, "durationInTicks": None}),
    ({"duration": "  ", "durationInTicks": None}, {"duration": None, "durationInTicks": None}),
    ({"duration": "", "durationMilliseconds": 2}, {"duration": None, "durationInTicks": 20_000}),
    ({"source": "", "timestamp": ""}, {"source": None, "timestamp": None}),
    ({"source": None, "timestamp": None}, {"source": None, "timestamp": None}),
    ({"timestamp": "a", "timeStamp": "b"}, {"timestamp": "a"}),
    ({"timestamp": None, "timeStamp": "b"}, {"timestamp": "b"}),
    ({"timeStamp": "b", "timestamp": " "}, {"timestamp": "b"}),
    ({"timeStamp": ""}, {"timestamp": None}),
    ({"combinedRecognizedPhrases": None}, {"combined": [], "channels": [0]}),
    ({"combinedRecognizedPhrases": [{"channel": None, "display": "A"}]}, {"channels": [0]}),
    ({"recognizedPhrases": [PHRASE | {"channel": None, "speaker": None}]}, {"channels": [0], "speakers": []}),
    ({"recognizedPhrases": [PHRASE | {"locale": ""}, PHRASE | {"locale": None}]}, {"locales": []}),
    ({"recognizedPhrases": [PHRASE | {"recognitionStatus": ""}]}, {"recognitionStatuses": {"Unknown": 1}}),
    ({"recognizedPhrases": [PHRASE | {"offset": "", "duration": ""}]}, {"phraseCount": 1}),
    ({"recognizedPhrases": [{"offsetInTicks": 5, "duration": "", "nBest": None}]}, {"phraseCount": 1}),
    ({"recognizedPhrases": [PHRASE | {"nBest": [{"words": None, "displayWords": None}]}]}, {"wordCount": 0}),
]


@pytest.mark.parametrize(("members", "expected"), ABSENT, ids=str)
def test_a_member_that_is_null_or_a_blank_text_is_absent(members: Json, expected: Json) -> None:
    head = as_json(head_of(json.dumps({"recognizedPhrases": [PHRASE]} | members).encode()))
    assert {key: head[key] for key in expected} == expected


def test_words_with_blank_times_have_null_times() -> None:
    words = [{"word": "yes", "offset": "", "duration": ""}, {"word": "no", "offset": None}]
    file = {"recognizedPhrases": [PHRASE | {"nBest": [{"display": "Yes.", "words": words}]}]}
    (part, *_), _ = split([json.dumps(file).encode()])
    columns = as_json(part)["tracks"][0]["phrases"][0]["nBest"][0]["words"]
    assert (columns["offsetInTicks"], columns["durationInTicks"]) == ([None, None], [None, None])


@pytest.mark.parametrize("chunk", [1 << 20, 50_000_000])
def test_combined_texts_over_16_mib_are_refused(chunk: int) -> None:
    frame = '{"recognizedPhrases": [], "combinedRecognizedPhrases": [{"channel": 0}, {"channel": 1, "display": "%s"}]}'
    room = MAX_COMBINED_BYTES - len('{"channel": 1, "display": ""}')
    parts, head = split(in_chunks((frame % ("x" * room)).encode(), chunk))
    assert [summary.channel for summary in head.combined] == [0, 1]
    assert sum(len(text["display"]) for part in parts for text in as_json(part)["combined"]) == room
    error = refusal((frame % ("x" * (room + 1))).encode(), chunk)
    assert (error.code, str(error)) == (
        "ValueTooLarge",
        "byte 72: combinedRecognizedPhrases[1] has more than 16777216 bytes",
    )
