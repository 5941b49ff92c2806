"""Finds Microsoft's Bicep compiler and calls it."""

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.check.problem import Problem

VERSION = "0.49.2"
"""The version whose rules infra/bicepconfig.json names. Another one may have more rules."""

HOW_TO_GET = f"`az bicep install --version v{VERSION}` gets one, or set BICEP to yours"
_DIAGNOSTIC = re.compile(r"^(.*)\((\d+),\d+\) : (Error|Warning|Info) (\S+): (.*?)(?: \[https://\S+\])?$")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# Only `guid()` and `uniqueString()` use these. They are fixed, so that the snapshots are the same everywhere.
_CONTEXT = (
    *("--subscription-id", "00000000-0000-4000-8000-000000000001"),
    *("--location", "westeurope", "--deployment-name", "snapshot"),
)


class NoCompiler(Exception):
    """There is no compiler, or it does not start here. The message says which."""


class Refused(Exception):
    """The compiler ended with an error, which the message contains; or the file that BICEP names does not exist."""


@dataclass(frozen=True)
class Compiler:
    """A compiler that starts. Each call takes one to three seconds."""

    path: Path
    version: str

    @classmethod
    def find(cls, environ: Mapping[str, str] = os.environ) -> "Compiler":
        """Return the compiler in $BICEP, on PATH, or where `az bicep install` puts it.

        Raises NoCompiler. Raises Refused if BICEP names no file, because then a compiler was expected.
        """
        if (named := environ.get("BICEP")) and not Path(named).is_file():
            raise Refused(f"BICEP names {named}, which is no file; {HOW_TO_GET}")
        on_path = shutil.which("bicep", path=environ.get("PATH", ""))
        installed = Path(environ.get("HOME") or environ.get("USERPROFILE") or "") / ".azure" / "bin"
        places = [named, on_path, shutil.which("bicep", path=str(installed))]
        path = next((Path(place) for place in places if place), None)
        if path is None:
            raise NoCompiler(f"no Bicep compiler was found; {HOW_TO_GET}")
        try:
            printed = _run(path, "--version")
        except (OSError, Refused) as error:
            # The program is built for one kind of processor, and cannot report a wrong one itself.
            raise NoCompiler(f"{path} does not start ({str(error).strip() or 'no message'}); {HOW_TO_GET}") from None
        version = re.search(r"\d+\.\d+\.\d+", printed)
        return cls(path, version[0] if version else printed.strip())

    def lint(self, infra: Path) -> list[Problem]:
        """Return every error and warning of the compiler and its linter, in every file."""
        done = _call(self.path, "lint", "--pattern", "**/*.bicep", cwd=infra)
        found = set[Problem]()
        for line in (done.stdout + done.stderr).splitlines():
            if said := _DIAGNOSTIC.match(line):
                file, number, level, rule, text = said.groups()
                # In the body of a resource the compiler reports even a misspelt property only as a warning.
                if level != "Info":
                    where = f"{Path(file).resolve().relative_to(infra.resolve().parent)}:{number}"
                    found.add(Problem("compiler", where, f"{rule}: {text}"))
        if done.returncode and not found:
            raise Refused(done.stderr)
        return sorted(found)

    def build(self, infra: Path) -> dict[str, Any]:
        """Return the compiled template of main.bicep. Raises Refused."""
        template: dict[str, Any] = json.loads(_run(self.path, "build", "main.bicep", "--stdout", cwd=infra))
        return template

    def format(self, infra: Path) -> list[Problem]:
        """Return the files that the formatter would change."""
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / infra.name
            shutil.copytree(infra, copy)
            _run(self.path, "format", "--pattern", "**/*.bicep*", cwd=copy)
            files = sorted([*infra.rglob("*.bicep"), *infra.rglob("*.bicepparam")])
            return [
                Problem("compiler", str(file.relative_to(infra.parent)), "is not formatted: run `bicep format` on it")
                for file in files
                if file.read_bytes() != (copy / file.relative_to(infra)).read_bytes()
            ]

    def validate(self, parameters: Path) -> str:
        """Return how the snapshot beside a parameter file would change, by property; empty if it would not."""
        done = _call(self.path, "snapshot", parameters.name, "--mode", "validate", *_CONTEXT, cwd=parameters.parent)
        return _COLOUR.sub("", done.stdout + done.stderr).strip() if done.returncode else ""

    def snapshot(self, parameters: Path) -> dict[str, Any]:
        """Return the snapshot of a deployment with a parameter file. Raises Refused."""
        _run(self.path, "snapshot", parameters.name, "--mode", "overwrite", *_CONTEXT, cwd=parameters.parent)
        made: dict[str, Any] = json.loads(parameters.with_suffix(".snapshot.json").read_text("utf-8"))
        return made


def _run(path: Path, *arguments: str, cwd: Path | None = None) -> str:
    done = _call(path, *arguments, cwd=cwd)
    if done.returncode:
        raise Refused(done.stderr)
    return done.stdout


def _call(path: Path, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    with tempfile.TemporaryDirectory() as folder:
        # It unpacks a library into the first directory. The second variable lets it run without libicu.
        own = {"DOTNET_BUNDLE_EXTRACT_BASE_DIR": folder, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
        return subprocess.run(  # noqa: S603 - the compiler that the user named or installed
            [path, *arguments], cwd=cwd, env=os.environ | own, capture_output=True, text=True, check=False
        )
