"""`python -m infra.scan FOLDER`: runs the scanners in FOLDER. Exits with 1 if there is something to do."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from infra.scan import checkov, zizmor
from infra.scan.findings import Finding, ScanFailed, accepted, problems

ROOT = Path(__file__).parent.parent.parent
ACCEPTED = Path(__file__).parent / "accepted.toml"

Scan = Callable[[Path, Sequence[Path]], tuple[list[Finding], str]]

TOOLS: dict[str, tuple[Scan, str]] = {
    "checkov": (checkov.scan, f"infra/snapshots/*{checkov.SUFFIX}"),
    "zizmor": (zizmor.scan, ".github/workflows/*.y*ml"),
}
"""Each scanner, and the files that it reads."""


def main(programs: Path) -> int:
    """Run every scanner, even if one fails. Prints what each read, and what is to be done."""
    failed = False
    for tool, (scan, pattern) in TOOLS.items():
        try:
            found, line = scan(programs / tool, sorted(ROOT.glob(pattern)))
            known = accepted(ACCEPTED, tool)
            open_ones = problems(found, known)
        except ScanFailed as error:
            print(error, file=sys.stderr)  # noqa: T201 - this is a command
            failed = True
            continue
        print(f"{line}; {len(known)} accepted in {ACCEPTED.relative_to(ROOT)}, {len(open_ones)} to be done")  # noqa: T201 - as above
        for problem in open_ones:
            print(f"  {problem}")  # noqa: T201 - as above
        failed |= bool(open_ones)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
