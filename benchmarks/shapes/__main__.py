"""Prints what recordings cost in Cosmos DB by the shape of their documents. It needs no service."""

import sys
from collections.abc import Iterable, Iterator

from benchmarks.shapes.layout import PRODUCT
from benchmarks.shapes.measure import Measured, Shapes, measure
from benchmarks.shapes.rivals import PHRASES
from benchmarks.shapes.sweep import Point


def tables(shapes: Shapes) -> Iterator[str]:
    """Yield the lines of the tables, in Markdown: one for each recording, and one for each recording of the sweep."""
    for each in shapes.recordings:
        yield from _recording(each)
    for name in dict.fromkeys(point.recording for point in shapes.sweep):
        yield from _sweep(name, (point for point in shapes.sweep if point.recording == name))
    yield from _lacks(shapes.recordings[0])


def _recording(measured: Measured) -> Iterator[str]:
    yield f"## {measured.name}: {measured.title}, {measured.phrases} phrases\n"
    yield "| design | documents | bytes | write RU | an audio hour | times cheaper | display | texts | track |"
    yield "|---|--:|--:|--:|--:|--:|--:|--:|--:|"
    by_phrase = measured.write(PHRASES)
    for each in measured.designs:
        hourly = None if each.write is None else each.write / measured.hours
        times = None if each.write is None or by_phrase is None else by_phrase / each.write
        figures = (each.write, hourly, times, each.display, each.text, each.track)
        yield f"| {each.name} | {each.documents:,} | {each.size:,} | {' | '.join(map(_figure, figures))} |"
    yield ""


def _sweep(name: str, points: Iterable[Point]) -> Iterator[str]:
    yield f"## Size of parts: {name}\n"
    yield "| notation | KiB | documents | bytes | write RU | display | texts | track |"
    yield "|---|--:|--:|--:|--:|--:|--:|--:|"
    for each in points:
        figures = (each.write, each.display, each.text, each.track)
        counts = f"{each.part_kib} | {each.documents:,} | {each.size:,}"
        yield f"| {each.notation} | {counts} | {' | '.join(map(_figure, figures))} |"
    yield ""


def _lacks(measured: Measured) -> Iterator[str]:
    yield f"## What a design lacks that `{PRODUCT}` has\n"
    yield from (f"- {each.name}: {each.lacks}" for each in measured.designs if each.lacks)


def _figure(value: float | None) -> str:
    return "over 2 MB" if value is None else f"{value:,.1f}"


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in tables(measure()))
