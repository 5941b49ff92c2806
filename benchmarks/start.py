"""`python -m benchmarks.start`: measures the import of function_app, for docs/decisions/0025-smallest-instance.md.

An instance of Flex Consumption with 512 MB has a quarter of a core, and an app has 30 s to start. The import takes four
times its CPU time there: under a quota of a quarter of a core (`cpu.cfs_quota_us`) it took exactly that.
"""

import os
import sys
import tempfile
from pathlib import Path

from benchmarks.machine import machine

ROOT = Path(__file__).parent.parent
SHARE_OF_A_CORE = 0.25
RUNS = 5

_SETTINGS = {
    "SPEECH_ENDPOINT": "https://contoso.cognitiveservices.azure.com",
    "COSMOS_ENDPOINT": "https://contoso.documents.azure.com",
    "AzureWebJobsStorage__blobServiceUri": "https://contoso.blob.core.windows.net",
}
_IMPORT = "import function_app; function_app.app.get_functions()"


def cost(environ: dict[str, str]) -> tuple[float, float]:
    """Import function_app in a new process; return its CPU seconds and its peak memory in MiB."""
    pid = os.posix_spawn(sys.executable, [sys.executable, "-c", _IMPORT], _SETTINGS | environ)
    _, status, used = os.wait4(pid, 0)
    if status:
        raise SystemExit(f"the import failed with status {status}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    """Print the costs with compiled files as they are, and with none, as right after a deployment."""
    os.chdir(ROOT)
    print(machine())  # noqa: T201 - this is a command
    warm = [cost({}) for _ in range(RUNS)]
    cold = []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as empty:
            cold.append(cost({"PYTHONPYCACHEPREFIX": empty}))
    for title, runs in (("compiled before", warm), ("nothing compiled", cold)):
        seconds = [run[0] for run in runs]
        print(  # noqa: T201 - as above
            f"{title}: {min(seconds):.2f} to {max(seconds):.2f} s of CPU, so "
            f"{max(seconds) / SHARE_OF_A_CORE:.1f} s with a quarter of a core; {max(run[1] for run in runs):.0f} MiB"
        )


if __name__ == "__main__":
    main()
