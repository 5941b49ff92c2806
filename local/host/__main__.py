"""`python -m local.host --root DIR --port N`: serve the function app in DIR until SIGTERM or SIGINT."""

import argparse
import logging
import os
import signal
import sys
import threading
from pathlib import Path

from local.host.errors import HostError
from local.host.host import FunctionsHost

QUIET = {"azure": logging.WARNING, "uvicorn": logging.WARNING, "urllib3": logging.ERROR, "asyncio": logging.WARNING}
"""Levels of loggers whose routine lines would hide the app's own. urllib3 warns when more calls run than its pool keeps
connections, which costs only a handshake."""

CHECK_SECONDS = 0.5
"""How often the program checks whether the host failed."""


def main() -> int:
    """Run the program; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m local.host", description=__doc__)
    parser.add_argument("--root", type=Path, required=True, help="folder of function_app.py and host.json")
    parser.add_argument("--port", type=int, default=7071, help="port of HTTP functions, 0 for any free one")
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for name, level in QUIET.items():
        logging.getLogger(name).setLevel(level)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        host = FunctionsHost(given.root.resolve(), os.environ, given.port)
        host.start()
    except HostError as error:
        for problem in error.problems:
            sys.stderr.write(f"error: {problem}\n")
        return 1
    while not stop.wait(CHECK_SECONDS) and host.serving():
        pass
    host.stop()
    code = 0 if host.failure is None else 1
    if code or not host.drained:
        logging.getLogger("host").warning("Invocations may still run; their messages come back when their locks end")
        logging.shutdown()
        os._exit(code)  # the interpreter would wait for their threads
    return code


if __name__ == "__main__":
    sys.exit(main())
