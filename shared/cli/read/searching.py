"""Searches many recordings for a phrase: several at once, but their hits in order."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import NamedTuple, TypeVar

from shared.cli.read.any_job import RecordingsOfJobs
from shared.cli.read.wanted import Wanted
from shared.domain.documents import FileKey
from shared.errors import Permanent
from shared.rendering.finding import Phrase
from shared.rendering.hits import Hit, hits
from shared.rendering.recording import Choice, Recording

AT_ONCE = 8
"""Recordings that are searched at the same time. A search waits for Cosmos DB nearly all the time."""

_A = TypeVar("_A")
_B = TypeVar("_B")


class Searched(NamedTuple):
    """A recording that was searched. `recording`: None if it is gone, or cannot be read; then `error` says why.

    Its hits are kept until the recording was read whole: if it is replaced meanwhile they are those of one revision.
    """

    key: FileKey
    recording: Recording | None = None
    hits: tuple[Hit, ...] = ()
    error: Permanent | None = None


def search_in(
    recordings: RecordingsOfJobs, wanted: Iterable[Wanted], phrase: Phrase, *, all_channels: bool = False
) -> Generator[Searched]:
    """Yield every recording in the order of `wanted`, when it has been searched. Raises Transient.

    Whoever stops before the end closes the iterator, so that no more are searched.
    """

    def one(each: Wanted) -> Searched:
        def use(recording: Recording) -> Searched:
            chosen = replace(recording, choice=Choice(all_channels=all_channels))
            return Searched(each.key, chosen, tuple(hits(chosen, phrase)))

        try:
            return recordings.read(each.key, use, each.head) or Searched(each.key)
        except Permanent as error:
            return Searched(each.key, error=error)

    return in_order(one, wanted)


def in_order(work: Callable[[_A], _B], items: Iterable[_A]) -> Generator[_B]:
    """Yield what `work` returns for each item, in their order. It works on AT_ONCE items at the same time."""
    coming = deque[Future[_B]]()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for item in items:
            coming.append(pool.submit(work, item))
            if len(coming) == AT_ONCE:
                yield coming.popleft().result()
        while coming:
            yield coming.popleft().result()
