"""UpdateExpression: what it makes of an item.

All values are computed from the item as it was; removals count list positions as they were. So the actions'
order doesn't matter, and no two of them may touch the same place.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from services.dynamodb import errors, limits, numbers
from services.dynamodb.expressions import paths
from services.dynamodb.expressions.nodes import (
    Action,
    Add,
    Arithmetic,
    Delete,
    Function,
    Literal,
    Path,
    Placeholder,
    Remove,
    Set,
    SetOperand,
    Step,
    Update,
)
from services.dynamodb.expressions.placeholders import Placeholders, Steps
from services.dynamodb.values import Item, Value, kind_of, set_of
from services.errors import Refusal

_KIND = "UpdateExpression"
# How the ADD and DELETE actions' refusals spell types.
_TYPE_NAMES = {
    "S": "STRING",
    "N": "NUMBER",
    "B": "BINARY",
    "SS": "STRING_SET",
    "NS": "NUMBER_SET",
    "BS": "BINARY_SET",
    "L": "LIST",
    "M": "MAP",
    "BOOL": "BOOLEAN",
    "NULL": "NULL",
}
_SETS = ("SS", "NS", "BS")

Getter = Callable[[Mapping[str, Value]], Value]


@dataclass(frozen=True, slots=True)
class _Place:
    """The container that holds (or will hold) a path's end, and the last step in it."""

    container: Any
    step: Step


@dataclass(frozen=True, slots=True)
class BoundUpdate:
    """An update ready to be applied. ``paths`` are the places it touches; ``mismatch`` is what is said of an attribute
    of another type than is added or taken away."""

    paths: tuple[Steps, ...]
    sets: tuple[tuple[Steps, Getter], ...]
    removes: tuple[Steps, ...]
    adds: tuple[tuple[Steps, Value], ...]
    deletes: tuple[tuple[Steps, Value], ...]
    mismatch: Refusal

    @property
    def only_takes_away(self) -> bool:
        """Whether there are removals, and nothing else."""
        return bool(self.removes or self.deletes) and not (self.sets or self.adds)

    def check_keys(self, names: tuple[str, ...]) -> None:
        """Refuses to touch key attributes."""
        for steps in self.paths:
            if steps[0] in names:
                raise errors.KEY_UPDATE(key=steps[0])

    def apply(self, item: Item) -> None:
        """Changes the item, which is the caller's own copy. Raises where the expression doesn't fit it; then
        the item is in pieces."""
        values = [(steps, get(item)) for steps, get in self.sets]
        removals = [place for steps in self.removes if (place := _find_present(item, steps)) is not None]
        values += [(steps, self._added(paths.find(item, steps), value)) for steps, value in self.adds]
        for steps, value in self.deletes:
            self._delete(item, steps, value, values, removals)
        # List elements beyond the end are appended in the order of their positions.
        for steps, value in sorted(values, key=lambda entry: _position(entry[0])):
            _store(item, steps, value)
        # From the end, so that the positions before stay what they were.
        for place in sorted(removals, key=lambda place: _index(place.step), reverse=True):
            del place.container[place.step]

    def _added(self, old: Value | None, value: Value) -> Value:
        """What ADD makes of the attribute."""
        if old is None:
            return value
        kind = kind_of(value)
        if kind not in old:
            raise self.mismatch()
        if kind == "N":
            return {"N": numbers.add(old["N"], value["N"])}
        return set_of(kind, {*old[kind], *value[kind]})

    def _delete(
        self, item: Item, steps: Steps, value: Value, values: list[tuple[Steps, Value]], removals: list[_Place]
    ) -> None:
        old = paths.find(item, steps)
        if old is None:
            _find_place(item, steps)
            return
        kind = kind_of(value)
        if kind not in old:
            raise self.mismatch()
        left = set(old[kind]) - set(value[kind])
        if left:
            values.append((steps, set_of(kind, left)))
        elif (place := _find_present(item, steps)) is not None:
            # A set is never empty: without members it goes.
            removals.append(place)


def bind(tree: Update, placeholders: Placeholders) -> BoundUpdate:
    """The update of a request; all that doesn't depend on the item is checked."""
    placeholders.require(tree.names, tree.values, _KIND)
    mismatch = errors.UPDATE_TYPE if tree.legacy else errors.UPDATE_OPERAND
    touched = [placeholders.resolve(action.path, _KIND) for action in tree.actions]
    paths.check_disjoint(touched, _KIND)
    binder = _Binder(placeholders, mismatch)
    sets, removes, adds, deletes = [], [], [], []
    for action, steps in zip(tree.actions, touched, strict=True):
        match action:
            case Set():
                sets.append((steps, binder.operand(action.value)))
            case Remove():
                removes.append(steps)
            case Add():
                adds.append((steps, binder.constant(action, "ADD", ("N", *_SETS))))
            case Delete():
                deletes.append((steps, binder.constant(action, "DELETE", _SETS)))
    return BoundUpdate(tuple(touched), tuple(sets), tuple(removes), tuple(adds), tuple(deletes), mismatch)


