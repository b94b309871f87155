"""The grammar of conditions: one for ConditionExpression, FilterExpression and
KeyConditionExpression; which of its forms a key condition may have is decided when it is bound.

    condition   = conjunction { OR conjunction }
    conjunction = term { AND term }
    term        = { NOT } ( comparison | function | "(" condition ")" )
    comparison  = operand ( "=" | "<>" | "<" | "<=" | ">" | ">=" ) operand
                | operand BETWEEN operand AND operand
                | operand IN "(" operand { "," operand } ")"
    operand     = path | value | function | "(" operand ")"
    function    = name "(" operand { "," operand } ")"

What stands between two parentheses may be a condition or an operand, which only the token behind them tells: so
both are read alike, and checked where one of them must stand. Open parentheses are kept on a stack of our own, since a
condition may have more of them than Python's has room for.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
"""

from __future__ import annotations

from dataclasses import dataclass, field

from services.dynamodb import errors, limits
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
from services.dynamodb.expressions.tokens import Tokens

PREDICATES = ("attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains")
FUNCTIONS = (*PREDICATES, "size")
_OF_UPDATES = ("if_not_exists", "list_append")
_FUNCTION_LEVELS_MAX = 32
_COMPARATORS = frozenset(("=", "<>", "<", "<=", ">", ">="))
_KEYWORDS = frozenset(("AND", "OR", "NOT", "BETWEEN", "IN"))
_RANKS = (
    "dynamodb.redundant-parentheses",
    "dynamodb.function-unknown",
    "dynamodb.function-not-allowed",
    "dynamodb.function-misused",
    "dynamodb.reserved-word",
    "dynamodb.operand-count",
    "dynamodb.expression-operators",
)


def parse(text: str, kind: str) -> Condition:
    """The tree of a condition. Raises AWS's refusal of a text that is none."""
    tokens = Tokens(text, kind, _RANKS)
    tree = _Parser(tokens).condition()
    tokens.finish()
    return tree


@dataclass(slots=True)
class _Level:
    """What was read behind an opening parenthesis (token ``opening``; -1 for all of the text): conjunctions, and the
    NOTs before the next term."""

    opening: int = -1
    parts: list[list[Condition]] = field(default_factory=lambda: [[]])
    negations: int = 0

    def tree(self) -> Condition:
        conjunctions = [part[0] if len(part) == 1 else And(tuple(part)) for part in self.parts]
        return conjunctions[0] if len(conjunctions) == 1 else Or(tuple(conjunctions))


