"""The documents of a file hold all of it, and its head counts as the contract says."""

import json
from itertools import pairwise

import jsonschema
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.documents import Part, ResultPart, Transcript
from shared.domain.split import SplitOptions
from shared.errors import InvalidResult
from tests.domain import reference
from tests.domain.reading import KEY, REVISION, as_json, split
from tests.domain.reference import Json, Track
from tests.domain.reference_head import head as expected_head
from tests.domain.strategies import CUTS, cut_up, in_chunks, result_files, results

PART_BYTES = 64 * 1024
SINGLE_BYTES = 32 * 1024
KINDS = ("tracks", "combined", "turns")
VALIDATORS: dict[type, jsonschema.Draft202012Validator] = {
    shape: jsonschema.Draft202012Validator(msgspec.json.schema(shape)) for shape in (ResultPart, Transcript)
}
GAPS = st.sampled_from([0.0, 0.05, 3.0])


def sections(parts: list[Part], kind: str) -> list[Json]:
    """Return the entries of a list of the parts: `tracks`, `combined` or `turns`."""
    return [section for part in parts for section in as_json(part)[kind]]


def named(parts: list[Part], ids: list[str]) -> list[Part]:
    by_id = {part.id: part for part in parts}
    return [by_id[part] for part in ids]


def tracks_of(parts: list[Part], head: Transcript) -> dict[Track, list[Json]]:
    """Return the phrases of each track, joined in the order in which the head names its parts."""
    return {
        (track.channel, track.speaker): [
            phrase
            for section in sections(named(parts, track.parts), "tracks")
            if (section["channel"], section["speaker"]) == (track.channel, track.speaker)
            for phrase in section["phrases"]
        ]
        for track in head.tracks
    }


def size_of(document: object) -> int:
    return len(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode())


def assert_holds_the_file(file: Json, parts: list[Part], head: Transcript, options: SplitOptions) -> None:
    phrases = file["recognizedPhrases"]
    every = [reference.entry(index, phrase, all_words=options.all_words) for index, phrase in enumerate(phrases)]
    assert tracks_of(parts, head) == {
        track: [every[index] for index in indexes] for track, indexes in reference.tracks(phrases).items()
    }
    texts: dict[int, Json] = {}
    for each in head.combined:
        pieces = [it for it in sections(named(parts, each.parts), "combined") if it["channel"] == each.channel]
        texts[each.channel] = {form: "".join(piece[form] for piece in pieces) for form in reference.FORMS}
    assert texts == {
        each["channel"]: {form: each[form] or "" for form in reference.FORMS}
        for each in file.get("combinedRecognizedPhrases", [])
    }
    gap = round(options.turn_gap_seconds * reference.SECOND)
    turns = sections(named(parts, head.turns.parts), "turns")
    assert turns == reference.turns(phrases, gap)
    of_parts = [as_json(part)["turns"] for part in named(parts, head.turns.parts)]
    assert as_json(head.turns)["index"] == reference.index(of_parts)
    assert_head(as_json(head), expected_head(file, gap))


def assert_head(found: Json, expected: Json) -> None:
    assert {key: found[key] for key in expected if key not in {"tracks", "turns"}} == {
        key: value for key, value in expected.items() if key not in {"tracks", "turns"}
    }
    assert found["turns"]["count"] == expected["turns"]["count"]
    for track, wanted in zip(found["tracks"], expected["tracks"], strict=True):
        confidence = wanted.pop("meanConfidence")
        assert track["meanConfidence"] == (None if confidence is None else pytest.approx(confidence, abs=1e-12))
        assert {key: track[key] for key in wanted} == wanted


def assert_well_formed(parts: list[Part], head: Transcript) -> None:
    ids = head.parts()
    assert sorted(ids) == [part.id for part in parts]
    assert_named_exactly(parts, head)
    assert_packed(parts, head)
    for part in parts:
        document = as_json(part)
        VALIDATORS[type(part)].validate(document)
        assert (part.job_id, part.file_id, part.revision) == (KEY.job_id, KEY.file_id, REVISION)
        assert part.id.endswith(f"_{part.part:04}")
        assert part.id.startswith(f"{REVISION}_")
    VALIDATORS[Transcript].validate(as_json(head))
    assert [part.part for part in parts] == list(range(len(parts)))


def assert_named_exactly(parts: list[Part], head: Transcript) -> None:
    """Each track, each channel's texts and the turns name the parts that hold them, once and in order."""
    for track in head.tracks:
        assert track.parts == holding(parts, "tracks", channel=track.channel, speaker=track.speaker)
    for text in head.combined:
        assert text.parts == holding(parts, "combined", channel=text.channel)
    assert head.turns.parts == [part.id for part in parts if as_json(part)["turns"]]


