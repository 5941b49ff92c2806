"""app.zip: which files it has, and that the same sources give the same bytes."""

import os
import subprocess
import zipfile
from pathlib import Path

import pytest

from infra.release.app_zip import app_files, write_app_zip

ROOT = Path(__file__).parents[2]


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """Return a repository with a small app."""
    folder = tmp_path / "sources"
    for name in ("shared/two.py", "shared/one.py", "tests/test_one.py", "function_app.py", ".funcignore"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    (folder / ".funcignore").write_text("tests/\n.*\n")
    for arguments in (["init", "--quiet", "."], ["add", "."]):
        subprocess.run(["git", *arguments], cwd=folder, check=True)  # noqa: S603, S607 - git as the user has it
    return folder


def test_it_has_the_files_that_git_tracks_and_funcignore_leaves(sources: Path, tmp_path: Path) -> None:
    (sources / "shared" / "stray.py").touch()
    write_app_zip(sources, tmp_path / "app.zip")
    with zipfile.ZipFile(tmp_path / "app.zip") as archive:
        assert archive.namelist() == ["function_app.py", "shared/one.py", "shared/two.py"]
        assert archive.read("shared/one.py") == b"shared/one.py"


def test_the_same_sources_give_the_same_bytes(sources: Path, tmp_path: Path) -> None:
    write_app_zip(sources, tmp_path / "first.zip")
    for path in sources.rglob("*.py"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
        path.chmod(0o755)
    write_app_zip(sources, tmp_path / "second.zip")
    assert (tmp_path / "first.zip").read_bytes() == (tmp_path / "second.zip").read_bytes()


def test_azure_can_read_the_files_and_no_library_compressed_them(sources: Path, tmp_path: Path) -> None:
    write_app_zip(sources, tmp_path / "app.zip")
    with zipfile.ZipFile(tmp_path / "app.zip") as archive:
        entries = archive.infolist()
    assert {oct(entry.external_attr >> 16) for entry in entries} == {"0o100644"}
    assert {entry.compress_type for entry in entries} == {zipfile.ZIP_STORED}


def test_the_apps_own_zip_has_the_app_and_nothing_of_the_command_line() -> None:
    names = app_files(ROOT)
    assert {name.partition("/")[0] for name in names} == {
        "function_app.py",
        "host.json",
        "requirements.txt",
        "shared",
    }
    assert "shared/bootstrap.py" in names
    assert not [name for name in names if name.startswith(("shared/cli/", "shared/rendering/"))]
