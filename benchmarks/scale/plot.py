"""The plot of docs/scale.md: which part of each limit a load takes."""

from benchmarks.bench.shown import Plot, Series
from benchmarks.scale.load import AUTOSCALE, MILLION, PARTITIONS, SERVERLESS, SPEECH, TIMER, Basis, limits

PLOTTED = (SERVERLESS, AUTOSCALE, PARTITIONS, TIMER, SPEECH)
"""The limits of the plot: those that a load below ten million hours reaches, each service once."""

SHOWN_HOURS = (100_000.0, 300_000.0, 1_000_000.0, 3_000_000.0, 10_000_000.0, 30_000_000.0)


def millions(hours: float) -> str:
    """Return hours of audio a month, in words."""
    return f"{hours / MILLION:,.2f} million hours" if hours < 100 * MILLION else "over 100 million"


def plot(basis: Basis) -> Plot:
    """Return the plot of calls: which part of each limit a load takes."""
    shown = [each for each in limits(basis) if each.what in PLOTTED]
    series = [Series(each.what, [100 * each.taken(hours) for hours in SHOWN_HOURS]) for each in shown]
    said = "; ".join(f"{each.what}: reached at {millions(each.hours)}" for each in shown)
    text = f"Part of each limit that calls take, from 0.1 to 30 million hours a month. {said}."
    at = [hours / MILLION for hours in SHOWN_HOURS]
    return Plot(
        "limits",
        "What calls take of each limit",
        text,
        "lines",
        at,
        series,
        x="million hours a month",
        y="% of the limit",
        log_x=True,
        log_y=True,
        limit=100,
        limit_label="the limit",
    )
