"""One Bicep file, read."""

from dataclasses import dataclass
from typing import TypeVar

from infra.check.tree import Declaration

D = TypeVar("D", bound=Declaration)


@dataclass(frozen=True)
class File:
    """A whole file, by what it declares, in its order."""

    path: str
    scope: str
    declarations: tuple[Declaration, ...]

    def all_of(self, kind: type[D]) -> list[D]:
        """Return the declarations of a kind, nested resources left out."""
        return [one for one in self.declarations if isinstance(one, kind)]
