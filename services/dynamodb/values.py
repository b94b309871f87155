"""Attribute values: what a client may send, and the one form in which a value is kept.

A value is DynamoDB's JSON: a dict with one member, the type (``{"S": "a"}``); binary data stands as base64
text. The kept form is *normalised*: numbers as :func:`services.dynamodb.numbers.normalised` writes them,
base64 as the encoder writes it, sets sorted. Two normalised values are equal exactly when their dicts are.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson

from services.dynamodb import errors, limits, numbers
from services.errors import ServiceError

Value = dict[str, Any]
Item = dict[str, Value]


def checked(value: Any, level: int = 1) -> Value:
    """The value, normalised. ``level`` counts it and the lists and maps around it. Raises what AWS says of a bad
    value."""
    if type(value) is not dict:
        raise _mismatch(value)
    if len(value) != 1:
        value = _only_member(value)
    for kind, data in value.items():
        check = _CHECKS.get(kind)
        if check is None or data is None:
            break
        kept = check(data, level)
        return value if kept is data else {kind: kept}
    raise errors.VALUE_EMPTY()


def check_json(value: Any, wanted: type) -> None:
    """Refuses JSON that isn't the ``dict`` or ``list`` that should stand there, which the codec leaves to us wherever
    there are attribute values in it."""
    if type(value) is not wanted:
        raise errors.SERIALIZATION(message="Unexpected field type")


def checked_item(item: Mapping[str, Any]) -> Item:
    """All of an item's (or key's) values, normalised."""
    check_json(item, dict)
    check_name_lengths(item)
    return {name: checked(value) for name, value in item.items()}


def check_name_lengths(names: Iterable[str]) -> None:
    """Refuses attribute names that are empty or too long."""
    for name in names:
        if not name:
            raise errors.ATTRIBUTE_NAME_EMPTY()
        if len(name) > limits.ATTRIBUTE_NAME_BYTES_MAX // 4 and len(name.encode()) > limits.ATTRIBUTE_NAME_BYTES_MAX:
            raise errors.ATTRIBUTE_NAME_TOO_LONG()


def encoded(item: Item) -> bytes:
    """The item as it is kept: compact JSON, members sorted, in a string of exactly its size."""
    return bytes(memoryview(orjson.dumps(item, option=orjson.OPT_SORT_KEYS)))


def kind_of(value: Mapping[str, Any]) -> str:
    """The type of a checked value: ``S``, ``N``, …"""
    return next(iter(value))


def shown(value: Mapping[str, Any]) -> str:
    """As AWS's messages show a value: ``{S:abc}``."""
    kind = kind_of(value)
    data = value[kind]
    text = f"[{', '.join(map(str, data))}]" if isinstance(data, list) else str(data)
    return f"{{{kind}:{text}}}"


def _only_member(value: Mapping[str, Any]) -> Value:
    members = {kind: data for kind, data in value.items() if kind in _CHECKS and data is not None}
    if not members:
        raise errors.VALUE_EMPTY()
    if len(members) > 1:
        raise errors.VALUE_AMBIGUOUS()
    return members


def _mismatch(data: Any, wanted: str | None = None) -> ServiceError:
    """The error for JSON of the wrong type; ``wanted`` is the name of the scalar type that should stand there."""
    if isinstance(data, dict):
        return errors.SERIALIZATION(message="Start of structure or map found where not expected.")
    if isinstance(data, list):
        return errors.SERIALIZATION(message="Start of list found where not expected")
    if wanted is None:
        return errors.SERIALIZATION(message="Unexpected value type in payload")
    if isinstance(data, bool):
        kind = "TRUE" if data else "FALSE"
    else:
        kind = "STRING" if isinstance(data, str) else "NUMBER"
    return errors.SERIALIZATION(message=f"{kind}_VALUE cannot be converted to {wanted}")


def _text(data: Any, level: int) -> str:
    if type(data) is not str:
        raise _mismatch(data, "String")
    return data


def _number(data: Any, level: int) -> str:
    if type(data) is not str:
        raise _mismatch(data, "String")
    return numbers.normalised(data)


def _binary(data: Any, level: int) -> str:
    if type(data) is not str:
        raise _mismatch(data, "Blob")
    try:
        raw = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise errors.SERIALIZATION(message=_not_base64(data)) from None
    kept = base64.b64encode(raw).decode()
    return data if kept == data else kept


