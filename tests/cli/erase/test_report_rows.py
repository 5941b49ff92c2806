"""Which rows of a report are about a recording, when it is sure and when it is not."""

from typing import Any

import pytest

from shared.cli.erase.found import Found
from shared.cli.erase.report_rows import Own, own_rows, without
from shared.cli.erase.target import Target

A, B, C = (f"https://example.blob.core.windows.net/audio/{name}.wav" for name in "abc")


def part(*rows: tuple[str | None, str], revision: str = "1") -> dict[str, Any]:
    """Return a part of a report with rows of a source and a status."""
    return {"revision": revision, "details": [{"source": source, "status": status} for source, status in rows]}


def test_the_row_with_its_source_is_its_own_whatever_others_there_are() -> None:
    own = own_rows(A, [B], [part((A, "Succeeded"), (B, "Succeeded")), part((C, "Failed"))])
    assert own == Own(frozenset({A}), 1)
    assert not own.ambiguous


def test_two_rows_with_its_source_are_both_its_own_and_that_is_said() -> None:
    own = own_rows(A, [], [part((A, "Succeeded")), part((A, "Failed"))])
    assert own == Own(frozenset({A}), 2)
    assert own.ambiguous


def test_two_revisions_of_a_report_do_not_count_twice() -> None:
    parts = [part((A, "Succeeded"), revision="1"), part((A, "Succeeded"), revision="2")]
    assert own_rows(A, [], parts) == Own(frozenset({A}), 1)


@pytest.mark.parametrize("source", [None, "..."])
def test_without_a_row_of_its_source_the_row_that_no_other_recording_has_is_its_own(source: str | None) -> None:
    own = own_rows(source, [B], [part((A, "Succeeded"), (B, "Succeeded"), (C, "Failed"))])
    assert (own.rows, own.has({"source": A}), own.has({"source": B}), own.has({"source": C})) == (1, True, False, False)
    assert not own.ambiguous


def test_if_several_rows_may_be_its_own_all_are_and_that_is_said() -> None:
    own = own_rows(None, [None], [part((A, "Succeeded"), (None, "Succeeded"), (B, "Succeeded"), (C, "Failed"))])
    assert own == Own(frozenset({A, B, None}), 3)
    assert own.ambiguous


def test_what_an_account_keeps_is_counted_for_the_report_too_if_only_a_file_is_erased() -> None:
    raw = ["j/f/a.json.gz", "j/f/b.json.gz", "j/r/a.json.gz"]
    assert Found(Target("j", "f"), raw=raw).folders == ["j/f/", "j/r/"]
    assert Found(Target("j"), raw=raw).folders == ["j/"]


def test_a_part_keeps_its_other_rows_and_everything_else() -> None:
    read = part((A, "Succeeded"), (B, "Succeeded")) | {"id": "1_report_0000", "later": 1}
    own = Own(frozenset({A}))
    assert without(read, own) == part((B, "Succeeded")) | {"id": "1_report_0000", "later": 1}
    assert without(part((B, "Succeeded")), own) is None
    assert without({"details": None}, own) is None
