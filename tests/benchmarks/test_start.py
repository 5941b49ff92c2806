"""What benchmarks/start.py compares the start with."""

import re
import tomllib
from pathlib import Path

from benchmarks.start_programs import PACKAGES

ROOT = Path(__file__).parents[2]


def test_the_import_of_the_app_is_compared_with_all_of_its_dependencies() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]["app"]
    names = [re.split(r"[=<>~!\[; ]", each)[0] for each in declared]
    assert sorted(re.sub(r"[._]", "-", package) for package in PACKAGES) == sorted(names)
