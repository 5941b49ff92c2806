"""What 1,000 hours of audio cost: writes the tables of docs/cost.md.

From what was measured and is kept in measured.json. With --measure that is measured anew first, which takes ten minutes
and needs the stand-ins of local/; what a file takes is printed too, with a message a file and with one for many.
With --check nothing is written, and the exit code is 1 if the page differs. It is 1 too if a job was measured to take
other request units beside many documents of other jobs than alone.
With --price the tables are printed with your own figures, and the page stays as it is.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.cost.measure import measure
from benchmarks.cost.measured import FILE, load, save
from benchmarks.cost.page import PAGE, blocks
from benchmarks.cost.prices import Book, UnknownFigure
from local.docs.pages import filled

REPOSITORY = Path(__file__).parent.parent.parent


def main(arguments: Sequence[str], root: Path = REPOSITORY, measured_file: Path = FILE) -> int:
    """Run the command on the repository at `root`; return the exit code, 2 for wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cost", description=__doc__)
    parser.add_argument("--measure", action="store_true", help="measure anew first")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the page differs")
    parser.add_argument("--price", action="append", default=[], metavar="NAME=VALUE", help="a figure of your own")
    options = parser.parse_args(arguments)
    if options.measure:
        save(measure(), measured_file)
    measured = load(measured_file)
    if grown := measured.grown():
        sys.stderr.write("".join(f"{each}\n" for each in grown))
        return 1
    try:
        made = blocks(measured, Book().with_values(options.price))
    except UnknownFigure as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if options.price:
        for name, text in made.items():
            sys.stdout.write(f"## {name}\n\n{text}\n\n")
        return 0
    if options.measure:
        sys.stdout.write(f"{made['messages']}\n")
    page = root / PAGE
    before = page.read_text(encoding="utf-8")
    after = filled(PAGE, before, made)
    if options.check and after != before:
        sys.stderr.write(f"{PAGE} differs from what was measured and its formula; `make cost` writes it anew\n")
        return 1
    if not options.check:
        page.write_bytes(after.encode())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
