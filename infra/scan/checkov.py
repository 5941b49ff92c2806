"""Runs checkov on the committed snapshots, each written as a classic template.

checkov cannot parse the Bicep, and finds nothing in a compiled template, whose resources have symbolic names. It exits
with 0 in both cases. So its count of resources is compared with ours.
"""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from infra.scan.findings import Finding, ScanFailed

SUFFIX = ".snapshot.json"
_SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
_TIMEOUT_SECONDS = 300


def scan(program: Path, snapshots: Sequence[Path]) -> tuple[list[Finding], str]:
    """Return checkov's findings in the snapshots, and a line about what it read.

    Raises ScanFailed if there is no snapshot, or if checkov did not run or read fewer resources than there are.
    """
    if not snapshots:
        raise ScanFailed("checkov: there is no snapshot to read: make infra-snapshots")
    with TemporaryDirectory() as folder:
        resources = sum(_write_template(snapshot, Path(folder)) for snapshot in snapshots)
        command = [str(program), "--framework", "arm", "--directory", folder, "--output", "json", "--skip-download"]
        try:
            ran = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_SECONDS, check=False)  # noqa: S603 - our own arguments
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ScanFailed(f"checkov did not run: {error}") from error
    return read(ran.stdout, ran.stderr, resources, [_name(snapshot) for snapshot in snapshots])


def read(output: str, errors: str, resources: int, deployments: Sequence[str]) -> tuple[list[Finding], str]:
    """Return the findings in checkov's JSON, and a line about them. Raises ScanFailed if it read too little."""
    try:
        report: dict[str, Any] = json.loads(output)
        summary, results = report["summary"], report["results"]
        count, parsing_errors = summary["resource_count"], summary["parsing_errors"]
        passed, failed = results["passed_checks"], results["failed_checks"]
    except (ValueError, KeyError, TypeError) as error:
        raise ScanFailed(f"checkov: its output is no report: {output[:500]}\n{errors[-500:]}") from error
    if count != resources or parsing_errors:
        raise ScanFailed(f"checkov read {count} of {resources} resources, with {parsing_errors} errors of parsing")
    if silent := set(deployments) - {_deployment(check) for check in passed}:
        raise ScanFailed(f"checkov passed no check at all in {', '.join(sorted(silent))}: it did not understand them")
    found = [Finding(check["check_id"], _type(check), _deployment(check)) for check in failed]
    line = f"checkov {summary['checkov_version']}: {len(deployments)} deployments, {count} resources, "
    return found, line + f"{len(passed)} checks pass, {len(failed)} do not"


def _write_template(snapshot: Path, folder: Path) -> int:
    """Write a snapshot as a template. Returns how many resources checkov distinguishes in it, by type and name."""
    predicted: list[dict[str, Any]] = json.loads(snapshot.read_text("utf-8"))["predictedResources"]
    template = {"$schema": _SCHEMA, "contentVersion": "1.0.0.0", "resources": predicted}
    (folder / f"{_name(snapshot)}.json").write_text(json.dumps(template), "utf-8")
    return len({(resource["type"], resource["name"]) for resource in predicted})


def _name(snapshot: Path) -> str:
    return snapshot.name.removesuffix(SUFFIX)


def _deployment(check: dict[str, Any]) -> str:
    return Path(check["file_path"]).stem


def _type(check: dict[str, Any]) -> str:
    # checkov names a resource `Microsoft.Web/sites.NAME`.
    return ".".join(str(check["resource"]).split(".")[:2])
