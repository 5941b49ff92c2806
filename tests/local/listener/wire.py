"""Records a listener's requests to the queue service, and its invocations, in their order."""

import html
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qs, unquote, urlsplit

from local.faults import Exchange, Moment
from tests.local.listener.program import Invocation

_MESSAGE = re.compile(r"<QueueMessage>(.*?)</QueueMessage>", re.DOTALL)
_FIELD = re.compile(r"<(MessageId|DequeueCount|TimeNextVisible|MessageText)>(.*?)</\1>", re.DOTALL)
_PATH = re.compile(r"/[^/]+/(?P<queue>[^/]+)(?:/messages(?:/(?P<id>[^/]+))?)?")


@dataclass(frozen=True)
class Event:
    """One step: `what` is receive, invoke, update, delete, send, or empty for a receive that found nothing.

    `count` is how often the message was received. `asked` is the number of messages that a receive requests. `seconds`
    is the requested visibility timeout. `refused` says that storage returned an error. `visible` is the end of the lock
    by storage's clock.
    """

    at: float
    what: str
    queue: str
    text: str = ""
    id: str = ""
    count: int | None = None
    asked: int | None = None
    seconds: int | None = None
    refused: bool = False
    visible: datetime | None = None


class Wire:
    """All steps of one listener. Its methods may be called from any thread."""

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        """Limit of waiting for a step, in seconds. It ends a run that failed, and affects no result."""
        self._events: list[Event] = []
        self._changed = threading.Condition()
        self._texts: dict[str, str] = {}

    def events(self) -> list[Event]:
        """Return the steps so far."""
        with self._changed:
            return list(self._events)

    def until(self, holds: Callable[[list[Event]], bool], what: str) -> None:
        """Wait until `holds(events)` is true. Raises TimeoutError that says `what` was waited for."""
        with self._changed:
            if not self._changed.wait_for(lambda: holds(self._events), self.deadline):
                raise TimeoutError(f"{what}: not within {self.deadline} s")

    def text(self, message_id: str) -> str:
        """Return the text of a message that was received."""
        with self._changed:
            return self._texts.get(message_id, "")

    def invoked(self, call: Invocation, queue: str) -> None:
        """Record an invocation."""
        text = self._texts.get(call.id, "")
        self._add(Event(time.monotonic(), "invoke", queue, text, call.id, call.dequeue_count))

    def watch(self, exchange: Exchange, moment: Moment) -> None:
        """Record a request to storage, after storage has processed it."""
        if moment is not Moment.AFTER:
            return
        address = urlsplit(exchange.target)
        found = _PATH.fullmatch(unquote(address.path))
        if found is None or "/messages" not in address.path:
            return
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        now, queue, name = time.monotonic(), found["queue"], found["id"] or ""
        seconds = int(query["visibilitytimeout"]) if "visibilitytimeout" in query else None
        text = self._texts.get(name, "")
        match exchange.method:
            case "GET":
                self._received(now, queue, int(query["numofmessages"]), seconds, exchange.answer.decode())
            case "PUT":
                self._add(Event(now, "update", queue, text, name, seconds=seconds, refused=bool(exchange.answer)))
            case "DELETE":
                self._add(Event(now, "delete", queue, text, name, refused=bool(exchange.answer)))
            case "POST" if _MESSAGE.search(exchange.answer.decode()):
                sent = html.unescape(dict(_FIELD.findall(exchange.body.decode()))["MessageText"])
                self._add(Event(now, "send", queue, sent))

    def _received(self, now: float, queue: str, asked: int, seconds: int | None, answer: str) -> None:
        messages = [dict(_FIELD.findall(message)) for message in _MESSAGE.findall(answer)]
        if not messages:
            self._add(Event(now, "empty", queue, asked=asked, seconds=seconds))
        for one in messages:
            text = html.unescape(one["MessageText"])
            self._texts[one["MessageId"]] = text
            visible = parsedate_to_datetime(one["TimeNextVisible"])
            count = int(one["DequeueCount"])
            name = one["MessageId"]
            self._add(Event(now, "receive", queue, text, name, count, asked, seconds, visible=visible))

    def _add(self, event: Event) -> None:
        with self._changed:
            self._events.append(event)
            self._changed.notify_all()
