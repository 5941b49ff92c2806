"""`python -m infra.check [FOLDER]`: print every problem, exit 1 if there is one."""

import sys
from pathlib import Path

from infra.check.run import check
from infra.check.source import INFRA


def main() -> int:
    """Check the Bicep of this repository, or of the folder that is named."""
    report = check(Path(sys.argv[1]).resolve() if sys.argv[1:] else INFRA)
    counts = ", ".join(f"{count} {name}" for name, count in report.checked.items())
    result = f"{len(report.problems)} problems" if report.problems else "no problem found"
    sys.stdout.writelines(f"{line}\n" for line in [*map(str, report.problems), f"{counts}: {result}"])
    return 1 if report.problems else 0


if __name__ == "__main__":
    sys.exit(main())
