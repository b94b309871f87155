"""The syntax trees of expressions. They are immutable and hold placeholders (``#name``, ``:value``) as they
were written, so that a tree serves every request with the same text."""

from __future__ import annotations

from dataclasses import dataclass

from services.dynamodb.values import Value

Step = str | int
"""A map's key or a list's index."""


@dataclass(frozen=True, slots=True)
class Path:
    """A document path. ``literal`` steps are attribute names as they are; others may be placeholders."""

    steps: tuple[Step, ...]
    literal: bool = False


@dataclass(frozen=True, slots=True)
class Placeholder:
    """``:value``."""

    name: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A value in its place: what legacy parameters are translated to."""

    value: Value


@dataclass(frozen=True, slots=True)
class Function:
    """A call; which functions exist where, and with which operands, is checked when it is bound."""

    name: str
    operands: tuple[Operand, ...]


Operand = Path | Placeholder | Literal | Function


@dataclass(frozen=True, slots=True)
class Comparison:
    """``operator`` is one of ``= <> < <= > >=``."""

    operator: str
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Between:
    operand: Operand
    low: Operand
    high: Operand


@dataclass(frozen=True, slots=True)
class In:
    operand: Operand
    options: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    condition: Condition


Condition = Comparison | Between | In | And | Or | Not | Function


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """``operator`` is ``+`` or ``-``."""

    operator: str
    left: SetOperand
    right: SetOperand


SetOperand = Operand | Arithmetic


@dataclass(frozen=True, slots=True)
class Set:
    path: Path
    value: SetOperand


@dataclass(frozen=True, slots=True)
class Remove:
    path: Path


@dataclass(frozen=True, slots=True)
class Add:
    path: Path
    value: Placeholder | Literal


@dataclass(frozen=True, slots=True)
class Delete:
    path: Path
    value: Placeholder | Literal


Action = Set | Remove | Add | Delete


@dataclass(frozen=True, slots=True)
class Update:
    """Actions in the order of their text, and the placeholders in it; ``legacy``: translated from AttributeUpdates."""

    actions: tuple[Action, ...]
    names: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    legacy: bool = False
