"""Conditions as functions of an item: ConditionExpression and FilterExpression.

Binding a tree to a request's placeholders checks all that doesn't depend on an item, and gives a predicate.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
"""

from __future__ import annotations

import base64
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from services.dynamodb import errors
from services.dynamodb.expressions import paths
from services.dynamodb.expressions.nodes import (
    And,
    Between,
    Comparison,
    Condition,
    Function,
    In,
    Literal,
    Not,
    Operand,
    Or,
    Path,
    Placeholder,
)
from services.dynamodb.expressions.placeholders import Placeholders, Steps
from services.dynamodb.values import Value, comparable, kind_of, shown

Predicate = Callable[[Mapping[str, Value]], bool]
Getter = Callable[[Mapping[str, Value]], Value | None]

_SCALARS = ("S", "N", "B")
_TYPES = ("B", "NULL", "SS", "BOOL", "L", "BS", "N", "NS", "S", "M")
# How AWS writes the type of what might be anything.
_ANY_TYPE = "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}"
_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class Bound:
    """A condition ready to be asked. ``names`` are the top-level attributes it looks at."""

    holds: Predicate
    names: frozenset[str]


def bind(tree: Condition, placeholders: Placeholders, kind: str) -> Bound:
    """``kind`` is the parameter's name, for messages."""
    binder = _Binder(placeholders, kind)
    predicate = binder.condition(tree)
    return Bound(predicate, frozenset(binder.names))


def in_order(compare: str, left: Value | None, right: Value | None) -> bool:
    """Whether ``left < right`` (or ``<=``, ``>``, ``>=``): only of two texts, two numbers or two binaries."""
    if left is None or right is None:
        return False
    kind = kind_of(left)
    if kind not in right or kind not in _SCALARS:
        return False
    return _ORDERS[compare](comparable(left), comparable(right))


@dataclass(frozen=True, slots=True)
class _BoundOperand:
    """``steps`` of a path, or the ``constant`` of a value; neither for a function's result. ``type`` is known of the
    latter two."""

    get: Getter
    steps: Steps | None = None
    constant: Value | None = None
    type: str | None = None


