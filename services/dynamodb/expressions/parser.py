"""From an expression's text to its syntax tree.

Trees are cached by text: programs send few texts, with ever new values.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, cast

from services.dynamodb import errors, limits
from services.dynamodb.expressions import condition_parser, update_parser
from services.dynamodb.expressions.nodes import Condition, Path, Update
from services.dynamodb.expressions.tokens import Tokens

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
    return _PARSERS[which](text, kind)


def _paths(text: str, kind: str) -> tuple[Path, ...]:
    tokens = Tokens(text, kind, ("dynamodb.reserved-word",))
    paths = [tokens.path()]
    while tokens.skip(","):
        paths.append(tokens.path())
    tokens.finish()
    return tuple(paths)


_PARSERS: dict[str, Callable[[str, str], Any]] = {
    "condition": condition_parser.parse,
    "update": update_parser.parse,
    "projection": _paths,
}
