"""`python -m tests.local.apps.run_stack STATE`: does what local.up does, with a test app on free ports."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from local.stack import Ports, start_stack
from local.up import run
from tests.local.apps.harness import APPS

FREE = Ports((0, 0, 0), 0, 0, 0)


def no_database(_settings: Mapping[str, str]) -> None:
    """Create nothing."""


if __name__ == "__main__":
    state = Path(sys.argv[1])
    sys.exit(run(lambda: start_stack(state, os.environ, root=APPS / "web", ports=FREE, provision=no_database)))
