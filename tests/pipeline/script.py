"""A script for the effects of the fakes: faults, lost responses, and another worker in between."""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from shared.errors import Speech2CosmosError

Action = Callable[[], object]


class Script:
    """Every effect of a fake passes through `effect`. A test sets the actions before and after it.

    `log` has the name of each effect that began. `chance` is called before and after every effect. It may return an
    error to raise. An error before the effect means that nothing was done. An error after it means that the effect was
    done and only its response was lost.
    """

    def __init__(self) -> None:
        self.log: list[str] = []
        self.chance: Callable[[str], Speech2CosmosError | None] = lambda _: None
        self._actions: dict[str, deque[Action]] = {}

    def before(self, effect: str, *actions: Action) -> None:
        """Run one of `actions` before each of the next effects of this name. If it raises, the effect fails."""
        self._actions.setdefault(f"before {effect}", deque()).extend(actions)

    def after(self, effect: str, *actions: Action) -> None:
        """Run one of `actions` after each of the next effects of this name. If it raises, the response is lost."""
        self._actions.setdefault(f"after {effect}", deque()).extend(actions)

    @contextmanager
    def effect(self, name: str) -> Iterator[None]:
        """Run the block as one effect of a fake."""
        self.log.append(name)
        self._moment(f"before {name}")
        yield
        self._moment(f"after {name}")

    def counts(self) -> Counter[str]:
        """Return how often each effect began."""
        return Counter(self.log)

    def _moment(self, moment: str) -> None:
        if queue := self._actions.get(moment):
            queue.popleft()()
        if (error := self.chance(moment)) is not None:
            raise error


def fails(error: Speech2CosmosError) -> Action:
    """Return an action that raises `error`."""

    def action() -> None:
        raise error

    return action
