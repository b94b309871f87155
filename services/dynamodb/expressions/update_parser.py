"""The grammar of updates, by recursive descent.

    update     = section { section }
    section    = SET assignment { "," assignment } | REMOVE path { "," path }
               | ADD path value { "," path value } | DELETE path value { "," path value }
    assignment = path "=" ( sum | "(" sum ")" )
    sum        = operand [ ( "+" | "-" ) operand ]
    operand    = path | value | function | "(" operand ")"
    function   = name "(" operand { "," operand } ")"

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
"""

from __future__ import annotations

from collections.abc import Callable

from services.dynamodb import errors, limits
from services.dynamodb.expressions.condition_parser import FUNCTIONS as _OF_CONDITIONS
from services.dynamodb.expressions.nodes import (
    Action,
    Add,
    Arithmetic,
    Delete,
    Function,
    Operand,
    Remove,
    Set,
    SetOperand,
    Update,
)
from services.dynamodb.expressions.tokens import Tokens

_LEVELS_MAX = 64
_RANKS = (
    "dynamodb.redundant-parentheses",
    "dynamodb.reserved-word",
    "dynamodb.function-unknown",
    "dynamodb.function-not-allowed",
    "dynamodb.function-misused",
    "dynamodb.section-twice",
    "dynamodb.expression-operators",
)


def parse(text: str, kind: str) -> Update:
    """The tree of an update. Raises AWS's refusal of a text that is none."""
    tokens = Tokens(text, kind, _RANKS)
    tree = _Parser(tokens).update()
    tokens.finish()
    return tree


class _Parser:
    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._operators = 0
        self._depth = 0
        # Which tokens the parentheses are that were closed last.
        self._group = (0, 0)

    def update(self) -> Update:
        """All of the text."""
        tokens = self._tokens
        actions: list[Action] = []
        sections: list[str] = []
        while tokens.peek() or not sections:
            section = tokens.peek().upper()
            action = _ACTIONS.get(section)
            if action is None:
                raise tokens.syntax_error()
            tokens.at += 1
            if section in sections:
                tokens.note(errors.SECTION_TWICE(kind=tokens.kind, section=section))
            sections.append(section)
            actions.append(action(self))
            while tokens.skip(","):
                actions.append(action(self))
        if self._operators > limits.EXPRESSION_OPERATORS_MAX:
            tokens.note(errors.EXPRESSION_OPERATORS(kind=tokens.kind, count=self._operators))
        return Update(tuple(actions), tuple(tokens.names), tuple(tokens.values))

    def set(self) -> Set:
        path = self._tokens.path()
        self._tokens.expect("=")
        return Set(path, self._sum())

    def remove(self) -> Remove:
        return Remove(self._tokens.path())

    def add(self) -> Add:
        return Add(self._tokens.path(), self._tokens.value())

    def delete(self) -> Delete:
        return Delete(self._tokens.path(), self._tokens.value())

    def _sum(self) -> SetOperand:
        left = self._in_parentheses() if self._tokens.peek() == "(" else self._operand()
        operator = self._tokens.peek()
        if operator not in ("+", "-"):
            return left
        self._tokens.at += 1
        self._operators += 1
        return Arithmetic(operator, left, self._operand())

    def _in_parentheses(self) -> SetOperand:
        tokens = self._tokens
        opening = tokens.at
        self._enter()
        tokens.expect("(")
        tree = self._sum()
        if self._group == (opening + 1, tokens.at - 1):
            tokens.note(errors.REDUNDANT_PARENTHESES(kind=tokens.kind))
        self._group = (opening, tokens.at)
        tokens.expect(")")
        self._depth -= 1
        return tree

    def _operand(self) -> Operand:
        tokens = self._tokens
        if tokens.peek() == "(":
            opening = tokens.at
            tree = self._in_parentheses()
            if isinstance(tree, Arithmetic):
                raise tokens.syntax_error(opening)
            return tree
        if tokens.at_value():
            return tokens.value()
        return self._function() if tokens.at_function() else tokens.path()

    def _function(self) -> Function:
        tokens = self._tokens
        name = tokens.take()
        if name in _OF_CONDITIONS:
            tokens.note(errors.FUNCTION_NOT_ALLOWED(kind=tokens.kind, where="an update", function=name))
        elif name not in ("if_not_exists", "list_append"):
            tokens.note(errors.FUNCTION_UNKNOWN(kind=tokens.kind, function=name))
        self._enter()
        self._operators += 1
        tokens.expect("(")
        operands = [self._operand()]
        while tokens.skip(","):
            operands.append(self._operand())
        tokens.expect(")")
        self._depth -= 1
        for operand in operands:
            if isinstance(operand, Function) and operand.name == "list_append":
                tokens.note(errors.FUNCTION_MISUSED(kind=tokens.kind, function=operand.name))
        return Function(name, tuple(operands))

    def _enter(self) -> None:
        """One pair of parentheses deeper. What makes sense is never deep."""
        self._depth += 1
        if self._depth > _LEVELS_MAX:
            raise self._tokens.syntax_error()


_ACTIONS: dict[str, Callable[[_Parser], Action]] = {
    "SET": _Parser.set,
    "REMOVE": _Parser.remove,
    "ADD": _Parser.add,
    "DELETE": _Parser.delete,
}
