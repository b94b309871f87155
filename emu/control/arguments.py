"""Reading what a call of the control plane was given: JSON bodies and query parameters, member by member.

Whatever can't be used is refused with a sentence and the member at fault; a member that nobody reads is refused too,
since a misspelt one would otherwise be accepted and have no effect.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, overload

import orjson
from starlette.requests import Request
from starlette.responses import Response

from emu.clock.setting import LATEST_MS

T = TypeVar("T")
D = TypeVar("D")

_MISSING = object()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS_MAX = 100
"""Of a number in a parameter; far more than the largest has."""
NESTING_MAX = 100
"""How deep a body may be nested. Whatever it holds can be shown again, a few levels further down in an answer."""


class Refused(Exception):
    """A call that can't be carried out. ``field`` names the member at fault; ``extra`` goes into the answer too."""

    def __init__(self, error: str, field: str | None = None, status: int = 400, **extra: Any) -> None:
        super().__init__(error)
        self.error = error
        self.field = field
        self.status = status
        self.extra = extra

    def document(self) -> dict[str, Any]:
        return {"error": self.error, **({} if self.field is None else {"field": self.field}), **self.extra}


def answer(content: Any, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(orjson.dumps(content), status, media_type="application/json")


class Members:
    """The members of an object. Each is taken once; :meth:`finish` refuses those that are left.

    path: where the object stands in the request, for the names of members at fault (``until[0].``).
    """

    def __init__(self, values: Mapping[str, Any], path: str = "") -> None:
        self._values = dict(values)
        self._path = path
        self._known: list[str] = []

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def names(self) -> Sequence[str]:
        """Those that were not taken yet."""
        return list(self._values)

    def field(self, name: str) -> str:
        return f"{self._path}{name}"

    def refuse(self, name: str, what: str) -> Refused:
        """The refusal to raise: ``what`` goes on after the member's name."""
        return Refused(f"{self.field(name)} {what}", self.field(name))

    @overload
    def take(self, name: str, read: Callable[[Any], T]) -> T: ...

    @overload
    def take(self, name: str, read: Callable[[Any], T], default: D) -> T | D: ...

    def take(self, name: str, read: Callable[[Any], Any], default: Any = _MISSING) -> Any:
        """A member's value as ``read`` gives it; ``default`` where it is absent. ``read`` raises ValueError with what
        the value must be."""
        self._known.append(name)
        if name not in self._values:
            if default is _MISSING:
                raise self.refuse(name, "is missing.")
            return default
        value = self._values.pop(name)
        try:
            return read(value)
        except ValueError as error:
            raise self.refuse(name, f"is {_shown(value)}, but must be {error}.") from None

    def finish(self) -> None:
        """Refuses members that nothing reads."""
        for name in self._values:
            raise self.refuse(name, f"is unknown here; {only(self._known)}.")


def only(names: Sequence[str]) -> str:
    """What there may be, as refusals say it."""
    return f"there may be: {', '.join(dict.fromkeys(names))}" if names else "nothing is expected"


def _shown(value: Any) -> str:
    text = orjson.dumps(value).decode()
    return text if len(text) <= 100 else f"{text[:100]}…"


async def body_of(request: Request) -> Members:
    """The request's body, whatever content type it has: curl's default is a form's."""
    data = await request.body()
    try:
        values = orjson.loads(data) if data.strip() else {}
    except orjson.JSONDecodeError as error:
        raise Refused(f"The body is not JSON: {error}.") from None
    if not isinstance(values, dict):
        raise Refused("The body must be a JSON object.")
    if _is_nested_deeper(values, NESTING_MAX):
        raise Refused(f"The body is nested deeper than {NESTING_MAX} levels.")
    return Members(values)


def _is_nested_deeper(value: Any, levels: int) -> bool:
    if not levels:
        return isinstance(value, (dict, list))
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_is_nested_deeper(part, levels - 1) for part in parts)


def parameters_of(request: Request) -> Members:
    """The request's query parameters: texts, each given once."""
    for name, count in Counter(name for name, _ in request.query_params.multi_items()).items():
        if count > 1:
            raise Refused(f"{name} is given {count} times.", name)
    return Members(request.query_params)


# What a value must be


def text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("a text that is not empty")
    return value


def name(value: Any) -> str:
    """A queue's, table's or bucket's name."""
    if not isinstance(value, str) or not value or ":" in value or "/" in value:
        raise ValueError("a name, which is no URL and no ARN")
    return value


def account(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{12}", value):
        raise ValueError("twelve digits")
    return value


def region(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[a-z0-9-]{2,32}", value):
        raise ValueError("a region's name such as us-east-1")
    return value


def whole(low: int, high: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return value

    return read


def digits(low: int, high: int) -> Callable[[Any], int]:
    """A whole number as the text of a query parameter."""

    def read(value: Any) -> int:
        is_number = value.isascii() and value.isdigit() and len(value) <= _DIGITS_MAX
        return whole(low, high)(int(value) if is_number else value)

    return read


def number(low: float, high: float) -> Callable[[Any], float]:
    def read(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
            raise ValueError(f"a number from {low:g} to {int(high)}")
        return value

    return read


def one_of(*values: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in values:
            raise ValueError(f"one of {', '.join(values)}")
        return str(value)

    return read


def true(value: Any) -> bool:
    if value is not True:
        raise ValueError("true")
    return True


def flag(value: Any) -> bool:
    """true or false; also as the text of a query parameter."""
    if not isinstance(value, bool) and value not in ("true", "false"):
        raise ValueError("true or false")
    return value is True or value == "true"


def mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("an object")
    return value


def sequence(value: Any) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise ValueError("a list that is not empty")
    return value


def moment(value: Any) -> int:
    """Milliseconds since the epoch, of a moment in either form."""
    problem = "a moment from 1970 to 9998: an ISO 8601 text with a time zone, or milliseconds since the epoch"
    if isinstance(value, str):
        try:
            read = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(problem) from None
        if read.tzinfo is None:
            raise ValueError(problem)
        value = (read - _EPOCH) // timedelta(milliseconds=1)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LATEST_MS:
        raise ValueError(problem)
    return value


def shown_moment(ms: int) -> str:
    """A moment as answers show it: ``2026-01-01T00:00:00.000Z``."""
    return f"{datetime.fromtimestamp(ms // 1000, UTC):%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"
