"""Builds the wheel as `make release-files` does."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
UV = Path(sys.executable).parent / "uv"


def build_wheel(folder: Path, **variables: str) -> Path:
    """Build the wheel into an empty folder, without the network, and return it. `variables`: of the environment."""
    uv("build", "--wheel", "--no-build-isolation", "--offline", "--out-dir", str(folder), str(ROOT), **variables)
    (wheel,) = folder.glob("*.whl")
    return wheel


def uv(*arguments: str, **variables: str) -> None:
    """Run uv with this environment's packages. Fails with what it printed."""
    environ = os.environ | {"VIRTUAL_ENV": sys.prefix} | variables
    ran = subprocess.run([UV, *arguments], env=environ, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    assert ran.returncode == 0, ran.stdout + ran.stderr
