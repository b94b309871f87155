"""Moving the world's clock.

On its way forward the clock stops at every deadline: it shows that instant, what is due is committed, long polls whose
time has come have their turn, and only then it goes on. The first record that is committed at an instant also sets the
clock to it (:meth:`ClockMover.dated`), so that a crash on the way leaves a clock and a state that belong together.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from emu.clock.reading import WorldClock
from emu.clock.scheduler import Scheduler
from emu.clock.setting import Setting
from emu.clock.signals import Signals
from emu.clock.state import set_clock
from services.context import Context
from services.machine import Change


class ClockMover:
    """``context`` makes the context in which the clock is set. Moves wait for each other."""

    def __init__(
        self, clock: WorldClock, scheduler: Scheduler, signals: Signals, context: Callable[[str], Context]
    ) -> None:
        self._clock = clock
        self._scheduler = scheduler
        self._signals = signals
        self._context = context
        self._moving = asyncio.Lock()

    async def freeze(self, at_ms: int | None = None) -> None:
        """Stands still, now or at a moment."""
        async with self._moving:
            target = self._clock.now_ms() if at_ms is None else at_ms
            await self._move(target)
            self._set(Setting(target))

    async def set(self, to_ms: int) -> None:
        """Moves to a moment and goes on from there as before."""
        async with self._moving:
            await self._move(to_ms)
            self._set(self._moved(to_ms))

    async def advance(self, by_ms: int) -> None:
        """Moves forward."""
        async with self._moving:
            target = self._clock.now_ms() + by_ms
            await self._move(target)
            self._set(self._moved(target))

    async def run(self, factor: float) -> None:
        """Goes on from now, ``factor`` times as fast as real time."""
        async with self._moving:
            self._set(Setting(self._clock.now_ms(), self._clock.real_ms(), factor))

    async def real(self) -> None:
        """Goes back to real time."""
        async with self._moving:
            await self._move(self._clock.real_ms())
            self._set(None)

    def dated(self, changes: Sequence[Change]) -> Sequence[Change]:
        """The changes of a record that is committed while the clock is moved: the first at an instant sets it."""
        instant = self._clock.instant
        setting = self._clock.setting
        if instant is None or (setting is not None and setting.at_ms == instant):
            return changes
        return (set_clock(self._moved(instant)), *changes)

    def _moved(self, at_ms: int) -> Setting:
        setting, real_ms = self._clock.setting, self._clock.real_ms()
        return Setting(at_ms, real_ms, 1) if setting is None else setting.moved(at_ms, real_ms)

    def _set(self, setting: Setting | None) -> None:
        if setting is None and self._clock.setting is None:
            return
        context = self._context("emu")
        context.operation = "SetClock"
        context.commit(set_clock(setting))

    async def _move(self, target_ms: int) -> None:
        """Stops at every deadline up to the target, in order. Moving back stops nowhere."""
        try:
            while (due := self._next_due()) is not None and due <= target_ms:
                self._clock.instant = instant = max(due, self._clock.now_ms())
                self._scheduler.fire_due(instant)
                self._signals.wake_due(instant)
                await self._signals.had_turns()
        finally:
            self._clock.instant = None

    def _next_due(self) -> int | None:
        deadlines = (self._scheduler.next_deadline_ms(), self._signals.next_deadline_ms())
        return min((at for at in deadlines if at is not None), default=None)
