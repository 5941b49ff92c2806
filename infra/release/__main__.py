"""`make release-files`: writes the files of a release into a folder; `text` prints the release's description."""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

from infra.check.compiler import Compiler, NoCompiler, Refused
from infra.release.app_zip import write_app_zip
from infra.release.template import write_template
from infra.release.text import PAGES, Release

ROOT = Path(__file__).parents[2]
SUMS = "SHA256SUMS"


def build(release: Release, folder: Path) -> None:
    """Write every file of the release into `folder`, which is emptied first. Raises Refused or NoCompiler."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    if release.tag != f"v{version}":
        raise Refused(f"the tag is {release.tag}, but pyproject.toml has the version {version}")
    compiler = Compiler.find()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    write_app_zip(ROOT, folder / "app.zip")
    write_template(ROOT / "infra", compiler, release.file("app.zip"), folder / "azuredeploy.json")
    _run(
        *("uv", "build", "--quiet", "--wheel", "--no-build-isolation", "--no-create-gitignore"),
        *("--out-dir", str(folder)),
        **{PAGES: release.pages()},
    )
    _run(
        *("cyclonedx-py", "requirements", "requirements.txt", "--pyproject", "pyproject.toml"),
        *("--output-reproducible", "--output-file", str(folder / "app.cdx.json")),
    )
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(folder.iterdir())]
    (folder / SUMS).write_text("".join(sums), "utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one of the two commands. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m infra.release", description=__doc__)
    parser.add_argument("--repository", required=True, help="OWNER/NAME at GitHub")
    parser.add_argument("--tag", required=True, help="v and the version in pyproject.toml")
    commands = parser.add_subparsers(required=True, dest="command")
    commands.add_parser("build").add_argument("folder", type=Path)
    commands.add_parser("text").add_argument("commit", help="that of azuredeploy.json on the branch `release`")
    given = parser.parse_args(arguments)
    try:
        release = Release(given.repository, given.tag)
        if given.command == "text":
            sys.stdout.write(release.text(given.commit))
            return 0
        build(release, given.folder.resolve())
    except (Refused, NoCompiler, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for path in sorted(given.folder.iterdir()):
        sys.stdout.write(f"{path} {path.stat().st_size:,} bytes\n")
    return 0


def _run(program: str, *arguments: str, **variables: str) -> None:
    """Run a program that `make setup` installed. Raises Refused with what it printed."""
    path = Path(sys.executable).parent / program
    # hatchling is of this environment; without the variable uv would make one of its own.
    environ = os.environ | {"VIRTUAL_ENV": sys.prefix} | variables
    ran = subprocess.run(  # noqa: S603 - the programs of this file
        [path, *arguments], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    if ran.returncode:
        raise Refused(f"{program}: {ran.stdout}{ran.stderr}")


if __name__ == "__main__":
    sys.exit(main())
