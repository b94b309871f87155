"""An expression's text as tokens, and what all of the three grammars have in common: paths, functions' names, and how
DynamoDB tells where a text stops making sense.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.Attributes.html
"""

from __future__ import annotations

import re

from services.dynamodb import errors, limits
from services.dynamodb.expressions.nodes import Path, Placeholder, Step
from services.dynamodb.expressions.reserved_words import RESERVED_WORDS
from services.errors import ServiceError

# A name begins with a letter: an underscore before it is a token of its own, which no grammar has.
_TOKEN = re.compile(r"[#:][A-Za-z0-9_]+|[A-Za-z0-9][A-Za-z0-9_]*|<>|<=|>=|\S")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_INDEX_MAX = 2**31 - 1


class Tokens:
    """Reads a text token by token. ``kind`` is the parameter's name, for messages.

    A text that no grammar takes is refused at once, as a syntax error. Other mistakes are noted, since AWS reads to the
    end and then tells the one that matters most; ``ranks`` are their rules, the one to tell first at the front.
    ``names`` and ``values`` are the placeholders that were read, in the order of the text.
    """

    __slots__ = ("_noted", "_ranks", "_tokens", "at", "kind", "names", "text", "values")

    def __init__(self, text: str, kind: str, ranks: tuple[str, ...]) -> None:
        self.text = text
        self.kind = kind
        self.at = 0
        self.names: list[str] = []
        self.values: list[str] = []
        self._ranks = ranks
        self._noted: dict[str, ServiceError] = {}
        # An empty token stands for the end.
        self._tokens: list[str] = [*_TOKEN.findall(text), ""]

    def peek(self, ahead: int = 0) -> str:
        """The next token, or one behind it; empty at the end."""
        at = self.at + ahead
        return self._tokens[at] if at < len(self._tokens) else ""

    def take(self) -> str:
        token = self._tokens[self.at]
        self.at += 1
        return token

    def skip(self, wanted: str) -> bool:
        """Whether the next token is ``wanted``, which is read then."""
        if self._tokens[self.at] != wanted:
            return False
        self.at += 1
        return True

    def expect(self, wanted: str) -> None:
        if not self.skip(wanted):
            raise self.syntax_error()

    def syntax_error(self, at: int | None = None) -> ServiceError:
        """The error at the next token, or at the one numbered ``at``: the token, and its neighbours as they stand."""
        at = self.at if at is None else at
        spans = list(_TOKEN.finditer(self.text))
        first, last = spans[max(at - 1, 0)], spans[min(at + 1, len(spans) - 1)]
        token = self._tokens[at] or "<EOF>"
        return errors.SYNTAX(kind=self.kind, token=token, near=self.text[first.start() : last.end()])

    def note(self, error: ServiceError) -> None:
        """Keeps a mistake for the end, if it is the first of its rule."""
        self._noted.setdefault(error.refusal.rule, error)

    def finish(self) -> None:
        """Refuses a text that goes on, and the mistake that matters most."""
        if self.peek():
            raise self.syntax_error()
        for rule in self._ranks:
            if rule in self._noted:
                raise self._noted[rule]

    def path(self) -> Path:
        """A document path."""
        steps: list[Step] = [self._name()]
        while True:
            if self.skip("."):
                steps.append(self._name())
            elif self.skip("["):
                steps.append(self._index())
            else:
                break
        if len(steps) > limits.NESTING_LEVELS_MAX:
            raise errors.PATH_TOO_DEEP(kind=self.kind, levels=len(steps))
        return Path(tuple(steps))

    def _name(self) -> str:
        token = self.peek()
        if token[:1] == "#" and len(token) > 1:
            self.names.append(token)
            return self.take()
        if not _WORD.fullmatch(token):
            raise self.syntax_error()
        if token.upper() in RESERVED_WORDS:
            self.note(errors.RESERVED_WORD(kind=self.kind, word=token))
        return self.take()

    def _index(self) -> int:
        token = self.peek()
        if not token.isdecimal():
            raise self.syntax_error()
        if int(token) > _INDEX_MAX:
            raise errors.INDEX_RANGE(kind=self.kind, index=token)
        self.at += 1
        self.expect("]")
        return int(token)

    def at_function(self) -> bool:
        """Whether a function's name and its parenthesis come next."""
        return self.peek(1) == "(" and _WORD.fullmatch(self.peek()) is not None

    def at_value(self) -> bool:
        """Whether ``:value`` comes next."""
        token = self.peek()
        return token[:1] == ":" and len(token) > 1

    def value(self) -> Placeholder:
        """``:value``."""
        if not self.at_value():
            raise self.syntax_error()
        self.values.append(self.peek())
        return Placeholder(self.take())
