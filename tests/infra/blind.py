"""How much is found of mistakes that nobody chose: `python -m tests.infra.blind`, some minutes, prints a table.

Each line of the Bicep that sets a property is changed in every way below, one at a time. What is not found is mostly no
mistake that a compiler would know: a property that may be left out, a text that may be another.
"""

import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from infra.check.run import check
from infra.check.source import INFRA
from local.docs.pages import table

_SET = re.compile(r"^(\s+)([A-Za-z_]+)(: .*)$")
_TEXT = re.compile(r"^(.*: )'([^'$]+)'$")
_SWITCH = re.compile(r"^(.*: )(true|false)$")

Change = Callable[[str], str | None]
"""Returns the line changed, "" to leave it out; None where the change does not apply."""


def _renamed(line: str) -> str | None:
    return f"{found[1]}{found[2]}X{found[3]}" if (found := _SET.match(line)) else None


def _left_out(line: str) -> str | None:
    return "" if _SET.match(line) and not line.endswith(("{", "[", "(")) else None


def _other_text(line: str) -> str | None:
    return f"{found[1]}'{found[2]}X'" if (found := _TEXT.match(line)) else None


def _turned(line: str) -> str | None:
    return f"{found[1]}{str(found[2] == 'false').lower()}" if (found := _SWITCH.match(line)) else None


CHANGES: dict[str, Change] = {
    "its name misspelt": _renamed,
    "left out": _left_out,
    "its text changed": _other_text,
    "its switch turned": _turned,
}


def main() -> None:
    """Print how many of each change there are and how many are found; on stderr those that are not."""
    made, found = Counter[str](), Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / INFRA.name
        shutil.copytree(INFRA, copy, ignore=shutil.ignore_patterns("check", "types", "__pycache__"))
        shutil.copy(INFRA.parent / "azure.yaml", folder)
        for path in sorted(copy.rglob("*.bicep")):
            lines = path.read_text("utf-8").split("\n")
            for at, line in enumerate(lines):
                for name, change in CHANGES.items():
                    changed = change(line)
                    if changed is None:
                        continue
                    path.write_text("\n".join([*lines[:at], changed, *lines[at + 1 :]]), "utf-8")
                    made[name] += 1
                    if check(copy).problems:
                        found[name] += 1
                    else:
                        sys.stderr.write(f"{path.name}:{at + 1}: {name}: {line.strip()}\n")
            path.write_text("\n".join(lines), "utf-8")
    rows = [(name, str(made[name]), str(found[name])) for name in CHANGES]
    head = ("a property, each by itself", "changes", "found")
    sys.stdout.write(table(head, [*rows, ("all", str(made.total()), str(found.total()))]) + "\n")


if __name__ == "__main__":
    main()
