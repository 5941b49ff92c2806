"""One run of a search: what it counts, what it says on stderr, and the exit code."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import typer

from shared.cli.exits import Exit
from shared.cli.read.searching import Searched
from shared.cli.terminal.counter import Counter
from shared.cli.terminal.output import print_error, print_note, print_set_aside
from shared.cli.terminal.text import counted
from shared.errors import Unreadable
from shared.rendering.hits import Hit
from shared.rendering.recording import Recording

_SHOWN = 80
"""Characters of the phrase in a note."""


class Found(NamedTuple):
    """A recording with hits."""

    recording: Recording
    hits: Sequence[Hit]


class SearchRun:
    """Counts recordings and turns. `limit`: after how many turns it ends."""

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._searched = self._lost = self._turns = self._recordings = 0
        self._troubles: list[Unreadable] = []

    def add_trouble(self, error: Unreadable) -> None:
        """Note a document that cannot be read, and without which the search goes on. Any thread may call this."""
        self._troubles.append(error)

    def lost(self, error: Unreadable) -> None:
        """Print that a recording cannot be searched."""
        print_set_aside(error)
        self._lost += 1

    def through(self, searched: Iterable[Searched], total: int) -> Iterator[Found]:
        """Yield the recordings with hits, up to the limit. Print errors, and on a terminal how far it is."""
        counter = Counter(total, "recordings searched")
        counter.show(0)
        try:
            for each in searched:
                counter.erase()
                yield from self._one(each)
                if self._turns == self._limit:
                    break
                counter.show(self._searched)
        finally:
            counter.erase()

    def _one(self, each: Searched) -> Iterator[Found]:
        while self._troubles:
            print_set_aside(self._troubles.pop(0))
        if each.error is not None:
            print_error(f"job {each.key.job_id} file {each.key.file_id}: {each.error}")
            self._lost += 1
            return
        self._searched += each.recording is not None
        if each.recording is not None and each.hits:
            hits = each.hits if self._limit is None else each.hits[: self._limit - self._turns]
            self._turns += len(hits)
            self._recordings += 1
            yield Found(each.recording, hits)

    def end(self, text: str, *, summary: bool) -> None:
        """Say what was found; if nothing was, also without `summary`. Raises typer.Exit unless all went well."""
        places = counted(self._searched, "recording")
        if not self._turns:
            print_note(f"{text[:_SHOWN]!r} is not said in {places}")
        elif summary and self._turns == self._limit:
            print_note(f"the first {counted(self._turns, 'turn')}; --limit shows more")
        elif summary:
            print_note(f"{counted(self._turns, 'turn')} in {self._recordings:,} of {places}")
        if self._lost:
            print_note(f"{counted(self._lost, 'recording')} could not be searched")
            raise typer.Exit(Exit.PARTLY if self._searched else Exit.FAILED)
        if not self._turns:
            raise typer.Exit(Exit.FAILED)