def _not_base64(data: str) -> str:
    if len(data) % 4:
        problem = f"Base64 encoded length is expected a multiple of 4 bytes but found: {len(data)}"
    else:
        wrong = next((character for character in data if not (character.isalnum() or character in "+/")), "=")
        problem = f"Invalid Base64 character: '{wrong}'"
    return f"'{data}' can not be converted to a Blob: {problem}"


def _boolean(data: Any, level: int) -> bool:
    if type(data) is not bool:
        raise _mismatch(data, "Boolean")
    return data


def _null(data: Any, level: int) -> bool:
    # AWS stores {"NULL": false} as {"NULL": true} since 2026.
    return _boolean(data, level) or True


def _members(data: Any, check: Callable[[Any, int], str], level: int) -> list[str]:
    if type(data) is not list:
        raise _mismatch(data)
    return [check(member, level) for member in data]


def _text_set(data: Any, level: int) -> list[str]:
    members = _members(data, _text, level)
    if not members:
        raise errors.SET_EMPTY(kind="string")
    if len(set(members)) < len(members):
        told = ", ".join(f'"{member}"' for member in _up_to_the_repeat(members, None))
        raise errors.LayeredError(
            errors.SET_DUPLICATES(members=f"[{told}]"), errors.SET_DUPLICATES(members=f"[{', '.join(members)}]")
        )
    return sorted(members)


def _up_to_the_repeat(members: list[str], order: Callable[[str], Any] | None) -> list[str]:
    """As AWS tells members of which one is repeated: in order before the repeat, behind it as they came."""
    seen: set[str] = set()
    for position, member in enumerate(members):
        if member in seen:
            return [*sorted(members[:position], key=order), *members[position:]]
        seen.add(member)
    return members


def _number_set(data: Any, level: int) -> list[str]:
    members = _members(data, _number, level)
    if not members:
        raise errors.SET_EMPTY(kind="number")
    if len(set(members)) < len(members):
        raise errors.LayeredError(errors.NUMBER_SET_DUPLICATES(), errors.NUMBER_SET_DUPLICATES_OLDER())
    return sorted(members, key=numbers.ordered)


def _binary_set(data: Any, level: int) -> list[str]:
    members = _members(data, _binary, level)
    if not members:
        raise errors.BINARY_SET_EMPTY()
    if len(set(members)) < len(members):
        told = ",".join(f'"{member}"' for member in _up_to_the_repeat(members, base64.b64decode))
        raise errors.LayeredError(
            errors.BINARY_SET_DUPLICATES(members=f"[{told}]"),
            errors.BINARY_SET_DUPLICATES(members=f"[{', '.join(members)}]"),
        )
    return sorted(members, key=base64.b64decode)


def _list(data: Any, level: int) -> list[Value]:
    if type(data) is not list:
        raise _mismatch(data)
    if level >= limits.NESTING_LEVELS_MAX:
        raise errors.NESTING_TOO_DEEP()
    return [checked(member, level + 1) for member in data]


def _map(data: Any, level: int) -> Item:
    if type(data) is not dict:
        raise _mismatch(data)
    if level >= limits.NESTING_LEVELS_MAX:
        raise errors.NESTING_TOO_DEEP()
    check_name_lengths(data)
    return {name: checked(member, level + 1) for name, member in data.items()}


_CHECKS: dict[str, Callable[[Any, int], Any]] = {
    "S": _text,
    "N": _number,
    "B": _binary,
    "BOOL": _boolean,
    "NULL": _null,
    "SS": _text_set,
    "NS": _number_set,
    "BS": _binary_set,
    "L": _list,
    "M": _map,
}

_SET_ORDERS: dict[str, Callable[[str], Any] | None] = {
    "SS": None,
    "NS": numbers.ordered,
    "BS": base64.b64decode,
}


def set_of(kind: str, members: set[str]) -> Value:
    """A normalised set value of normalised members."""
    return {kind: sorted(members, key=_SET_ORDERS[kind])}


def comparable(value: Mapping[str, Any]) -> Any:
    """What orders values of one scalar type: text by code points (the order of its UTF-8 bytes), numbers, raw bytes."""
    kind = kind_of(value)
    data = value[kind]
    if kind == "N":
        return numbers.value(data)
    return base64.b64decode(data) if kind == "B" else data
