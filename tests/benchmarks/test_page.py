"""docs/cost.md is up to date, and its check can fail."""

import re
import shutil
from pathlib import Path

import msgspec
import pytest

from benchmarks.cost.__main__ import REPOSITORY, main
from benchmarks.cost.measured import FILE, load, save
from benchmarks.cost.page import PAGE, blocks
from benchmarks.cost.prices import ASSUMPTIONS, PRICES, Book


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Make a repository with only the page and the measurements."""
    (tmp_path / "docs").mkdir()
    shutil.copy(REPOSITORY / PAGE, tmp_path / PAGE)
    shutil.copy(FILE, tmp_path / "measured.json")
    return tmp_path


def test_the_cost_page_has_the_measured_figures() -> None:
    assert main(["--check"]) == 0


def test_the_check_fails_when_the_page_was_changed_by_hand(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = copy / PAGE
    page.write_text(page.read_text().replace("million RU", "million"))
    assert main(["--check"], copy, copy / "measured.json") == 1
    assert "docs/cost.md differs" in capsys.readouterr().err


def test_the_check_fails_when_something_else_was_measured_and_writing_mends_it(copy: Path) -> None:
    save(msgspec.structs.replace(load(), date="2027-01-01"), copy / "measured.json")
    assert main(["--check"], copy, copy / "measured.json") == 1
    assert main([], copy, copy / "measured.json") == 0
    assert main(["--check"], copy, copy / "measured.json") == 0
    assert "Measured on 2027-01-01" in (copy / PAGE).read_text()


def test_own_prices_are_printed_and_do_not_change_the_page(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (copy / PAGE).read_text()
    assert main(["--price", "cosmos-million-ru=1000"], copy, copy / "measured.json") == 0
    assert (copy / PAGE).read_text() == before
    printed = capsys.readouterr().out
    assert "| `cosmos-million-ru` | 1,000 | million RU, serverless | the command line | you |" in printed


def test_an_unknown_price_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--price", "gold=1"]) == 2
    assert "'gold' is none of cosmos-million-ru," in capsys.readouterr().err


def test_every_figure_and_its_source_is_on_the_page() -> None:
    page = (REPOSITORY / PAGE).read_text()
    for figure in (*PRICES, *ASSUMPTIONS):
        row = re.search(rf"^\| `{figure.name}` \|.*\| {figure.status} \|$", page, re.MULTILINE)
        assert row, figure.name


def test_a_higher_price_gives_a_higher_bill() -> None:
    dear = Book().with_values(["functions-gb-s=1"])
    assert blocks(load(), dear)["bill"] != blocks(load(), Book())["bill"]
