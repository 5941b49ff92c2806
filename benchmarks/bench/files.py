"""Generated result files, kept for the next run: compact calls with words and displayWords, API version 2024-11-15."""

import hashlib
import os
from pathlib import Path
from typing import NamedTuple

import local.samples
from local.samples.generate import GeneratedResult

STATE = Path(__file__).parent.parent.parent / "local" / ".state" / "bench"

GREATEST_BYTES = 2 * 1024**3
"""The greatest result that the app takes."""


class Call(NamedTuple):
    """A recorded call: its hours and its channels."""

    hours: float
    channels: int = 2


FIVE_MINUTES = Call(5 / 60)
MEDIUM = Call(1.45)
LARGE = Call(60)
LARGEST = Call(348.8, channels=8)
"""Just below GREATEST_BYTES. With fewer channels a channel's texts would exceed MAX_COMBINED_BYTES."""


def content(call: Call) -> GeneratedResult:
    """Return the result of a call, always with the same seed."""
    return GeneratedResult(call.hours, call.channels, display_words=True, indent=0, style="2024-11-15", seed=1)


def result_file(call: Call) -> Path:
    """Return the path of a call's result. The file is generated if it is not there."""
    path = STATE / f"{_version()}-{call.channels}-{call.hours:g}.json"
    if not path.exists():
        STATE.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        with unfinished.open("wb") as file:
            file.writelines(content(call))
            os.fsync(file.fileno())  # so that the disk is idle when the file is read
        unfinished.rename(path)
    return path


def _version() -> str:
    """Return a short hash of the generator's code, so that a file of an older generator is not taken."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for module in sorted(Path(str(local.samples.__file__)).parent.glob("*.py")):
        digest.update(module.read_bytes())
    return digest.hexdigest()[:8]
