"""The size of an item as AWS counts it, for the 400 KB limit, pages, capacity and TableSizeBytes.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from services.dynamodb import numbers


def text_size(text: str) -> int:
    """Bytes of the text in UTF-8."""
    return len(text) if text.isascii() else len(text.encode())


def binary_size(text: str) -> int:
    """Bytes that a base64 text stands for."""
    return len(text) // 4 * 3 - text.count("=", -2)


def _list_size(members: list[dict[str, Any]]) -> int:
    return 3 + sum(1 + value_size(member) for member in members)


def _map_size(members: Mapping[str, dict[str, Any]]) -> int:
    return 3 + sum(1 + text_size(name) + value_size(member) for name, member in members.items())


_SIZES: dict[str, Callable[[Any], int]] = {
    "S": text_size,
    "N": numbers.size,
    "B": binary_size,
    "BOOL": lambda _: 1,
    "NULL": lambda _: 1,
    "SS": lambda members: sum(map(text_size, members)),
    "NS": lambda members: sum(map(numbers.size, members)),
    "BS": lambda members: sum(map(binary_size, members)),
    "L": _list_size,
    "M": _map_size,
}


def value_size(value: Mapping[str, Any]) -> int:
    """Bytes of one normalised attribute value."""
    for kind, data in value.items():
        return _SIZES[kind](data)
    return 0


def item_size(item: Mapping[str, Mapping[str, Any]]) -> int:
    """Bytes of an item: its attributes' names and values."""
    total = 0
    for name, value in item.items():
        total += len(name) if name.isascii() else text_size(name)
        # Texts, the most frequent by far, without a call of their own.
        text = value.get("S")
        total += len(text) if text is not None and text.isascii() else value_size(value)
    return total
