"""Reading the world's clock."""

from __future__ import annotations

from typing import Protocol

from emu.clock.setting import Mode, Setting
from services.clock import Clock


class Kept(Protocol):
    """Where the setting is kept."""

    setting: Setting | None


class _Real:
    """Before there is a state, the clock shows real time."""

    setting: Setting | None = None


class WorldClock:
    """See :class:`services.clock.Clock`. ``base`` is real time.

    While the clock is moved it shows one instant after the other (:attr:`instant`), each of which belongs to the
    records that are committed at it.
    """

    def __init__(self, base: Clock) -> None:
        self._base = base
        self._kept: Kept = _Real()
        self.instant: int | None = None

    def follow(self, kept: Kept) -> None:
        """Shows what is set there from now on."""
        self._kept = kept

    def now_ms(self) -> int:
        setting = self._kept.setting
        if setting is None and self.instant is None:
            return self._base.now_ms()
        if self.instant is not None:
            return self.instant
        assert setting is not None
        return setting.reading(self._base.now_ms())

    def real_ms(self) -> int:
        """Real time, whatever the clock shows."""
        return self._base.real_ms()

    @property
    def setting(self) -> Setting | None:
        return self._kept.setting

    @property
    def mode(self) -> Mode:
        setting = self._kept.setting
        return "real" if setting is None else setting.mode

    @property
    def factor(self) -> float:
        """How many times as fast as real time it runs."""
        setting = self._kept.setting
        return 1 if setting is None else setting.factor

    def seconds_until(self, moment_ms: int) -> float | None:
        """Real seconds until the clock shows a moment, 0 for one that has passed; None if it doesn't by itself."""
        left_ms = moment_ms - self.now_ms()
        if left_ms <= 0:
            return 0
        if self.instant is not None:
            return None
        setting = self._kept.setting
        if setting is None:
            return left_ms / 1000
        return left_ms / 1000 / setting.factor if setting.factor else None
