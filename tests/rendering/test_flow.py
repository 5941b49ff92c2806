"""Silence and overlap between turns."""

from shared.domain.documents import Turn
from shared.rendering.flow import Flow
from shared.rendering.recording import Said
from tests.rendering.making import ticks


def said(begin: float, end: float, channel: int = 0) -> Said:
    turn = Turn(channel, None, ticks(begin), ticks(end) - ticks(begin), "", [])
    return Said("", turn, 0)


def passed(*turns: Said, begin: int = 0) -> Flow:
    flow = Flow(begin)
    for turn in turns:
        flow.passes(turn)
    return flow


def test_a_pause_lasts_from_the_latest_end_of_any_track() -> None:
    flow = passed(said(0, 9), said(1, 2, channel=1), said(3, 4))
    assert flow.pause(said(12, 13)) == ticks(3)
    assert flow.pause(said(8, 13, channel=1)) == ticks(-1)
    assert flow.end == ticks(9)


def test_the_first_pause_lasts_from_the_beginning() -> None:
    assert Flow().pause(said(4, 5)) == ticks(4)
    assert passed(said(0, 2), begin=ticks(3)).pause(said(4, 5)) == ticks(1)


def test_of_several_who_talk_on_the_one_who_ends_last_is_interrupted_and_nobody_interrupts_oneself() -> None:
    flow = passed(said(0, 5), said(1, 9, channel=1), said(2, 7, channel=2))
    assert flow.interrupted(said(4, 6)) == (1, None)
    assert flow.interrupted(said(4, 6, channel=1)) == (2, None)
    assert flow.interrupted(said(9, 10)) is None
    assert passed(said(0, 9)).interrupted(said(3, 4)) is None
