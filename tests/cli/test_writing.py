"""Files that appear only when they are whole, and the line that shows how many are done."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.cli.read.writing import NotWritten, prepare, to_file

_PROGRESS = "from shared.cli.terminal.counter import progress\nfor item in progress(['a', 'b'], 2): print(item)"
_PIPE = (
    "from shared.cli.terminal.output import print_pieces\nprint_pieces(f'{number}\\r\\n\\u00e9' for number in range(2))"
)


def broken() -> Iterator[str]:
    yield "begin"
    raise RuntimeError("the source failed")


def run(program: str, stderr: int = subprocess.PIPE) -> str:
    """Run a program without a terminal, except for what `stderr` is, and return what it printed."""
    root = str(Path(__file__).parents[2])
    environment = {"PATH": os.environ["PATH"], "PYTHONIOENCODING": "ascii", "PYTHONPATH": root}
    ended = subprocess.run(  # noqa: S603 - the program is this file's
        [sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE, stderr=stderr, check=True
    )
    return ended.stdout.decode()


def test_a_file_has_all_pieces_and_nothing_else_is_left(tmp_path: Path) -> None:
    to_file(["one\r\n", "\u00e9"], tmp_path / "a.txt")
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {"a.txt": b"one\r\n\xc3\xa9"}


def test_after_an_error_the_file_is_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    with pytest.raises(RuntimeError):
        to_file(broken(), file)
    assert list(tmp_path.iterdir()) == []
    file.write_text("before")
    with pytest.raises(RuntimeError):
        to_file(broken(), file)
    assert [each.read_text() for each in tmp_path.iterdir()] == ["before"]


def test_a_file_that_cannot_be_written_is_named_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(NotWritten, match=r"/none/a\.txt: cannot be written: No such file or directory"):
        to_file(["text"], tmp_path / "none" / "a.txt")


def test_files_that_exist_are_counted_before_anything_is_written(tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.txt" for number in range(5)]
    prepare(tmp_path, files, force=False)
    for file in files:
        file.write_text("mine")
    with pytest.raises(NotWritten, match=r"nothing was written: \S+0\.txt, \S+1\.txt, \S+2\.txt and 2 more"):
        prepare(tmp_path, files, force=False)
    prepare(tmp_path, files, force=True)


def test_stdout_is_utf_8_with_the_texts_own_line_ends() -> None:
    assert run(_PIPE) == "0\r\n\u00e91\r\n\u00e9"


def test_on_a_terminal_a_line_counts_what_is_done_and_is_erased() -> None:
    ours, theirs = os.openpty()
    try:
        assert run(_PROGRESS, stderr=theirs) == "a\nb\n"
        assert os.read(ours, 1000) == b"\r\x1b[K1 of 2\r\x1b[K2 of 2\r\x1b[K"
    finally:
        os.close(ours)
        os.close(theirs)


def test_without_a_terminal_nothing_counts() -> None:
    ours, theirs = os.pipe()
    try:
        assert run(_PROGRESS, stderr=theirs) == "a\nb\n"
    finally:
        os.close(theirs)
    with os.fdopen(ours, "rb") as stream:
        assert stream.read() == b""
