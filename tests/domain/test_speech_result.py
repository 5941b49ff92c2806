"""A result file is read into typed phrases and texts. A wrong type is refused with its place."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from local.samples.catalog import DATA
from shared.domain.phrases import measured_run
from shared.errors import InvalidResult
from tests.domain import reference
from tests.domain.reading import as_json, read
from tests.domain.strategies import CUTS, cut_up, in_chunks, result_files


@given(data=result_files(), cuts=CUTS)
def test_phrases_texts_and_header_are_read_as_json_loads_reads_them(data: bytes, cuts: list[int]) -> None:
    file = reference.load(data)
    seen = read(cut_up(data, cuts))
    measured = [phrase for run in seen.runs for phrase in measured_run(run, all_words=True)]
    assert [as_json(phrase.entry) for phrase in measured] == [
        reference.entry(index, phrase, all_words=True) for index, phrase in enumerate(file["recognizedPhrases"])
    ]
    assert [(texts.channel, *texts.forms()) for texts in seen.combined] == [
        (texts["channel"], *(texts[form] for form in reference.FORMS))
        for texts in file.get("combinedRecognizedPhrases", [])
    ]
    header = {"source": seen.header.source, "timestamp": seen.header.timestamp, "duration": seen.header.duration}
    assert header == {key: file.get(key) for key in header}
    assert seen.header.duration_ticks() == reference.ticks(file, "duration")


@settings(max_examples=20)
@given(data=result_files())
def test_each_run_has_the_offset_of_its_first_byte(data: bytes) -> None:
    file = reference.load(data)
    for run in read([data]).runs:
        parsed, _ = json.JSONDecoder().raw_decode(data[run.place :].decode())
        assert parsed == file["recognizedPhrases"][run.first]


@pytest.mark.parametrize("file", sorted(DATA.glob("*.json")), ids=lambda file: file.stem)
def test_sample_results_are_read_and_sample_reports_are_refused_as_results(file: Path) -> None:
    chunks = in_chunks(file.read_bytes(), 50_000)
    if "report" not in file.name:
        assert len(read(chunks).phrases) == len(json.loads(file.read_bytes())["recognizedPhrases"])
        return
    with pytest.raises(InvalidResult, match="the object has no array recognizedPhrases: this is not a transcription"):
        read(chunks)


def test_a_nested_array_of_the_same_name_is_ignored() -> None:
    nested = {"properties": {"recognizedPhrases": [{"offset": 1}]}, "list": [{"recognizedPhrases": []}]}
    with pytest.raises(InvalidResult, match="no array recognizedPhrases"):
        read([json.dumps(nested).encode()])
    phrase = {"offsetInTicks": 10, "durationInTicks": 20.0, "nBest": [{"display": "Yes."}]}
    seen = read([json.dumps(nested | {"recognizedPhrases": [phrase]}).encode()])
    (only,) = seen.phrases
    assert (only.offset_ticks(), only.hypotheses()[0].display) == (10, "Yes.")


def test_a_number_may_be_written_as_a_text() -> None:
    best = {"display": "Yes.", "confidence": "0.5"}
    phrase = {"offsetInTicks": "10", "durationInTicks": "20.0", "channel": "1", "nBest": [best]}
    seen = read([json.dumps({"durationInTicks": "30", "recognizedPhrases": [phrase] * 2}).encode()])
    (together,), (alone,) = (measured_run(run, all_words=False) for run in seen.runs)
    for found in together, alone:
        assert (found.channel, found.entry.offset_in_ticks, found.end, found.confidence) == (1, 10, 30, 0.5)
    assert seen.header.duration_ticks() == 30


def test_combined_texts_may_be_absent_and_stand_before_or_after_the_phrases() -> None:
    assert read([b'{"recognizedPhrases": []}']).combined == []
    after = read([b'{"recognizedPhrases": [], "combinedRecognizedPhrases": [{"channel": 1, "display": "A"}]}'])
    before = read([b'{"combinedRecognizedPhrases": [{"channel": 1, "display": "A"}], "recognizedPhrases": []}'])
    assert after.combined == before.combined
    assert after.combined[0].forms() == (None, None, None, "A")


TIMES = {"offsetInTicks": 1, "durationInTicks": 1}


@pytest.mark.parametrize(
    ("phrase", "words"),
    [
        (5, "Expected `object`, got `int`"),
        (None, "Expected `object`, got `null`"),
        ([], "Expected `object`, got `array`"),
        ({"channel": "left"}, "Expected `int | float | null`, got `str` - at `$.channel`"),
        ({"channel": True}, "Expected `int | float | null`, got `bool` - at `$.channel`"),
        ({"durationInTicks": ""}, "Expected `int | float | null`, got `str` - at `$.durationInTicks`"),
        ({"nBest": [None]}, "Expected `object`, got `null` - at `$.nBest[0]`"),
        ({"nBest": [{"words": [None]}]}, "Expected `object`, got `null` - at `$.nBest[0].words[0]`"),
        ({"speaker": "Guest"}, "Expected `int | float | null`, got `str` - at `$.speaker`"),
        ({"recognitionStatus": 1}, "Expected `str | null`, got `int` - at `$.recognitionStatus`"),
        ({"locale": {}}, "Expected `str | null`, got `object` - at `$.locale`"),
        ({"nBest": {}}, "Expected `array | null`, got `object` - at `$.nBest`"),
        ({"nBest": [{}, {"lexical": []}]}, "Expected `str | null`, got `array` - at `$.nBest[1].lexical`"),
        ({"nBest": [{"confidence": "high"}]}, "Expected `int | float | null`, got `str` - at `$.nBest[0].confidence`"),
        ({"nBest": [{"words": [{}, {"word": 1}]}]}, "Expected `str | null`, got `int` - at `$.nBest[0].words[1].word`"),
        ({"nBest": [{"displayWords": "x"}]}, "Expected `array | null`, got `str` - at `$.nBest[0].displayWords`"),
        ({"offsetInTicks": "12 s"}, "Expected `int | float | null`, got `str` - at `$.offsetInTicks`"),
        ({"offsetInTicks": 2**53 + 2}, "Expected `int` <= 9007199254740992 - at `$.offsetInTicks`"),
        ({"offsetInTicks": -1e300}, "Expected `float` >= -9007199254740992.0 - at `$.offsetInTicks`"),
        ({"nBest": [{"confidence": 10**400}]}, "Expected `int` <= 9007199254740992 - at `$.nBest[0].confidence`"),
    ],
)
def test_a_wrong_type_in_a_phrase_is_refused_with_its_byte_and_path(phrase: Any, words: str) -> None:  # noqa: ANN401
    data = json.dumps({"recognizedPhrases": [TIMES, phrase], "timestamp": "t"}).encode()
    place = len(json.dumps({"recognizedPhrases": [TIMES]})[:-2]) + len(", ")
    for size in (3, 10_000):
        with pytest.raises(InvalidResult) as caught:
            read(in_chunks(data, size))
        assert str(caught.value) == f"recognizedPhrases[1] (byte {place}): {words}"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (
            b'{"source": 5, "recognizedPhrases": []}',
            "source (byte 11): Expected `str | null`, got `int` - at `$.source`",
        ),
        (
            b'{"durationInTicks": "a", "recognizedPhrases": []}',
            "durationInTicks (byte 20): Expected `int | float | null`",
        ),
        (b'{"timestamp": [1], "recognizedPhrases": []}', "timestamp (byte 14): Expected `str | null`, got `array`"),
        (b'{"recognizedPhrases": [], "duration": 1e9}', "duration (byte 38): Expected `str | null`, got `float`"),
        (
            b'{"combinedRecognizedPhrases": [{}, {"lexical": 1}], "recognizedPhrases": []}',
            "combinedRecognizedPhrases[1] (byte 35): Expected `str | null`, got `int` - at `$.lexical`",
        ),
    ],
)
def test_a_wrong_type_in_the_header_or_the_combined_texts_is_refused_with_its_byte(data: bytes, words: str) -> None:
    for size in (2, 10_000):
        with pytest.raises(InvalidResult) as caught:
            read(in_chunks(data, size))
        assert str(caught.value).startswith(words)


def test_an_invalid_duration_of_the_audio_is_refused_when_it_is_read() -> None:
    header = read([b'{"duration": "two hours", "recognizedPhrases": []}']).header
    with pytest.raises(InvalidResult, match="the duration of the audio: 'two hours' is not an ISO 8601 duration"):
        header.duration_ticks()
    known = read([b'{"duration": "two hours", "durationInTicks": 5.0, "recognizedPhrases": []}']).header
    assert known.duration_ticks() == 5
