"""A request's ExpressionAttributeNames and ExpressionAttributeValues, and what becomes of a path and an
operand with them.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ExpressionAttributeNames.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ExpressionAttributeValues.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from services.dynamodb import errors
from services.dynamodb.expressions.nodes import Literal, Path, Placeholder, Step
from services.dynamodb.item_size import value_size
from services.dynamodb.values import Value, check_json, check_name_lengths, checked
from services.errors import ServiceError

_NAME_KEY = re.compile(r"#[A-Za-z0-9_]+")
_VALUE_KEY = re.compile(r":[A-Za-z0-9_]+")

Steps = tuple[Step, ...]
"""A path with its placeholders replaced."""


class Placeholders:
    """The names and values of one request. Those that no expression used are refused at the end (:meth:`finish`)."""

    __slots__ = ("_names", "_unused_names", "_unused_values", "_values")

    def __init__(
        self, names: Mapping[str, Any] | None = None, values: Mapping[str, Any] | None = None, *, older: bool = False
    ) -> None:
        """``older``: values are told wrong as by the older validator."""
        self._names: Mapping[str, str] = _checked_names(names) if names is not None else {}
        self._values = _checked_values(values, older=older) if values is not None else {}
        self._unused_names = set(self._names)
        self._unused_values = set(self._values)

    def resolve(self, path: Path, kind: str) -> Steps:
        """The path's attribute names and indexes. Refuses undefined placeholders."""
        if path.literal:
            return path.steps
        return tuple(self._step(step, kind) if isinstance(step, str) else step for step in path.steps)

    def _step(self, step: str, kind: str) -> str:
        if step[0] != "#":
            return step
        name = self._names.get(step)
        if name is None:
            raise errors.NAME_UNDEFINED(kind=kind, name=step)
        self._unused_names.discard(step)
        return name

    def value(self, operand: Placeholder | Literal, kind: str) -> Value:
        """The attribute value. Refuses an undefined placeholder."""
        if isinstance(operand, Literal):
            return operand.value
        value = self._values.get(operand.name)
        if value is None:
            raise errors.VALUE_UNDEFINED(kind=kind, name=operand.name)
        self._unused_values.discard(operand.name)
        return value

    def size(self) -> int:
        """Bytes of the values."""
        return sum(map(value_size, self._values.values()))

    def require(self, names: tuple[str, ...], values: tuple[str, ...], kind: str) -> None:
        """Refuses undefined placeholders: the first name, or else the first value."""
        for name in names:
            self._step(name, kind)
        for value in values:
            self.value(Placeholder(value), kind)

    def finish(self) -> None:
        """Refuses names and values that nothing used."""
        for member, unused, given in (
            ("ExpressionAttributeNames", self._unused_names, self._names),
            ("ExpressionAttributeValues", self._unused_values, self._values),
        ):
            if unused:
                keys = ", ".join(key for key in given if key in unused)
                raise errors.PLACEHOLDERS_UNUSED(member=member, keys=keys)


def _checked_names(names: Mapping[str, Any]) -> Mapping[str, str]:
    if not names:
        raise errors.PLACEHOLDERS_EMPTY(member="ExpressionAttributeNames")
    for key in names:
        if not _NAME_KEY.fullmatch(key):
            raise errors.PLACEHOLDER_SYNTAX(member="ExpressionAttributeNames", key=key)
    check_name_lengths(names.values())
    return names


def _checked_values(values: Mapping[str, Any], *, older: bool) -> dict[str, Value]:
    check_json(values, dict)
    if not values:
        raise errors.PLACEHOLDERS_EMPTY(member="ExpressionAttributeValues")
    for key in values:
        if not _VALUE_KEY.fullmatch(key):
            raise errors.PLACEHOLDER_SYNTAX(member="ExpressionAttributeValues", key=key)
    kept = {}
    for key, value in values.items():
        try:
            kept[key] = checked(value)
        except ServiceError as error:
            if not older or error.code != "ValidationException":
                raise
            message = errors.as_older_validator(error).message
            raise errors.PLACEHOLDER_VALUE(member="ExpressionAttributeValues", message=message, key=key) from None
    return kept