class _Parser:
    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._operators = 0
        self._functions = 0
        # Where the operand ends that was read last, and which tokens the parentheses are that were closed last.
        self._operand_end = 0
        self._group = (0, 0)

    def condition(self) -> Condition:
        """All of the text."""
        tokens, level, outer = self._tokens, _Level(), list[_Level]()
        while True:
            while self._skip_word("NOT"):
                level.negations += 1
            if tokens.peek() == "(":
                outer.append(level)
                level = _Level(tokens.at)
                tokens.at += 1
                continue
            term = self._term(self._operand_alone(), level)
            while outer and tokens.peek() == ")":
                inner, level = self._closed(term, level), outer.pop()
                term = self._term(inner, level)
            if not self._joined(term, level):
                break
        if outer:
            raise tokens.syntax_error()
        level.parts[-1].append(self._required_condition(term))
        if self._operators > limits.EXPRESSION_OPERATORS_MAX:
            tokens.note(errors.EXPRESSION_OPERATORS(kind=tokens.kind, count=self._operators))
        return level.tree()

    def _word(self) -> str:
        """The next token if it is a keyword, in capitals; else empty."""
        token = self._tokens.peek().upper()
        return token if token in _KEYWORDS else ""

    def _skip_word(self, wanted: str) -> bool:
        if self._tokens.peek().upper() != wanted:
            return False
        self._tokens.at += 1
        return True

    def _joined(self, term: Condition | Operand, level: _Level) -> bool:
        """Whether AND or OR comes next; then the term has gone into the level."""
        word = self._word()
        if word not in ("AND", "OR"):
            return False
        level.parts[-1].append(self._required_condition(term))
        if word == "OR":
            level.parts.append([])
        self._tokens.at += 1
        self._operators += 1
        return True

    def _closed(self, term: Condition | Operand, level: _Level) -> Condition | Operand:
        """What the parentheses hold that end here."""
        tokens = self._tokens
        alone = len(level.parts) == 1 and not level.parts[0]
        if not alone:
            level.parts[-1].append(self._required_condition(term))
        if self._group == (level.opening + 1, tokens.at - 1):
            tokens.note(errors.REDUNDANT_PARENTHESES(kind=tokens.kind))
        self._group = (level.opening, tokens.at)
        tokens.at += 1
        return term if alone else level.tree()

    def _required_condition(self, tree: Condition | Operand) -> Condition:
        """Refuses an operand where a condition must stand: an operator is missing behind it."""
        if isinstance(tree, Path | Placeholder | Literal):
            raise self._tokens.syntax_error(self._operand_end)
        if isinstance(tree, Function) and tree.name == "size":
            self._tokens.note(errors.FUNCTION_MISUSED(kind=self._tokens.kind, function=tree.name))
        return tree

    def _required_operand(self, tree: Condition | Operand) -> Operand:
        """Refuses a condition where an operand must stand."""
        if not isinstance(tree, Path | Placeholder | Function):
            raise self._tokens.syntax_error()
        if isinstance(tree, Function) and tree.name != "size":
            self._tokens.note(errors.FUNCTION_MISUSED(kind=self._tokens.kind, function=tree.name))
        return tree

    def _term(self, left: Condition | Operand, level: _Level) -> Condition | Operand:
        """The comparison that begins with ``left``, or that alone; with the level's NOTs before it."""
        tree = self._compared(left)
        self._operators += level.negations
        for _ in range(level.negations):
            tree = Not(self._required_condition(tree))
        level.negations = 0
        return tree

    def _compared(self, left: Condition | Operand) -> Condition | Operand:
        tokens, word = self._tokens, self._word()
        if tokens.peek() not in _COMPARATORS and word not in ("BETWEEN", "IN"):
            return left
        operand = self._required_operand(left)
        self._operators += 1
        operator = tokens.take()
        if word == "BETWEEN":
            low = self._operand()
            if not self._skip_word("AND"):
                raise tokens.syntax_error()
            return Between(operand, low, self._operand())
        if word == "IN":
            options = self._operands()
            if len(options) > limits.IN_OPERANDS_MAX:
                tokens.note(errors.IN_OPERANDS(kind=tokens.kind, count=len(options)))
            return In(operand, options)
        return Comparison(operator, operand, self._operand())

    def _operand(self) -> Operand:
        """An operand, perhaps in parentheses, where only an operand can stand."""
        tokens = self._tokens
        opened = 0
        while tokens.skip("("):
            opened += 1
        operand = self._required_operand(self._operand_alone())
        for _ in range(opened):
            tokens.expect(")")
        if opened > 1:
            tokens.note(errors.REDUNDANT_PARENTHESES(kind=tokens.kind))
        return operand

    def _operands(self) -> tuple[Operand, ...]:
        """In parentheses."""
        self._tokens.expect("(")
        operands = [self._operand()]
        while self._tokens.skip(","):
            operands.append(self._operand())
        self._tokens.expect(")")
        return tuple(operands)

    def _operand_alone(self) -> Operand:
        tokens = self._tokens
        tree: Operand
        if self._word():
            raise tokens.syntax_error()
        if tokens.at_value():
            tree = tokens.value()
        else:
            tree = self._function() if tokens.at_function() else tokens.path()
        self._operand_end = tokens.at
        return tree

    def _function(self) -> Function:
        tokens = self._tokens
        name = tokens.take()
        if name in _OF_UPDATES:
            tokens.note(errors.FUNCTION_NOT_ALLOWED(kind=tokens.kind, where="a condition", function=name))
        elif name not in FUNCTIONS:
            tokens.note(errors.FUNCTION_UNKNOWN(kind=tokens.kind, function=name))
        self._operators += 1
        self._functions += 1
        if self._functions > _FUNCTION_LEVELS_MAX:
            raise errors.FUNCTION_MISUSED(kind=tokens.kind, function=name)
        operands = self._operands()
        self._functions -= 1
        return Function(name, operands)
