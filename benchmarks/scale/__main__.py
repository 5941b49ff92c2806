"""Which load the app can take: writes the tables and the plot of docs/scale.md.

From what `make cost` and `make bench` measured. With --check nothing is written, and the exit code is 1 if the page or
its plot differs. With --set the tables are printed with your own figures, and the page stays as it is.
"""

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.bench.plots import differing
from benchmarks.bench.results import FILE as BENCH_FILE
from benchmarks.bench.results import load as load_results
from benchmarks.cost.measured import FILE as COST_FILE
from benchmarks.cost.measured import load as load_measured
from benchmarks.cost.prices import Book, UnknownFigure
from benchmarks.scale.inputs import book
from benchmarks.scale.page import PAGE, PLOTS, basis_of, blocks
from benchmarks.scale.plot import plot
from local.docs.pages import filled

REPOSITORY = Path(__file__).parent.parent.parent


def main(arguments: Sequence[str], root: Path = REPOSITORY, figures: Book | None = None) -> int:
    """Run the command on the repository at `root`, with `figures` if given; return the exit code, 2 for wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the page or its plot differs")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a figure of your own")
    options = parser.parse_args(arguments)
    try:
        given = (figures or book()).with_values(options.set)
    except UnknownFigure as error:
        sys.stderr.write(f"{error}\n")
        return 2
    bases = basis_of(load_measured(COST_FILE), load_results(BENCH_FILE), given)
    made, drawn = blocks(bases), plot(bases["calls"])
    if options.set:
        for name, text in made.items():
            sys.stdout.write(f"## {name}\n\n{text}\n\n")
        return 0
    page, folder = root / PAGE, (root / PAGE).parent / PLOTS
    before = page.read_text(encoding="utf-8")
    after = filled(PAGE, before, made)
    stale = differing([drawn], folder)
    if options.check:
        wrong = [PAGE] if after != before else []
        for name in (*wrong, *(f"{PLOTS}/{each}.svg" for each in stale)):
            sys.stderr.write(f"{name} differs from what was measured and its formula; `make scale` writes it anew\n")
        return 1 if wrong or stale else 0
    page.write_bytes(after.encode())
    if stale:
        from benchmarks.bench.draw import draw  # noqa: PLC0415 - needs matplotlib, which only `make scale` installs

        folder.mkdir(parents=True, exist_ok=True)
        draw(drawn, folder / f"{drawn.name}.svg")
    return 0


if __name__ == "__main__":
    logging.disable()  # each pause of the simulated instances would be a warning
    sys.exit(main(sys.argv[1:]))
