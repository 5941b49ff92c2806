"""The generated files agree with the code, and the check finds those that do not."""

from pathlib import Path

import pytest

from local.docs.__main__ import main
from local.docs.run import Run
from local.docs.write import COMMANDS_PAGE, CONTRACT, EXPORT_PAGE, REPOSITORY, SAMPLE, SETTINGS_PAGE, made

PAGE = f"{CONTRACT}/README.md"
SCHEMA = f"{CONTRACT}/job.schema.json"


def test_every_generated_file_is_up_to_date(ran: Run, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["--check"], lambda: ran)
    assert (code, capsys.readouterr().err) == (0, "")


@pytest.mark.parametrize(
    ("name", "change"),
    [
        (SCHEMA, ('"const": "job"', '"const": "Job"')),
        (PAGE, ("Hello world.", "Hello, world.")),
        (PAGE, ("The number of the job's current pass", "How often")),
        (COMMANDS_PAGE, ("  List jobs,", "  Lists jobs,")),
        (EXPORT_PAGE, ("<v Agent>", "<v agent>")),
        (SETTINGS_PAGE, ("`NBEST_WORDS`", "`WORDS`")),
        (SAMPLE, ("python", "node")),
        (SCHEMA, ("\n", "\r\n")),
    ],
)
def test_the_check_fails_and_names_a_file_that_differs(
    name: str, change: tuple[str, str], ran: Run, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = change
    before = (copy / name).read_bytes().decode()
    assert old in before
    (copy / name).write_bytes(before.replace(old, new).encode())
    assert main(["--check"], lambda: ran, copy) == 1
    assert capsys.readouterr().err == f"{name} differs from the code; `make docs` writes it anew\n"


def test_the_check_names_missing_and_obsolete_schemas(ran: Run, copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copy / SCHEMA).unlink()
    (copy / CONTRACT / "bygone.schema.json").write_text("{}")
    assert main(["--check"], lambda: ran, copy) == 1
    names = [line.split()[0] for line in capsys.readouterr().err.splitlines()]
    assert names == [f"{CONTRACT}/bygone.schema.json", SCHEMA]


def test_writing_updates_all_generated_files(ran: Run, copy: Path) -> None:
    (copy / SCHEMA).write_text("{}")
    (copy / SAMPLE).unlink()
    (copy / CONTRACT / "bygone.schema.json").write_text("{}")
    assert main([], lambda: ran, copy) == 0
    for name in made(ran):
        assert (copy / name).read_bytes() == (REPOSITORY / name).read_bytes()
    assert not (copy / CONTRACT / "bygone.schema.json").exists()
