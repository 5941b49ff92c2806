"""Pages with generated blocks: filling them, and formatting examples."""

import json
from typing import Any

import pytest

from local.docs.pages import WIDTH, PageError, filled, json_text, table

PAGE = "before\n\n<!-- made: a b -->\nold\n<!-- end -->\nbetween\n<!-- made: c -->\n<!-- end -->\nafter\n"


def test_blocks_are_filled_and_other_text_is_unchanged() -> None:
    text = filled("p.md", PAGE, {"a b": "new\nlines", "c": r"back\1slash"})
    assert text == (
        "before\n\n<!-- made: a b -->\nnew\nlines\n<!-- end -->\nbetween\n"
        "<!-- made: c -->\nback\\1slash\n<!-- end -->\nafter\n"
    )


def test_filling_twice_changes_nothing() -> None:
    blocks = {"a b": "new", "c": "text"}
    once = filled("p.md", PAGE, blocks)
    assert filled("p.md", once, blocks) == once


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("<!-- made: a -->\n", "has no pair"),
        ("<!-- end -->\n", "has no pair"),
        ("<!-- made: a -->\n<!-- made: a -->\n<!-- end -->\n", "has no pair"),
        ("text <!-- made: a -->\n<!-- end -->\n", "has no pair"),
        ("", "lacks 'a'"),
        ("<!-- made: a -->\n<!-- end -->\n<!-- made: a -->\n<!-- end -->\n", "has more than once 'a'"),
        ("<!-- made: a -->\n<!-- end -->\n<!-- made: b -->\n<!-- end -->\n", "has a block that nobody makes: 'b'"),
    ],
)
def test_invalid_markers_are_an_error_that_names_page_and_block(page: str, words: str) -> None:
    with pytest.raises(PageError, match=words) as caught:
        filled("p.md", page, {"a": ""})
    assert str(caught.value).startswith("p.md")


@pytest.mark.parametrize(
    "value",
    [
        {"short": [1, 2]},
        {"long": ["x" * 40] * 5, "empty": [], "none": None, "text": 'a "quoted" ü'},
        [{"numbers": [index / 7 for index in range(50)]}, list(range(100))],
    ],
)
def test_an_example_decodes_to_its_value(value: Any) -> None:  # noqa: ANN401 - any JSON value
    assert json.loads(json_text(value)) == value


def test_an_example_breaks_lines_only_where_they_would_be_too_long() -> None:
    assert json_text({"short": [1, 2]}) == '{"short": [1, 2]}'
    lines = json_text({"numbers": list(range(100))}).splitlines()
    assert len(lines) == 8
    assert max(map(len, lines)) <= WIDTH


def test_a_bar_in_a_table_cell_is_escaped() -> None:
    assert table(("a",), [("x|y",)]).splitlines()[-1] == "| x\\|y |"
