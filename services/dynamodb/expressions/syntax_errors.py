"""Where an expression stops making sense, told as DynamoDB tells it: the token, and its surroundings."""

from __future__ import annotations

import re

from services.dynamodb import errors
from services.errors import ServiceError

_TOKEN = re.compile(r"[#:]?[A-Za-z0-9_]+|<>|<=|>=|\S")


def syntax_error(text: str, position: int | None, kind: str) -> ServiceError:
    """The error at the token that begins at ``position``; None stands for the end of the text."""
    tokens = list(_TOKEN.finditer(text))
    at = len(tokens)
    if position is not None:
        at = next((number for number, token in enumerate(tokens) if token.end() > position), at)
    first, last = tokens[max(at - 1, 0)], tokens[min(at + 1, len(tokens) - 1)]
    token = tokens[at].group() if at < len(tokens) else "<EOF>"
    return errors.SYNTAX(kind=kind, token=token, near=text[first.start() : last.end()])