def holding(parts: list[Part], kind: str, **owner: int | None) -> list[str]:
    return [part.id for part in parts if any(owner.items() <= each.items() for each in as_json(part)[kind])]


def assert_packed(parts: list[Part], head: Transcript) -> None:
    """Hold the parts against the rules of docs/decisions/0045."""
    documents = [as_json(part) for part in parts]
    sizes = [sum(size_of(document[kind]) - 2 for kind in KINDS) for document in documents]
    for document in documents:
        entries = [entry for track in document["tracks"] for entry in track["phrases"]] + document["turns"]
        assert entries or document["combined"]
        assert size_of(document) <= PART_BYTES or (len(entries) == 1 and not document["combined"])
        assert len(documents) == 1 or not (document["tracks"] and (document["combined"] or document["turns"]))
        owners = [(track["channel"], track["speaker"]) for track in document["tracks"]]
        assert len(set(owners)) == len(owners)
    assert len(documents) <= 1 or sum(sizes) > SINGLE_BYTES - 1_024
    assert len(documents) != 1 or sizes[0] <= SINGLE_BYTES or sum(bool(documents[0][kind]) for kind in KINDS) == 1
    turns = [turn for document in documents for turn in document["turns"]]
    assert size_of(turns) > PART_BYTES - 1_024 or len(head.turns.parts) == bool(turns)


@given(data=result_files(most_phrases=8), cuts=CUTS, all_words=st.booleans(), gap=GAPS)
@settings(max_examples=70)
def test_the_documents_of_any_file_hold_all_of_it(data: bytes, cuts: list[int], gap: float, *, all_words: bool) -> None:
    options = SplitOptions(turn_gap_seconds=gap, all_words=all_words)
    parts, head = split(cut_up(data, cuts), options)
    assert_holds_the_file(reference.load(data), parts, head, options)
    assert_well_formed(parts, head)
    assert head.size_in_bytes == len(data)


