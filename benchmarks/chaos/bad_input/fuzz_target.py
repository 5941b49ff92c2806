"""The process that atheris drives: `python -m benchmarks.chaos.bad_input.fuzz_target FOLDER [options of libFuzzer]`.

libFuzzer ends the process itself, so fuzz.py starts it and reads what it says. The first byte of an input chooses what
the rest is read as, and how it is cut into chunks. A finding does not stop the run: it is kept once for each problem.
"""

import hashlib
import json
import re
import sys
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import atheris

with atheris.instrument_imports(include=["shared"]):
    from benchmarks.chaos.bad_input import files, judge

if TYPE_CHECKING:
    from benchmarks.chaos.bad_input.judge import Verdict

STRUCTURED = 0.25
"""Share of the mutations that are ours; libFuzzer's own, guided by what they reach, are the rest."""


def judged(data: bytes) -> "Verdict":
    """Return how the case ends; an exception that is none of ours is a problem too."""
    first, body = data[0], data[1:]
    try:
        return (judge.judge_report if first % 4 == 0 else judge.judge_result)(body, first)
    except Exception as error:  # noqa: BLE001 - whatever a reader lets through is what we look for
        return judge.Verdict(problem=f"{type(error).__name__}: {error}")


class Target:
    """Runs the cases and keeps the findings in a folder: the input, and beside it what is wrong."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, data: bytes) -> None:
        """Run one case."""
        if not data:
            return
        problem = judged(data).problem
        if problem is not None:
            kind = hashlib.sha256(re.sub(r"\d+", "0", problem)[:50].encode()).hexdigest()[:12]
            path = self._folder / f"{kind}.bin"
            if not path.exists() or path.stat().st_size > len(data):
                path.write_bytes(data)
                path.with_suffix(".txt").write_text(problem, "utf-8", "backslashreplace")


def mutated(data: bytes, most: int, seed: int) -> bytes:
    """Return the next input: a change of the tree where there is one, else what libFuzzer makes of the bytes."""
    draw = Random(seed)  # noqa: S311 - repeatable, not secret
    if draw.random() < STRUCTURED:
        try:
            text = data[1:].decode()
            if isinstance(json.loads(text), dict):
                made = data[:1] + files.mutate(draw.choice(files.KINDS), draw, (text,))
                return made if len(made) <= most else made[:most]
        except (ValueError, RecursionError):
            pass
    return bytes(atheris.Mutate(data, most))


def main() -> None:
    """Fuzz until libFuzzer ends the process."""
    folder, *options = sys.argv[1:]
    atheris.Setup([sys.argv[0], *options], Target(Path(folder)), custom_mutator=mutated)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
