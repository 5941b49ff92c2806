"""One run of a listener: queues, a proxy before storage that records the requests, and the program."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from azure.storage.queue import QueueClient, QueueServiceClient

from local.azurite import Azurite
from local.faults import FaultLayer, Front
from local.processes import Service
from tests.local.listener.listeners import Options, Start
from tests.local.listener.program import Behaviour, Invocation, Program, Reply
from tests.local.listener.wire import Event, Wire


class Stage:
    """What the cases use. A case's own requests to the queues bypass the proxy and are not recorded."""

    def __init__(self, azurite: Azurite, start: Start, options: Options, folder: Path) -> None:
        self.options = options
        self.work = f"q{uuid.uuid4().hex[:8]}"
        """First part of the names of all queues of this run."""
        self.wire = Wire(options.patience)
        self.behaviours: dict[str, Behaviour] = {}
        """The program's behaviour, by case. Without an entry it succeeds."""
        self.front: Front
        self._azurite = azurite
        self._start = start
        self._folder = folder
        self._program = Program(self._behave, self._began)
        self.sent: set[str] = set()
        """The cases that have a message."""
        self._cases: dict[str, str] = {}
        self._services: list[Service] = []

    def queue(self, suffix: str = "") -> QueueClient:
        """Return a client of the queue `work` + suffix."""
        return QueueClient.from_connection_string(self._azurite.connection_string, self.work + suffix)

    def create(self, *suffixes: str) -> None:
        """Create queues; nothing else here does."""
        for suffix in suffixes:
            with self.queue(suffix) as queue:
                queue.create_queue()

    def existing(self) -> list[str]:
        """Return the queues of this run, without the first part of their names."""
        with QueueServiceClient.from_connection_string(self._azurite.connection_string) as service:
            return sorted(self._short(str(queue.name)) for queue in service.list_queues(name_starts_with=self.work))

    def send(self, case: str, text: str, suffix: str = "", *, fetched: int = 0) -> None:
        """Enqueue a message of a case. `fetched` is how many holders it had before. No text occurs twice."""
        self._cases[text] = case
        self.sent.add(case)
        with self.queue(suffix) as queue:
            queue.send_message(text)
            for _ in range(fetched):
                (held,) = [one for one in queue.receive_messages(max_messages=32) if one.content == text]
                queue.update_message(held, visibility_timeout=0)

    def belongs(self, case: str, *texts: str) -> None:
        """Count messages that the program sends as steps of a case."""
        self._cases |= dict.fromkeys(texts, case)

    def launch(self) -> Service:
        """Start the listener, whose requests pass the proxy."""
        seen = self._azurite.through(lambda service, origin: self.front.origin if service == "queue" else origin)
        service = self._start(seen.connection_string, self._program.url, self.work, self.options, self._folder)
        self._services.append(service)
        return service

    def events(self, case: str) -> list[Event]:
        """Return the steps of a case's message, then those of its copy in the poison queue.

        The two queues have separate listeners, so the order of their steps is random.
        """
        found = [event for event in self.wire.events() if self._cases.get(event.text) == case]
        return sorted(found, key=lambda event: event.queue == f"{self.work}-poison" and event.what != "send")

    def until(self, case: str, *last: str) -> None:
        """Wait until the case's trace ends with these steps."""
        try:
            self.wire.until(lambda _: tuple(self.trace(case))[-len(last) :] == last, f"case {case} ends with {last}")
        except TimeoutError as error:
            traces = "\n".join(f"{one}: {self.trace(one)}" for one in sorted(self.sent))
            raise AssertionError(f"{error}, but\n{traces}") from error

    def trace(self, case: str) -> list[str]:
        """Return the steps of a case, one a line. A visibility timeout has the name of its option."""
        return [self._step(event) for event in self.events(case)]

    @contextmanager
    def open(self) -> Iterator["Stage"]:
        """Serve the program and the proxy; stop every listener at the end."""
        origin = self._azurite.queue_endpoint.rpartition("/")[0]
        with FaultLayer() as layer, self._program:
            self.front = layer.front("queue", origin)
            self.front.watch = self.wire.watch
            try:
                yield self
            finally:
                for service in self._services:
                    service.stop()

    def _short(self, queue: str) -> str:
        return "work" + queue.removeprefix(self.work)

    def _step(self, event: Event) -> str:
        queue = self._short(event.queue)
        timeouts: dict[int | None, str] = {self.options.lock: "lock", self.options.visibility: "visibilityTimeout"}
        refused = ": refused" if event.refused else ""
        hidden = timeouts.get(event.seconds, f"{event.seconds} s")
        match event.what:
            case "receive":
                return f"receive from {queue}, try {event.count}, hidden for {hidden}"
            case "invoke":
                return f"invoke for {queue}, try {event.count}"
            case "update":
                return f"update in {queue}, hidden for {hidden}{refused}"
            case "send" if queue == "work-out":
                return f"send to {queue}: {event.text}"
            case what:
                return f"{what} {'to' if what == 'send' else 'from'} {queue}{refused}"

    def _began(self, call: Invocation) -> None:
        self.wire.invoked(call, self.work if call.function == "work" else f"{self.work}-{call.function}")

    def _behave(self, call: Invocation) -> Reply:
        case = self._cases.get(self.wire.text(call.id), "")
        behaviour = self.behaviours.get(case)
        return behaviour(call) if behaviour else Reply()
