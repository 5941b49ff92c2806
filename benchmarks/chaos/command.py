"""The command `speech2cosmos`, run against the stack as an operator runs it, and what it is run for."""

import os
import subprocess
import sys
from collections.abc import Collection

from benchmarks.chaos.bench import Bench
from local.stack import REPOSITORY
from shared.cli.reading import Reader
from shared.domain.documents import FileFailure

_SECONDS = 300
_COMMAND = "from shared.cli.main import main; main()"


def speech2cosmos(bench: Bench, *arguments: str) -> str:
    """Run the command with the stack's own settings, past all faults; return what it printed."""
    ran = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", _COMMAND, *arguments],
        cwd=REPOSITORY,
        env={"PATH": os.environ["PATH"], **bench.stack.direct},
        capture_output=True,
        text=True,
        check=False,
        timeout=_SECONDS,
    )
    if ran.returncode:
        raise CommandFailed(f"speech2cosmos {' '.join(arguments)}: {ran.returncode}: {ran.stdout}{ran.stderr}")
    return ran.stdout


class CommandFailed(Exception):
    """The command did not end with 0."""


def given_up(bench: Bench, job_ids: Collection[str]) -> list[FileFailure]:
    """Return the files of these jobs that are given up now."""
    return [each for each in Reader(bench.app.database).failures() if each.job_id in job_ids]
