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
from services.dynamodb.expressions.reserved_words import RESERVED_WORDS
from services.dynamodb.values import Value, checked
from services.errors import ServiceError

_NAME_KEY = re.compile(r"#[A-Za-z0-9_]+")
_VALUE_KEY = re.compile(r":[A-Za-z0-9_]+")

Steps = tuple[Step, ...]
"""A path with its placeholders replaced."""


class Placeholders:
    """The names and values of one request. Those that no expression used are refused at the end (:meth:`finish`)."""

    __slots__ = ("_names", "_unused_names", "_unused_values", "_values")

    def __init__(self, names: Mapping[str, Any] | None = None, values: Mapping[str, Any] | None = None) -> None:
        self._names: Mapping[str, str] = _checked_names(names) if names is not None else {}
        self._values = _checked_values(values) if values is not None else {}
        self._unused_names = set(self._names)
        self._unused_values = set(self._values)

    def resolve(self, path: Path, kind: str) -> Steps:
        """The path's attribute names and indexes. Refuses reserved words and undefined placeholders."""
        if path.literal:
            return path.steps
        return tuple(self._step(step, kind) if isinstance(step, str) else step for step in path.steps)

    def _step(self, step: str, kind: str) -> str:
        if step[0] != "#":
            if step.upper() in RESERVED_WORDS:
                raise errors.RESERVED_WORD(kind=kind, word=step)
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
    return names


def _checked_values(values: Mapping[str, Any]) -> dict[str, Value]:
    if not values:
        raise errors.PLACEHOLDERS_EMPTY(member="ExpressionAttributeValues")
    kept = {}
    for key, value in values.items():
        if not _VALUE_KEY.fullmatch(key):
            raise errors.PLACEHOLDER_SYNTAX(member="ExpressionAttributeValues", key=key)
        try:
            kept[key] = checked(value)
        except ServiceError as error:
            if error.code != "ValidationException":
                raise
            raise errors.PLACEHOLDER_VALUE(member="ExpressionAttributeValues", message=error.message, key=key) from None
    return kept
