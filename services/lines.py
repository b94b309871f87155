"""Documents with one entity a line.

A document is one JSON object, so that people and tools can read it, and a sequence of lines, so that 200 MB of it are
read and written without ever standing in memory as one value. Two kinds of lines:

- structure: ``"name":{`` or ``"name":[`` opens a container, ``}`` or ``]`` (with a comma behind it perhaps) closes it;
- entity: complete ``"key":value`` pairs, one or more, or in a list one complete value.

A complete compact value never ends in an opening bracket and a key never begins with a closing one, so a line's kind
shows at its ends. :class:`LineWriter` makes such lines and :func:`walk` reads them back as events.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal, NamedTuple

import orjson


class Event(NamedTuple):
    """``enter`` and ``leave`` a container, or an ``entity`` in the present one; ``key`` is None inside a list."""

    what: Literal["enter", "leave", "entity"]
    key: str | None
    value: Any = None


def encode(value: Any) -> bytes:
    """Compact JSON; ``bytes`` inside stand for JSON that is already encoded."""
    return orjson.dumps(value, default=orjson.Fragment)


class LineWriter:
    """Builds the lines of one document, in order. ``list(writer.close())`` ends it."""

    def __init__(self) -> None:
        self._brackets = ["}"]
        self._pending: bytes | None = b"{"

    def _emit(self, line: bytes, *, comma: bool) -> Iterator[bytes]:
        # A line is held back until it is known whether another follows in its container: JSON has no trailing commas.
        if self._pending is not None:
            yield self._pending + b"," if comma and self._pending[-1:] not in (b"{", b"[") else self._pending
        self._pending = line

    def open(self, key: str | None, bracket: Literal["{", "["] = "{") -> Iterator[bytes]:
        """Opens a container; ``key`` is None inside a list."""
        prefix = b"" if key is None else orjson.dumps(key) + b":"
        yield from self._emit(prefix + bracket.encode(), comma=True)
        self._brackets.append("}" if bracket == "{" else "]")

    def end(self) -> Iterator[bytes]:
        """Closes the innermost container."""
        yield from self._emit(self._brackets.pop().encode(), comma=False)

    def entity(self, key: str | None, value: Any) -> Iterator[bytes]:
        """One entity; ``value`` as :func:`encode` takes it."""
        prefix = b"" if key is None else orjson.dumps(key) + b":"
        yield from self._emit(prefix + encode(value), comma=True)

    def members(self, values: dict[str, Any]) -> Iterator[bytes]:
        """Several small members of the present object on one line; nothing for an empty dict."""
        if values:
            yield from self._emit(encode(values)[1:-1], comma=True)

    def close(self) -> Iterator[bytes]:
        """Closes what is open."""
        while self._brackets:
            yield from self.end()
        if self._pending is not None:
            yield self._pending
            self._pending = None


def walk(lines: Iterable[bytes]) -> Iterator[Event]:
    """Events of a document's lines, without its outermost braces. Raises ValueError, naming the line, on anything
    else."""
    brackets: list[bytes] = []
    number = 0
    for number, raw in enumerate(lines, 1):
        line = raw.strip()
        if not line:
            continue
        try:
            if line[-1:] in b"{[":
                yield from _entered(line, brackets)
            elif line[:1] in b"}]":
                if not brackets or line.rstrip(b",") != brackets.pop():
                    raise ValueError("a bracket that closes nothing")
                if brackets:
                    yield Event("leave", None)
            else:
                yield from _entities(line, brackets)
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from error
    if brackets:
        raise ValueError(f"line {number}: the document ends too early")


def _entered(line: bytes, brackets: list[bytes]) -> Iterator[Event]:
    closing = b"}" if line[-1:] == b"{" else b"]"
    if not brackets:
        if line != b"{":
            raise ValueError("a document begins with a brace")
        brackets.append(closing)
        return
    head = line[:-1].rstrip()
    key: str | None = None
    if brackets[-1] == b"}":
        if head[-1:] != b":":
            raise ValueError("a container without a name")
        key = orjson.loads(head[:-1])
    elif head:
        raise ValueError("a name inside a list")
    brackets.append(closing)
    yield Event("enter", key)


def _entities(line: bytes, brackets: list[bytes]) -> Iterator[Event]:
    if not brackets:
        raise ValueError("something stands outside the document")
    body = line.removesuffix(b",")
    if brackets[-1] == b"]":
        yield Event("entity", None, orjson.loads(body))
        return
    for key, value in orjson.loads(b"{" + body + b"}").items():
        yield Event("entity", key, value)
