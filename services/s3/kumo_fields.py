"""JSON read as Kumo reads it: names in any case, null and a missing name for a zero value, unknown names ignored. A
value of the wrong kind is refused with its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from services.s3.model import EMPTY

_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)")
_ZERO_TIME = "0001-01-01T00:00:00Z"


class Fields:
    """A JSON object read as Kumo reads it; ``place`` says where it stands."""

    def __init__(self, value: Any, place: str) -> None:
        if value is not None and not isinstance(value, Mapping):
            raise ValueError(f"{place}: an object is expected, not {type(value).__name__}")
        self.place = place
        self.raw: Mapping[str, Any] = value or EMPTY
        self._values = {name.lower(): entry for name, entry in self.raw.items()}

    def _get(self, name: str, kind: type, zero: Any) -> Any:
        value = self._values.get(name.lower())
        if value is None:
            return zero
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise ValueError(f"{self.place}/{name}: {value!r} is not a {kind.__name__}")
        return value

    def text(self, name: str) -> str:
        return str(self._get(name, str, ""))

    def integer(self, name: str) -> int:
        return int(self._get(name, int, 0))

    def boolean(self, name: str) -> bool:
        return bool(self._get(name, bool, False))

    def texts(self, name: str) -> dict[str, str] | None:
        """A map of strings; None where it is missing or null."""
        value = self._get(name, dict, None)
        if value is None:
            return None
        if not all(isinstance(entry, str) for entry in value.values()):
            raise ValueError(f"{self.place}/{name}: every value must be a string")
        return dict(value)

    def text_list(self, name: str) -> tuple[str, ...]:
        values = self._get(name, list, [])
        if not all(isinstance(entry, str) for entry in values):
            raise ValueError(f"{self.place}/{name}: every value must be a string")
        return tuple(values)

    def fields(self, name: str) -> Fields:
        return Fields(self._values.get(name.lower()), f"{self.place}/{name}")

    def entries(self, name: str) -> Iterator[tuple[str, Any, str]]:
        """Name, value and place of each member of a map."""
        for key, value in self._get(name, dict, EMPTY).items():
            yield key, value, f"{self.place}/{name}/{key}"

    def items(self, name: str) -> list[Fields]:
        values = self._get(name, list, [])
        return [Fields(value, f"{self.place}/{name}/{index}") for index, value in enumerate(values)]

    def time_ms(self, name: str) -> int:
        text = self.text(name) or _ZERO_TIME
        match = _TIME.fullmatch(text)
        if match is None:
            raise ValueError(f"{self.place}/{name}: {text!r} is not a time in RFC 3339")
        moment = datetime.fromisoformat(match[1] + ("+00:00" if match[3] == "Z" else match[3]))
        seconds = round((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())
        return seconds * 1000 + int((match[2] or "0").ljust(3, "0")[:3])
