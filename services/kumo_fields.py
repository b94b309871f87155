"""JSON as Kumo reads it: names in any case, null and a missing name for a zero value, unknown names ignored. A value of
the wrong kind, or one that nothing can be done with, is refused with its place.

Kumo reads with Go's encoding/json (https://pkg.go.dev/encoding/json#Unmarshal) and writes times with
https://pkg.go.dev/time#Time.MarshalJSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)", re.ASCII)
_ZERO_TIME = "0001-01-01T00:00:00Z"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INT64 = (-(2**63), 2**63 - 1)
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_KINDS: Mapping[type, str] = {
    dict: "an object", list: "a list", str: "a string", int: "an integer", bool: "true or false",
}  # fmt: skip
_SHOWN_MAX = 60


class Fields:
    """A JSON object read as Kumo reads it; ``place`` says where it stands. All methods raise ValueError, with the place
    of the member that can't be used."""

    def __init__(self, value: Any, place: str) -> None:
        if value is not None and not isinstance(value, Mapping):
            raise ValueError(f"{place}: an object is expected, not {_shown(value)}")
        self.place = place
        self.raw: Mapping[str, Any] = value or _NOTHING
        self._values = {name.lower(): entry for name, entry in self.raw.items()}

    def _get(self, name: str, kind: type, zero: Any) -> Any:
        value = self._values.get(name.lower())
        if value is None:
            return zero
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.refusal(name, f"{_KINDS[kind]} is expected, not {_shown(value)}")
        return value

    def refusal(self, name: str, reason: str) -> ValueError:
        """What to raise for a member."""
        return ValueError(f"{self.place}/{name}: {reason}")

    def given(self, name: str) -> bool:
        """Whether the member is there, and isn't null."""
        return self._values.get(name.lower()) is not None

    def text(self, name: str) -> str:
        return str(self._get(name, str, ""))

    def one_of(self, name: str, *allowed: str) -> str:
        """A text that is empty or one of ``allowed``."""
        value = self.text(name)
        if value and value not in allowed:
            raise self.refusal(name, f"{_shown(value)} is none of {', '.join(allowed)}")
        return value

    def integer(self, name: str, bounds: tuple[int, int] = _INT64) -> int:
        value = int(self._get(name, int, 0))
        if not bounds[0] <= value <= bounds[1]:
            raise self.refusal(name, f"{value} is not between {bounds[0]} and {bounds[1]}")
        return value

    def boolean(self, name: str) -> bool:
        return bool(self._get(name, bool, False))

    def texts(self, name: str) -> dict[str, str] | None:
        """A map of strings; None where it is missing or null."""
        value = self._get(name, dict, None)
        if value is None:
            return None
        if not all(isinstance(entry, str) for entry in value.values()):
            raise self.refusal(name, "every value must be a string")
        return dict(value)

    def text_list(self, name: str) -> tuple[str, ...]:
        values = self._get(name, list, [])
        if not all(isinstance(entry, str) for entry in values):
            raise self.refusal(name, "every value must be a string")
        return tuple(values)

    def fields(self, name: str) -> Fields:
        return Fields(self._values.get(name.lower()), f"{self.place}/{name}")

    def entries(self, name: str) -> Iterator[tuple[str, Any, str]]:
        """Name, value and place of each member of a map."""
        for key, value in self._get(name, dict, _NOTHING).items():
            yield key, value, f"{self.place}/{name}/{key}"

    def items(self, name: str) -> list[Fields]:
        values = self._get(name, list, [])
        return [Fields(value, f"{self.place}/{name}/{index}") for index, value in enumerate(values)]

    def time_ms(self, name: str) -> int:
        """A time in RFC 3339, in milliseconds; the year 1 where it is missing."""
        text = self.text(name) or _ZERO_TIME
        match = _TIME.fullmatch(text)
        if match is None:
            raise self.refusal(name, f"{_shown(text)} is not a time in RFC 3339")
        try:
            moment = datetime.fromisoformat(match[1] + ("+00:00" if match[3] == "Z" else match[3])).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise self.refusal(name, f"{_shown(text)} is not a time: {error}") from error
        return (moment - _EPOCH) // timedelta(seconds=1) * 1000 + int((match[2] or "0").ljust(3, "0")[:3])


def kumo_time(time_ms: int) -> str:
    """RFC 3339 as Go writes it: no zeros at the end of the fraction."""
    moment = _EPOCH + timedelta(milliseconds=time_ms)
    fraction = f".{time_ms % 1000:03d}".rstrip("0").rstrip(".")
    return moment.replace(microsecond=0, tzinfo=None).isoformat() + fraction + "Z"


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN_MAX else f"{text[: _SHOWN_MAX - 1]}…"
