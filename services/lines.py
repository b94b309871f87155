"""Documents with one entity a line.

A document is one JSON object, so that people and tools can read it, and a sequence of lines, so that 200 MB of it are
read and written without ever standing in memory as one value. Two kinds of lines:

- structure: ``"name":{`` or ``"name":[`` opens a container, ``}`` or ``]`` (with a comma behind it perhaps) closes it;
- entity: complete ``"key":value`` pairs, one or more, or in a list one complete value.

A complete compact value never ends in an opening bracket and a key never begins with a closing one, so a line's kind
shows at its ends. :class:`LineWriter` makes such lines and :func:`blocks` reads them back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import orjson

Path = tuple[str | None, ...]
"""The names of the containers around something, from the outermost; None for one that stands in a list."""

_BRACE = ord("{")
_OPENING = b"{["
_CLOSING = b"}]"
_CLOSING_OF = {_BRACE: b"}", ord("["): b"]"}
_PORTION_BYTES = 128 * 1024


class Block(NamedTuple):
    """Entities that stand side by side in the container that ``path`` leads to.

    members: those of an object, by name, a line's. Empty for a list.
    entries: those of a list, as many as are worth reading at once; ``encoded`` is the JSON of each, as it was written.
    """

    path: Path
    members: Mapping[str, Any]
    entries: Sequence[Any]
    encoded: Sequence[bytes]

    def entities(self) -> Iterator[tuple[str | None, Any]]:
        """Name and value of each, the name None in a list."""
        yield from self.members.items()
        for value in self.entries:
            yield None, value


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


def blocks(lines: Iterable[bytes]) -> Iterator[Block]:
    """A document's entities, in order, in portions. Raises ValueError, naming the line, for lines that
    :class:`LineWriter` can't have made."""
    reader = _Reader()
    number = 0
    for number, raw in enumerate(lines, 1):
        line = raw.strip()
        if not line:
            continue
        opens, closes = line[-1] in _OPENING, line[0] in _CLOSING
        if reader.in_list and not opens and not closes:
            reader.waiting.append(line.removesuffix(b","))
            reader.waiting_bytes += len(line)
            if reader.waiting_bytes > _PORTION_BYTES:
                yield reader.entries(number)
            continue
        if reader.waiting:
            yield reader.entries(number - 1)
        try:
            if opens:
                reader.enter(line[:-1].rstrip(), line[-1])
            elif closes:
                reader.leave(line.removesuffix(b","))
            else:
                yield reader.members(line.removesuffix(b","))
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from error
    if reader.is_open:
        raise ValueError(f"line {number}: the document ends too early")


class _Reader:
    """Where in a document one is, and the lines of the present list that are not read yet."""

    def __init__(self) -> None:
        self._brackets: list[int] = []
        self._path: Path = ()
        self.waiting: list[bytes] = []
        self.waiting_bytes = 0
        self.in_list = False

    @property
    def is_open(self) -> bool:
        return bool(self._brackets)

    def enter(self, head: bytes, bracket: int) -> None:
        if not self._brackets:
            if head or bracket != _BRACE:
                raise ValueError("a document begins with a brace")
        elif self.in_list:
            if head:
                raise ValueError("a name inside a list")
            self._path = (*self._path, None)
        else:
            if head[-1:] != b":":
                raise ValueError("a container without a name")
            self._path = (*self._path, orjson.loads(head[:-1]))
        self._brackets.append(bracket)
        self.in_list = bracket != _BRACE

    def leave(self, closing: bytes) -> None:
        if not self._brackets or closing != _CLOSING_OF[self._brackets.pop()]:
            raise ValueError("a bracket that closes nothing")
        self._path = self._path[:-1]
        self.in_list = self.is_open and self._brackets[-1] != _BRACE

    def members(self, line: bytes) -> Block:
        if not self._brackets:
            raise ValueError("something stands outside the document")
        return Block(self._path, orjson.loads(b"{" + line + b"}"), (), ())

    def entries(self, last: int) -> Block:
        """The waiting lines, of which ``last`` is the last one's number. Reading many at once takes half the time."""
        encoded, self.waiting, self.waiting_bytes = self.waiting, [], 0
        try:
            values = orjson.loads(b"[" + b",".join(encoded) + b"]")
        except ValueError:
            values = ()
        if len(values) != len(encoded):
            values = [_entry(line, number) for number, line in enumerate(encoded, last - len(encoded) + 1)]
        return Block(self._path, {}, values, encoded)


def _entry(line: bytes, number: int) -> Any:
    try:
        return orjson.loads(line)
    except ValueError as error:
        raise ValueError(f"line {number}: {error}") from error
