"""The files that .funcignore lets through to Azure. git evaluates its patterns, which have git's own syntax."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def git(folder: Path, *arguments: str) -> list[str]:
    """Return the lines that git prints in `folder`, without the user's settings."""
    ran = subprocess.run(  # noqa: S603 - the arguments are those of this file
        ["git", *arguments],  # noqa: S607 - git as the user has it
        cwd=folder,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout.splitlines()


def sent(folder: Path, files: list[str]) -> set[str]:
    """Return those of `files`, created empty in `folder`, that .funcignore does not exclude."""
    git(folder, "init", "--quiet", ".")
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    patterns = ROOT / ".funcignore"
    return set(git(folder, "ls-files", "--others", f"--exclude-from={patterns}"))


def test_the_package_has_only_the_app(tmp_path: Path) -> None:
    top = [path for path in ROOT.iterdir() if path.name != ".git"]
    shared = [path.relative_to(ROOT).as_posix() for path in (ROOT / "shared").rglob("*") if path.is_file()]
    files = [*(path.name if path.is_file() else f"{path.name}/a/file.py" for path in top), *shared]
    app = {
        name for name in shared if name.endswith(".py") and not name.startswith(("shared/cli/", "shared/rendering/"))
    }
    assert len(app) >= 50
    assert sent(tmp_path, files) == app | {"shared/a/file.py", "function_app.py", "host.json", "requirements.txt"}


@pytest.mark.parametrize("name", ["venv", ".venv", "env", "my-venv-3.12", "python"])
def test_a_virtual_environment_of_any_name_is_not_deployed(tmp_path: Path, name: str) -> None:
    inside = ["pyvenv.cfg", "bin/python", "lib/python3.12/site-packages/azure/core.py", "Lib/site-packages/six.py"]
    windows = ["Scripts/python.exe", "Include/site/python3.12/greenlet.h", "lib64"]
    assert sent(tmp_path, ["host.json", *(f"{name}/{path}" for path in inside + windows)]) == {"host.json"}


def test_files_of_builds_and_runs_are_not_deployed(tmp_path: Path) -> None:
    left = [
        "__pycache__/function_app.cpython-312.pyc",
        "shared/domain/__pycache__/job.cpython-312.pyc",
        "build/lib/shared/errors.py",
        "speech2cosmos.egg-info/PKG-INFO",
        "app.zip",
        "local.settings.json",
        ".env",
    ]
    assert sent(tmp_path, ["function_app.py", *left]) == {"function_app.py"}
