"""The parameters that expressions replaced, translated to the same syntax trees.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.dynamodb import errors, legacy_errors
from services.dynamodb.expressions.key_conditions import KeyTest
from services.dynamodb.expressions.nodes import (
    Action,
    Add,
    And,
    Between,
    Comparison,
    Condition,
    Delete,
    Function,
    In,
    Literal,
    Not,
    Or,
    Path,
    Remove,
    Set,
    Update,
)
from services.dynamodb.expressions.projections import Projection
from services.dynamodb.values import Value, check_json, check_name_lengths, checked, comparable, kind_of

_COMPARATORS = {"EQ": "=", "NE": "<>", "LT": "<", "LE": "<=", "GT": ">", "GE": ">="}
_ONE = range(1, 2)
_COUNTS = {
    **dict.fromkeys((*_COMPARATORS, "CONTAINS", "NOT_CONTAINS", "BEGINS_WITH"), _ONE),
    "NULL": range(1),
    "NOT_NULL": range(1),
    "BETWEEN": range(2, 3),
    "IN": range(1, 101),
}
_KEY_OPERATORS = {
    "EQ": "=",
    "LT": "<",
    "LE": "<=",
    "GT": ">",
    "GE": ">=",
    "BETWEEN": "BETWEEN",
    "BEGINS_WITH": "begins_with",
}
# The types that an operator's values may have; those without an entry take any.
_TYPES = {
    **dict.fromkeys(("LT", "LE", "GT", "GE", "BETWEEN"), ("S", "N", "B")),
    "BEGINS_WITH": ("S", "B"),
    "IN": ("S", "N", "B"),
    "CONTAINS": ("S", "N", "B", "BOOL", "NULL"),
    "NOT_CONTAINS": ("S", "N", "B", "BOOL", "NULL"),
}

_BUILDERS: dict[str, Callable[[Path, list[Literal]], Condition]] = {
    "NULL": lambda path, values: Function("attribute_not_exists", (path,)),
    "NOT_NULL": lambda path, values: Function("attribute_exists", (path,)),
    "CONTAINS": lambda path, values: Function("contains", (path, values[0])),
    # What isn't there doesn't contain the value, and doesn't lack it either.
    "NOT_CONTAINS": lambda path, values: And(
        (Function("attribute_exists", (path,)), Not(Function("contains", (path, values[0]))))
    ),
    "BEGINS_WITH": lambda path, values: Function("begins_with", (path, values[0])),
    "BETWEEN": lambda path, values: Between(path, values[0], values[1]),
    "IN": lambda path, values: In(path, tuple(values)),
}


def _path(name: str) -> Path:
    return Path((name,), literal=True)


def _values(operator: str, entries: Sequence[Any]) -> list[Value]:
    """The checked values of a comparison. Refuses a number or a type of them that the operator doesn't take."""
    check_json(entries, list)
    values = [checked(entry) for entry in entries]
    if len(values) not in _COUNTS[operator]:
        raise legacy_errors.COUNT(operator=operator)
    allowed = _TYPES.get(operator)
    for value in values:
        if allowed is not None and kind_of(value) not in allowed:
            raise legacy_errors.TYPE(operator=operator, type=kind_of(value))
    if len({kind_of(value) for value in values}) > 1:
        raise legacy_errors.SAME_TYPE()
    if operator == "BETWEEN" and comparable(values[0]) > comparable(values[1]):
        raise legacy_errors.BETWEEN()
    return values


def _comparison(name: str, operator: str, entries: Sequence[Any]) -> Condition:
    values = [Literal(value) for value in _values(operator, entries)]
    if operator in _COMPARATORS:
        return Comparison(_COMPARATORS[operator], _path(name), values[0])
    return _BUILDERS[operator](_path(name), values)


def _joined(parts: Sequence[Condition], operator: str | None) -> Condition | None:
    if len(parts) < 2:
        if operator is not None:
            raise legacy_errors.OPERATOR_SINGLE() if parts else legacy_errors.OPERATOR_ALONE()
        return parts[0] if parts else None
    return Or(tuple(parts)) if operator == "OR" else And(tuple(parts))