class _Binder:
    def __init__(self, placeholders: Placeholders, mismatch: Refusal) -> None:
        self._placeholders = placeholders
        self._mismatch = mismatch

    def constant(self, action: Add | Delete, operator: str, allowed: tuple[str, ...]) -> Value:
        value = self._placeholders.value(action.value, _KIND)
        kind = kind_of(value)
        if kind not in allowed:
            raise errors.UPDATE_OPERAND_TYPE(
                operator=operator,
                type=_TYPE_NAMES[kind],
                type_set=f"ALLOWED_FOR_{operator}_OPERAND",
                kind=_KIND,
            )
        return value

    def operand(self, tree: SetOperand) -> Getter:
        match tree:
            case Path():
                steps = self._placeholders.resolve(tree, _KIND)
                return lambda item: _existing(paths.find(item, steps))
            case Placeholder() | Literal():
                value = self._placeholders.value(tree, _KIND)
                return lambda item: value
            case Arithmetic():
                return self._arithmetic(tree)
            case Function():
                return self._function(tree)

    def _arithmetic(self, tree: Arithmetic) -> Getter:
        for side in (tree.left, tree.right):
            self._check_type(side, tree.operator, "N")
        left, right = self.operand(tree.left), self.operand(tree.right)
        compute = numbers.add if tree.operator == "+" else numbers.subtract
        return lambda item: {"N": compute(_number(left(item)), _number(right(item)))}

    def _check_type(self, operand: SetOperand, operator: str, wanted: str) -> None:
        """Refuses a value of the wrong type in the request; those of the item are looked at later."""
        if isinstance(operand, Placeholder | Literal):
            kind = kind_of(self._placeholders.value(operand, _KIND))
            if kind != wanted:
                raise errors.OPERAND_TYPE(kind=_KIND, operator=operator, type=kind)

    def _function(self, tree: Function) -> Getter:
        if len(tree.operands) != 2:
            raise errors.OPERAND_COUNT(kind=_KIND, operator=tree.name, count=len(tree.operands))
        first, second = tree.operands
        if tree.name == "if_not_exists":
            if not isinstance(first, Path):
                raise errors.PATH_REQUIRED(kind=_KIND, operator=tree.name)
            steps = self._placeholders.resolve(first, _KIND)
            default = self.operand(second)
            return lambda item: paths.find(item, steps) or default(item)
        for side in (first, second):
            self._check_type(side, tree.name, "L")
        left, right = self.operand(first), self.operand(second)
        return lambda item: {"L": [*self._list(left(item)), *self._list(right(item))]}

    def _list(self, value: Value) -> list[Value]:
        if "L" not in value:
            raise self._mismatch()
        members: list[Value] = value["L"]
        return members


def _existing(value: Value | None) -> Value:
    if value is None:
        raise errors.UPDATE_ATTRIBUTE_MISSING()
    return value


def _number(value: Value) -> str:
    if "N" not in value:
        raise errors.UPDATE_OPERAND()
    return str(value["N"])


def _index(step: Step) -> int:
    return step if isinstance(step, int) else -1


def _position(steps: Steps) -> int:
    return _index(steps[-1])


def _find_place(item: Item, steps: Steps) -> _Place:
    """Where a path ends. Refuses one that leads through nothing, or through the wrong type."""
    container: Any = item
    for step, following in pairwise(steps):
        value: Value | None
        if isinstance(step, int):
            value = container[step] if step < len(container) else None
        else:
            value = container.get(step)
        if value is None:
            raise errors.UPDATE_PATH()
        container = value.get("L" if isinstance(following, int) else "M")
        if container is None:
            raise errors.UPDATE_PATH()
    return _Place(container, steps[-1])


def _find_present(item: Item, steps: Steps) -> _Place | None:
    """The same for what is to be removed; None if its last step leads to nothing."""
    place = _find_place(item, steps)
    if isinstance(place.step, int):
        return place if place.step < len(place.container) else None
    return place if place.step in place.container else None


def _store(item: Item, steps: Steps, value: Value) -> None:
    place = _find_place(item, steps)
    # A value taken from elsewhere in the item must not be shared: another action may change it there.
    if "M" in value or "L" in value:
        value = copy.deepcopy(value)
    if isinstance(place.step, int) and place.step >= len(place.container):
        place.container.append(value)
    else:
        place.container[place.step] = value


def nesting_exceeded(value: Value, level: int = 1) -> bool:
    """Whether lists and maps stand in each other deeper than an item may have them."""
    if "L" not in value and "M" not in value:
        return False
    if level >= limits.NESTING_LEVELS_MAX:
        return True
    members: Iterator[Value] = iter(value["L"] if "L" in value else value["M"].values())
    return any(nesting_exceeded(member, level + 1) for member in members)


__all__ = ["Action", "BoundUpdate", "bind", "nesting_exceeded"]
