"""Events that the functions of the test apps write to a file, since a failed invocation sends nothing."""

import json
import os
import time
from pathlib import Path
from typing import Any


def trace(event: str, **values: object) -> None:
    """Append one event to the file that the setting TRACE names."""
    with Path(os.environ["TRACE"]).open("a") as file:
        file.write(json.dumps({"event": event, "time": time.time(), **values}) + "\n")


def read_trace(file: Path) -> list[dict[str, Any]]:
    """Return the events so far."""
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
