"""The contract page's code finds the turns at a moment, in the parts that the index of the head names."""

from itertools import pairwise
from typing import Any, cast

from azure.cosmos import ContainerProxy
from hypothesis import given
from hypothesis import strategies as st

from local.docs.moment import turns_at
from tests.domain import reference

Turns = list[dict[str, Any]]

PARTS = st.lists(st.tuples(st.integers(-3, 40), st.integers(0, 15)), max_size=12).flatmap(
    lambda times: st.tuples(st.just(sorted(times)), st.lists(st.integers(0, len(times)), max_size=5))
)


class Container:
    """A container that holds one file. `read`: the ids of the documents that were read."""

    def __init__(self, parts: list[Turns], *, index: bool) -> None:
        self.read: list[str] = []
        self._items: dict[str, dict[str, Any]] = {str(place): {"turns": turns} for place, turns in enumerate(parts)}
        summary = {"count": sum(map(len, parts)), "parts": list(self._items)}
        self._items["transcript"] = {"turns": summary | ({"index": reference.index(parts)} if index else {})}

    def read_item(self, item: str, partition_key: list[str]) -> dict[str, Any]:
        """Return a document, as the SDK's client does."""
        assert partition_key == ["job", "file"]
        self.read.append(item)
        return self._items[item]


def in_parts(drawn: tuple[list[tuple[int, int]], list[int]]) -> list[Turns]:
    """Return turns with these begins and lengths, cut into parts at these places."""
    times, cuts = drawn
    turns = [{"offsetInTicks": begin, "durationInTicks": length} for begin, length in times]
    return [turns[begin:end] for begin, end in pairwise(sorted({0, *cuts, len(turns)}))]


def found(container: Container, moment: int) -> Turns:
    return turns_at(cast("ContainerProxy", container), "job", "file", moment)


@given(drawn=PARTS, moment=st.integers(-5, 60), index=st.booleans())
def test_all_turns_that_run_at_a_moment_are_found_with_and_without_an_index(
    drawn: tuple[list[tuple[int, int]], list[int]], moment: int, *, index: bool
) -> None:
    parts = in_parts(drawn)
    container = Container(parts, index=index)
    assert found(container, moment) == [turn for turns in parts for turn in turns if _runs(turn, moment)]


@given(drawn=PARTS, moment=st.integers(-5, 60))
def test_only_the_head_and_parts_that_may_hold_a_running_turn_are_read(
    drawn: tuple[list[tuple[int, int]], list[int]], moment: int
) -> None:
    parts = in_parts(drawn)
    container = Container(parts, index=True)
    found(container, moment)
    first, *others = container.read
    assert first == "transcript"
    spans = {str(place): span for place, span in enumerate(reference.index(parts))}
    assert others == [name for name, span in spans.items() if span["fromInTicks"] <= moment < span["toInTicks"]]


def test_a_conversation_without_overlap_takes_one_point_read_beside_the_head() -> None:
    parts = [[{"offsetInTicks": 10 * n, "durationInTicks": 10} for n in range(k, k + 5)] for k in range(0, 100, 5)]
    for moment in range(0, 1000, 7):
        container = Container(parts, index=True)
        assert [turn["offsetInTicks"] for turn in found(container, moment)] == [moment // 10 * 10]
        assert container.read == ["transcript", str(moment // 50)]


def test_a_turn_of_an_earlier_part_that_is_still_running_is_found_across_the_parts_between() -> None:
    parts = [
        [{"offsetInTicks": 0, "durationInTicks": 100}],
        [{"offsetInTicks": 10, "durationInTicks": 5}],
        [{"offsetInTicks": 20, "durationInTicks": 50}],
    ]
    container = Container(parts, index=True)
    assert found(container, 30) == [*parts[0], *parts[2]]
    assert container.read == ["transcript", "0", "2"]


def _runs(turn: dict[str, Any], moment: int) -> bool:
    begin: int = turn["offsetInTicks"]
    return begin <= moment < begin + int(turn["durationInTicks"])
