"""Runs scenarios side by side, each in a process of its own, which leaves what it found in a file."""

import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
from rich.console import Console

from benchmarks.chaos.ledger import Found, Row, Sample

REPOSITORY = Path(__file__).parent.parent.parent

console = Console(width=None if sys.stdout.isatty() else 160)


class ScenarioFailed(Exception):
    """A scenario ended without telling what it found."""


def run(lanes: Sequence[Sequence[str]], folder: Path) -> Found:
    """Run the lanes; a scenario whose file is in `folder` already is left out, and what it found is taken.

    Raises ScenarioFailed when all lanes are through and something did not end well; the others' files stay.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(len(lanes)) as pool:
        parts = [part for lane in pool.map(lambda names: _lane(names, folder), lanes) for part in lane]
    failed = [name for name, part in parts if part is None]
    if failed:
        raise ScenarioFailed(f"{', '.join(failed)} did not end well; what they said is above")
    rows = [row for _, part in parts if part for row in part.rows]
    return Found(rows, [sample for _, part in parts if part for sample in part.samples])


def keep(into: Path, found: Iterable[Row | Sample]) -> None:
    """Print each row as it is found, and write all into the file at the end."""
    rows: list[Row] = []
    samples: list[Sample] = []
    for each in found:
        if isinstance(each, Row):
            rows.append(each)
            console.print(_line(each), style=None if each.clean else "red", highlight=False, markup=False)
        else:
            samples.append(each)
    into.write_bytes(msgspec.json.encode(Found(rows, samples)))


def _lane(names: Sequence[str], folder: Path) -> list[tuple[str, Found | None]]:
    return [(name, _in_its_own_process(name, folder / f"{name}.json")) for name in names]


def _in_its_own_process(name: str, into: Path) -> Found | None:
    if not into.exists():
        command = [sys.executable, "-m", "benchmarks.chaos", name, "--into", str(into)]
        begun = time.monotonic()
        console.print(f"{name}: begins")
        ended = subprocess.run(command, cwd=REPOSITORY, check=False)  # noqa: S603 - our own module
        console.print(f"{name}: ended with {ended.returncode} after {time.monotonic() - begun:.0f} s")
    return msgspec.json.decode(into.read_bytes(), type=Found) if into.exists() else None


def _line(row: Row) -> str:
    return (
        f"{row.group:<10} {row.fault}: {row.cases:,} cases, {row.lost} lost, {row.duplicated} duplicated, "
        f"{row.half_visible} half visible, {row.repaired} repaired. {row.note}"
    )
