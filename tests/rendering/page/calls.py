"""The call of the screenshots as a recording of the tests."""

from local.docs.call import NAMES, SECONDS, SOURCE, phrases
from shared.rendering.recording import Recording
from tests.rendering.making import recording, ticks


def call() -> Recording:
    """Return a call of 96 s on two channels: two silences over 5 s, and one turn that begins before another's end."""
    duration = ticks(SECONDS)
    return recording(phrases(), names=NAMES, durationInTicks=duration, source=SOURCE, timestamp="2026-11-02T09:00:00Z")
