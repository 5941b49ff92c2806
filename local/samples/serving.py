"""Gives the simulator of a running stack the sample jobs."""

from collections.abc import Iterable

from local.samples.catalog import SampleJob
from local.speech import SpeechControl
from local.stack import Stack

SAMPLE_SETTINGS = {
    # The sample jobs take seconds, so no interval is minutes long. A setting in the environment overrides these.
    "NOT_FOUND_MINUTES": "0",
    "POLL_MIN_SECONDS": "1",
}


def serve_samples(stack: Stack, samples: Iterable[SampleJob]) -> None:
    """Have the stack's simulator serve the sample jobs, from their beginning. Nothing is enqueued."""
    with SpeechControl(stack.settings["SPEECH_ENDPOINT"], stack.azurite) as speech:
        for sample in samples:
            if sample.spec is not None:
                speech.put_job(sample.spec, sample.contents)
