"""The head's size is added up while the file is read."""

import pytest

from shared.domain.documents import Turn, TurnsRange
from shared.domain.packing import Packer
from shared.domain.parts import LARGEST_HEAD_BYTES, HeadRoom, encoded_size
from shared.domain.turn_sections import TurnSections
from shared.errors import InvalidResult

REVISION = "0" * 12


def test_the_room_for_turns_is_at_least_what_the_head_says_of_them() -> None:
    room = HeadRoom()
    packer, turns = Packer(room), TurnSections(room)
    for number in range(100):
        begin = 10**12 + number
        sections = turns.add(Turn(0, None, begin, 10**9, "x" * 60_000, [number]))
        assert [len(list(packer.alone(section))) for section in sections] == [1] * (number > 0)
    list(packer.close([], turns.finish()))
    summary = turns.summary(REVISION)
    assert summary.count == len(summary.parts) == 100
    left = LARGEST_HEAD_BYTES - encoded_size(summary)
    with pytest.raises(InvalidResult):
        room.name("x" * left)


def test_an_index_too_large_for_the_head_is_refused_while_turns_are_made() -> None:
    entry = TurnsRange(10**12, 10**12, 10**6, 100)
    room = HeadRoom()
    for _ in range(LARGEST_HEAD_BYTES // (encoded_size(entry) + 1)):
        room.index(entry)
    with pytest.raises(InvalidResult, match="the head would name more parts and values than 1000000 bytes") as error:
        room.index(entry)
    assert error.value.code == "HeadTooLarge"
