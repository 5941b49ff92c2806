"""docs/reliability-memory.svg: the host's memory under load, and the files that were in by then.

The same samples give the same file.
"""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.chaos.ledger import Sample

PLOT = "docs/reliability-memory.svg"

_TEXT, _MEMORY, _FILES = "#808890", "#3b82f6", "#e07020"
"""Seen on a white page and on a black one; the background is the page's own."""


def draw(samples: Sequence[Sample], into: Path) -> None:
    """Write the plot of the samples; those taken while no host ran have no memory and are left out."""
    seen = [sample for sample in samples if sample.memory]
    minutes = [sample.seconds / 60 for sample in seen]
    with mpl.rc_context(
        {
            "svg.hashsalt": "speech2cosmos",
            "svg.fonttype": "none",
            "font.family": "sans-serif",
            "text.color": _TEXT,
            "axes.labelcolor": _TEXT,
            "axes.edgecolor": _TEXT,
            "xtick.color": _TEXT,
            "ytick.color": _TEXT,
        }
    ):
        figure = Figure(figsize=(8, 3.6), layout="constrained")
        memory = figure.add_subplot()
        memory.plot(minutes, [sample.memory / 1e6 for sample in seen], color=_MEMORY)
        memory.set_ylim(bottom=0)
        memory.set_xlim(left=0)
        memory.set_xlabel("minutes")
        memory.set_ylabel("resident memory of the host, MB", color=_MEMORY)
        files = memory.twinx()
        files.plot(minutes, [sample.files for sample in seen], color=_FILES)
        files.set_ylim(bottom=0)
        files.set_ylabel("files in", color=_FILES)
        for axes in (memory, files):
            axes.spines["top"].set_visible(False)
        figure.savefig(into, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
