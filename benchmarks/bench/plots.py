"""Files of plots: their colours, and whether a file was drawn from a plot."""

import hashlib
from pathlib import Path

import msgspec

from benchmarks.bench.shown import Plot

INK, PAPER = "#1f2328", "#ffffff"
DARK = {INK: "#e6edf3", PAPER: "#0d1117"}
"""What replaces ink and paper where the reader's system is dark."""

SERIES = ("#0072b2", "#d55e00", "#009e73", "#b3619a", "#8a7500")
"""Colours of series, each with a contrast of at least 3 to both papers (WCAG 2.2, 1.4.11)."""


def mark(plot: Plot) -> str:
    """Return the comment that a plot's file contains: a hash of the plot."""
    return f"<!-- drawn from {hashlib.sha256(msgspec.json.encode(plot)).hexdigest()[:16]} -->"


def differing(plots: list[Plot], folder: Path) -> list[str]:
    """Return the names of the plots whose file is missing or was drawn from other figures, and of files of no plot."""
    files = {each.stem: each for each in folder.glob("*.svg")}
    stale = [
        plot.name
        for plot in plots
        if plot.name not in files or mark(plot) not in files[plot.name].read_text(encoding="utf-8")
    ]
    return sorted({*stale, *(files.keys() - {plot.name for plot in plots})})
