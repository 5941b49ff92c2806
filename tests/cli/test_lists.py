"""Lists: their forms, and what a narrow terminal shows of them."""

import csv
import json
import re

import pytest

from shared.cli.terminal.columns import Column, Row
from shared.cli.terminal.lists import ListForm, print_list
from shared.errors import WrongUsage
from tests.cli.conftest import FAILED_JOB, PARTLY_JOB, WHOLE_JOB, World
from tests.cli.terminals import on_terminal

COLUMNS = (
    Column("id", "Its id.", "ID"),
    Column("texts", "Its texts."),
    Column("size", "Its size.", "SIZE", cell=lambda value: f"{value} B", rank=1),
)
ROWS: list[Row] = [{"id": "=a,b\n", "texts": ["x", None], "size": 1.5}, {"id": None, "texts": [], "size": 0}]

CODES = re.compile(r"\x1b\[[0-9;]*m")


def printed(form: ListForm, fields: str | None, capfd: pytest.CaptureFixture[str], rows: list[Row] = ROWS) -> str:
    print_list(rows, COLUMNS, form, fields)
    return capfd.readouterr().out


def test_json_is_an_array_with_every_field_and_jsonl_has_a_row_on_each_line(capfd: pytest.CaptureFixture[str]) -> None:
    assert json.loads(printed(ListForm.JSON, None, capfd)) == ROWS
    lines = printed(ListForm.JSONL, None, capfd).splitlines()
    assert [json.loads(line) for line in lines] == ROWS
    assert json.loads(printed(ListForm.JSON, None, capfd, [])) == []
    assert printed(ListForm.JSONL, None, capfd, []) == ""


def test_csv_has_no_formulas_no_byte_order_mark_and_a_row_on_each_line(capfd: pytest.CaptureFixture[str]) -> None:
    text = printed(ListForm.CSV, None, capfd)
    assert list(csv.reader(text.splitlines())) == [
        ["id", "texts", "size"],
        ["'=a,b ", '["x",null]', "1.5"],
        ["", "[]", "0"],
    ]


def test_a_table_has_only_columns_with_a_heading_and_a_dash_for_what_is_missing(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert printed(ListForm.TABLE, None, capfd) == "ID     SIZE\n=a,b   1.5 B\n-      0 B\n"
    assert printed(ListForm.TABLE, None, capfd, []) == "ID  SIZE\n"


@pytest.mark.parametrize("form", ListForm)
def test_fields_choose_what_is_printed_and_in_which_order(form: ListForm, capfd: pytest.CaptureFixture[str]) -> None:
    text = printed(form, "size, texts", capfd)
    assert 0 <= text.lower().index("size") < text.lower().index("texts")
    assert "a,b" not in text


@pytest.mark.parametrize(("fields", "named"), [("id,age", "'age'"), ("", "''")])
def test_an_unknown_field_is_refused_and_the_known_ones_are_named(fields: str, named: str) -> None:
    with pytest.raises(WrongUsage, match=f"there is no field {named}") as refused:
        print_list(ROWS, COLUMNS, ListForm.JSON, fields)
    assert refused.value.__notes__ == ["--fields id,texts,size"]


@pytest.mark.parametrize(
    ("columns", "headings"),
    [(120, "NAME STATUS FILES AGE ID"), (76, "STATUS FILES ID"), (60, "STATUS ID")],
)
def test_columns_disappear_on_a_narrow_terminal_and_ids_are_whole(here: World, columns: int, headings: str) -> None:
    code, got = on_terminal("jobs", columns=columns, environment=here.settings)
    heading, *lines = CODES.sub("", got).splitlines()
    assert (code, heading.split()) == (0, headings.split())
    assert max(len(line) for line in lines) <= columns
    assert [line.split()[-1] for line in lines if "0000c00" in line] == [FAILED_JOB, PARTLY_JOB, WHOLE_JOB]


def test_a_table_becomes_records_on_a_terminal_that_is_narrower_than_an_id(here: World) -> None:
    code, got = on_terminal("jobs", columns=30, environment=here.settings)
    lines = CODES.sub("", got).splitlines()
    assert code == 0
    assert [line for line in lines if line.startswith("ID ")] == [
        f"ID      {job}" for job in (FAILED_JOB, PARTLY_JOB, WHOLE_JOB)
    ], "each id stands in one line, so that it can be copied"
    assert lines.count("") == 2
    assert "STATUS  completedWithErrors" in lines


def test_a_named_field_never_disappears(here: World) -> None:
    _, got = on_terminal("jobs", "--fields", "id,name,acceptedAt,locale", columns=50, environment=here.settings)
    assert [line.split()[0] for line in CODES.sub("", got).splitlines()[:4]] == ["ID", "NAME", "AGE", "locale"]
