"""What a clock that doesn't show real time is set to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Mode = Literal["real", "frozen", "running"]

LATEST_MS = 253_370_764_799_999
"""The end of the year 9998. No clock goes on behind it: calendars end a year later, and neither an answer nor a
document could hold a deadline that is set at the very end."""


@dataclass(frozen=True, slots=True)
class Setting:
    """The clock showed ``at_ms`` when real time was ``since_ms``, and runs ``factor`` times as fast as it from there.

    since_ms: None for a clock that stands still; its factor is 0.
    """

    at_ms: int
    since_ms: int | None = None
    factor: float = 0

    @property
    def mode(self) -> Mode:
        return "frozen" if self.since_ms is None else "running"

    def reading(self, real_ms: int) -> int:
        """What the clock shows, in milliseconds since the epoch, when real time is ``real_ms``."""
        if self.since_ms is None:
            return self.at_ms
        return min(self.at_ms + int((real_ms - self.since_ms) * self.factor), LATEST_MS)

    def moved(self, at_ms: int, real_ms: int) -> Setting:
        """A clock that goes on in the same way from ``at_ms``."""
        return Setting(at_ms, None if self.since_ms is None else real_ms, self.factor)

    def encode(self) -> dict[str, Any]:
        """As changes and documents hold it."""
        value: dict[str, Any] = {"mode": self.mode, "at": self.at_ms}
        if self.since_ms is not None:
            value |= {"since": self.since_ms, "factor": self.factor}
        return value

    @staticmethod
    def decode(value: Mapping[str, Any]) -> Setting | None:
        """What :meth:`encode` gave; None for the change that goes back to real time. KeyError for anything else."""
        return _DECODERS[value["mode"]](value)


def _real(value: Mapping[str, Any]) -> None:
    return None


def _frozen(value: Mapping[str, Any]) -> Setting:
    return Setting(value["at"])


def _running(value: Mapping[str, Any]) -> Setting:
    return Setting(value["at"], value["since"], value["factor"])


_DECODERS: Mapping[str, Callable[[Mapping[str, Any]], Setting | None]] = {
    "real": _real,
    "frozen": _frozen,
    "running": _running,
}

REAL: dict[str, Any] = {"mode": "real"}
"""The change's value that goes back to real time."""
