"""infra/release/publish.sh, with a remote on this machine and a program that records the calls of `gh`."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REPOSITORY = "contoso/speech2cosmos"

GH = """#!/bin/sh
printf '%s\\n' "$@" >> "$CALLS"
while [ $# -gt 0 ]; do
  if [ "$1" = --notes-file ]; then cp "$2" "$CALLS.text"; fi
  shift
done
"""
"""Keeps the arguments of each call, and the text of the release."""


class Server:
    """A folder that stands for GitHub: the remote repository, and what `gh` was asked to do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.calls = folder / "calls"
        self._files = folder / "files"
        self._files.mkdir()
        program = folder / "bin" / "gh"
        program.parent.mkdir()
        program.write_text(GH)
        program.chmod(0o755)
        self.git("init", "--quiet", "--bare", REPOSITORY, folder=folder)

    def publish(self, template: str, tag: str) -> None:
        """Publish a release with this template and an app."""
        (self._files / "azuredeploy.json").write_text(template)
        (self._files / "app.zip").write_text("app")
        path = f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        ran = subprocess.run(  # noqa: S603 - our script
            ["bash", ROOT / "infra" / "release" / "publish.sh", self.folder, REPOSITORY, tag, "files"],  # noqa: S607 - bash as the user has it
            cwd=self.folder,
            env={"PATH": path, "HOME": str(self.folder), "CALLS": str(self.calls)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (ran.returncode, ran.stderr) == (0, "")

    def commits(self) -> dict[str, str]:
        """Return the commits of the branch by their subjects."""
        log = self.git("log", "--format=%s %H", "release", folder=self.folder / REPOSITORY)
        return dict(line.split() for line in log.splitlines())

    def show(self, what: str) -> str:
        """Return what `git show` prints of the remote."""
        return self.git("show", what, folder=self.folder / REPOSITORY)

    def git(self, *arguments: str, folder: Path) -> str:
        """Run git and return what it prints."""
        ran = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True)  # noqa: S603, S607 - git as the user has it
        return ran.stdout


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return Server(tmp_path)


def test_each_release_has_a_commit_that_has_its_template_alone(server: Server) -> None:
    server.publish("{1}", "v1.0.0")
    server.publish("{2}", "v1.1.0")
    commits = server.commits()
    assert list(commits) == ["v1.1.0", "v1.0.0"]
    assert server.show(f"{commits['v1.0.0']}:azuredeploy.json") == "{1}"
    assert server.show("release:azuredeploy.json") == "{2}"
    assert server.show("release:").splitlines()[2:] == ["azuredeploy.json"]


def test_the_release_has_every_file_and_a_text_that_names_its_commit(server: Server) -> None:
    server.publish("{1}", "v1.0.0")
    calls = server.calls.read_text().splitlines()
    assert calls[:3] == ["release", "create", "v1.0.0"]
    assert {str(server.folder / "files" / name) for name in ("app.zip", "azuredeploy.json")} <= set(calls)
    text = server.calls.with_suffix(".text").read_text()
    assert f"/{REPOSITORY}/{server.commits()['v1.0.0']}/azuredeploy.json" in text


def test_a_repeated_release_has_the_commit_of_the_first_time(server: Server) -> None:
    server.publish("{1}", "v1.0.0")
    before = server.commits()
    server.publish("{1}", "v1.0.0")
    assert server.commits() == before
    assert server.calls.read_text().splitlines().count("create") == 2