def conditions(entries: Mapping[str, Any] | None, operator: str | None) -> Condition | None:
    """The tree of QueryFilter or ScanFilter, joined by ConditionalOperator."""
    check_name_lengths(entries or ())
    return _joined(
        [
            _comparison(name, entry["ComparisonOperator"], entry.get("AttributeValueList", []))
            for name, entry in (entries or {}).items()
        ],
        operator,
    )


def expected(request: Mapping[str, Any]) -> Condition | None:
    """The tree of Expected, joined by ConditionalOperator."""
    entries = request.get("Expected") or {}
    check_name_lengths(entries)
    return _joined([_expectation(name, entry) for name, entry in entries.items()], request.get("ConditionalOperator"))


def _expectation(name: str, entry: Mapping[str, Any]) -> Condition:
    if "ComparisonOperator" in entry:
        if "Exists" in entry:
            raise legacy_errors.EXISTS(attribute=name)
        if "Value" in entry and "AttributeValueList" in entry:
            raise legacy_errors.VALUE_AND_LIST(attribute=name)
        operator = entry["ComparisonOperator"]
        values = entry.get("AttributeValueList", [entry["Value"]] if "Value" in entry else None)
        if values is None and operator not in ("NULL", "NOT_NULL"):
            raise legacy_errors.NO_VALUE(operator=operator, attribute=name)
        return _comparison(name, operator, [] if values is None else values)
    if "AttributeValueList" in entry and "Value" not in entry:
        raise legacy_errors.LIST_ALONE(attribute=name)
    if not entry.get("Exists", True):
        if "Value" in entry:
            raise legacy_errors.VALUE_UNEXPECTED(attribute=name)
        return _comparison(name, "NULL", [])
    if "Value" not in entry:
        raise legacy_errors.VALUE_MISSING(exists="true" if "Exists" in entry else "null", attribute=name)
    return _comparison(name, "EQ", [entry["Value"]])


def key_tests(entries: Mapping[str, Any]) -> list[KeyTest]:
    """The tests of KeyConditions."""
    if not entries:
        raise errors.KEY_CONDITION_COUNT()
    tests = []
    for name, entry in entries.items():
        operator = entry["ComparisonOperator"]
        values = _values(operator, entry.get("AttributeValueList", []))
        if operator not in _KEY_OPERATORS:
            raise legacy_errors.KEY_OPERATOR(operator=operator)
        tests.append(KeyTest(name, _KEY_OPERATORS[operator], tuple(values)))
    return tests


def attributes_to_get(names: Sequence[str]) -> Projection:
    """The projection of AttributesToGet."""
    check_name_lengths(names)
    for position, name in enumerate(names):
        if name in names[:position]:
            raise legacy_errors.DUPLICATE(attribute=name)
    return Projection(tuple((name,) for name in names))


def attribute_updates(entries: Mapping[str, Any] | None) -> Update | None:
    """The tree of AttributeUpdates."""
    if entries is None:
        return None
    check_name_lengths(entries)
    actions = tuple(_action(name, entry) for name, entry in entries.items())
    return Update(actions, legacy=True)


def _action(name: str, entry: Mapping[str, Any]) -> Action:
    action = entry.get("Action", "PUT")
    path = _path(name)
    if "Value" not in entry:
        if action == "DELETE":
            return Remove(path)
        raise legacy_errors.UPDATE_VALUE(action=action)
    value = checked(entry["Value"])
    if action == "PUT":
        return Set(path, Literal(value))
    kind = kind_of(value)
    if action == "ADD" and kind == "L":
        present = Function("if_not_exists", (path, Literal({"L": []})))
        return Set(path, Function("list_append", (present, Literal(value))))
    if kind not in (("N", "SS", "NS", "BS") if action == "ADD" else ("SS", "NS", "BS")):
        told = "ADD action" if action == "ADD" else "DELETE action with value"
        raise legacy_errors.UPDATE_TYPE(action=told, type=kind)
    return Add(path, Literal(value)) if action == "ADD" else Delete(path, Literal(value))
