"""The model that all output reads: turns with names, phrases of turns, choices, and how much is read."""

import random
from dataclasses import replace

import msgspec
import pytest

from shared.domain.documents import TurnsSummary
from shared.errors import Unreadable
from shared.rendering.names import Names, Naming
from shared.rendering.recording import Choice, Recording
from tests.rendering.making import Store, phrase, recording, ticks


def said(of: Recording) -> list[tuple[str, str]]:
    return [(each.name, each.turn.display) for each in of.turns()]


def test_turns_come_in_order_of_time_with_names() -> None:
    of = recording(
        [phrase("One.", 0), phrase("Three.", 4), phrase("Two.", 2, channel=1)], names=Names([Naming("Anna", 0)])
    )
    assert said(of) == [("Anna", "One."), ("Channel 1", "Two."), ("Anna", "Three.")]


def test_a_turn_has_its_phrases_whatever_order_the_file_has() -> None:
    phrases = [phrase(f"{number}.", number, channel=number % 3) for number in range(60)]
    random.Random(5).shuffle(phrases)  # noqa: S311 - no secret
    found = list(recording(phrases, gap=10).phrases())
    assert [" ".join(each.n_best[0].display or "" for each in one.phrases) for one in found] == [
        one.said.turn.display for one in found
    ]
    assert sum(len(one.phrases) for one in found) == 60


def test_blank_phrases_are_in_no_turn() -> None:
    of = recording([phrase("One."), phrase(" ", 1, lexical=""), phrase("", 2, lexical=" "), phrase("Two.", 2)])
    (only,) = of.phrases()
    assert [each.index for each in only.phrases] == [0, 3]


def test_a_phrase_that_no_part_holds_is_an_error() -> None:
    store = Store()
    of = recording([phrase("One."), phrase("Two.", 1)], store=store)
    (part,) = store.parts.values()
    del part.tracks[0].phrases[1]
    with pytest.raises(Unreadable, match="revision 0123456789ab: no part holds phrase 1 of a turn"):
        list(of.phrases())


def test_silence_has_no_turns() -> None:
    of = recording([])
    assert (said(of), list(of.phrases()), of.names) == ([], [], {})


@pytest.mark.parametrize(
    ("begin", "end", "wanted"),
    [(None, None, "abc"), (1.0, None, "bc"), (0.9, None, "abc"), (None, 5.0, "ab"), (0.0, 1.0, "a"), (1.0, 4.0, "")],
)
def test_turns_that_touch_the_chosen_time_are_whole(begin: float | None, end: float | None, wanted: str) -> None:
    choice = Choice(None if begin is None else ticks(begin), None if end is None else ticks(end))
    of = recording([phrase("a", 0), phrase("b", 4), phrase("c", 8)], choice=choice, gap=0)
    assert "".join(each.turn.display for each in of.turns()) == wanted
    assert "".join(each.said.turn.display for each in of.phrases()) == wanted


def test_only_chosen_tracks_are_shown() -> None:
    phrases = [phrase("a", speaker=1), phrase("b", 1, speaker=2), phrase("c", 2, speaker=3)]
    of = recording(phrases, choice=Choice(tracks=frozenset({(0, 1), (0, 3)})))
    assert said(of) == [("Speaker 1", "a"), ("Speaker 3", "c")]


def test_of_channels_that_mirror_each_other_the_first_is_shown_unless_all_are_wanted() -> None:
    phrases = [phrase("a"), phrase("A", channel=1), phrase("ah", channel=2), phrase("b", 1, channel=3)]
    of = recording(phrases)
    assert of.head.mirrored_channels == [[0, 1], [0, 2], [1, 2]]
    assert (of.left_out, said(of)) == ({1: 0, 2: 0}, [("Channel 0", "a"), ("Channel 3", "b")])
    everything = recording(phrases, choice=Choice(all_channels=True))
    assert (everything.left_out, len(said(everything))) == ({}, 4)


def test_a_channel_that_only_says_yes_while_the_other_talks_is_not_left_out() -> None:
    of = recording([phrase("A long story.", 0, 30), phrase("Yes.", 9, 10, channel=1)])
    assert of.head.mirrored_channels == [[0, 1]]
    assert (of.left_out, len(said(of))) == ({}, 2)


def test_a_chosen_channel_is_shown_although_it_mirrors_one_that_was_not_chosen() -> None:
    of = recording([phrase("a"), phrase("A", channel=1)], choice=Choice(tracks=frozenset({(1, None)})))
    assert (of.left_out, said(of)) == ({}, [("Channel 1", "A")])


def test_parts_are_read_only_when_they_are_needed() -> None:
    store = Store()
    text = "word " * 400
    of = recording([phrase(text, 5 * number) for number in range(200)], store=store)
    turns, phrases = of.head.turns.parts, of.head.tracks[0].parts
    assert min(len(turns), len(phrases)) > 5
    next(of.turns())
    assert store.read_ids == turns[:1]
    next(of.phrases())
    assert store.read_ids == [turns[0], turns[0], phrases[0]]
    del store.read_ids[:]
    assert len(list(of.phrases())) == 200
    assert sorted(store.read_ids) == sorted([*turns, *phrases])


def test_reading_ends_with_the_chosen_time() -> None:
    store = Store()
    phrases = [phrase("word " * 400, 5 * number) for number in range(200)]
    of = recording(phrases, store=store, choice=Choice(end=ticks(20)))
    assert len(list(of.phrases())) == 4
    assert len(store.read_ids) == 2


def test_parts_that_end_before_the_chosen_time_are_not_read() -> None:
    store = Store()
    phrases = [phrase("word " * 400, 5 * number, channel=number % 2) for number in range(200)]
    of = recording(phrases, store=store)
    late = replace(of, choice=Choice(begin=ticks(901)))
    assert [each.number for each in late.turns()] == list(range(181, 200))
    assert store.read_ids == of.head.turns.parts[-len(store.read_ids) :] != of.head.turns.parts
    assert list(replace(of, choice=Choice(begin=ticks(5_000))).turns()) == []


def test_a_head_without_an_index_gives_the_same_turns_wherever_they_begin() -> None:
    phrases = [phrase("word " * 400, 5 * number, channel=number % 2) for number in range(60)]
    of = recording(phrases)
    older = msgspec.structs.replace(of.head, turns=TurnsSummary(of.head.turns.count, of.head.turns.parts))
    for begin in range(310):
        chosen = replace(of, choice=Choice(begin=ticks(begin)))
        assert list(chosen.turns()) == list(replace(chosen, head=older).turns())


def test_a_turn_that_lasts_beyond_later_parts_is_found() -> None:
    phrases = [phrase("word " * 400, 5 * number, channel=number % 2) for number in range(200)]
    of = recording([phrase("All the time.", 0, 2_000, channel=2), *phrases], choice=Choice(begin=ticks(1_500)))
    assert said(of) == [("Channel 2", "All the time.")]
