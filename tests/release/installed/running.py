"""Programs that run in an environment of their own, which has only what a release says that it needs."""

import os
import subprocess
from pathlib import Path


def run(*command: str | Path, folder: Path, **settings: str) -> str:
    """Run a program in `folder`, with few of this environment's variables. Returns what it printed."""
    ran = subprocess.run(  # noqa: S603 - programs that the tests installed
        command, cwd=folder, env=clean(settings), capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def clean(settings: dict[str, str]) -> dict[str, str]:
    """Return the environment of a program that knows nothing of this one."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "XDG_CONFIG_HOME")} | settings
