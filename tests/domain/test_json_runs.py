"""Elements that are decoded together are the same as those that are decoded one by one, wherever chunks end."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.json_runs import Runs
from shared.domain.json_stream import ObjectStream
from shared.domain.speech_phrases import UsualPhrase
from shared.domain.split import SplitOptions
from shared.errors import InvalidResult
from tests.domain.reading import as_json, read, split
from tests.domain.strategies import in_chunks

Json = dict[str, Any]


def phrase(number: int, **changes: object) -> Json:
    words = [
        {"word": f"w{place}", "offsetInTicks": 1e7 * number + place, "durationInTicks": 1, "confidence": 0.5}
        for place in range(3)
    ]
    best = {"confidence": 0.5, "lexical": "a b c", "display": f"A b c {number}.", "words": words}
    usual = {
        "recognitionStatus": "Success",
        "channel": number % 2,
        "offsetInTicks": 10_000_000 * number,
        "durationInTicks": 5_000_000.0,
        "nBest": [best, best | {"lexical": "d"}],
    }
    return usual | changes


UNUSUAL: list[Json] = [
    {"offsetInTicks": None, "offset": "PT3S"},
    {"channel": 1.0},
    {"channel": "1", "durationInTicks": "50000000"},
    {"offsetInTicks": 10.5},
    {"speaker": 2.0},
    {"nBest": None},
    {"nBest": []},
    {"nBest": [{"display": "No words."}]},
    {"nBest": [{"display": "x", "words": [{"word": None, "offset": "PT1S", "duration": "PT1S"}]}]},
    {"nBest": [{"display": "x", "words": [{"word": "a", "offsetInTicks": 1, "durationInTicks": 0}]}]},
    {"nBest": [{"display": "x"}] * 11},
    {"recognitionStatus": '},{"recognitionStatus":"'},
    {"other": [{"recognitionStatus": "inner"}, {"recognitionStatus": "inner"}]},
    {"nBest": [{"display": "", "lexical": " "}]},
]


def file_of(phrases: list[Json], indent: int | None) -> bytes:
    separators = (",", ":") if indent is None else None
    return json.dumps({"recognizedPhrases": phrases}, indent=indent, separators=separators).encode()


@given(
    changes=st.lists(st.just({}) | st.sampled_from(UNUSUAL), min_size=3, max_size=12),
    indent=st.sampled_from([None, 2]),
    size=st.integers(1, 3_000),
    all_words=st.booleans(),
)
def test_a_file_has_the_same_documents_however_many_phrases_are_decoded_together(
    changes: list[Json], indent: int | None, size: int, *, all_words: bool
) -> None:
    data = file_of([phrase(number, **each) for number, each in enumerate(changes)], indent)
    options = SplitOptions(all_words=all_words)
    expected = [as_json(document) for document in flat(split(in_chunks(data, 1), options))]
    assert [as_json(document) for document in flat(split([data], options))] == expected
    assert [as_json(document) for document in flat(split(in_chunks(data, size), options))] == expected


def flat(documents: tuple[list[Any], Any]) -> list[Any]:
    return [*documents[0], documents[1]]


@pytest.mark.parametrize("indent", [None, 2])
def test_usual_phrases_are_decoded_together_and_single_ones_alone(indent: int | None) -> None:
    data = file_of([phrase(number) for number in range(20)], indent)
    together = [isinstance(each, UsualPhrase) for each in read([data]).phrases]
    assert together == [True] * 19 + [False]  # nothing that looks like a gap follows the last one
    assert not any(isinstance(each, UsualPhrase) for each in read(in_chunks(data, 10)).phrases)


@pytest.mark.parametrize("bad", [{"durationInTicks": 2**60}, {"nBest": [{"display": 7}]}, {"channel": 1.5}])
def test_an_error_names_the_same_phrase_and_byte_however_the_file_arrives(bad: Json) -> None:
    data = file_of([phrase(number, **(bad if number == 7 else {})) for number in range(12)], None)
    words = set()
    for chunks in ([data], in_chunks(data, 1), in_chunks(data, 1_000)):
        with pytest.raises(InvalidResult) as raised:
            split(chunks)
        words.add(str(raised.value))
    assert len(words) == 1
    assert (
        f"recognizedPhrases[7] (byte {data.index(json.dumps(phrase(7, **bad), separators=(',', ':')).encode())})"
        in words.pop()
    )


class Refusing:
    """Refuses every run, and counts the bytes that it was given."""

    def __init__(self) -> None:
        self.bytes = 0

    def decode(self, run: bytes) -> list[Any]:
        """Refuse."""
        self.bytes += len(run)
        raise msgspec.ValidationError("no")


@pytest.mark.parametrize("key", ["same", "other"])
@pytest.mark.parametrize("chunk", [500, 100_000])
def test_elements_that_do_not_decode_together_are_tried_in_linear_time(key: str, chunk: int) -> None:
    elements = [{"same" if key == "same" else f"{'x' * (number % 30 + 1)}": number} for number in range(20_000)]
    data = json.dumps({"list": elements}, separators=(",", ":")).encode()
    refusing = Refusing()
    stream = ObjectStream(members=frozenset(), arrays=frozenset({"list"}), runs={"list": Runs(refusing.decode, 10_000)})
    found = [cut.value for part in in_chunks(data, chunk) for cut in stream.feed(part)]
    found += [cut.value for cut in stream.close()]
    assert [json.loads(value) for value in found] == elements
    assert refusing.bytes <= 2 * len(data)
