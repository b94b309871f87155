"""Commits what falls due by itself: retention, TTL. One timer for all services, set again after each commit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from emu import log
from emu.clock.reading import WorldClock
from services.context import Context
from services.machine import State
from services.operation import Service
from storage.errors import StorageUnavailable

_FAR_S = 60
"""The timer is set at most this far ahead, so that a clock that jumps is noticed."""


class Scheduler:
    """``context`` makes the context in which a service's deadlines are carried out."""

    def __init__(
        self,
        services: Mapping[str, Service],
        states: Mapping[str, State],
        clock: WorldClock,
        context: Callable[[str], Context],
    ) -> None:
        self._services = [service for service in services.values() if service.fire is not None]
        self._states = states
        self._clock = clock
        self._context = context
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._stale = False

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._rearm()

    def stop(self) -> None:
        self._loop = None
        if self._timer is not None:
            self._timer.cancel()

    def changed(self) -> None:
        """A commit may have brought a nearer deadline. Cheap: many calls in one turn of the loop set the timer once."""
        if self._loop is not None and not self._stale:
            self._stale = True
            self._loop.call_soon(self._rearm)

    def next_deadline_ms(self) -> int | None:
        """When something falls due next; it may be in the past."""
        deadlines = [service.next_deadline_ms(self._states[service.name]) for service in self._services]
        return min((at for at in deadlines if at is not None), default=None)

    def fire_due(self, now_ms: int) -> None:
        """Commits what is due, a bounded part of it a call. Raises StorageUnavailable."""
        for service in self._services:
            due = service.next_deadline_ms(self._states[service.name])
            if due is not None and due <= now_ms and service.fire is not None:
                service.fire(self._context(service.name), now_ms)

    def settle(self) -> None:
        """Commits everything that is due now, so that nothing of it races with what comes next."""
        now_ms = self._clock.now_ms()
        try:
            while (due := self.next_deadline_ms()) is not None and due <= now_ms:
                self.fire_due(now_ms)
        except StorageUnavailable as error:
            log.warning("deadlines wait", reason=str(error))

    def _rearm(self) -> None:
        self._stale = False
        if self._loop is None:
            return
        deadline = self.next_deadline_ms()
        seconds = None if deadline is None else self._clock.seconds_until(deadline)
        self._set_timer(_FAR_S if seconds is None else min(seconds, _FAR_S))

    def _set_timer(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._loop is not None:
            self._timer = self._loop.call_later(seconds, self._fire)

    def _fire(self) -> None:
        try:
            self.fire_due(self._clock.now_ms())
        except StorageUnavailable as error:
            # Nothing is committed until a restart; asking again each minute is harmless.
            log.warning("deadlines wait", reason=str(error))
            self._set_timer(_FAR_S)
            return
        self.changed()
