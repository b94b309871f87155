"""Moments as documents hold them: RFC 3339, UTC, milliseconds at most, no trailing zeros."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def written(moment: int) -> str:
    text = (_EPOCH + moment * _MILLISECOND).isoformat(timespec="milliseconds").removesuffix("+00:00")
    return text.rstrip("0").rstrip(".") + "Z"


def read(text: str) -> int:
    """Any RFC 3339 time, rounded down to the millisecond. Raises ValueError for anything else."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"the time {text!r} has no offset")
    return (moment - _EPOCH) // _MILLISECOND
