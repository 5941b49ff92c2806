"""Writes docs/benchmarks.md from the measured results, which are kept in measured.json.

With --measure they are measured anew first, and the plots are drawn; that takes under 25 minutes on a quiet machine.
With --only NAME only that benchmark is measured; it may be repeated.
With --check nothing is written, and the exit code is 1 if the page or a plot differs from the results.
"""

import argparse
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.bench.page import PAGE, PLOTS, blocks, plots
from benchmarks.bench.plots import differing
from benchmarks.bench.registry import BENCHMARKS, Benchmark
from benchmarks.bench.results import FILE, Results, load, result, save
from local.docs.pages import filled

REPOSITORY = Path(__file__).parent.parent.parent


def main(arguments: Sequence[str], root: Path = REPOSITORY, results_file: Path = FILE) -> int:
    """Run the command on the repository at `root`; return the exit code."""
    names = [each.name for each in BENCHMARKS]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench", description=__doc__)
    parser.add_argument("--measure", action="store_true", help="measure anew first, and draw the plots")
    parser.add_argument("--only", action="append", choices=names, help="measure this benchmark")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the page or a plot differs")
    options = parser.parse_args(arguments)
    results = load(results_file)
    if options.measure:
        chosen = [each for each in BENCHMARKS if each.name in (options.only or names)]
        results = measured(results, chosen, results_file)
        _draw(results, root)
    page = root / PAGE
    before = page.read_text(encoding="utf-8")
    after = filled(PAGE, before, blocks(results))
    if not options.check:
        page.write_bytes(after.encode())
        return 0
    wrong = [PAGE] if after != before else []
    wrong += [f"{PLOTS}/{name}.svg" for name in differing(plots(results), page.parent / PLOTS)]
    for name in wrong:
        sys.stderr.write(f"{name} differs from what was measured; `make bench` writes it anew\n")
    return 1 if wrong else 0


def measured(results: Results, benchmarks: Iterable[Benchmark[Any]], results_file: Path) -> Results:
    """Return the results with these benchmarks measured anew. What is measured is stored at once."""
    for each in benchmarks:
        sys.stdout.write(f"{each.name} ... ")
        sys.stdout.flush()
        began = time.monotonic()
        for data in each.measure():
            results = {**results, each.name: result(data, time.monotonic() - began)}
            save(results, results_file)
        sys.stdout.write(f"{time.monotonic() - began:.0f} s\n")
    return results


def _draw(results: Results, root: Path) -> None:
    from benchmarks.bench.draw import draw  # noqa: PLC0415 - needs matplotlib, which only `make bench` installs

    folder = root / "docs" / PLOTS
    folder.mkdir(exist_ok=True)
    wanted = plots(results)
    for plot in wanted:
        draw(plot, folder / f"{plot.name}.svg")
    for name in differing(wanted, folder):
        (folder / f"{name}.svg").unlink()  # of a benchmark that is no more


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
