"""The measured results, stored in measured.json, so that the page can be written again without measuring."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.machine import machine

FILE = Path(__file__).parent / "measured.json"


class Result(msgspec.Struct, frozen=True):
    """What a benchmark measured: when, where, and how long the measuring took."""

    date: str
    machine: str
    seconds: float
    data: Any


Results = dict[str, Result]
"""Results by the name of the benchmark."""


def load(file: Path = FILE) -> Results:
    """Read the stored results. Raises OSError, msgspec.DecodeError."""
    return msgspec.json.decode(file.read_bytes(), type=Results)


def save(results: Results, file: Path = FILE) -> None:
    """Store the results."""
    encoded = msgspec.json.encode(dict(sorted(results.items())))
    file.write_bytes(msgspec.json.format(encoded, indent=1) + b"\n")


def result(data: object, seconds: float) -> Result:
    """Return what was measured today on this machine."""
    plain = msgspec.to_builtins(data)
    return Result(date=f"{datetime.now(UTC):%Y-%m-%d}", machine=machine(), seconds=round(seconds, 1), data=plain)
