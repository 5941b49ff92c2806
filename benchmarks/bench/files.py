"""Generated result files: stereo calls with words, indented as Speech does it, kept for the next run."""

import hashlib
import os
from pathlib import Path

import local.samples
from local.samples.generate import GeneratedResult

STATE = Path(__file__).parent.parent.parent / "local" / ".state" / "bench"

MEGABYTE_HOURS = 1 / 9.383
"""Hours of audio in a megabyte of file."""

FIVE_MINUTES = 5 / 60
MEDIUM_MB = 8
LARGE_MB = 343
LARGEST_MB = 2140
"""Just below 2 GiB, the largest result that the app takes."""


def calls(hours: float) -> GeneratedResult:
    """Return a recorded call of this length, always with the same seed."""
    return GeneratedResult(hours=hours, channels=2, display_words=True, style="2024-11-15", seed=1)


def result_file(megabytes: float) -> Path:
    """Return the path of a result of about this size. It is generated if it is not there."""
    path = STATE / f"{_version()}-{megabytes:g}.json"
    if not path.exists():
        STATE.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        with unfinished.open("wb") as file:
            file.writelines(calls(megabytes * MEGABYTE_HOURS))
            os.fsync(file.fileno())  # so that the disk is idle when the file is read
        unfinished.rename(path)
    return path


def _version() -> str:
    """Return a short hash of the generator's code, so that a file of an older generator is not taken."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for module in sorted(Path(str(local.samples.__file__)).parent.glob("*.py")):
        digest.update(module.read_bytes())
    return digest.hexdigest()[:8]
