"""Commits what falls due by itself: retention, TTL. One timer for all services, set again after each commit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from emu import log
from services.context import Context
from services.machine import State
from services.operation import Service
from storage.store import StorageUnavailable

_FAR_MS = 60_000
"""The timer is set at most this far ahead, so that a clock that jumps is noticed."""


class Scheduler:
    """``context`` makes the context in which a service's deadlines are carried out."""

    def __init__(
        self,
        services: Mapping[str, Service],
        states: Mapping[str, State],
        now_ms: Callable[[], int],
        context: Callable[[str], Context],
    ) -> None:
        self._services = [service for service in services.values() if service.fire is not None]
        self._states = states
        self._now_ms = now_ms
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

    def _rearm(self) -> None:
        self._stale = False
        if self._loop is None:
            return
        if self._timer is not None:
            self._timer.cancel()
        deadlines = [service.next_deadline_ms(self._states[service.name]) for service in self._services]
        wait_ms = min((at for at in deadlines if at is not None), default=1 << 62) - self._now_ms()
        self._timer = self._loop.call_later(max(0, min(wait_ms, _FAR_MS)) / 1000, self._fire)

    def _fire(self) -> None:
        now_ms = self._now_ms()
        for service in self._services:
            due = service.next_deadline_ms(self._states[service.name])
            if due is None or due > now_ms or service.fire is None:
                continue
            try:
                service.fire(self._context(service.name), now_ms)
            except StorageUnavailable as error:
                # Nothing is committed until a restart; asking again each minute is harmless.
                log.warning("deadlines wait", service=service.name, reason=str(error))
                if self._loop is not None:
                    self._timer = self._loop.call_later(_FAR_MS / 1000, self._fire)
                return
        self.changed()
