"""Runs the scenarios and writes what they found into docs/reliability.md.

Without names all of them, which takes most of an hour; with names those, and nothing is written. The exit code is 1
if anything was lost, duplicated or half visible, or if a scenario did not end well. With --check nothing is run: the
exit code is 1 if the page differs from what was found last.
"""

import argparse
import logging
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from rich.console import Console

from benchmarks.chaos.ledger import FILE, Found, Ledger, Row, Sample
from benchmarks.chaos.page import write
from benchmarks.machine import machine

REPOSITORY = Path(__file__).parent.parent.parent

MOST_SAMPLES = 240
"""As many as a plot of this width can show."""

_console = Console(width=None if sys.stdout.isatty() else 160)


class ScenarioFailed(Exception):
    """A scenario ended without telling what it found."""


def main(arguments: Sequence[str]) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chaos", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="SCENARIO")
    parser.add_argument("--check", action="store_true", help="run nothing; exit 1 if the page differs")
    parser.add_argument("--into", type=Path, metavar="FILE", help="run one scenario here; its rows go there")
    options = parser.parse_args(arguments)
    if options.check:
        return write(REPOSITORY, check=True)
    # Scenarios need more packages than the page does.
    from benchmarks.chaos.scenarios import LANES, SCENARIOS  # noqa: PLC0415 - as said

    if wrong := set(options.names) - SCENARIOS.keys():
        parser.error(f"there is no scenario {', '.join(sorted(wrong))}; there are {', '.join(SCENARIOS)}")
    if options.into is not None:
        (name,) = options.names
        logging.basicConfig(level=logging.WARNING, format="%(message)s")
        # What the app says of the faults, when a scenario runs it in this process, are thousands of lines.
        logging.getLogger("shared").setLevel(logging.CRITICAL)
        _keep(options.into, SCENARIOS[name]())
        return 0
    lanes = [[name] for name in options.names] if options.names else LANES
    begun = time.monotonic()
    found = _run(lanes)
    unclean = [row for row in found.rows if not row.clean]
    if not options.names:
        _publish(found, time.monotonic() - begun)
        from benchmarks.chaos.plot import PLOT, draw  # noqa: PLC0415 - needs a package that only these runs need

        draw(found.samples, REPOSITORY / PLOT)
    _console.print(f"{len(found.rows)} rows, {len(unclean)} not clean, after {time.monotonic() - begun:.0f} s")
    return 1 if unclean else 0


def _run(lanes: Sequence[Sequence[str]]) -> Found:
    """Run the lanes side by side, each scenario in a process of its own; raise ScenarioFailed when all are through."""
    with ThreadPoolExecutor(len(lanes)) as pool, tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        parts = [part for lane in pool.map(lambda names: _lane(names, Path(folder)), lanes) for part in lane]
    failed = [name for name, part in parts if part is None]
    if failed:
        raise ScenarioFailed(f"{', '.join(failed)} did not end well; what they said is above")
    rows = [row for _, part in parts if part for row in part.rows]
    return Found(rows, [sample for _, part in parts if part for sample in part.samples])


def _lane(names: Sequence[str], folder: Path) -> list[tuple[str, Found | None]]:
    return [(name, _in_its_own_process(name, folder / f"{name}.json")) for name in names]


def _in_its_own_process(name: str, into: Path) -> Found | None:
    command = [sys.executable, "-m", "benchmarks.chaos", name, "--into", str(into)]
    begun = time.monotonic()
    _console.print(f"{name}: begins")
    ended = subprocess.run(command, cwd=REPOSITORY, check=False)  # noqa: S603 - our own module
    _console.print(f"{name}: ended with {ended.returncode} after {time.monotonic() - begun:.0f} s")
    return msgspec.json.decode(into.read_bytes(), type=Found) if ended.returncode == 0 else None


def _keep(into: Path, found: Iterable[Row | Sample]) -> None:
    rows: list[Row] = []
    samples: list[Sample] = []
    for each in found:
        if isinstance(each, Row):
            rows.append(each)
            _console.print(_line(each), style=None if each.clean else "red", highlight=False, markup=False)
        else:
            samples.append(each)
    into.write_bytes(msgspec.json.encode(Found(rows, samples)))


def _line(row: Row) -> str:
    return (
        f"{row.group:<10} {row.fault}: {row.cases:,} cases, {row.lost} lost, {row.duplicated} duplicated, "
        f"{row.half_visible} half visible, {row.repaired} repaired. {row.note}"
    )


def _publish(found: Found, seconds: float) -> None:
    """Keep what was found, and write page and plot."""
    from benchmarks.chaos.plot import PLOT, draw  # noqa: PLC0415 - the page can be checked without its package

    ledger = Ledger(
        machine=machine(),
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        seconds=seconds,
        rows=found.rows,
        memory=found.samples[:: max(1, len(found.samples) // MOST_SAMPLES)],
    )
    FILE.write_bytes(msgspec.json.format(msgspec.json.encode(ledger), indent=2) + b"\n")
    write(REPOSITORY)
    draw(ledger.memory, REPOSITORY / PLOT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
