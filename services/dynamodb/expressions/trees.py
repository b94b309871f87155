"""From lark's trees to ours, with what the grammar leaves open: which primary is an operand and which a condition,
redundant parentheses, the number of operators, sections that come twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lark import Token, Tree

from services.dynamodb import errors, limits
from services.dynamodb.expressions.nodes import (
    Add,
    And,
    Arithmetic,
    Between,
    Comparison,
    Condition,
    Delete,
    Function,
    In,
    Not,
    Operand,
    Or,
    Path,
    Placeholder,
    Remove,
    Set,
    SetOperand,
    Update,
)
from services.dynamodb.expressions.syntax_errors import syntax_error
from services.errors import ServiceError

_CHAINS = ("disjunction", "conjunction")
_OPERATORS = ("negation", "compared", "between", "within", "arithmetic", "function")
_PUNCTUATION = (
    "LEFT",
    "RIGHT",
    "COMMA",
    "AND",
    "OR",
    "NOT",
    "BETWEEN",
    "IN",
    "EQUALS",
    "SET",
    "REMOVE",
    "ADD",
    "DELETE",
)


def condition(text: str, kind: str, tree: Any) -> Condition:
    """The tree of a condition."""
    _check_operators(kind, tree)
    return _Builder(text, kind).condition(tree.children[0])


def update(text: str, kind: str, tree: Any) -> Update:
    """The tree of an update."""
    _check_operators(kind, tree)
    builder = _Builder(text, kind)
    sections: list[str] = []
    actions = []
    for section in tree.children:
        if section.data.upper() in sections:
            raise errors.SECTION_TWICE(kind=kind, section=section.data.upper())
        sections.append(section.data.upper())
        actions += [builder.action(section.data, part) for part in _parts(section)]
    return Update(tuple(actions), tuple(sections))


def projection(text: str, kind: str, tree: Any) -> tuple[Path, ...]:
    """The paths of a projection."""
    builder = _Builder(text, kind)
    return tuple(builder.path(part) for part in _parts(tree))


def _check_operators(kind: str, tree: Any) -> None:
    count = sum(
        len(_parts(node)) - 1 if node.data in _CHAINS else node.data in _OPERATORS for node in tree.iter_subtrees()
    )
    if count > limits.EXPRESSION_OPERATORS_MAX:
        raise errors.EXPRESSION_OPERATORS(kind=kind, count=count)


def _parts(tree: Any) -> list[Any]:
    """A node's children without keywords and punctuation."""
    return [part for part in tree.children if not (isinstance(part, Token) and part.type in _PUNCTUATION)]


class _Builder:
    def __init__(self, text: str, kind: str) -> None:
        self._text = text
        self._kind = kind

    def condition(self, tree: Any) -> Condition:
        """A tree where a condition must stand."""
        while tree.data == "group" and tree.children[1].data not in ("path", "value"):
            tree = self._inner(tree)
        build = _CONDITIONS.get(tree.data)
        if build is None:
            # A bare operand: the grammar of AWS misses an operator behind it.
            raise self._unexpected_behind(tree.children[1] if tree.data == "group" else tree)
        return build(self, tree)

    def _unexpected_behind(self, tree: Any) -> ServiceError:
        rest = self._text[tree.meta.end_pos :]
        position = tree.meta.end_pos + len(rest) - len(rest.lstrip())
        return syntax_error(self._text, position if rest.strip() else None, self._kind)

    def _inner(self, tree: Any) -> Any:
        """What a pair of parentheses holds."""
        (inner,) = _parts(tree)
        if inner.data == "group":
            raise errors.REDUNDANT_PARENTHESES(kind=self._kind)
        return inner

    def operand(self, tree: Any) -> Operand:
        """A tree where an operand must stand."""
        build = _OPERANDS.get(tree.data)
        if build is None:
            raise self._unexpected_behind(tree)
        return build(self, tree)

    def group_operand(self, tree: Any) -> Operand:
        inner = self._inner(tree)
        if inner.data not in _OPERANDS:
            raise self._unexpected_behind(tree)
        return self.operand(inner)

    def disjunction(self, tree: Any) -> Or:
        return Or(tuple(map(self.condition, _parts(tree))))

    def conjunction(self, tree: Any) -> And:
        return And(tuple(map(self.condition, _parts(tree))))

    def negation(self, tree: Any) -> Not:
        (inner,) = _parts(tree)
        return Not(self.condition(inner))

    def compared(self, tree: Any) -> Comparison:
        left, operator, right = tree.children
        return Comparison(str(operator), self.operand(left), self.operand(right))

    def between(self, tree: Any) -> Between:
        operand, low, high = map(self.operand, _parts(tree))
        return Between(operand, low, high)

    def within(self, tree: Any) -> In:
        operand, *options = map(self.operand, _parts(tree))
        if len(options) > limits.IN_OPERANDS_MAX:
            raise errors.IN_OPERANDS(kind=self._kind, count=len(options))
        return In(operand, tuple(options))

    def function(self, tree: Any) -> Function:
        name, operands = _parts(tree)
        return Function(str(name), tuple(map(self.operand, _parts(operands))))

    def path(self, tree: Any) -> Path:
        return Path(tuple(int(part) if isinstance(part, Token) else str(part.children[0]) for part in tree.children))

    def value(self, tree: Any) -> Placeholder:
        return Placeholder(str(tree.children[0]))

    def sum(self, tree: Any) -> SetOperand:
        if tree.data == "arithmetic":
            left, operator, right = tree.children
            return Arithmetic(str(operator), self.sum(left), self.sum(right))
        if tree.data == "group":
            return self.sum(self._inner(tree))
        return self.operand(tree)

    def action(self, section: str, tree: Any) -> Set | Remove | Add | Delete:
        if section == "remove":
            return Remove(self.path(tree))
        path, value = _parts(tree)
        if section == "set":
            return Set(self.path(path), self.sum(value))
        build = Add if section == "add" else Delete
        return build(self.path(path), self.operand(value))


_CONDITIONS: dict[str, Callable[[_Builder, Tree[Token]], Condition]] = {
    "disjunction": _Builder.disjunction,
    "conjunction": _Builder.conjunction,
    "negation": _Builder.negation,
    "compared": _Builder.compared,
    "between": _Builder.between,
    "within": _Builder.within,
    "function": _Builder.function,
}

_OPERANDS: dict[str, Callable[[_Builder, Tree[Token]], Operand]] = {
    "path": _Builder.path,
    "value": _Builder.value,
    "function": _Builder.function,
    "group": _Builder.group_operand,
}
