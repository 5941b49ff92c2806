"""The rows of the tables: what is computed for each turn, and how they become CSV."""

import csv
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.ticks import TICKS_PER_SECOND
from shared.rendering.names import Names, Naming
from shared.rendering.recording import Choice, Recording
from shared.rendering.tables.columns import Kind, columns_of, csv_lines
from shared.rendering.tables.rows import CallRow, TurnRow, call_row, seconds, turn_rows
from tests.rendering.making import Phrase, phrase, recording

YEAR = 366 * 24 * 3600 * TICKS_PER_SECOND

spoken = st.lists(
    st.tuples(st.integers(0, 80), st.integers(0, 30), st.integers(0, 2), st.sampled_from([None, 1, 2])), max_size=14
)


def made(turns: list[tuple[int, int, int, int | None]]) -> list[Phrase]:
    return [
        phrase(f"said {number}", begin / 4, (begin + length) / 4, channel=channel, speaker=speaker)
        for number, (begin, length, channel, speaker) in enumerate(turns)
    ]


@given(ticks=st.integers(-YEAR, YEAR))
def test_seconds_keep_every_tick_of_a_year(ticks: int) -> None:
    assert round(seconds(ticks) * TICKS_PER_SECOND) == ticks
    assert round(msgspec.json.decode(msgspec.json.encode(seconds(ticks)), type=float) * TICKS_PER_SECOND) == ticks
    assert round(float(str(seconds(ticks))) * TICKS_PER_SECOND) == ticks


@given(turns=spoken)
def test_what_a_turn_says_of_earlier_ones_agrees_with_the_head_and_with_a_simple_computation(
    turns: list[tuple[int, int, int, int | None]],
) -> None:
    recorded = recording(made(turns))
    rows = list(turn_rows(recorded))
    shown = [row for row in rows if row.mirrors is None]
    if not recorded.head.mirrored_channels:
        assert sum(row.interrupts_turn is not None for row in rows) == call_row(recorded).interruptions
    for place, row in enumerate(shown):
        before = shown[:place]
        others = [
            each
            for each in before
            if (each.channel, each.speaker) != (row.channel, row.speaker) and each.end_seconds > row.start_seconds
        ]
        assert row.silence_before_seconds == pytest.approx(
            max(0, row.start_seconds - max((each.end_seconds for each in before), default=0))
        )
        latest = max((each.end_seconds for each in others), default=row.start_seconds)
        assert row.overlap_seconds == pytest.approx(min(row.end_seconds, latest) - row.start_seconds)
        assert (row.interrupts_turn is None) == (not others)
        assert row.interrupts_turn is None or row.interrupts_turn in {each.turn for each in others}


def test_the_turn_that_is_interrupted_is_the_one_that_began_last() -> None:
    rows = turn_rows(recording([phrase("a", 0, 20), phrase("b", 5, 15, channel=1), phrase("c", 10, 12, channel=2)]))
    assert [row.interrupts_turn for row in rows] == [None, 0, 1]


def test_a_track_that_talks_on_is_not_interrupted_by_itself() -> None:
    rows = list(turn_rows(recording([phrase("a", 0, 10), phrase("b", 4, 6, channel=1), phrase("c", 5, 12)])))
    assert [(row.channel, row.interrupts_turn, row.overlap_seconds) for row in rows] == [
        (0, None, 0),
        (1, 0, 2),
        (0, 1, 1),
    ]


def test_rows_do_not_depend_on_what_was_chosen_of_the_recording() -> None:
    phrases = [phrase("Hello.", 1), phrase("Hello.", 1, channel=1), phrase("Bye.", 9), phrase("Bye.", 9, channel=1)]
    whole, part = recording(phrases), recording(phrases, choice=Choice(begin=5 * TICKS_PER_SECOND, all_channels=True))
    assert call_row(whole) == call_row(part)
    assert list(turn_rows(whole)) == list(turn_rows(part))
    rows = list(turn_rows(whole))
    assert [row.mirrors for row in rows] == [None, 0, None, 0]
    assert [row.silence_before_seconds for row in rows] == [1, None, 7, None]
    assert [row.overlap_seconds for row in rows] == [0, None, 0, None]
    assert [row.interrupts_turn for row in rows] == [None] * 4


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-02T08:52:00Z", datetime(2026, 11, 2, 8, 52, tzinfo=UTC)),
        ("2026-11-02T10:52:00+02:00", datetime(2026, 11, 2, 8, 52, tzinfo=UTC)),
        ("2026-11-02T08:52:00", None),
        ("yesterday", None),
        ("0001-01-01T00:00:00+05:00", None),
        (None, None),
    ],
)
def test_a_time_of_speech_is_null_unless_it_is_one(text: str | None, moment: datetime | None) -> None:
    assert call_row(recording([], timestamp=text)).transcribed_at == moment


def test_a_silent_recording_has_a_row_without_names_and_confidence() -> None:
    row = call_row(recording([]))
    assert (row.names, row.mean_confidence, row.turn_count, row.mirrored) == ("", None, 0, False)


def test_the_mean_confidence_counts_phrases() -> None:
    sure = [phrase("a", 0, 1, confidence=0.2), phrase("b", 9, 10, confidence=0.4), phrase("c", 20, 21, channel=1)]
    assert call_row(recording(sure)).mean_confidence == pytest.approx((0.2 + 0.4 + 0.5) / 3)


def test_names_that_several_tracks_have_are_there_once() -> None:
    names = Names([Naming("Agent\tA")])
    assert call_row(recording([phrase("a"), phrase("b", channel=1)], names=names)).names == "Agent A"


def cells(recorded: Recording) -> dict[str, str]:
    (row,) = csv.DictReader(csv_lines(CallRow, [call_row(recorded)]), strict=True)
    return row


def test_a_cell_is_empty_without_a_value_and_words_are_guarded() -> None:
    row = cells(recording([phrase("x")], source="=cmd|'/c calc'!A0", name=None))
    assert row["source"] == "'=cmd|'/c calc'!A0"
    assert (row["transcribedAt"], row["mirrored"]) == ("", "false")
    assert row["ingestedAt"] == "2026-11-02T09:01:10.000000Z"


CALLS = """
jobId fileId revision recording jobName source locales names transcribedAt ingestedAt durationSeconds talkSeconds
silenceSeconds overlapSeconds interruptions channelCount turnCount phraseCount wordCount meanConfidence mirrored
"""
TURNS = """
jobId fileId turn channel speaker name mirrors startSeconds endSeconds durationSeconds silenceBeforeSeconds
overlapSeconds interruptsTurn confidence locale text
"""


@pytest.mark.parametrize(("shape", "names"), [(CallRow, CALLS), (TurnRow, TURNS)])
def test_columns_are_only_added_at_the_end_and_each_has_a_meaning(shape: type[msgspec.Struct], names: str) -> None:
    columns, known = columns_of(shape), names.split()
    assert [column.name for column in columns][: len(known)] == known
    assert all(column.meaning.endswith(".") for column in columns)


def test_every_kind_of_value_is_in_some_column() -> None:
    assert {column.kind for shape in (CallRow, TurnRow) for column in columns_of(shape)} == set(Kind)