class _Binder:
    def __init__(self, placeholders: Placeholders, kind: str) -> None:
        self._placeholders = placeholders
        self._kind = kind
        self.names: set[str] = set()

    def condition(self, tree: Condition) -> Predicate:
        match tree:
            case And():
                parts = [self.condition(part) for part in tree.parts]
                return lambda item: all(holds(item) for holds in parts)
            case Or():
                parts = [self.condition(part) for part in tree.parts]
                return lambda item: any(holds(item) for holds in parts)
            case Not():
                inner = self.condition(tree.condition)
                return lambda item: not inner(item)
            case Comparison():
                return self._comparison(tree)
            case Between():
                return self._between(tree)
            case In():
                return self._within(tree)
            case Function():
                return self._predicate(tree)

    def operand(self, tree: Operand) -> _BoundOperand:
        match tree:
            case Path():
                steps = self._placeholders.resolve(tree, self._kind)
                self.names.add(str(steps[0]))
                if len(steps) == 1:
                    name = str(steps[0])
                    return _BoundOperand(lambda item: item.get(name), steps)
                return _BoundOperand(lambda item: paths.find(item, steps), steps)
            case Placeholder() | Literal():
                value = self._placeholders.value(tree, self._kind)
                return _BoundOperand(lambda item: value, None, value, kind_of(value))
            case Function():
                return self._size(tree)

    def _check_count(self, function: Function, count: int) -> None:
        if len(function.operands) != count:
            raise errors.OPERAND_COUNT(kind=self._kind, operator=function.name, count=len(function.operands))

    def _check_distinct(self, name: str, first: _BoundOperand, *others: _BoundOperand) -> None:
        if first.steps is not None and any(other.steps == first.steps for other in others):
            raise errors.OPERANDS_EQUAL(kind=self._kind, operator=name, operand=paths.shown(first.steps))

    def _check_type(self, name: str, operand: _BoundOperand, allowed: tuple[str, ...]) -> None:
        if operand.type is not None and operand.type not in allowed:
            raise errors.OPERAND_TYPE(kind=self._kind, operator=name, type=operand.type)

    def _comparison(self, tree: Comparison) -> Predicate:
        left, right = self.operand(tree.left), self.operand(tree.right)
        self._check_distinct(tree.operator, left, right)
        get_left, get_right = left.get, right.get
        if tree.operator == "=":

            def equal(item: Mapping[str, Value]) -> bool:
                value = get_left(item)
                return value is not None and value == get_right(item)

            return equal
        if tree.operator == "<>":

            def unequal(item: Mapping[str, Value]) -> bool:
                # What isn't there differs from everything, even from what isn't there either.
                value = get_left(item)
                return value is None or value != get_right(item)

            return unequal
        for operand in (left, right):
            self._check_type(tree.operator, operand, _SCALARS)
        name = tree.operator
        return lambda item: in_order(name, get_left(item), get_right(item))

    def _between(self, tree: Between) -> Predicate:
        operand, low, high = self.operand(tree.operand), self.operand(tree.low), self.operand(tree.high)
        for part in (operand, low, high):
            self._check_type("BETWEEN", part, _SCALARS)
        self._check_distinct("BETWEEN", operand, low, high)
        if low.constant is not None and high.constant is not None:
            check_bounds(low.constant, high.constant, self._kind)

        def between(item: Mapping[str, Value]) -> bool:
            value = operand.get(item)
            return in_order(">=", value, low.get(item)) and in_order("<=", value, high.get(item))

        return between

    def _within(self, tree: In) -> Predicate:
        operand = self.operand(tree.operand)
        options = [self.operand(option) for option in tree.options]
        self._check_distinct("IN", operand, *options)

        def within(item: Mapping[str, Value]) -> bool:
            value = operand.get(item)
            return value is not None and any(value == option.get(item) for option in options)

        return within

    def _size(self, tree: Function) -> _BoundOperand:
        self._check_count(tree, 1)
        operand = self.operand(tree.operands[0])
        self._check_type("size", operand, ("S", "B", "SS", "NS", "BS", "L", "M"))

        def size(item: Mapping[str, Value]) -> Value | None:
            value = operand.get(item)
            return None if value is None else _size_of(value)

        return _BoundOperand(size, type="N")

    def _predicate(self, tree: Function) -> Predicate:
        return _PREDICATES[tree.name](self, tree)

    def _path(self, tree: Function) -> _BoundOperand:
        operand = self.operand(tree.operands[0])
        if operand.steps is None:
            raise errors.PATH_REQUIRED(kind=self._kind, operator=tree.name)
        return operand

    def exists(self, tree: Function) -> Predicate:
        self._check_count(tree, 1)
        get = self._path(tree).get
        return lambda item: get(item) is not None

    def not_exists(self, tree: Function) -> Predicate:
        self._check_count(tree, 1)
        get = self._path(tree).get
        return lambda item: get(item) is None

    def attribute_type(self, tree: Function) -> Predicate:
        self._check_count(tree, 2)
        get = self.operand(tree.operands[0]).get
        wanted = self.operand(tree.operands[1])
        self._check_type(tree.name, wanted, ("S",))
        if wanted.constant is None:
            raise errors.OPERAND_TYPE(kind=self._kind, operator=tree.name, type=_ANY_TYPE)
        kind = wanted.constant["S"]
        if kind not in _TYPES:
            raise errors.TYPE_NAME(kind=self._kind, type=kind)
        return lambda item: kind in (get(item) or ())

    def begins_with(self, tree: Function) -> Predicate:
        self._check_count(tree, 2)
        operand, prefix = self.operand(tree.operands[0]), self.operand(tree.operands[1])
        for part in (operand, prefix):
            self._check_type(tree.name, part, ("S", "B"))
        self._check_distinct(tree.name, operand, prefix)
        return lambda item: _begins_with(operand.get(item), prefix.get(item))

    def contains(self, tree: Function) -> Predicate:
        self._check_count(tree, 2)
        operand, wanted = self.operand(tree.operands[0]), self.operand(tree.operands[1])
        self._check_type(tree.name, operand, ("S", "B", "SS", "NS", "BS", "L"))
        self._check_distinct(tree.name, operand, wanted)
        return lambda item: contains(operand.get(item), wanted.get(item))


_PREDICATES: dict[str, Callable[[_Binder, Function], Predicate]] = {
    "attribute_exists": _Binder.exists,
    "attribute_not_exists": _Binder.not_exists,
    "attribute_type": _Binder.attribute_type,
    "begins_with": _Binder.begins_with,
    "contains": _Binder.contains,
}


def check_bounds(low: Value, high: Value, kind: str) -> None:
    """Refuses BETWEEN's bounds of two types, or in the wrong order."""
    refusal = None
    if kind_of(low) != kind_of(high):
        refusal = errors.BETWEEN_TYPES
    elif comparable(low) > comparable(high):
        refusal = errors.BETWEEN_ORDER
    if refusal is not None:
        raise refusal(kind=kind, lower=shown(low), upper=shown(high))


def _size_of(value: Value) -> Value | None:
    kind = kind_of(value)
    data = value[kind]
    if kind in ("N", "BOOL", "NULL"):
        return None
    return {"N": str(len(base64.b64decode(data) if kind == "B" else data))}


def _begins_with(value: Value | None, prefix: Value | None) -> bool:
    if value is None or prefix is None:
        return False
    if "S" in value and "S" in prefix:
        return bool(value["S"].startswith(prefix["S"]))
    if "B" in value and "B" in prefix:
        return base64.b64decode(value["B"]).startswith(base64.b64decode(prefix["B"]))
    return False


def contains(value: Value | None, wanted: Value | None) -> bool:
    """Whether a text or binary has a part, a set a member, or a list an element."""
    if value is None or wanted is None:
        return False
    kind = kind_of(value)
    data = value[kind]
    if kind == "L":
        return wanted in data
    own = kind_of(wanted)
    if kind == own == "S":
        return wanted["S"] in data
    if kind == own == "B":
        return base64.b64decode(wanted["B"]) in base64.b64decode(data)
    return kind == f"{own}S" and wanted[own] in data
