"""`QUEUE_LISTENER=… python -m tests.local.listener.record [locks]`: writes recorded.json.

It takes half a minute for all cases but those of locks.py. These take eleven minutes and are recorded only on request.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from local.azurite import start_azurite
from tests.local.listener.cases import BASE64, PLAIN, Facts, encoded, plain
from tests.local.listener.listeners import Options, start_official
from tests.local.listener.locks import LONG, locks
from tests.local.listener.stage import Stage

RECORDED = Path(__file__).with_name("recorded.json")

PLAYS: dict[str, tuple[Options, Callable[[Stage], Facts]]] = {
    "plain": (PLAIN, plain),
    "base64": (BASE64, encoded),
    "locks": (LONG, locks),
}


def record(names: list[str]) -> None:
    """Run these cases with the Functions host's listener and record its steps. The other recordings stay."""
    recorded: dict[str, Any] = json.loads(RECORDED.read_text()) if RECORDED.exists() else {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        azurite = start_azurite(folder / "data", log=folder / "azurite.log", ports=(0, 0, 0))
        try:
            for play in names:
                options, cases = PLAYS[play]
                begun = time.monotonic()
                with Stage(azurite, start_official, options, folder).open() as stage:
                    recorded[play] = cases(stage)
                sys.stdout.write(f"{play}: {time.monotonic() - begun:.0f} s\n")
        finally:
            azurite.service.stop()
    RECORDED.write_text(json.dumps(recorded, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    record(sys.argv[1:] or ["plain", "base64"])
