"""`python -m local.up [--samples]`: the whole system on this machine, until Ctrl-C or SIGTERM."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from local.processes import ServiceDied
from local.samples.catalog import REFERENCE_JOB, SampleJob, sample_jobs
from local.samples.serving import SAMPLE_SETTINGS, serve_samples
from local.stack import REPOSITORY, Stack, start_stack
from shared.cli.enqueue import enqueue
from shared.settings import Settings

STATE = REPOSITORY / "local" / ".state"

SAMPLES = "--samples"


def run(begin: Callable[[], Stack], samples: Sequence[SampleJob] = ()) -> int:
    """Run the stack that `begin` starts, and send the sample jobs through it.

    Returns 0 when it was asked to end, 1 when something failed.
    """
    stop = threading.Event()
    # A signal during the start takes effect once everything runs, so that no half-started service is left behind.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        stack = begin()
        try:
            sys.stdout.write(_table(stack))
            if samples:
                sys.stdout.write(_sent(stack, samples))
            sys.stdout.flush()
            stack.wait(stop)
        finally:
            stack.stop()
    except ServiceDied as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0


def _table(stack: Stack) -> str:
    settings = stack.settings
    rows = {
        "Functions": stack.functions_url,
        "Cosmos": f"{settings['COSMOS_ENDPOINT']} database {settings['COSMOS_DATABASE']}",
        "Speech": settings["SPEECH_ENDPOINT"],
        "Content": settings["CONTENT_HOSTS"],
        "Addresses": str(stack.state / "endpoints.json"),
        "Logs": str(stack.state / "logs"),
    }
    return "".join(f"{name:<10} {value}\n" for name, value in rows.items()) + "Ctrl-C ends it.\n"


def _sent(stack: Stack, samples: Sequence[SampleJob]) -> str:
    """Send the sample jobs, and return which they are and what to do next."""
    serve_samples(stack, samples)
    settings = Settings.from_env(stack.settings)
    sent = tuple(enqueue(settings, settings.jobs_queue, [sample.message for sample in samples]))
    rows = [f"  {sample.job_id or '-':<36}  {sample.name:<14}  {sample.shows}\n" for sample in samples]
    return f"""
{len(sent)} sample jobs were sent to {settings.jobs_queue}; they take about half a minute:
{"".join(rows)}
In another terminal, in this folder:
  .venv/bin/speech2cosmos jobs --watch
  .venv/bin/speech2cosmos show {REFERENCE_JOB}
  .venv/bin/speech2cosmos read diarized-mono
  .venv/bin/speech2cosmos serve
"""


def main(arguments: Sequence[str], state: Path = STATE) -> int:
    """Run the stack on `state`, with the sample jobs if the arguments name them. Returns the exit code."""
    if SAMPLES not in arguments:
        return run(lambda: start_stack(state, os.environ))
    if os.environ.get("SPEECH_ENDPOINT", "").strip():
        sys.stderr.write("error: only the simulator serves sample jobs\ntry: without SPEECH_ENDPOINT\n")
        return 1
    return run(lambda: start_stack(state, {**SAMPLE_SETTINGS, **os.environ}), sample_jobs())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