@given(file=results(most_phrases=8), long=st.sampled_from([100, 1_000]))
@settings(max_examples=8)
def test_the_documents_of_a_long_file_hold_all_of_it_in_full_parts(file: Json, long: int) -> None:
    more = {"display": "नमस्ते " * long}
    phrases = [
        phrase | {"durationInTicks": reference.length(phrase), "nBest": [*phrase["nBest"], more]}
        for phrase in file["recognizedPhrases"]
    ]
    file |= {"recognizedPhrases": phrases * (4_000 // long)}
    for texts in file.get("combinedRecognizedPhrases", []):
        texts |= {form: f"{texts[form] or ''} {'one two ' * 20_000}" for form in reference.FORMS}
    data = json.dumps(file, ensure_ascii=False).encode()
    parts, head = split(in_chunks(data, 70_001))
    assert_holds_the_file(json.loads(data), parts, head, SplitOptions())
    assert_well_formed(parts, head)
    assert len(sections(parts, "tracks")) > len(head.tracks) or not phrases
    for track in head.tracks:
        for part, following in pairwise(named(parts, track.parts)):
            (section,) = as_json(part)["tracks"]
            own = {"channel": section["channel"], "speaker": section["speaker"]}.items()
            (after,) = [each for each in as_json(following)["tracks"] if own <= each.items()]
            assert size_of(as_json(part)) + size_of(after["phrases"][0]) > PART_BYTES - 600
    for part, following in pairwise(named(parts, head.turns.parts)):
        assert size_of(as_json(part)) + size_of(as_json(following)["turns"][0]) > PART_BYTES - 600


@given(data=result_files(most_phrases=8), cuts=CUTS)
@settings(max_examples=20)
def test_the_same_bytes_give_the_same_documents_whatever_the_chunks(data: bytes, cuts: list[int]) -> None:
    def documents(chunks: list[bytes]) -> list[bytes]:
        parts, head = split(chunks)
        return [msgspec.json.encode(document) for document in (*parts, head)]

    assert documents(cut_up(data, cuts)) == documents([data]) == documents(in_chunks(data, 13))


def phrase_of(display: str, **members: object) -> Json:
    return {"offsetInTicks": 0, "durationInTicks": 1, "nBest": [{"display": display}], **members}


def test_a_phrase_too_large_for_a_document_is_refused_with_its_index() -> None:
    file = {"recognizedPhrases": [phrase_of("a"), phrase_of("é" * 1_100_000), phrase_of("b")]}
    with pytest.raises(InvalidResult, match=r"recognizedPhrases\[1\] takes 22\d{5} bytes") as caught:
        split([json.dumps(file).encode()])
    assert caught.value.code == "PhraseTooLarge"


def test_a_phrase_of_nearly_2_mb_gets_a_part_of_its_own() -> None:
    file = {"recognizedPhrases": [phrase_of("a"), phrase_of("x" * 2_000_000), phrase_of("b")]}
    parts, head = split([json.dumps(file).encode()])
    assert [[phrase["index"] for phrase in track["phrases"]] for track in sections(parts, "tracks")] == [[0], [1], [2]]
    assert all(size_of(as_json(part)) < 2 * 1024 * 1024 for part in parts)
    assert_well_formed(parts, head)


def test_parts_are_given_as_soon_as_they_are_full() -> None:
    file = {"recognizedPhrases": [phrase_of("x" * 1_000, channel=channel) for channel in [0, 1] * 200]}
    parts, _ = split([json.dumps(file).encode()])
    assert [track["channel"] for track in sections(parts, "tracks")][:4] == [0, 1, 0, 1]


def test_a_short_recording_is_one_part_and_tracks_are_sorted() -> None:
    speakers = [None, 0, 1, 12, -1]
    file = {
        "recognizedPhrases": [phrase_of("a", channel=channel, speaker=who) for channel in (0, 3) for who in speakers],
        "combinedRecognizedPhrases": [{"channel": 3, "display": "a"}],
    }
    parts, head = split([json.dumps(file).encode()])
    assert head.parts() == [part.id for part in parts] == [f"{REVISION}_part_0000"]
    assert [(track.channel, track.speaker) for track in head.tracks] == [
        (channel, who) for channel in (0, 3) for who in [None, -1, 0, 1, 12]
    ]


@pytest.mark.parametrize(("size", "kinds"), [(15_000, [KINDS]), (17_000, [("tracks",), ("combined", "turns")])])
def test_sections_share_a_single_part_up_to_32_kib(size: int, kinds: list[tuple[str, ...]]) -> None:
    file = {
        "recognizedPhrases": [phrase_of("a", recognitionStatus="x" * size)],
        "combinedRecognizedPhrases": [{"channel": 0, "display": "y" * size}],
    }
    parts, head = split([json.dumps(file).encode()])
    assert [tuple(kind for kind in KINDS if as_json(part)[kind]) for part in parts] == kinds
    assert_well_formed(parts, head)


@pytest.mark.parametrize(("length", "count"), [(3, 1), (20_000, 1), (100_000, 2)])
def test_texts_of_a_channel_that_comes_twice_stay_in_order(length: int, count: int) -> None:
    file = {
        "recognizedPhrases": [],
        "combinedRecognizedPhrases": [{"channel": 0, "display": "first "}, {"channel": 0, "display": "x" * length}],
    }
    parts, head = split([json.dumps(file).encode()])
    (texts,) = head.combined
    pieces = sections(named(parts, texts.parts), "combined")
    assert "".join(piece["display"] for piece in pieces) == f"first {'x' * length}"
    assert len(texts.parts) == len(set(texts.parts)) == count
    assert_well_formed(parts, head)


def test_the_source_is_kept_without_its_query_and_silence_is_never_negative() -> None:
    file = {
        "source": "https://h.example/a.wav?sv=1&sig=REDACTED#here",
        "durationInTicks": 5,
        "recognizedPhrases": [phrase_of("a", durationInTicks=50)],
    }
    _, head = split([json.dumps(file).encode()])
    assert head.source == "https://h.example/a.wav"
    assert head.statistics.silence_in_ticks == 0
    assert head.statistics.talk_time_in_ticks == 50


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ({"duration": "soon", "recognizedPhrases": []}, "the duration of the audio: 'soon' is not"),
        (
            {"combinedRecognizedPhrases": [{"channel": 0.5}], "recognizedPhrases": []},
            "the channel of a combined text is 0.5, not a whole number",
        ),
    ],
)
def test_an_invalid_duration_or_channel_is_refused_by_name(file: Json, words: str) -> None:
    with pytest.raises(InvalidResult) as caught:
        split([json.dumps(file).encode()])
    assert words in str(caught.value)


def test_the_index_says_which_turns_each_part_holds_and_where_they_are_in_the_audio() -> None:
    text = "x" * 20_000  # a part holds three such turns
    file = {
        "recognizedPhrases": [
            phrase_of(text, channel=number % 2, offsetInTicks=10 * number, durationInTicks=1_000 if number == 1 else 15)
            for number in range(7)
        ]
    }
    _, head = split([json.dumps(file).encode()])
    assert as_json(head.turns)["index"] == [
        {"fromInTicks": 0, "toInTicks": 1_010, "firstTurn": 0, "count": 3},
        {"fromInTicks": 30, "toInTicks": 65, "firstTurn": 3, "count": 3},
        {"fromInTicks": 60, "toInTicks": 75, "firstTurn": 6, "count": 1},
    ]


def test_the_head_of_silence_has_an_empty_index() -> None:
    _, head = split([b'{"recognizedPhrases":[]}'])
    assert as_json(head.turns) == {"count": 0, "parts": [], "index": []}
