"""`python -m local.up`: the whole system on this machine, until Ctrl-C or SIGTERM."""

import os
import signal
import sys
import threading
from collections.abc import Callable

from local.processes import ServiceDied
from local.stack import REPOSITORY, Stack, start_stack

STATE = REPOSITORY / "local" / ".state"


def run(begin: Callable[[], Stack]) -> int:
    """Run the stack that `begin` starts. Returns 0 when it was asked to end, 1 when something failed."""
    stop = threading.Event()
    # A signal during the start takes effect once everything runs, so that no half-started service is left behind.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        stack = begin()
        try:
            sys.stdout.write(_table(stack))
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


if __name__ == "__main__":
    sys.exit(run(lambda: start_stack(STATE, os.environ)))
