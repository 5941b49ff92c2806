"""The benchmarks, in the order of the page."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

from benchmarks.bench import readable, readable_show, split, start, waiting, waiting_page, warm, whole, whole_show
from benchmarks.bench.shown import Shown

T = TypeVar("T")


@dataclass(frozen=True)
class Benchmark(Generic[T]):
    """A benchmark. `measure` yields what is measured so far, of the type `shape`; `show` gets the data as stored."""

    name: str
    shape: type[T]
    measure: Callable[[], Iterator[T]]
    show: Callable[[T], Shown]

    def shown(self, data: object) -> Shown:
        """Return how the page shows stored data. Raises msgspec.ValidationError if they have another shape."""
        return self.show(msgspec.convert(data, self.shape))


BENCHMARKS: tuple[Benchmark[Any], ...] = (
    Benchmark("split", split.Data, split.measure, split.show),
    Benchmark("warm", warm.Data, warm.measure, warm.show),
    Benchmark("start", start.Data, start.measure, start.show),
    Benchmark("whole", whole.Data, whole.measure, whole_show.show),
    Benchmark("readable", readable.Data, readable.measure, readable_show.show),
    Benchmark("waiting", waiting.Data, waiting.measure, waiting_page.show),
)
