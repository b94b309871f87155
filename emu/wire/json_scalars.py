"""Scalars in JSON: conversions, and the words in which AWS refuses what isn't one.

The words are those of its Java front end: class names, parser tokens, a misspelling.
"""

from __future__ import annotations

import binascii
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from emu.wire.errors import SERIALIZATION
from services.errors import ServiceError

PLAIN: dict[str, type] = {"string": str, "boolean": bool, "integer": int, "long": int, "double": float, "float": float}
"""By shape type: the type of parsed JSON that is the value already."""

JAVA = {
    "string": "java.lang.String",
    "integer": "java.lang.Integer",
    "long": "java.lang.Long",
    "double": "java.lang.Double",
    "float": "java.lang.Float",
    "boolean": "java.lang.Boolean",
    "blob": "java.nio.ByteBuffer",
    "timestamp": "java.util.Date",
}


def refused(text: str) -> ServiceError:
    return SERIALIZATION(text=text)


def decoder(kind: str) -> Callable[[Any], Any]:
    """The decoder of a scalar shape's type."""
    convert, java = _CONVERSIONS[kind], JAVA[kind]
    simple = java.rpartition(".")[2]

    def scalar(value: Any) -> Any:
        if type(value) is dict:
            raise refused("Start of structure or map found where not expected")
        if type(value) is list:
            raise refused(f"Unrecognized collection type class {java}")
        return convert(value, simple)

    return scalar


def _token(value: Any) -> str:
    """A scalar's name in AWS's parser."""
    if value is True:
        return "TRUE_VALUE"
    if value is False:
        return "FALSE_VALUE"
    if isinstance(value, str):
        return "STRING_VALUE"
    return "NUMBER_VALUE" if isinstance(value, int) else "DECIMAL_VALUE"


def _string(value: Any, java: str) -> str:
    if type(value) is not str:
        raise refused(f"{_token(value)} cannot be converted to {java}")
    return value


def _integer(value: Any, java: str) -> int:
    # AWS takes fractions for whole numbers and cuts them.
    if type(value) is int:
        return value
    if type(value) is float:
        return int(value)
    raise refused(f"{_token(value)} cannot be converted to {java}")


def _number(value: Any, java: str) -> float:
    if type(value) is int or type(value) is float:
        return value
    raise refused(f"{_token(value)} cannot be converted to {java}")


def _boolean(value: Any, java: str) -> bool:
    if type(value) is bool:
        return value
    if type(value) is str:
        raise refused("Unexpected token received from parser")
    raise refused(f"{_token(value)} cannot be converted to {java}")


def _blob(value: Any, java: str) -> bytes:
    if type(value) is not str:
        raise refused("only base-64-encoded strings are convertible to bytes")
    if len(value) % 4:
        raise refused(f"Base64 encoded length is expected a multiple of 4 bytes but found: {len(value)}")
    try:
        return binascii.a2b_base64(value, strict_mode=True)
    except ValueError:
        # "dectected" is AWS's own spelling.
        raise refused("Invalid last non-pad Base64 character dectected") from None


def _timestamp(value: Any, java: str) -> int:
    if type(value) is int or type(value) is float:
        with suppress(OverflowError):
            return round(value * 1000)
    raise refused(f"{_token(value)} cannot be converted to {java}")


_CONVERSIONS: dict[str, Callable[[Any, str], Any]] = {
    "string": _string,
    "integer": _integer,
    "long": _integer,
    "double": _number,
    "float": _number,
    "boolean": _boolean,
    "blob": _blob,
    "timestamp": _timestamp,
}
