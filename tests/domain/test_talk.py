"""Silence, mirrored channels and interruptions, against the reference and at their limits."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.documents import Turn
from shared.domain.intervals import IntervalSet, covered
from shared.domain.talk import MOST_COMPARED_CHANNELS, Talk, Track, mirrored_channels
from tests.domain import reference
from tests.domain.reading import as_json, interruptions_of
from tests.domain.reference import Interval

SPOKEN = st.lists(st.tuples(st.integers(-20, 60), st.integers(1, 20)), max_size=6)
TRACKS = st.dictionaries(st.tuples(st.integers(0, 3), st.sampled_from([None, 1, 2])), SPOKEN, max_size=5)


def filled(intervals: list[Interval]) -> IntervalSet:
    talk = IntervalSet()
    talk.add([begin for begin, _ in intervals], [end for _, end in intervals])
    return talk


def moments(talk: IntervalSet) -> set[int]:
    return {moment for begin, end in zip(talk.begins, talk.ends, strict=True) for moment in range(begin, end)}


def spans(spoken: list[tuple[int, int]]) -> list[Interval]:
    return [(begin, begin + length) for begin, length in spoken]


def by_channel(tracks: dict[Track, list[Interval]]) -> dict[int, list[Interval]]:
    found: dict[int, list[Interval]] = {}
    for (channel, _), intervals in tracks.items():
        found.setdefault(channel, []).extend(intervals)
    return found


@given(drawn=TRACKS, duration=st.none() | st.integers(-5, 60))
def test_silence_and_mirrored_channels_agree_with_the_reference(
    drawn: dict[Track, list[tuple[int, int]]], duration: int | None
) -> None:
    tracks = {track: spans(spoken) for track, spoken in drawn.items()}
    talk = Talk({track: filled(each) for track, each in tracks.items()}, duration)
    statistics, mirrored = talk.statistics(0), talk.mirrored
    groups = list(tracks.values())
    inside = reference.covered(reference.within(groups, duration or 0), 1)
    assert statistics.silence_in_ticks == max(0, duration or 0) - inside
    assert 0 <= statistics.silence_in_ticks <= max(0, duration or 0)
    assert statistics.talk_time_in_ticks == reference.covered(groups, 1)
    assert statistics.overlap_in_ticks == reference.covered(groups, 2)
    assert [list(pair) for pair in mirrored] == reference.mirrored(by_channel(tracks))


@given(spoken=SPOKEN, begin=st.integers(-30, 30), length=st.integers(0, 50))
def test_outside_gives_the_intervals_beyond_a_span(spoken: list[tuple[int, int]], begin: int, length: int) -> None:
    talk, end = filled(spans(spoken)), begin + length
    everything = moments(talk)
    found = talk.outside(begin, end)
    assert moments(found) == everything - set(range(begin, end))
    assert covered([found])[0] == len(everything - set(range(begin, end)))


def test_talk_outside_the_audio_does_not_reduce_its_silence() -> None:
    tracks: dict[Track, IntervalSet] = {(0, None): filled([(-50, 10), (90, 500)]), (1, None): filled([(95, 200)])}
    statistics = Talk(tracks, 100).statistics(0)
    assert (statistics.talk_time_in_ticks, statistics.silence_in_ticks) == (470, 80)


@pytest.mark.parametrize(
    ("one", "other", "mirrored"),
    [
        ([(0, 100)], [(0, 100)], True),
        ([(0, 100)], [(10, 110)], True),
        ([(0, 100)], [(11, 111)], False),
        ([(0, 1000)], [(500, 520)], True),
        ([(0, 100)], [], False),
        ([], [], False),
        ([(0, 10)], [(10, 20)], False),
        ([(0, 2**53 - 1)], [(0, 2**53 - 1)], True),
    ],
)
def test_channels_are_mirrored_if_nine_tenths_of_the_smaller_talk_coincide(
    one: list[Interval], other: list[Interval], *, mirrored: bool
) -> None:
    tracks: dict[Track, IntervalSet] = {(4, None): filled(other), (2, None): filled(one)}
    assert Talk(tracks).mirrored == ([(2, 4)] if mirrored else [])


def test_the_talk_of_a_channel_is_that_of_all_its_speakers() -> None:
    tracks: dict[Track, IntervalSet] = {
        (0, 1): filled([(0, 50)]),
        (0, 2): filled([(50, 100)]),
        (1, None): filled([(0, 98)]),
    }
    assert Talk(tracks).mirrored == [(0, 1)]


def test_two_speakers_of_one_channel_are_not_mirrored() -> None:
    tracks: dict[Track, IntervalSet] = {(0, 1): filled([(0, 50)]), (0, 2): filled([(0, 50)])}
    assert Talk(tracks).mirrored == []


def test_too_many_channels_are_not_compared() -> None:
    talk = [(step * 10, step * 10 + 5) for step in range(1_000)]
    few: dict[Track, IntervalSet] = {(channel, None): filled(talk) for channel in range(MOST_COMPARED_CHANNELS)}
    begin = time.process_time()
    assert len(mirrored_channels(few, 5_000)) == MOST_COMPARED_CHANNELS * (MOST_COMPARED_CHANNELS - 1) // 2
    assert time.process_time() - begin < 10
    many = few | {(channel, None): filled(talk) for channel in range(500)}
    assert mirrored_channels(many, 5_000) == []


A, B, MIRROR = (0, 1), (0, 2), (1, None)


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        ([(0, 10, A), (0, 10, MIRROR)], 0),
        ([(0, 10, A), (1, 10, MIRROR), (5, 10, B), (6, 10, MIRROR)], 1),
        ([(0, 10, MIRROR), (5, 10, (2, None))], 1),
        ([(0, 100, (2, None)), (5, 10, A), (5, 10, MIRROR)], 2),
        ([(0, 100, MIRROR), (1, 100, (2, None)), (5, 10, A)], 2),
    ],
)
def test_a_turn_that_begins_while_only_a_mirrored_channel_is_running_interrupts_nobody(
    turns: list[tuple[int, int, Track]], expected: int
) -> None:
    made = [Turn(*track, begin, length, "x", [0]) for begin, length, track in turns]
    assert interruptions_of(made, [(0, 1)]) == expected


@given(
    drawn=st.lists(
        st.tuples(st.integers(0, 40), st.integers(-5, 20), st.integers(0, 3), st.sampled_from([None, 1])), max_size=14
    ),
    mirrored=st.sets(st.sampled_from([(0, 1), (0, 2), (1, 2), (2, 3)])),
)
def test_interruptions_agree_with_the_reference_whichever_channels_are_mirrored(
    drawn: list[tuple[int, int, int, int | None]], mirrored: set[tuple[int, int]]
) -> None:
    ordered = sorted(drawn, key=lambda each: (each[0], each[2]))
    turns = [Turn(channel, who, begin, length, "x", [0]) for begin, length, channel, who in ordered]
    expected = reference.interruptions([as_json(turn) for turn in turns], [list(pair) for pair in mirrored])
    assert interruptions_of(turns, mirrored) == expected
