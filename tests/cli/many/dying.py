"""`python -m tests.cli.many.dying FILE TEXT TIMES ARGUMENT…`: the command, killed at a line of its own code.

The process is killed when it reaches the line of FILE that contains TEXT for the TIMES-th time, before it runs it.
"""

import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from shared.cli.main import main

ROOT = Path(__file__).parents[3]


class Death:
    """Traces lines, and kills the process at one of them."""

    def __init__(self, file: str, text: str, times: int) -> None:
        self.path = str(ROOT / file)
        lines = Path(self.path).read_text().splitlines()
        (self.line,) = (number for number, line in enumerate(lines, 1) if text in line)
        self.left = times

    def __call__(self, frame: FrameType, event: str, _: Any) -> "Death | None":  # noqa: ANN401 - as sys.settrace calls it
        """Look at a line. Returns the tracer of the function that is called."""
        if frame.f_code.co_filename != self.path:
            return None
        if event == "line" and frame.f_lineno == self.line:
            self.left -= 1
            if not self.left:
                os.kill(os.getpid(), signal.SIGKILL)
        return self


if __name__ == "__main__":
    _, code_file, code_text, number, *arguments = sys.argv
    sys.settrace(Death(code_file, code_text, int(number)))
    main(arguments)
