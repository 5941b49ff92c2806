"""Outages of whole services, and the platform that goes on delivering messages meanwhile."""

from collections.abc import Iterator

from shared.domain.messages import RESULTS_QUEUE, encode
from shared.errors import Speech2CosmosError
from tests.pipeline.world import ATTEMPTS, World

SPEECH = {"speech.get", "speech.list", "speech.files", "speech.file"}


class Platform:
    """Runs a world minute by minute, as the Functions host does: five deliveries, and poison every ten minutes."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.poison: list[bytes] = []

    def minutes(self, number: int) -> Iterator[int]:
        """Let minutes pass, each with one tick and up to two deliveries of every message."""
        for minute in range(number):
            self.world.clock.move(minutes=1)
            self._tick()
            for _ in range(2):
                self._deliver()
            if minute % 10 == 0:
                self._record()
            yield minute

    def _tick(self) -> None:
        for use_case in (self.world.poll, self.world.settle):
            self.world.send(use_case())

    def _deliver(self) -> None:
        for _ in range(len(self.world.queue)):
            message, attempt = self.world.queue.popleft()
            try:
                self.world.send(self.world.fetch(message, attempt))
            except Speech2CosmosError:
                if attempt < ATTEMPTS:
                    self.world.queue.append((message, attempt + 1))
                else:
                    self.poison.append(encode(message).encode())

    def _record(self) -> None:
        waiting, self.poison = self.poison, []
        for body in waiting:
            try:
                self.world.poison(RESULTS_QUEUE, body)
            except Speech2CosmosError:
                self.poison.append(body)


def wait(world: World, minutes: int) -> None:
    """Run the platform for this time."""
    for _ in Platform(world).minutes(minutes):
        pass


def broken(world: World, effects: set[str], error: Speech2CosmosError) -> None:
    """Let all these effects fail from now on."""
    world.script.chance = lambda moment: error if moment.removeprefix("before ") in effects else None
