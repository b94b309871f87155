"""KeyConditionExpression: one partition, and perhaps a range of its sort keys.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from services.dynamodb import errors, keys
from services.dynamodb.expressions.conditions import check_bounds
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
from services.dynamodb.expressions.placeholders import Placeholders
from services.dynamodb.keys import KeySchema
from services.dynamodb.values import Value, kind_of
from services.errors import Refusal, ServiceError

_KIND = "KeyConditionExpression"
_MIRRORED = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True, slots=True)
class KeyTest:
    """One attribute's test: ``operator`` is ``= < <= > >= BETWEEN begins_with``, with one or two values."""

    name: str
    operator: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class KeyRange:
    """The keys from ``low`` on, below ``high`` (None: no end), all in ``partition``."""

    partition: bytes
    low: bytes
    high: bytes | None


def bind(tree: Condition, placeholders: Placeholders) -> list[KeyTest]:
    """The tests of a key condition, at most one an attribute; what doesn't depend on a table is checked."""
    tests = [_test(part, placeholders) for part in _parts(tree)]
    if len({test.name for test in tests}) < len(tests):
        raise errors.KEY_CONDITION_TWICE()
    return tests


def _parts(tree: Condition) -> Iterator[Condition]:
    match tree:
        case And():
            for part in tree.parts:
                yield from _parts(part)
        case Or():
            raise errors.KEY_CONDITION_OPERATOR(operator="OR")
        case Not():
            raise errors.KEY_CONDITION_OPERATOR(operator="NOT")
        case In():
            raise errors.KEY_CONDITION_OPERATOR(operator="IN")
        case _:
            yield tree


def _test(tree: Condition, placeholders: Placeholders) -> KeyTest:
    match tree:
        case Comparison(operator="<>"):
            raise errors.KEY_CONDITION_OPERATOR(operator="<>")
        case Comparison(operator=operator, left=Path() as path, right=right):
            return KeyTest(_name(path, placeholders), operator, (_ordered(operator, right, placeholders),))
        case Comparison(operator=operator, left=left, right=Path() as path):
            value = _ordered(operator, left, placeholders)
            return KeyTest(_name(path, placeholders), _MIRRORED[operator], (value,))
        case Between(operand=Path() as path, low=low, high=high):
            name = _name(path, placeholders)
            bounds = _ordered("BETWEEN", low, placeholders), _ordered("BETWEEN", high, placeholders)
            check_bounds(*bounds, _KIND)
            return KeyTest(name, "BETWEEN", bounds)
        case Function(name="begins_with", operands=(Path() as path, prefix)):
            name = _name(path, placeholders)
            value = _value(prefix, placeholders)
            if kind_of(value) not in ("S", "B"):
                raise errors.OPERAND_TYPE(kind=_KIND, operator="begins_with", type=kind_of(value))
            return KeyTest(name, "begins_with", (value,))
        case Function(name=name):
            raise errors.KEY_CONDITION_OPERATOR(operator=name)
        case _:
            raise errors.KEY_CONDITION_NO_PATH()


def _name(path: Path, placeholders: Placeholders) -> str:
    steps = placeholders.resolve(path, _KIND)
    if len(steps) > 1:
        raise errors.KEY_CONDITION_NESTED()
    return str(steps[0])


def _value(operand: Operand, placeholders: Placeholders) -> Value:
    match operand:
        case Placeholder() | Literal():
            return placeholders.value(operand, _KIND)
        case Path():
            raise errors.KEY_CONDITION_PATHS()
        case Function():
            raise errors.KEY_CONDITION_OPERATOR(operator=operand.name)


def _ordered(operator: str, operand: Operand, placeholders: Placeholders) -> Value:
    """The value of a comparison; one that asks for an order has only some types."""
    value = _value(operand, placeholders)
    if operator != "=" and kind_of(value) not in ("S", "N", "B"):
        raise errors.OPERAND_TYPE(kind=_KIND, operator=operator, type=kind_of(value))
    return value


