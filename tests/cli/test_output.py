"""How the command line formats values for people."""

import ast
import json
import unicodedata
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.cli.terminal.columns import Column
from shared.cli.terminal.lists import ListForm, print_list
from shared.cli.terminal.output import (
    print_error,
    print_fields,
    print_heading,
    print_json,
    print_json_line,
    print_line,
    print_note,
    print_prompt,
    print_trace,
)
from shared.cli.terminal.text import escaped_json, shown
from tests.cli.conftest import Run

CLI = Path(__file__).parents[2] / "shared" / "cli"

HOSTILE = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0), 0x61C, 0x200E, 0x200F, 0x2028, 0x2029)]
HOSTILE += [chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))]
"""Control characters, line separators, and the characters with the property Bidi_Control (PropList.txt)."""


def test_control_characters_are_replaced_and_other_text_is_unchanged() -> None:
    assert shown("a\x1b[2Jb\nc\x9bd\u2028e") == "a\ufffd[2Jb c\ufffdd e"
    assert shown("x\u202etxt.exe\x7f\x85") == "x\ufffdtxt.exe\ufffd "
    assert shown("क्\u200dष 👩\u200d💻 שלום") == "क्\u200dष 👩\u200d💻 שלום"
    assert shown("") == shown(None) == "-"


def json_text(value: object) -> str:
    return escaped_json(msgspec.json.encode(value)).decode()


def printed(capfd: pytest.CaptureFixture[str]) -> str:
    """Return the printed text without line feeds."""
    text = "".join(capfd.readouterr())
    return text.replace("\r\n", "").replace("\n", "")  # csv ends its lines with both


@pytest.mark.parametrize("character", HOSTILE, ids=lambda each: f"U+{ord(each):04X}")
def test_no_print_function_prints_a_hostile_character(character: str, capfd: pytest.CaptureFixture[str]) -> None:
    text = f"a{character}b"
    print_line(text)
    print_error(text, text)
    print_note(text)
    print_prompt(text)
    print_trace(text)
    print_heading(text)
    print_fields({"name": text})
    for form in ListForm:
        print_list([{"a": text, "b": [text]}], [Column("a"), Column("b")], form, "a,b")
    print_json_line({text: [text]})
    print_json({text: [text]})
    assert character not in printed(capfd)


@given(text=st.text(st.sampled_from([*HOSTILE, *'aé"\\क\u200d😀'])))
@example(text="\\\u202e\\u202e")
def test_escaped_json_decodes_to_the_same_value(text: str) -> None:
    for found in map(json_text, ({text: text}, [text, {"a": text}])):
        assert not set(HOSTILE) & set(found)
        assert not any(unicodedata.category(each) == "Cc" for each in found)
    assert json.loads(json_text({text: text})) == {text: text}


def test_only_the_files_of_terminal_print() -> None:
    terminal = CLI / "terminal"
    for file in CLI.rglob("*.py"):
        names = {
            node.attr if isinstance(node, ast.Attribute) else node.id
            for node in ast.walk(ast.parse(file.read_text()))
            if isinstance(node, ast.Attribute | ast.Name)
        }
        assert file.parent == terminal or not names & {"echo", "secho", "print", "stdout", "stderr"}, file.name


def test_documents_with_hostile_characters_are_printed_escaped_and_unchanged(run: Run, tmp_path: Path) -> None:
    text = "".join(HOSTILE)
    phrase = {"offsetInTicks": 1, "durationInTicks": 1, "locale": text, "nBest": [{"display": f"a{text}"}]}
    file = tmp_path / "hostile.json"
    file.write_text(json.dumps({"source": text, "recognizedPhrases": [phrase]}, ensure_ascii=False))
    ran = run("split", file, "--name", f"n{text}")
    assert not (set(HOSTILE) - {"\n"}) & set(ran.out)
    part, head = ran.lines
    assert part["tracks"][0]["phrases"][0]["nBest"][0]["display"] == part["turns"][0]["display"] == f"a{text}"
    assert (head["name"], head["locales"]) == (f"n{text}", [text])


def test_errors_with_text_of_a_file_are_escaped(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "wrong.json"
    file.write_text(json.dumps({"\x9b\u202ekey": {"recognizedPhrases": []}}, ensure_ascii=False))
    ran = run("split", file)
    assert ran.code == 1
    assert r"'\x9b\u202ekey'" in ran.error
    phrase = {"offset": "PT\u202e1S", "duration": "PT1S"}
    file.write_text(json.dumps({"recognizedPhrases": [phrase]}, ensure_ascii=False))
    assert r"'PT\u202e1S' is not an ISO 8601 duration" in run("split", file).error
