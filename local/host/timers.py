"""Timer triggers: one run at a time for each function, a failing run changes nothing for the next."""

import asyncio
import contextlib
import logging
from datetime import UTC, datetime, timedelta

import azure.functions.timer as functions_timer
from azure.core.exceptions import AzureError

from local.host.bindings import AppFunction, TimerBinding
from local.host.invoke import Invoker
from local.host.monitor import Monitor, Status
from local.host.schedules import parse_schedule

MONITORED_FROM = timedelta(minutes=1)
"""Schedules that come more often than this are not monitored, as on the platform."""

log = logging.getLogger("host.timers")


class Timer:
    """Runs one function by its schedule."""

    def __init__(self, function: AppFunction, binding: TimerBinding, monitor: Monitor, invoker: Invoker) -> None:
        self._function = function
        self._binding = binding
        self._schedule = parse_schedule(binding.schedule)
        self._invoker = invoker
        self._monitor = monitor if binding.use_monitor and self._is_slow() else None

    async def run(self, stop: asyncio.Event) -> None:
        """Run the function when it is due, until `stop` is set and the run under way has ended."""
        status = await self._status()
        missed = status is not None and status.next <= datetime.now(UTC)
        if missed or self._binding.run_on_startup:
            await self._invoke(datetime.now(UTC), past_due=missed)
        due = self._schedule(datetime.now(UTC))
        while not await _is_set_until(stop, due):
            await self._invoke(due, past_due=False)
            # The clock that waits may be a little ahead of the one that tells the time: never the same time twice.
            due = self._schedule(max(due, datetime.now(UTC)))

    async def _invoke(self, due: datetime, *, past_due: bool) -> None:
        status = await self._status()
        request = functions_timer.TimerRequest(
            past_due=past_due,
            schedule_status=status.model_dump(mode="json", by_alias=True) if status else None,
            schedule={"AdjustForDST": True},
        )
        await self._invoker.invoke(self._function, request)
        if self._monitor is not None:
            try:
                await self._monitor.write(due, self._schedule(max(due, datetime.now(UTC))))
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
        first = self._schedule(datetime.now(UTC))
        return self._schedule(first) - first >= MONITORED_FROM


async def _is_set_until(event: asyncio.Event, due: datetime) -> bool:
    seconds = (due - datetime.now(UTC)).total_seconds()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), max(seconds, 0.0))
    return event.is_set()
