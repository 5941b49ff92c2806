"""`python -m infra.check [FOLDER]`: print every problem, exit 1 if there is one."""

import sys
from pathlib import Path

from infra.check.run import check
from infra.check.source import INFRA


def main() -> int:
    """Check the Bicep of this repository, or of the folder that is named."""
    root = Path(sys.argv[1]).resolve() if sys.argv[1:] else INFRA
    report = check(root)
    for problem in report.problems:
        print(problem)
    print(", ".join(f"{count} {name}" for name, count in report.checked.items()), end=": ")
    print(f"{len(report.problems)} problems" if report.problems else "no problem found")
    return 1 if report.problems else 0


if __name__ == "__main__":
    sys.exit(main())
