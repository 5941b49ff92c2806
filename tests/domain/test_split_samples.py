"""The documents of the sample files, against their known contents."""

import json

import pytest

from local.samples.catalog import DATA
from shared.domain.documents import Part, Transcript
from shared.domain.split import SplitOptions
from tests.domain.reading import REVISION, as_json, split
from tests.domain.reference import Json
from tests.domain.strategies import in_chunks
from tests.domain.test_split import assert_holds_the_file, assert_well_formed, sections

NAMES = ["reference-result", "diarized-mono", "hindi-diarized", "stereo-short", "empty"]


def sample(name: str, options: SplitOptions = SplitOptions()) -> tuple[list[Part], Transcript]:  # noqa: B008 - frozen
    return split(in_chunks((DATA / f"{name}.json").read_bytes(), 30_000), options)


def only(parts: list[Part], kind: str) -> Json:
    """Return the only entry of a list of the parts."""
    (found,) = sections(parts, kind)
    return found


@pytest.mark.parametrize("all_words", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_the_documents_of_a_sample_file_hold_all_of_it(name: str, *, all_words: bool) -> None:
    options = SplitOptions(all_words=all_words)
    parts, head = sample(name, options)
    assert_holds_the_file(json.loads((DATA / f"{name}.json").read_bytes()), parts, head, options)
    assert_well_formed(parts, head)


def test_the_documented_result_becomes_the_documents_that_its_readers_expect() -> None:
    parts, _ = sample("reference-result")
    assert [part.id for part in parts] == [f"{REVISION}_part_0000"]
    track = only(parts, "tracks")
    assert (track["channel"], track["speaker"]) == (0, None)
    (phrase,) = track["phrases"]
    assert {key: phrase[key] for key in phrase if key != "nBest"} == {
        "index": 0,
        "recognitionStatus": "Success",
        "offsetInTicks": 7_600_000,
        "durationInTicks": 13_200_000,
    }
    assert [(best["confidence"], best["display"]) for best in phrase["nBest"]] == [
        (0.5643338, "Hello world."),
        (0.1769063, "helloworld"),
        (0.49964225, "hello worlds"),
        (0.4995761, "hello worm"),
        (0.49418187, "hello word"),
    ]
    assert phrase["nBest"][0] == {
        "confidence": 0.5643338,
        "lexical": "hello world",
        "itn": "hello world",
        "maskedITN": "hello world",
        "display": "Hello world.",
        "displayWords": {
            "displayText": ["Hello", "world."],
            "offsetInTicks": [7_600_000, 15_200_000],
            "durationInTicks": [7_600_000, 5_600_000],
        },
    }
    assert "words" not in phrase["nBest"][0]
    assert b"7600000.0" not in json.dumps(track).encode()
    assert only(parts, "turns") == {
        "channel": 0,
        "speaker": None,
        "offsetInTicks": 7_600_000,
        "durationInTicks": 13_200_000,
        "display": "Hello world.",
        "phrases": [0],
        "confidence": 0.5643338,
    }
    assert only(parts, "combined")["display"] == "Hello world."


def test_the_head_of_the_documented_result_counts_as_the_contract_says() -> None:
    _, head = sample("reference-result")
    assert as_json(head) == {
        "id": "transcript",
        "type": "transcript",
        "schemaVersion": 1,
        "jobId": "637d9333-6559-47a6-b8de-c7d732c1ddf3",
        "fileId": "2dd180a1-434e-4368-a1ac-37350700284f",
        "revision": REVISION,
        "run": 1,
        "name": "contenturl_0.json",
        "source": "...",
        "timestamp": "2023-07-10T14:28:16Z",
        "durationInTicks": 25_800_000,
        "duration": "PT2.58S",
        "channels": [0],
        "speakers": [],
        "locales": [],
        "recognitionStatuses": {"Success": 1},
        "phraseCount": 1,
        "wordCount": 2,
        "tracks": [
            {
                "channel": 0,
                "speaker": None,
                "phraseCount": 1,
                "wordCount": 2,
                "talkTimeInTicks": 13_200_000,
                "meanConfidence": 0.5643338,
                "parts": [f"{REVISION}_part_0000"],
            }
        ],
        "combined": [{"channel": 0, "parts": [f"{REVISION}_part_0000"]}],
        "turns": {
            "count": 1,
            "parts": [f"{REVISION}_part_0000"],
            "index": [{"fromInTicks": 7_600_000, "toInTicks": 20_800_000, "firstTurn": 0, "count": 1}],
        },
        "statistics": {
            "talkTimeInTicks": 13_200_000,
            "silenceInTicks": 12_600_000,
            "overlapInTicks": 0,
            "interruptions": 0,
        },
        "mirroredChannels": [],
        "raw": "raw.json.gz",
        "sizeInBytes": len((DATA / "reference-result.json").read_bytes()),
        "ingestedAt": "2026-11-22T17:00:00.000000Z",
    }


def test_phrases_with_the_same_offset_are_all_kept_and_talk_is_counted_once() -> None:
    parts, head = sample("diarized-mono")
    assert head.phrase_count == 46
    assert (head.channels, head.speakers) == ([0], [0, 1, 2])
    assert [(track.speaker, track.phrase_count) for track in head.tracks] == [(0, 1), (1, 43), (2, 2)]
    phrases = [phrase for track in sections(parts, "tracks") for phrase in track["phrases"]]
    assert sorted(phrase["index"] for phrase in phrases) == list(range(46))
    assert len({phrase["offsetInTicks"] for phrase in phrases}) < 30
    assert sum(phrase["durationInTicks"] for phrase in phrases) == pytest.approx(654.01e7, rel=1e-3)
    assert head.duration_in_ticks == 3_752_600_000
    assert 0 < head.statistics.talk_time_in_ticks < head.duration_in_ticks
    assert head.statistics.silence_in_ticks == head.duration_in_ticks - head.statistics.talk_time_in_ticks


def test_the_blank_phrase_of_speaker_0_counts_as_a_phrase_only() -> None:
    _, head = sample("diarized-mono")
    nobody = head.tracks[0]
    assert (nobody.speaker, nobody.phrase_count, nobody.word_count) == (0, 1, 0)
    assert (nobody.talk_time_in_ticks, nobody.mean_confidence) == (0, None)


def test_hindi_text_is_kept_unchanged() -> None:
    parts, head = sample("hindi-diarized")
    assert (head.phrase_count, head.speakers) == (146, [1, 2])
    assert head.source == "https://example.blob.core.windows.net/audio/hindi-diarized.wav"
    assert any("।" in text["display"] for text in sections(parts, "combined"))
    turns = sections(parts, "turns")
    assert len(turns) == head.turns.count
    assert [turn["offsetInTicks"] for turn in turns] == sorted(turn["offsetInTicks"] for turn in turns)


def test_a_channel_with_texts_and_no_phrases_is_listed() -> None:
    parts, head = sample("stereo-short")
    assert (head.channels, head.speakers, head.phrase_count) == ([0, 1], [], 3)
    assert [track.channel for track in head.tracks] == [0]
    assert [combined.channel for combined in head.combined] == [0, 1]
    phrases = only(parts, "tracks")["phrases"]
    assert [phrase["index"] for phrase in phrases] == [0, 1, 2]
    assert [len(phrase["nBest"]) for phrase in phrases] == [1, 6, 5]
    offsets = [phrase["offsetInTicks"] for phrase in phrases]
    assert offsets != sorted(offsets), "phrases keep the order of the file"


def test_a_silent_recording_has_a_head_and_no_parts() -> None:
    parts, head = sample("empty")
    assert parts == []
    assert (head.phrase_count, head.word_count, head.tracks, head.combined, head.turns.count) == (0, 0, [], [], 0)
    assert (head.channels, head.speakers, head.locales, head.recognition_statuses) == ([], [], [], {})
    assert head.statistics.silence_in_ticks == head.duration_in_ticks == 93_300_000
    assert head.source == "https://example.blob.core.windows.net/audio/empty.wav"
