"""Programs that run in an environment of their own, which has only what a release says that it needs."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path


def run(*command: str | Path, folder: Path, **settings: str) -> str:
    """Run a program in `folder`, with none of this environment's variables but PATH. Returns what it printed."""
    ran = subprocess.run(  # noqa: S603 - programs that the tests installed
        command, cwd=folder, env=clean(settings), capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def clean(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a program that knows nothing of this one."""
    return {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], **settings}
