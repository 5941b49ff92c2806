"""`make scan`: the evaluation of the scanners' reports. The scanners themselves are not installed here."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from infra.scan import checkov, zizmor
from infra.scan.__main__ import ACCEPTED, ROOT, TOOLS
from infra.scan.findings import Accepted, Finding, ScanFailed, accepted, problems

SITE = Finding("CKV_AZURE_17", "Microsoft.Web/sites", "default")
KNOWN = Accepted("CKV_AZURE_17", "Microsoft.Web/sites", ("default",), "no HTTP function")


def check(deployment: str, resource: str = "Microsoft.Web/sites.func-abc") -> dict[str, Any]:
    """Return a check in the form of checkov's report."""
    return {"check_id": "CKV_AZURE_17", "resource": resource, "file_path": f"/{deployment}.json"}


def report(passed: list[str], failed: list[str], *, resources: int = 9, errors: int = 0) -> str:
    """Return checkov's report of passed and failed checks in these deployments."""
    summary = {"checkov_version": "3.3.30", "resource_count": resources, "parsing_errors": errors}
    results = {"passed_checks": [check(each) for each in passed], "failed_checks": [check(each) for each in failed]}
    return json.dumps({"summary": summary, "results": results})


def program(folder: Path, *, output: str = "", code: int = 0) -> Path:
    """Write a program that prints `output` and exits with `code`, to replace a scanner."""
    file = folder / "scanner"
    file.write_text(f"#!/bin/sh\ncat <<'END'\n{output}\nEND\nexit {code}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return file


def test_an_unaccepted_finding_is_a_problem() -> None:
    assert problems([SITE], []) == ["CKV_AZURE_17: default: Microsoft.Web/sites: found, and not accepted"]
    elsewhere = Finding(SITE.rule, SITE.on, "private")
    assert problems([SITE, elsewhere], [KNOWN]) == [
        "CKV_AZURE_17: private: Microsoft.Web/sites: found, and not accepted"
    ]


def test_an_accepted_entry_without_finding_is_a_problem() -> None:
    assert problems([], [KNOWN]) == ["CKV_AZURE_17: default: Microsoft.Web/sites: accepted, but not found"]
    assert problems([SITE], [KNOWN]) == []


def test_checkovs_findings_are_read_with_deployment_and_type() -> None:
    found, line = checkov.read(report(["default", "private"], ["default"]), "", 9, ["default", "private"])
    assert found == [SITE]
    assert line == "checkov 3.3.30: 2 deployments, 9 resources, 2 checks pass, 1 do not"


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (report(["default"], [], resources=8), "read 8 of 9 resources"),
        (report(["default"], [], errors=1), "1 errors of parsing"),
        (report([], ["default"]), "passed no check at all in default"),
        # checkov prints this, with exit code 0, when it found nothing that it could read.
        ('{"passed": 0, "failed": 0, "skipped": 0, "parsing_errors": 0, "resource_count": 0}', "is no report"),
        ("", "is no report"),
        ("[]", "is no report"),
    ],
)
def test_an_incomplete_report_of_checkov_is_a_failure(output: str, words: str) -> None:
    with pytest.raises(ScanFailed, match=words):
        checkov.read(output, "", 9, ["default"])


def test_snapshots_are_given_to_checkov_as_templates_and_counted(tmp_path: Path) -> None:
    snapshot = tmp_path / "default.snapshot.json"
    site = {"type": "Microsoft.Web/sites", "name": "func-abc"}
    snapshot.write_text(json.dumps({"predictedResources": [site, {**site, "name": "other"}, site]}))
    scanner = program(tmp_path, output=report(["default"], [], resources=2))
    assert checkov.scan(scanner, [snapshot])[0] == []
    with pytest.raises(ScanFailed, match="read 3 of 2 resources"):
        checkov.scan(program(tmp_path, output=report(["default"], [], resources=3)), [snapshot])


def test_zizmors_findings_are_read_with_text_and_file() -> None:
    place = {"symbolic": {"kind": "Primary", "key": {"Local": {"verbatim_path": ".github/workflows/ci.yml"}}}}
    feature = {"concrete": {"feature": "npm install --global x\n"}}
    around = {"symbolic": {"kind": "Hidden"}}
    found = zizmor.read(json.dumps([{"ident": "adhoc-packages", "locations": [around, place | feature]}]))
    assert found == [Finding("adhoc-packages", "npm install --global x", "ci.yml")]


@pytest.mark.parametrize("output", ["", "{}", '[{"ident": "x", "locations": []}]'])
def test_an_invalid_report_of_zizmor_is_a_failure(output: str) -> None:
    with pytest.raises(ScanFailed, match="is no report"):
        zizmor.read(output)


@pytest.mark.parametrize("code", [1, 2, 3])
def test_zizmor_that_audited_nothing_is_a_failure(tmp_path: Path, code: int) -> None:
    with pytest.raises(ScanFailed, match=f"ended with {code}"):
        zizmor.scan(program(tmp_path, output="[]", code=code), [tmp_path / "ci.yml"])
    assert zizmor.scan(program(tmp_path, output="[]", code=14), [tmp_path / "ci.yml"])[0] == []


def test_a_missing_scanner_or_no_files_is_a_failure(tmp_path: Path) -> None:
    for scan, _ in TOOLS.values():
        with pytest.raises(ScanFailed, match="there is no"):
            scan(program(tmp_path), [])
    with pytest.raises(ScanFailed, match="did not run"):
        zizmor.scan(tmp_path / "missing", [tmp_path / "ci.yml"])


def test_every_accepted_finding_has_a_reason_and_an_existing_place(tmp_path: Path) -> None:
    for tool, (_, pattern) in TOOLS.items():
        names = {path.name.removesuffix(checkov.SUFFIX) for path in ROOT.glob(pattern)}
        places = {where for entry in accepted(ACCEPTED, tool) for where in entry.where}
        assert places
        assert places <= names
    bad = tmp_path / "accepted.toml"
    bad.write_text('[[checkov]]\nrule = "a"\non = "b"\nwhere = ["c"]\nreason = " "\n')
    with pytest.raises(ScanFailed, match="has rule, on, where and reason"):
        accepted(bad, "checkov")
