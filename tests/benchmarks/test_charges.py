"""Request units by Microsoft's table and rules."""

import json

import pytest

from benchmarks.cost.charges import (
    create_charge,
    delete_charge,
    patch_charge,
    read_charge,
    replace_charge,
    write_charge,
)

KIB = 1024


@pytest.mark.parametrize(
    ("size", "read", "write"),
    [
        (1 * KIB, 1.00, 4.95),
        (16 * KIB, 1.67, 9.52),
        (64 * KIB, 4.76, 22.67),
        (2048 * KIB, 291.80, 1250.00),
        (1, 1.00, 4.95),  # the first row of the table is the minimum
        (48 * KIB, (2.19 + 4.76) / 2, (11.23 + 22.67) / 2),  # halfway between two rows
        (9 * KIB, 1.33 + (1.67 - 1.33) / 8, 7.04 + (9.52 - 7.04) / 8),
    ],
)
def test_a_size_is_charged_by_interpolation_in_the_table(size: int, read: float, write: float) -> None:
    assert read_charge(size) == pytest.approx(read)
    assert write_charge(size) == pytest.approx(write)


def test_a_size_beyond_the_item_limit_is_refused() -> None:
    with pytest.raises(ValueError, match="greater than Cosmos DB takes"):
        write_charge(2048 * KIB + 1)


def item(size: int, **properties: object) -> dict[str, object]:
    """Return an item of exactly `size` bytes as JSON."""
    empty = {**properties, "text": ""}
    return {**properties, "text": "x" * (size - len(json.dumps(empty, separators=(",", ":"))))}


def test_the_charges_match_microsofts_examples() -> None:
    """They round the write of 1 KB, 4.95 RU, up to 5."""
    names = "abcdefghij"
    made, ten = item(KIB, **dict.fromkeys(names, 1)), [(name,) for name in names]
    assert create_charge(made, ten) == pytest.approx(7.0, abs=0.06)
    assert delete_charge(made, ten) == pytest.approx(7.0, abs=0.06)
    changed = {**made, "a": 2, "b": 2}
    assert replace_charge(made, changed, ten) == pytest.approx(10.8, abs=0.11)
    assert patch_charge(made, changed, ten, 2) == pytest.approx(11.6, abs=0.11)


def test_only_present_indexed_properties_are_charged() -> None:
    made = item(KIB, status="pending", other=1)
    assert create_charge(made, [("status",), ("ttl",)]) - create_charge(made, ()) == pytest.approx(0.2)


def test_a_replacement_that_leaves_the_index_alone_costs_two_writes() -> None:
    before, after = item(KIB, status="pending"), item(64 * KIB, status="pending")
    assert replace_charge(before, after, [("status",)]) == pytest.approx(4.95 + 22.67)


def test_a_composite_index_is_charged_as_one_term_when_any_of_its_properties_changes() -> None:
    index = [("status", "nextPollAt")]
    made = item(KIB, status="pending", nextPollAt="1")
    assert create_charge(made, index) - create_charge(made, []) == pytest.approx(0.2)
    changed = {**made, "nextPollAt": "2"}
    assert replace_charge(made, changed, index) - replace_charge(made, changed, []) == pytest.approx(0.4)
