"""Runs zizmor on the GitHub workflows."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from infra.scan.findings import Finding, ScanFailed

_AUDITED = frozenset({0, 11, 12, 13, 14})
"""Exit codes of a complete audit: nothing found, or the greatest severity. https://docs.zizmor.sh/usage"""
_TIMEOUT_SECONDS = 60


def scan(program: Path, workflows: Sequence[Path]) -> tuple[list[Finding], str]:
    """Return zizmor's findings in the workflows, and a line about what it read.

    Comments and files that would suppress a finding are ignored: accepted.toml is the only place for that. Raises
    ScanFailed if there is no workflow, or if zizmor did not run or could not read one.
    """
    if not workflows:
        raise ScanFailed("zizmor: there is no workflow to read")
    options = ["--offline", "--no-config", "--no-ignores", "--strict-collection", "--format", "json-v1"]
    try:
        ran = subprocess.run(  # noqa: S603 - our own arguments
            [program, *options, *workflows], capture_output=True, text=True, timeout=_TIMEOUT_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ScanFailed(f"zizmor did not run: {error}") from error
    if ran.returncode not in _AUDITED:
        raise ScanFailed(f"zizmor ended with {ran.returncode}: {ran.stderr[:500]}")
    found = read(ran.stdout)
    return found, f"zizmor: {len(workflows)} workflows, {len(found)} findings"


def read(output: str) -> list[Finding]:
    """Return the findings in zizmor's JSON."""
    try:
        report: Any = json.loads(output)
        if not isinstance(report, list):
            raise TypeError("it is no list")  # noqa: TRY301 - as what a wrong form raises below
        return [Finding(each["ident"], *_place(each["locations"])) for each in report]
    except (ValueError, KeyError, TypeError, StopIteration) as error:
        raise ScanFailed(f"zizmor: its output is no report: {output[:500]}") from error


def _place(locations: list[dict[str, Any]]) -> tuple[str, str]:
    """Return the text at the finding, and the name of the workflow."""
    place = next(each for each in locations if each["symbolic"]["kind"] == "Primary")
    name = Path(place["symbolic"]["key"]["Local"]["verbatim_path"]).name
    return place["concrete"]["feature"].strip(), name
