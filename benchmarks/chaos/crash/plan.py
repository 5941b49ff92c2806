"""Who is killed when: every moment of every use case once, in as few lives as that takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Sizes = Mapping[str, Sequence[int]]
"""Use case → how many effects each of its invocations had in the undisturbed life, in their order."""


@dataclass(frozen=True)
class Plan:
    """What happens in one life, of `lives(sizes)` together: each invocation is killed once at most.

    Of invocations that are alike (sixty files with ten effects each) every one takes other moments of theirs.
    `only`: a use case; in the others nobody is killed.
    """

    sizes: Sizes
    life: int
    only: str | None = None

    def moment(self, use_case: str, index: int) -> int | None:
        """Return at which moment the invocation of this index is killed in this life; None: it is not."""
        sizes = self.sizes.get(use_case, ())
        if index >= len(sizes) or self.only not in {None, use_case}:
            return None
        size = sizes[index]
        alike = [each for each, others in enumerate(sizes) if others == size]
        share = _share(size, len(alike))
        return (self.life + alike.index(index) * share) % (2 * size) if self.life < share else None


def lives(sizes: Sizes) -> int:
    """Return how many lives it takes until every moment had its kill."""
    return max(
        (_share(size, invocations.count(size)) for invocations in sizes.values() for size in invocations), default=0
    )


def _share(size: int, alike: int) -> int:
    return -(-2 * size // alike)
