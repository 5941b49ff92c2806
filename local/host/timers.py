"""Timer triggers: each function has one run at a time. A failed run does not affect the next."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import azure.functions.timer as functions_timer
from azure.core.exceptions import AzureError

from local.host.bindings import AppFunction, TimerBinding
from local.host.monitor import Monitor, Status
from local.host.schedules import parse_schedule

MONITORED_FROM = timedelta(minutes=1)
"""Schedules with shorter intervals are not monitored, as on the platform."""

log = logging.getLogger("host.timers")


Invoke = Callable[[AppFunction, object], Awaitable[object]]
"""Runs a function with its trigger's argument. It does not raise what the function raises (`Invoker.invoke`)."""


class Clock:
    """The time of day, and waiting until a time of day."""

    def now(self) -> datetime:
        """Return the time, UTC."""
        return datetime.now(UTC)

    async def is_set_before(self, due: datetime, event: asyncio.Event) -> bool:
        """Wait until `due` or until `event` is set. Returns whether it is set."""
        seconds = (due - self.now()).total_seconds()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(event.wait(), max(seconds, 0.0))
        return event.is_set()


class Timer:
    """Runs one function by its schedule."""

    def __init__(
        self, function: AppFunction, binding: TimerBinding, monitor: Monitor, invoke: Invoke, clock: Clock | None = None
    ) -> None:
        self._function = function
        self._binding = binding
        self._schedule = parse_schedule(binding.schedule)
        self._run = invoke
        self._clock = clock or Clock()
        self._monitor = monitor if binding.use_monitor and self._is_slow() else None

    async def run(self, stop: asyncio.Event) -> None:
        """Run the function when it is due, until `stop` is set and the current run has ended."""
        status = await self._status()
        missed = status is not None and status.next <= self._clock.now()
        if missed or self._binding.run_on_startup:
            await self._invoke(self._clock.now(), past_due=missed)
        due = self._schedule(self._clock.now())
        while not await self._clock.is_set_before(due, stop):
            await self._invoke(due, past_due=False)
            # The clock of the wait may be a little ahead of the clock that tells the time. Never run twice for one
            # time.
            due = self._schedule(max(due, self._clock.now()))

    async def _invoke(self, due: datetime, *, past_due: bool) -> None:
        status = await self._status()
        request = functions_timer.TimerRequest(
            past_due=past_due,
            schedule_status=status.model_dump(mode="json", by_alias=True) if status else None,
            schedule={"AdjustForDST": True},
        )
        await self._run(self._function, request)
        if self._monitor is not None:
            try:
                await self._monitor.write(due, self._schedule(max(due, self._clock.now())))
            except AzureError as error:
                log.warning("the status of timer '%s' was not kept: %s", self._function.name, error)

    async def _status(self) -> Status | None:
        if self._monitor is None:
            return None
        try:
            return await self._monitor.read()
        except AzureError as error:
            log.warning("the status of timer '%s' was not read: %s", self._function.name, error)
            return None

    def _is_slow(self) -> bool:
        first = self._schedule(self._clock.now())
        return self._schedule(first) - first >= MONITORED_FROM
