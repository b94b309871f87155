"""The date by the user's calendar: until when a quarantine lasts. The emulated clock has no say in it."""

from __future__ import annotations

from datetime import UTC, date, datetime


def today() -> date:
    """The present date, UTC: the same on every machine of a build."""
    return datetime.now(UTC).date()
