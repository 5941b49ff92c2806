"""Writes app.zip: the files of the app, from which Azure builds it."""

import subprocess
import zipfile
from pathlib import Path

_TIME = (1980, 1, 1, 0, 0, 0)  # the first that a zip file can express
_MODE = 0o100644


def app_files(root: Path) -> list[str]:
    """Return the files that git tracks in `root` and .funcignore leaves, sorted. git evaluates the patterns."""
    tracked = _git(root, "ls-files", "-z")
    ignored = _git(root, "ls-files", "-z", "--cached", "--ignored", "--exclude-from=.funcignore")
    return sorted(tracked - ignored)


def write_app_zip(root: Path, target: Path) -> None:
    """Write `target`. The same sources give the same bytes: order, times and modes are fixed.

    Nothing is compressed, because different versions of zlib compress to different bytes. Azure repacks it anyway.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name in app_files(root):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.create_system = 3  # Unix, on every system
            entry.external_attr = _MODE << 16
            archive.writestr(entry, (root / name).read_bytes())


def _git(root: Path, *arguments: str) -> set[str]:
    ran = subprocess.run(  # noqa: S603 - the arguments are those of this file
        ["git", *arguments],  # noqa: S607 - git as the user has it
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    return {name for name in ran.stdout.split("\0") if name}
