"""Generates the blocks of docs/reading.md: its programs, which are files of docs/reading."""

from pathlib import Path

from local.docs.pages import code

PROGRAMS = Path(__file__).parents[2] / "docs" / "reading"

LANGUAGES = {".py": "python", ".mjs": "js"}


def reading_blocks() -> dict[str, str]:
    """Return the programs by file name."""
    files = sorted(path for path in PROGRAMS.iterdir() if path.suffix in LANGUAGES)
    return {path.name: code(LANGUAGES[path.suffix], path.read_text(encoding="utf-8")) for path in files}
