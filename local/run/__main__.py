"""`python -m local.run [ID…]`: starts the stack, sends jobs through it, and shows and checks the documents."""

import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack

from rich.console import Console

from local.processes import ServiceDied
from local.run.progress import Watch
from local.run.rights import print_rights, told
from local.run.rights import problems as not_allowed
from local.run.table import print_result
from local.run.verify import Verifier
from local.samples.catalog import sample_jobs
from local.samples.serving import SAMPLE_SETTINGS, serve_samples
from local.speech import SpeechControl
from local.stack import Stack, start_stack
from local.up import STATE
from shared.bootstrap import App
from shared.cli.enqueue import enqueue

LOG_WIDTH = 120
"""Width of the output in a file, where there is no terminal."""

SAMPLE_SECONDS = 180.0
"""Limit for all sample jobs together."""


def main(ids: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run sample jobs, or the jobs with these ids; return 0 if every document is as it should be."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=LOG_WIDTH)
    begun = time.monotonic()
    samples = () if ids else sample_jobs()
    with ExitStack() as cleanup:
        console.print("Starting storage, Cosmos DB, Speech and the functions host …")
        stack = start_stack(STATE, environ if ids else {**SAMPLE_SETTINGS, **environ})
        cleanup.callback(stack.stop)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        console.print(f"Ready after {time.monotonic() - begun:.1f} s.")
        app = App.from_env(stack.settings)
        watch = Watch(app, {sample.message: sample for sample in samples} if samples else dict.fromkeys(ids))
        if samples:
            serve_samples(stack, samples)
        tuple(enqueue(app.settings, app.settings.jobs_queue, watch.messages))
        watch.until_ended(console, SAMPLE_SECONDS if samples else None)
        print_result(console, watch)
        problems = [*_rights(console, stack), *watch.problems(), *Verifier(app, stack.azurite).problems(watch)]
        problems += _contacts(stack) if samples else []
        for problem in problems:
            console.print(f"[red]✗[/] {problem}")
        if not problems:
            console.print(f"[green]✓[/] every document is as it should be, after {time.monotonic() - begun:.1f} s")

        if console.is_terminal:
            console.print("Read them: [bold].venv/bin/speech2cosmos serve[/]")
            console.print(f"Everything stays up until Ctrl-C; its addresses are in {STATE / 'endpoints.json'}")
            _wait_for_ctrl_c()
        return 1 if problems else 0


def _rights(console: Console, stack: Stack) -> list[str]:
    if "host" not in stack.pids:  # it runs elsewhere, and its log is there too
        return []
    rights = told(stack.state / "logs" / "host.log")
    print_rights(console, rights)
    return not_allowed(rights)


def _contacts(stack: Stack) -> list[str]:
    with SpeechControl(stack.settings["SPEECH_ENDPOINT"], stack.azurite) as speech:
        return [f"the host that Speech's links name was called: {contact}" for contact in speech.about().contacts]


def _wait_for_ctrl_c() -> None:
    try:
        signal.pause()
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:], os.environ))
    except KeyboardInterrupt:
        sys.exit(130)
    except ServiceDied as died:
        sys.exit(f"error: {died}")
