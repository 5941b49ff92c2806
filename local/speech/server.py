"""Starts the simulator as a child process."""

import sys
from dataclasses import dataclass
from pathlib import Path

from local.azurite import Azurite
from local.processes import Service, answers, free_port, start
from local.speech.client import SpeechControl

REPOSITORY = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Speech:
    """The address of a running simulator."""

    service: Service
    endpoint: str
    key: str
    control: SpeechControl

    def stop(self) -> None:
        """Stop the simulator. Its jobs are gone then; its files stay in Azurite."""
        self.control.close()
        self.service.stop()


def start_speech(
    azurite: Azurite,
    *,
    log: Path,
    port: int = 5050,
    key: str = "local-speech-key",
    token: str | None = None,
) -> Speech:
    """Start a simulator whose files lie in `azurite`. A `port` that is in use, or 0, is replaced by a free one."""
    port = free_port(port)
    endpoint = f"http://127.0.0.1:{port}"
    service = start(
        "speech",
        [
            sys.executable,
            *("-m", "local.speech"),
            *("--port", str(port)),
            *("--storage", azurite.connection_string),
            *("--key", key),
            *(("--token", token) if token else ()),
        ],
        log=log,
        cwd=REPOSITORY,
    )
    service.wait_until(lambda: answers(port))
    return Speech(service, endpoint, key, SpeechControl(endpoint, azurite))
