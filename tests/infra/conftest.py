"""The Bicep compiler, if it is installed, and a copy of the Bicep that a test may change."""

import shutil
from pathlib import Path

import pytest

from infra.check.compiler import Compiler, NoCompiler
from infra.check.snapshots import INFRA


@pytest.fixture(scope="session")
def compiler() -> Compiler:
    """Return Microsoft's compiler. Without one, the test is skipped."""
    try:
        return Compiler.find()
    except NoCompiler as error:
        pytest.skip(str(error))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the folder infra that a test may change."""
    return copied(tmp_path)


def copied(folder: Path) -> Path:
    """Copy infra without the check itself, and azure.yaml beside it, into a folder; return the copy."""
    shutil.copy(INFRA.parent / "azure.yaml", folder)
    return shutil.copytree(INFRA, folder / INFRA.name, ignore=shutil.ignore_patterns("check", "__pycache__"))
