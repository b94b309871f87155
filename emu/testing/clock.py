"""The server's clock in the test's hand: every deadline obeys it, and nothing sleeps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from emu.testing.control import Control
from emu.testing.errors import hidden

__tracebackhide__ = hidden

Moment = datetime | str | int
"""An aware datetime, an ISO 8601 text with a time zone, or milliseconds since the Unix epoch."""


class Clock:
    """``emu.clock``. Each change answers when all that became due is carried out, and returns the new time."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def __repr__(self) -> str:
        return f"<emu clock: {self.show()}>"

    def show(self) -> dict[str, Any]:
        """``{"mode": "real" | "frozen" | "running", "now": …, "now_ms": …, "factor": …}``"""
        return self._control.get("/kumo/clock")

    def now(self) -> datetime:
        """The server's time, in UTC."""
        return _time(self.show())

    def freeze(self, at: Moment | None = None) -> datetime:
        """Time stands still, from now on or at a moment."""
        return self._change({"freeze": True if at is None else moment(at)})

    def set(self, to: Moment) -> datetime:
        """Moves to a moment. A frozen clock stays frozen, another one goes on from there."""
        return self._change({"set": moment(to)})

    def advance(
        self,
        by: timedelta | None = None,
        *,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
        milliseconds: float = 0,
    ) -> datetime:
        """Moves forward. Every deadline on the way is carried out in its order and at its own moment."""
        milliseconds += (by or timedelta()) / timedelta(milliseconds=1)
        units = {"days": days, "hours": hours, "minutes": minutes, "seconds": seconds, "milliseconds": milliseconds}
        given = {unit: number for unit, number in units.items() if number}
        return self._change({"advance": given or {"milliseconds": 0}})

    def run(self, factor: float) -> datetime:
        """Lets time pass ``factor`` times as fast as real time."""
        return self._change({"run": factor})

    def real(self) -> datetime:
        """Back to the machine's own time."""
        return self._change({"real": True})

    def _change(self, body: Mapping[str, Any]) -> datetime:
        return _time(self._control.post("/kumo/clock", body))


def moment(value: Moment) -> str | int:
    """A moment as the control plane takes it. Raises ValueError for a datetime without a time zone."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone: say which moment is meant, e.g. with tzinfo=UTC.")
        return value.isoformat()
    return value


def _time(shown: Mapping[str, Any]) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=shown["now_ms"])
