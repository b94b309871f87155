"""The only time anyone reads.

Every moment in emu is an ``int``: milliseconds since the Unix epoch, UTC. AWS shows no finer time for S3, SQS or
DynamoDB, and an integer survives JSON unchanged.
"""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Where "now" comes from."""

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch."""

    def real_ms(self) -> int:
        """Real time, whatever the clock shows: what bounds how long anybody is kept waiting."""


class SystemClock:
    """The machine's own time."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    real_ms = now_ms


class ManualClock:
    """A time that stands still until it is moved; what makes a test of a deadline instant."""

    def __init__(self, now_ms: int = 1_767_225_600_000) -> None:
        self._now_ms = now_ms

    def now_ms(self) -> int:
        return self._now_ms

    real_ms = now_ms

    def advance(self, *, ms: int = 0, seconds: float = 0) -> None:
        self._now_ms += ms + round(seconds * 1000)
