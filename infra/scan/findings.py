"""Findings of scanners, and which of them are accepted."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


class ScanFailed(Exception):
    """A scanner did not run, or did not read everything, so its result is worthless."""


@dataclass(frozen=True, order=True)
class Finding:
    """A rule of a scanner that is broken. `where`: a deployment's snapshot, or a workflow file."""

    rule: str
    on: str
    """A resource type or a kind of step."""
    where: str


@dataclass(frozen=True)
class Accepted:
    """An entry of accepted.toml: a finding in each of `where`, and why it is accepted."""

    rule: str
    on: str
    where: tuple[str, ...]
    reason: str

    def findings(self) -> set[Finding]:
        """Return the findings that the entry accepts."""
        return {Finding(self.rule, self.on, where) for where in self.where}


def accepted(file: Path, tool: str) -> list[Accepted]:
    """Return a tool's entries of accepted.toml. Raises ScanFailed for an entry without a reason or with other keys."""
    entries = tomllib.loads(file.read_text("utf-8")).get(tool, [])
    made: list[Accepted] = []
    for entry in entries:
        if set(entry) != {"rule", "on", "where", "reason"} or not entry["reason"].strip():
            raise ScanFailed(
                f"{file.name}: {entry}: an entry of {tool} has rule, on, where and reason, and no other key"
            )
        made.append(Accepted(entry["rule"], entry["on"], tuple(entry["where"]), entry["reason"]))
    return made


def problems(found: Iterable[Finding], known: Iterable[Accepted]) -> list[str]:
    """Return a sentence for each finding that is not accepted, and for each accepted one that was not found."""
    expected = {finding for entry in known for finding in entry.findings()}
    actual = set(found)
    return [
        *(f"{each.rule}: {each.where}: {each.on}: found, and not accepted" for each in sorted(actual - expected)),
        *(f"{each.rule}: {each.where}: {each.on}: accepted, but not found" for each in sorted(expected - actual)),
    ]
