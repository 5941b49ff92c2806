"""The plots, as SVG by matplotlib. The same plot always gives the same bytes."""

import math
from io import StringIO
from pathlib import Path
from xml.sax.saxutils import escape

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.bench.plots import DARK, INK, PAPER, SERIES, mark
from benchmarks.bench.shown import Plot, Series

_STYLE = {
    "svg.fonttype": "none",  # text stays text
    "font.family": "sans-serif",
    "font.size": 11,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "figure.facecolor": PAPER,
    "axes.facecolor": PAPER,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
_MARKERS = "osD^v"
_INCHES = (7.5, 3.8)
_PAINTS = ("fill", "stroke")


def svg(plot: Plot) -> str:
    """Return the plot as SVG, with its title and text for screen readers, and other colours on a dark page."""
    with mpl.rc_context({**_STYLE, "svg.hashsalt": plot.name}):
        figure = Figure(figsize=_INCHES, layout="constrained")
        axes = figure.add_subplot()
        (_bars if plot.kind == "bars" else _lines)(axes, plot)
        if plot.limit is not None:
            axes.axhline(plot.limit, color=INK, linestyle="--", linewidth=1, label=plot.limit_label)
        axes.set(title=plot.title, xlabel=plot.x, ylabel=plot.y)
        if plot.log_x:
            axes.set_xscale("log")
        axes.set_yscale("log" if plot.log_y else "linear")
        if not plot.log_y:
            axes.set_ylim(bottom=0)
        axes.legend()
        made = StringIO()
        figure.savefig(made, format="svg", metadata={"Date": None, "Creator": None})
    return _described(made.getvalue(), plot)


def draw(plot: Plot, path: Path) -> None:
    """Write the plot to a file."""
    path.write_text(svg(plot), encoding="utf-8")


def _bars(axes: Axes, plot: Plot) -> None:
    width = 0.8 / len(plot.series)
    for number, series in enumerate(plot.series):
        places = [place + (number - (len(plot.series) - 1) / 2) * width for place in range(len(plot.at))]
        bars = axes.bar(
            places, _values(series), width * 0.9, label=series.label, color=SERIES[number], yerr=_errors(series)
        )
        axes.bar_label(bars, fmt="%.3g", padding=2)
    axes.set_xticks(range(len(plot.at)), [str(each) for each in plot.at])


def _lines(axes: Axes, plot: Plot) -> None:
    for number, series in enumerate(plot.series):
        marker, color = _MARKERS[number], SERIES[number]
        axes.errorbar(
            plot.at, _values(series), _errors(series), label=series.label, color=color, marker=marker, capsize=3
        )


def _values(series: Series) -> list[float]:
    return [math.nan if each is None else each for each in series.values]


def _errors(series: Series) -> list[list[float]] | None:
    if not series.spread:
        return None
    pairs = list(zip(_values(series), series.spread, strict=True))
    return [[value - least for value, (least, _) in pairs], [greatest - value for value, (_, greatest) in pairs]]


def _described(made: str, plot: Plot) -> str:
    """Add the mark, the title and the text, and rules that replace ink and paper where the reader's system is dark."""
    rules = "".join(
        f'[style*="{name}: {color}"]{{{name}:{dark}!important}}' for color, dark in DARK.items() for name in _PAINTS
    )
    head, tag, rest = made.partition("<svg ")
    attributes, end, body = rest.partition(">")
    title, text = escape(plot.title), escape(plot.text)
    added = (
        f"{mark(plot)}<title>{title}</title><desc>{text}</desc>"
        f"<style>@media (prefers-color-scheme: dark){{{rules}}}</style>"
    )
    lines = (line.rstrip() for line in f'{head}{tag}role="img" {attributes}{end}{added}{body}'.splitlines())
    return "\n".join(lines) + "\n"
