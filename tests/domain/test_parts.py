"""Parts are filled up to 64 KiB. Too large entries are refused, never dropped."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.parts import ENVELOPE_BYTES, LARGEST_ITEM_BYTES, PART_BYTES, PartFiller
from shared.errors import InvalidResult


def filled(entries: list[str], what: str = "details") -> list[list[str]]:
    filler = PartFiller(what)
    groups = [group for number, entry in enumerate(entries) if (group := filler.add(entry, number))]
    groups += [group for group in [filler.finish()] if group]
    return [[json.loads(entry) for entry in group] for group in groups]


def size_of(group: list[str]) -> int:
    return len(json.dumps(group, ensure_ascii=False, separators=(",", ":")).encode())


@given(lengths=st.lists(st.integers(0, 70_000), max_size=30), letter=st.sampled_from(["x", "é", "😀", "\x01"]))
def test_entries_stay_in_order_and_a_part_ends_before_it_exceeds_64_kib(lengths: list[int], letter: str) -> None:
    entries = [letter * length for length in lengths]
    groups = filled(entries)
    assert [entry for group in groups for entry in group] == entries
    for group, following in pairwise(groups):
        assert size_of([*group, following[0]]) > PART_BYTES - ENVELOPE_BYTES
    for group in groups:
        assert len(group) == 1 or size_of(group) <= PART_BYTES - ENVELOPE_BYTES


def test_a_filler_without_entries_gives_no_part_and_can_be_used_again() -> None:
    filler = PartFiller("details")
    assert filler.finish() == []
    assert filler.add("a", 0) == []
    assert filler.finish() == [b'"a"']
    assert filler.finish() == []


def test_an_entry_one_byte_too_large_for_an_item_is_refused_with_its_number() -> None:
    room = LARGEST_ITEM_BYTES - ENVELOPE_BYTES - len('"",')
    assert filled(["a", "x" * room, "b"]) == [["a"], ["x" * room], ["b"]]
    with pytest.raises(InvalidResult, match=r"^details\[1\] takes \d+ bytes; a document of Cosmos DB holds \d+$") as e:
        filled(["a", "x" * (room + 1)])
    assert e.value.code == "EntryTooLarge"
    with pytest.raises(InvalidResult) as e:
        filled(["x" * (room + 1)], "recognizedPhrases")
    assert e.value.code == "PhraseTooLarge"


def test_the_largest_item_is_below_cosmos_dbs_2_mb() -> None:
    assert PART_BYTES == 65_536
    assert 2_000_000 < LARGEST_ITEM_BYTES < 2 * 1024 * 1024
