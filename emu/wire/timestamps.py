"""Moments on the wire. Inside, a moment is an ``int``: milliseconds since the Unix epoch, UTC.

https://smithy.io/2.0/spec/protocol-traits.html#timestampformat-trait
"""

from __future__ import annotations

from calendar import timegm
from datetime import UTC, datetime
from email.utils import formatdate, parsedate_tz
from functools import lru_cache


@lru_cache(maxsize=1024)
def _iso_seconds(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def iso8601(milliseconds: int) -> str:
    """``2009-10-12T17:50:30.000Z``"""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{_iso_seconds(seconds)}.{rest:03d}Z"


@lru_cache(maxsize=1024)
def _rfc1123_seconds(seconds: int) -> str:
    return formatdate(seconds, usegmt=True)


def rfc1123(milliseconds: int) -> str:
    """``Mon, 12 Oct 2009 17:50:30 GMT``: HTTP's form, without milliseconds."""
    return _rfc1123_seconds(milliseconds // 1000)


def epoch(milliseconds: int) -> float:
    """Seconds with a fraction, as AWS's JSON has them."""
    return milliseconds / 1000


def parse_rfc1123(text: str) -> int:
    """Any of HTTP's three date forms. Raises ValueError."""
    parts = parsedate_tz(text)
    if parts is None:
        raise ValueError(f"not an HTTP date: {text!r}")
    try:
        return (timegm((*parts[:6], 0, 0, 0)) - (parts[9] or 0)) * 1000
    except (OverflowError, TypeError) as error:
        raise ValueError(f"not an HTTP date: {text!r}") from error


def parse_iso8601(text: str) -> int:
    """An ISO 8601 date or date and time; one without a zone is UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text.strip())
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return timegm(moment.utctimetuple()) * 1000 + moment.microsecond // 1000


def parse(text: str) -> int:
    """Either form, or epoch seconds, as lenient as AWS's own front ends. Raises ValueError."""
    for parser in (parse_iso8601, parse_rfc1123, parse_epoch):
        try:
            return parser(text)
        except (ValueError, OverflowError):
            continue
    raise ValueError(f"not a timestamp: {text!r}")


def parse_epoch(text: str) -> int:
    """Seconds, with or without a fraction. Raises ValueError."""
    return round(float(text) * 1000)
