"""From an expression's text to its syntax tree.

Trees are cached by text: programs send few texts, with ever new values. lark is imported when the first expression
comes, and a grammar is compiled when its first text comes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, cast

from services.dynamodb import errors, limits
from services.dynamodb.expressions import grammar
from services.dynamodb.expressions.nodes import Condition, Path, Update
from services.dynamodb.expressions.syntax_errors import syntax_error

if TYPE_CHECKING:
    from lark import Lark

_CACHED_TEXTS = 512


def condition(text: str, kind: str) -> Condition:
    """The tree of a ConditionExpression, FilterExpression or KeyConditionExpression (``kind``)."""
    return cast("Condition", _parsed("condition", text, kind))


def update(text: str, kind: str = "UpdateExpression") -> Update:
    return cast("Update", _parsed("update", text, kind))


def projection(text: str, kind: str = "ProjectionExpression") -> tuple[Path, ...]:
    return cast("tuple[Path, ...]", _parsed("projection", text, kind))


@lru_cache(_CACHED_TEXTS)
def _parsed(which: str, text: str, kind: str) -> Any:
    if not text or text.isspace():
        raise errors.EXPRESSION_EMPTY(kind=kind)
    size = len(text.encode())
    if size > limits.EXPRESSION_BYTES_MAX:
        raise errors.EXPRESSION_TOO_LONG(kind=kind, size=size)
    from lark import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

    parser, build = _compiled(which)
    try:
        tree = parser.parse(text)
    except UnexpectedToken as error:
        raise syntax_error(text, None if error.token.type == "$END" else error.token.start_pos, kind) from None
    except UnexpectedCharacters as error:
        raise syntax_error(text, error.pos_in_stream, kind) from None
    except UnexpectedInput:
        raise syntax_error(text, None, kind) from None
    return build(text, kind, tree)


@cache
def _compiled(which: str) -> tuple[Lark, Callable[[str, str, Any], Any]]:
    from lark import Lark

    from services.dynamodb.expressions import trees

    text, build = {
        "condition": (grammar.CONDITION, trees.condition),
        "update": (grammar.UPDATE, trees.update),
        "projection": (grammar.PROJECTION, trees.projection),
    }[which]
    return Lark(text, parser="lalr", lexer="basic", propagate_positions=True), build
