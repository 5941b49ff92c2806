"""What happens at the effects of the fakes: a fault, a lost answer, another worker in between."""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from shared.errors import Speech2CosmosError

Action = Callable[[], object]


class Script:
    """Every fake passes its effects through `effect`; tests say what happens before and after one.

    `log` has the name of each effect that was begun. `chance`, if set, is asked at both moments of every effect for
    an error to raise: before, nothing was done; after, it was done and only the answer is lost.
    """

    def __init__(self) -> None:
        self.log: list[str] = []
        self.chance: Callable[[str], Speech2CosmosError | None] = lambda _: None
        self._actions: dict[str, deque[Action]] = {}

    def before(self, effect: str, *actions: Action) -> None:
        """Do `actions`, one each, before the next such effects; one that raises stands for the effect failing."""
        self._actions.setdefault(f"before {effect}", deque()).extend(actions)

    def after(self, effect: str, *actions: Action) -> None:
        """Do `actions`, one each, after the next such effects; one that raises stands for a lost answer."""
        self._actions.setdefault(f"after {effect}", deque()).extend(actions)

    @contextmanager
    def effect(self, name: str) -> Iterator[None]:
        """Surround one effect of a fake."""
        self.log.append(name)
        self._moment(f"before {name}")
        yield
        self._moment(f"after {name}")

    def counts(self) -> Counter[str]:
        """Return how often each effect was begun."""
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