def key_range(tests: list[KeyTest], schema: KeySchema) -> KeyRange:
    """Where the tests lead in a table or index with these keys. Refuses tests that its schema doesn't allow."""
    if len(tests) > max(2, len(schema.names)):
        raise errors.KEY_CONDITION_TOO_MANY(count=len(tests), keys=len(schema.names))
    by_name = {test.name: test for test in tests}
    partition = keys.partition_of([_equal_value(by_name, name, schema) for name in schema.hash_names])
    if not by_name:
        return KeyRange(partition, partition, keys.after(partition))
    if not schema.range_names:
        raise errors.KEY_CONDITION_UNSUPPORTED()
    prefix = partition
    for position, name in enumerate(schema.range_names):
        test = by_name.pop(name, None)
        if test is None:
            raise _missing(name, schema, errors.KEY_CONDITION_RANGE)
        _check_type(test, schema.types[name])
        low, high = _RANGES[test.operator](prefix, test.values)
        if not by_name:
            return KeyRange(partition, low, high)
        if test.operator != "=" and position + 1 < len(schema.range_names):
            raise errors.KEY_CONDITION_RANGE(key=name)
        prefix += keys.element(test.values[0])
    raise errors.KEY_CONDITION_UNSUPPORTED()


def _equal_value(by_name: dict[str, KeyTest], name: str, schema: KeySchema) -> Value:
    """The value that a part of the partition key must have; its test is taken out of the map."""
    test = by_name.pop(name, None)
    if test is None:
        raise _missing(name, schema, errors.KEY_CONDITION_HASH)
    _check_type(test, schema.types[name])
    if test.operator != "=":
        raise errors.KEY_CONDITION_UNSUPPORTED() if len(schema.names) <= 2 else errors.KEY_CONDITION_HASH(key=name)
    return test.values[0]


def _missing(name: str, schema: KeySchema, of_several: Refusal) -> ServiceError:
    """The refusal for a key attribute that has no test."""
    return errors.KEY_CONDITION_ELEMENT(key=name) if len(schema.names) <= 2 else of_several(key=name)


def _check_type(test: KeyTest, kind: str) -> None:
    for value in test.values:
        if kind not in value:
            raise errors.KEY_CONDITION_TYPE()
        if value[kind] == "" and test.operator != "begins_with":
            empty = "binary" if kind == "B" else "string"
            raise errors.KEY_EMPTY(kind=empty, key=test.name)


Bounds = tuple[bytes, bytes | None]


def _equal(partition: bytes, values: tuple[Value, ...]) -> Bounds:
    key = partition + keys.element(values[0])
    return key, keys.after(key)


def _below(partition: bytes, values: tuple[Value, ...]) -> Bounds:
    return partition, partition + keys.element(values[0])


def _up_to(partition: bytes, values: tuple[Value, ...]) -> Bounds:
    return partition, keys.after(partition + keys.element(values[0]))


def _above(partition: bytes, values: tuple[Value, ...]) -> Bounds:
    low = keys.after(partition + keys.element(values[0]))
    return partition if low is None else low, keys.after(partition)


def _from(partition: bytes, values: tuple[Value, ...]) -> Bounds:
    return partition + keys.element(values[0]), keys.after(partition)


def _between(partition: bytes, values: tuple[Value, ...]) -> Bounds:
    return partition + keys.element(values[0]), keys.after(partition + keys.element(values[1]))


def _beginning(partition: bytes, values: tuple[Value, ...]) -> Bounds:
    prefix = partition + keys.element_prefix(values[0])
    return prefix, keys.after(prefix)


_RANGES: dict[str, Callable[[bytes, tuple[Value, ...]], Bounds]] = {
    "=": _equal,
    "<": _below,
    "<=": _up_to,
    ">": _above,
    ">=": _from,
    "BETWEEN": _between,
    "begins_with": _beginning,
}
