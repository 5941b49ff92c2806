"""Runs the scenarios and writes what they found into docs/reliability.md.

Without names all of them, which takes most of an hour; with names those, and nothing is written. The exit code is 1
if anything was lost, duplicated or half visible, or if a scenario did not end well: with --resume only what did not is
run again. With --check nothing is run: the exit code is 1 if the page differs from what was found last.
"""

import argparse
import logging
import shutil
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from benchmarks.chaos.lanes import REPOSITORY, ScenarioFailed, console, keep, run
from benchmarks.chaos.ledger import FILE, Found, Ledger
from benchmarks.chaos.page import write
from benchmarks.chaos.plot import PLOT, draw
from benchmarks.chaos.scenarios import LANES, SCENARIOS
from benchmarks.machine import machine

STATE = REPOSITORY / "local" / ".state" / "chaos"
"""What the scenarios of a whole run found."""

MOST_SAMPLES = 240
"""As many as a plot of this width can show."""


def main(arguments: Sequence[str]) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chaos", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="SCENARIO")
    parser.add_argument("--resume", action="store_true", help="take from the last whole run what ended well in it")
    parser.add_argument("--check", action="store_true", help="run nothing; exit 1 if the page differs")
    parser.add_argument("--into", type=Path, metavar="FILE", help="run one scenario here; its rows go there")
    options = parser.parse_args(arguments)
    if options.check:
        return write(REPOSITORY, check=True)
    if wrong := set(options.names) - SCENARIOS.keys():
        parser.error(f"there is no scenario {', '.join(sorted(wrong))}; there are {', '.join(SCENARIOS)}")
    if options.into is not None:
        (name,) = options.names
        logging.basicConfig(level=logging.WARNING, format="%(message)s")
        # What the app says of the faults, when a scenario runs it in this process, are thousands of lines.
        logging.getLogger("shared").setLevel(logging.CRITICAL)
        keep(options.into, SCENARIOS[name]())
        return 0
    try:
        if options.names:
            with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
                found = run([[name] for name in options.names], Path(folder))
        else:
            if not options.resume:
                shutil.rmtree(STATE, ignore_errors=True)
            found = run(LANES, STATE)
            _publish(found)
    except ScenarioFailed as error:
        console.print(str(error), style="red")
        return 1
    unclean = [row for row in found.rows if not row.clean]
    console.print(f"{len(found.rows)} rows, {len(unclean)} not clean")
    return 1 if unclean else 0


def _publish(found: Found) -> None:
    """Keep what was found, and write page and plot."""
    ledger = Ledger(
        machine=machine(),
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        rows=found.rows,
        memory=found.samples[:: max(1, len(found.samples) // MOST_SAMPLES)],
    )
    FILE.write_bytes(msgspec.json.format(msgspec.json.encode(ledger), indent=2) + b"\n")
    write(REPOSITORY)
    draw(ledger.memory, REPOSITORY / PLOT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
