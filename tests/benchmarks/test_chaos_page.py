"""docs/reliability.md is what the last whole run found, and says so when something was lost."""

from pathlib import Path

import msgspec
import pytest

from benchmarks.chaos.__main__ import main
from benchmarks.chaos.ledger import FILE, Ledger, Row, Sample, total
from benchmarks.chaos.page import GROUPS, PAGE, blocks, write

ROOT = Path(__file__).parents[2]
FOUND = msgspec.json.decode(FILE.read_bytes(), type=Ledger)
TEMPLATE = "".join(f"<!-- made: {name} -->\nold\n<!-- end -->\n" for name in ("summary", *GROUPS))


def ledger(*rows: Row) -> Ledger:
    return Ledger(machine="2 cores", date="2026-11-23", rows=list(rows), memory=[Sample(0.0, 1, 0)])


def test_the_page_is_made_of_what_was_found_last() -> None:
    assert write(ROOT, check=True) == 0


def test_what_was_found_has_every_group_and_a_figure_that_is_not_zero_has_words() -> None:
    assert {row.group for row in FOUND.rows} == set(GROUPS)
    assert all(row.cases > 0 for row in FOUND.rows)
    assert [row for row in FOUND.rows if not row.clean and not row.note] == []
    assert len(FOUND.memory) > 100


def test_the_page_is_written_anew_or_only_checked(tmp_path: Path) -> None:
    page = tmp_path / PAGE
    page.parent.mkdir()
    page.write_text(TEMPLATE)
    file = tmp_path / "found.json"
    lossy = Row(group="crash", fault="killed", cases=3, lost=1, repaired=2, note="one | file")
    file.write_bytes(msgspec.json.encode(ledger(lossy)))
    assert write(tmp_path, file=file, check=True) == 1
    assert page.read_text() == TEMPLATE, "a check writes nothing"
    assert write(tmp_path, file=file) == 0
    assert "| killed | 3 | 1 | 0 | 0 | 2 | one \\| file |" in page.read_text()
    assert write(tmp_path, file=file, check=True) == 0


def test_the_summary_adds_up_and_says_when_and_where() -> None:
    rows = [
        Row(group="crash", fault="a", cases=1000, lost=1, duplicated=2, half_visible=3, repaired=4),
        Row(group="load", fault="b", cases=234, repaired=1),
    ]
    assert total(rows) == Row(group="all", fault="", cases=1234, lost=1, duplicated=2, half_visible=3, repaired=5)
    summary = blocks(ledger(*rows))["summary"]
    assert "| **all** | 1,234 | 1 | 2 | 3 | 5 |" in summary
    assert "[two at once](#two-at-once)" in summary
    assert summary.endswith("Run on 2026-11-23: 2 cores.")


@pytest.mark.parametrize("figure", ["lost", "duplicated", "half_visible"])
def test_a_row_is_clean_only_if_all_three_are_zero(figure: str) -> None:
    assert Row(group="crash", fault="", cases=1, repaired=9).clean
    assert not msgspec.structs.replace(Row(group="crash", fault="", cases=1), **{figure: 1}).clean


def test_a_scenario_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["crash", "nonsense"])
    assert "there is no scenario nonsense" in capsys.readouterr().err
