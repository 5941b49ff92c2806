"""`python -m benchmarks.bench.whole_profile`: handles messages one after the other, and tells where the time goes.

The messages of the results queue are lines of the input. The first one connects the clients and is not counted. A
signal interrupts the program every two milliseconds. It takes from the system how long the program has computed since
the last signal, and counts that for the stage of its innermost known line of code. The rest of the time the program has
waited, for the service whose adapter it is in. The program prints the seconds of each stage, as JSON.
"""

import os
import signal
import sys
import time
from collections import defaultdict
from pathlib import Path
from types import FrameType

import msgspec

from shared.bootstrap import App
from shared.domain.messages import decode_work

LOOK_SECONDS = 0.002

REST = "the rest"

COMPUTING = (
    ("shared/domain/json_", "JSON: cut and decoded"),
    ("shared/domain/encoding.py", "JSON: cut and decoded"),
    ("shared/domain/speech_result.py", "JSON: cut and decoded"),
    ("shared/domain/speech_phrases.py", "JSON: cut and decoded"),
    ("shared/domain/", "split into tracks, texts and turns"),
    ("/azure/cosmos/", "SDK of Cosmos DB"),
    ("shared/adapters/cosmos/", "SDK of Cosmos DB"),
    ("/azure/storage/", "SDK of Blob storage"),
    ("shared/adapters/blob.py", "gzip"),
    ("shared/adapters/contents.py", "MD5"),
    ("shared/adapters/bodies.py", "HTTP of contents and Speech"),
    ("shared/adapters/http.py", "HTTP of contents and Speech"),
    ("shared/adapters/speech.py", "HTTP of contents and Speech"),
    ("shared/pipeline/signals.py", "log lines"),
)
"""The beginning of a file's path in the repository, or a part of a package's path, and the stage of a program whose
innermost known file it is. HTTP within an SDK is the SDK's."""

WAITING = (
    ("shared/adapters/pacing.py", "its turn at Speech (pacing)"),
    ("shared/adapters/cosmos/", "Cosmos DB"),
    ("shared/adapters/blob.py", "raw archive"),
    ("shared/adapters/contents.py", "contents"),
    ("shared/adapters/speech.py", "Speech"),
)
"""As COMPUTING, and for what a program waits that is in this file."""

_REPOSITORY = f"{Path(__file__).parent.parent.parent}{os.sep}"


class Shares(msgspec.Struct, frozen=True):
    """Seconds of computing and of waiting, by stage."""

    computing: dict[str, float]
    waiting: dict[str, float]


def stage(frame: FrameType | None, rules: tuple[tuple[str, str], ...]) -> str:
    """Return the stage of the innermost frame that a rule knows; REST if there is none."""
    while frame is not None:
        path = frame.f_code.co_filename.removeprefix(_REPOSITORY)
        for place, name in rules:
            if place in path if place.startswith("/") else path.startswith(place):
                return name
        frame = frame.f_back
    return REST


class Clock:
    """Counts the time of this thread between two looks for the stage that the later look finds."""

    def __init__(self) -> None:
        self.shares = Shares(defaultdict(float), defaultdict(float))
        self._last = _now()

    def look(self, frame: FrameType | None) -> None:
        """Count the time since the last look."""
        now, (passed, computed) = (found := _now()), self._last
        self._last = found
        self.shares.computing[stage(frame, COMPUTING)] += now[1] - computed
        self.shares.waiting[stage(frame, WAITING)] += max(0.0, now[0] - passed - (now[1] - computed))


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.thread_time()


def main() -> None:
    """Run the program."""
    first, *messages = [decode_work(line.encode()) for line in sys.stdin.read().splitlines()]
    app = App.from_env(os.environ)
    app.fetch_results(first, 1)
    clock = Clock()
    signal.signal(signal.SIGALRM, lambda _, frame: clock.look(frame))
    signal.setitimer(signal.ITIMER_REAL, LOOK_SECONDS, LOOK_SECONDS)
    for message in messages:
        app.fetch_results(message, 1)
    signal.setitimer(signal.ITIMER_REAL, 0)
    sys.stdout.buffer.write(msgspec.json.encode(clock.shares))


if __name__ == "__main__":
    main()
