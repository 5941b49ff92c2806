"""`python -m local.docs` writes the generated files. With --check it names those that differ, and exits with 1."""

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from local.docs.run import Run, run, servers
from local.docs.write import REPOSITORY, differing, made, write


def main(arguments: Sequence[str], ran: Callable[[], Run], root: Path = REPOSITORY) -> int:
    """Write the files of the repository at `root`, or check them. Returns the exit code: 1 if one differs."""
    parser = argparse.ArgumentParser(prog="python -m local.docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file differs")
    check = parser.parse_args(arguments).check
    files = made(ran(), root)
    if not check:
        write(files, root)
        return 0
    names = differing(files, root)
    for name in names:
        sys.stderr.write(f"{name} differs from the code; `make docs` writes it anew\n")
    return 1 if names else 0


def _fresh() -> Run:
    logging.disable(logging.ERROR)  # the run contains failures on purpose
    with servers() as running:
        return run(running)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], _fresh))
