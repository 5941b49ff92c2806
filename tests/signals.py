"""Reads the JSON of log lines with the expression of docs/operations.md."""

import logging
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

_PAGE = (Path(__file__).parent.parent / "docs" / "operations.md").read_text()
STRUCTURE = re.findall(r"extract\(@'([^']+)', 1, Message\)", _PAGE)[0]


def structure(line: str) -> dict[str, Any] | None:
    """Return the JSON object of a line; None if it has none."""
    found = re.search(STRUCTURE, line)
    return msgspec.json.decode(found[1], type=dict[str, Any]) if found else None


def signals(records: Iterable[logging.LogRecord]) -> list[dict[str, Any]]:
    """Return the JSON objects of the lines that have one, in order."""
    return [found for record in records if (found := structure(record.getMessage())) is not None]
