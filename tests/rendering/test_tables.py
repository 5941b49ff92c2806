"""CSV and JSON: what other programs read."""

import csv
import json

import msgspec
import pytest
from jsonschema import Draft202012Validator

from local.docs.schemas import EXPORT, schemas
from shared.rendering.data import ExportedRecording, json_text
from shared.rendering.names import Names, Naming
from shared.rendering.recording import Choice, Recording
from shared.rendering.rows import COLUMNS, guarded, turn_rows
from tests.rendering.making import FILE, JOB, phrase, recording


def rows(of: Recording, separator: str = ",") -> list[list[str]]:
    return list(
        csv.reader("".join(turn_rows(of, separator)).splitlines(keepends=True), delimiter=separator, strict=True)
    )


def conversation() -> Recording:
    phrases = [phrase('Say "yes", please.', 61.5, 63), phrase("A\r\nB;", 64, channel=1, speaker=2)]
    phrases[1]["locale"] = "en-GB"
    return recording(phrases, names=Names([Naming("Anna; A.", channel=0)]))


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_each_turn_is_a_row(separator: str) -> None:
    header, *others = rows(conversation(), separator)
    assert tuple(header) == COLUMNS
    shared = [JOB, FILE, "call 1.wav"]
    begin = [["0", "0", "", "Anna; A."], ["1", "1", "2", "Channel 1 Speaker 2"]]
    times = [["00:01:01.500", "00:01:03.000"], ["00:01:04.000", "00:01:05.000"]]
    in_ticks = [["615000000", "15000000"], ["640000000", "10000000"]]
    end = [["0.5", "", 'Say "yes", please.'], ["0.5", "en-GB", "A\r\nB;"]]
    assert others == [shared + begin[row] + times[row] + in_ticks[row] + end[row] for row in (0, 1)]


def test_rows_end_as_rfc_4180_says() -> None:
    pieces = list(turn_rows(conversation()))
    assert len(pieces) == 3
    assert all(piece.endswith("\r\n") for piece in pieces)


@pytest.mark.parametrize(
    "first", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20", " =", "\u3000@"]
)
def test_a_text_that_a_spreadsheet_reads_as_a_formula_begins_with_an_apostrophe(first: str) -> None:
    assert guarded(f"{first}1") == f"'{first}1"
    assert guarded(f"1{first}") == f"1{first}"


def test_every_text_of_a_row_is_guarded() -> None:
    of = recording([phrase("=1+1")], names=Names([Naming("+Anna", channel=0)]), source="https://a.example/@b.wav")
    _, row = rows(of)
    assert (row[2], row[6], row[-1]) == ("'@b.wav", "'+Anna", "'=1+1")


def test_numbers_of_turns_stay_those_of_the_recording() -> None:
    of = recording([phrase("a", 0), phrase("b", 5), phrase("c", 9)], choice=Choice(begin=60_000_000), gap=0)
    assert [row[3] for row in rows(of)[1:]] == ["2"]


@pytest.mark.parametrize("of", [recording([]), conversation()])
def test_json_follows_its_schema(of: Recording) -> None:
    whole = json.loads("".join(json_text(of)))
    Draft202012Validator(schemas()[EXPORT.name]).validate(whole)
    assert [turn["name"] for turn in whole["turns"]] == [said.name for said in of.turns()]
    assert msgspec.convert(whole["head"], type(of.head)) == of.head


def test_json_names_every_track_and_says_which_are_left_out() -> None:
    of = recording([phrase("a"), phrase("A", channel=1)], names=Names([Naming("Anna", channel=0)]))
    whole = msgspec.json.decode("".join(json_text(of)), type=ExportedRecording)
    assert [(track.name, track.shown) for track in whole.tracks] == [("Anna", True), ("Channel 1", False)]
    assert (whole.left_out_channels, [turn.display for turn in whole.turns]) == ([1], ["a"])


def test_json_has_a_turn_a_line_so_that_it_can_be_read_in_pieces() -> None:
    lines = "".join(json_text(conversation())).splitlines()
    assert [json.loads(line.rstrip(","))["number"] for line in lines[1:-1]] == [0, 1]
