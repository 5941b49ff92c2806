"""`python -m benchmarks.bench.whole_profile --root … --port …`: the functions host, and where its functions' time goes.

A thread looks every two milliseconds at the threads that run functions. It takes from the system how long such a thread
has computed since the last look, and counts that for the stage of its innermost known line of code. The rest of the
time it has waited, for the service whose adapter it is in. SIGUSR1 begins to count. At its end the program writes the
seconds of each stage, as JSON, to the file that BENCH_SHARES names.

With several functions at a time, waiting for the interpreter's lock would count as waiting for a service. So one
function should run at a time.
"""

import os
import signal
import sys
import threading
import time
from collections import defaultdict
from pathlib import Path
from types import FrameType

import msgspec

from local.host.__main__ import main

TO_FILE = "BENCH_SHARES"

LOOK_SECONDS = 0.002
_SWITCH_SECONDS = 0.0002
"""How long another thread may compute before the looking thread gets its turn; Python's default is 5 ms."""

FUNCTION = "function_app.py"

LOCK = "the interpreter's lock (host and profiler)"

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
    (FUNCTION, "use cases and the rest"),
)
"""The beginning of a file's path in the repository, or a part of the path of a package, and the stage of a thread whose
innermost known file it is. HTTP within an SDK is the SDK's."""

WAITING = (
    ("shared/adapters/pacing.py", "its turn at Speech (pacing)"),
    ("shared/adapters/cosmos/", "Cosmos DB"),
    ("shared/adapters/blob.py", "raw archive"),
    ("shared/adapters/contents.py", "contents"),
    ("shared/adapters/speech.py", "Speech"),
    (FUNCTION, LOCK),
)
"""As COMPUTING, and for what a thread waits that is in this file."""

_REPOSITORY = f"{Path(__file__).parent.parent.parent}{os.sep}"


class Shares(msgspec.Struct, frozen=True):
    """Seconds of computing and of waiting, by stage."""

    computing: dict[str, float]
    waiting: dict[str, float]


def stage(frame: FrameType, rules: tuple[tuple[str, str], ...]) -> str | None:
    """Return the stage of the innermost frame that a rule knows; None if no function of the app is being run."""
    below: FrameType | None = frame
    found: str | None = None
    while below is not None:
        path = below.f_code.co_filename.removeprefix(_REPOSITORY)
        if found is None:
            found = next((name for place, name in rules if _is_in(path, place)), None)
        if path == FUNCTION:
            return found
        below = below.f_back
    return None


def _is_in(path: str, place: str) -> bool:
    return place in path if place.startswith("/") else path.startswith(place)


class Looker:
    """Looks at the threads of functions. `shares`: the seconds since `begin`."""

    def __init__(self) -> None:
        self.computing: dict[str, float] = defaultdict(float)
        self.waiting: dict[str, float] = defaultdict(float)
        self._last: dict[int, tuple[float, float]] = {}

    def begin(self) -> None:
        """Forget what was counted."""
        self.computing.clear()
        self.waiting.clear()

    def look(self) -> None:
        """Count the time since the last look."""
        frames = sys._current_frames()  # noqa: SLF001 - documented, although its name begins with an underscore
        for thread in threading.enumerate():
            if thread.name.startswith("function") and thread.ident in frames:
                self._count(thread.ident, frames[thread.ident])

    def _count(self, thread: int, frame: FrameType) -> None:
        now = time.perf_counter(), time.clock_gettime(time.pthread_getcpuclockid(thread))
        before, self._last[thread] = self._last.get(thread, now), now
        if (computing := stage(frame, COMPUTING)) is None:
            return
        passed, computed = now[0] - before[0], now[1] - before[1]
        self.computing[computing] += computed
        self.waiting[stage(frame, WAITING) or LOCK] += max(0.0, passed - computed)

    def watch(self, end: threading.Event) -> None:
        """Look until `end` is set."""
        while not end.wait(LOOK_SECONDS):
            self.look()

    def shares(self) -> Shares:
        """Return what was counted."""
        return Shares(dict(self.computing), dict(self.waiting))


def run() -> int:
    """Run the host and write the shares; return the host's exit code."""
    sys.setswitchinterval(_SWITCH_SECONDS)
    looker, end = Looker(), threading.Event()
    signal.signal(signal.SIGUSR1, lambda *_: looker.begin())
    watching = threading.Thread(target=looker.watch, args=(end,), name="looker")
    watching.start()
    try:
        return main()
    finally:
        end.set()
        watching.join()
        Path(os.environ[TO_FILE]).write_bytes(msgspec.json.encode(looker.shares()))


if __name__ == "__main__":
    sys.exit(run())
