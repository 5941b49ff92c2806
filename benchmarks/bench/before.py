"""The repository as it was before it was made faster, to run beside it: before and after come from one run."""

import shutil
import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path

from benchmarks.bench.child import REPOSITORY
from benchmarks.bench.files import STATE
from benchmarks.start_programs import COMMAND_LINE

COMMIT = "51eb45d5baf76b5b1e2271b524cc33b9cca1ca54"
"""The last commit before 29 November 2026 that read a file more than once. It runs with today's packages."""


def checkout() -> Path:
    """Return the folder of the commit's files, which is made once. Raises CalledProcessError in a shallow clone."""
    folder = STATE / f"before-{COMMIT[:7]}"
    if not folder.exists():
        command = ["git", "archive", COMMIT, "shared", "function_app.py", "host.json"]
        archive = subprocess.run(command, cwd=REPOSITORY, check=True, stdout=subprocess.PIPE).stdout  # noqa: S603 - our own
        unfinished = folder.with_suffix(".part")
        shutil.rmtree(unfinished, ignore_errors=True)
        with tarfile.open(fileobj=BytesIO(archive)) as files:
            files.extractall(unfinished, filter="data")
        unfinished.rename(folder)
    return folder


def split_command(file: Path) -> list[str]:
    """Return the command that splits a file as it was split before."""
    code = f"import sys\nsys.path.insert(0, {str(checkout())!r})\n{COMMAND_LINE}"
    return [sys.executable, "-c", code, "split", str(file)]
