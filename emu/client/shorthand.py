"""AWS CLI's shorthand syntax for structures, maps and lists: ``AttributeName=id,AttributeType=S``.

A value is text up to the next comma, text in single or double quotes, a list ``[a,b]``, a structure ``{k=v,k2=v2}``,
or several texts with commas between them, which are a list: ``Values=a,b,Name=n`` is ``{"Values": ["a", "b"], "Name":
"n"}``. A backslash takes the next character as it is. All comes out as text, list or dict; shapes say what it means.

https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-shorthand.html
"""

from __future__ import annotations

from typing import Any

from emu.client.errors import UsageError

_QUOTES = "'\""


def parse(text: str) -> dict[str, Any]:
    """The structure that ``text`` describes. Raises UsageError."""
    return _Parser(text).whole()


class _Parser:
    """Reads from left to right; ``_at`` is the index of the next character."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def whole(self) -> dict[str, Any]:
        return self._pairs(end="")

    def _pairs(self, end: str) -> dict[str, Any]:
        """``k=v,k2=v2`` up to ``end``, which is left standing; the empty string is the end of the text."""
        pairs: dict[str, Any] = {}
        while self._next != end:
            key = self._key()
            if key in pairs:
                raise self._error(f"names {key} twice")
            pairs[key] = self._value(end)
            if self._next != end:
                self._expect(",")
        return pairs

    def _key(self) -> str:
        begin = self._at
        while self._next not in ("", "=", ",", "{", "}", "[", "]"):
            self._at += 1
        key = self._text[begin : self._at].strip()
        if not key:
            raise self._error("lacks a name")
        self._expect("=")
        return key

    def _value(self, end: str) -> Any:
        if self._next in ("[", "{"):
            return self._bracketed()
        values = [self._string(end)]
        while self._next == "," and not self._pair_follows(end):
            self._at += 1
            values.append(self._string(end))
        return values[0] if len(values) == 1 else values

    def _bracketed(self) -> Any:
        opening = self._next
        self._at += 1
        value: Any = self._elements() if opening == "[" else self._pairs(end="}")
        self._expect("]" if opening == "[" else "}")
        return value

    def _elements(self) -> list[Any]:
        elements: list[Any] = []
        while self._next != "]":
            elements.append(self._bracketed() if self._next in ("[", "{") else self._string("]"))
            if self._next != "]":
                self._expect(",")
        return elements

    def _string(self, end: str) -> str:
        if self._next and self._next in _QUOTES:
            quote = self._next
            self._at += 1
            text = self._until((quote,))
            self._expect(quote)
            return text
        return self._until((",", end))

    def _until(self, stops: tuple[str, ...]) -> str:
        """Text up to one of ``stops`` or the end; a backslash takes the next character as it is."""
        taken = []
        while self._next and self._next not in stops:
            if self._next == "\\" and self._at + 1 < len(self._text):
                self._at += 1
            taken.append(self._next)
            self._at += 1
        return "".join(taken)

    def _pair_follows(self, end: str) -> bool:
        """Whether ``name=`` stands behind the comma: a new member, not another value of this one."""
        rest = self._text[self._at + 1 :]
        if rest[:1] and rest[0] in _QUOTES:
            return False
        for character in rest:
            if character == "=":
                return True
            if character in (",", "\\", end):
                return False
        return False

    @property
    def _next(self) -> str:
        return self._text[self._at : self._at + 1]

    def _expect(self, character: str) -> None:
        if self._next != character:
            raise self._error(f"needs {character!r} at character {self._at + 1}")
        self._at += 1

    def _error(self, what: str) -> UsageError:
        return UsageError(f"The shorthand {self._text!r} {what}.")
