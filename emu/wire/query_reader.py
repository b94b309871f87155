"""The Query protocol's parameters, ``Name.1.Key=value``, as values.

The parameters become a tree by their dots, ``{"Name": {"1": {"Key": "value"}}}``; the compiled shapes then read it.
https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#query-key-resolution
"""

from __future__ import annotations

import binascii
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from emu.wire import timestamps
from emu.wire.errors import INVALID_PARAMETER, MALFORMED_INPUT
from emu.wire.model import EMPTY, Member, Model, Shape, late_bound
from services.traits import QueryNames

Tree: TypeAlias = "str | dict[str, Tree]"
Reader = Callable[[Tree, str], Any]
"""Takes a part of the tree and its parameter's name, for messages."""

_DEPTH_MAX = 32
_INDEX_DIGITS_MAX = 9


def tree(parameters: Iterable[tuple[str, str]]) -> dict[str, Tree]:
    """The parameters by their dots. Raises MalformedInput where one is both a value and a part of others."""
    root: dict[str, Tree] = {}
    for name, value in parameters:
        *path, last = name.split(".", _DEPTH_MAX)
        node = root
        for step in path:
            below = node.setdefault(step, {})
            if isinstance(below, str):
                raise MALFORMED_INPUT(text=f"{name} does not fit the other parameters.")
            node = below
        if isinstance(node.get(last), dict):
            raise MALFORMED_INPUT(text=f"{name} does not fit the other parameters.")
        node[last] = value
    return root


class QueryReader:
    """Compiles the shapes of one model, each once."""

    def __init__(self, model: Model, names: QueryNames | None) -> None:
        self._model = model
        self._lists: Mapping[str, str] = names.lists if names else {}
        self._maps: Mapping[str, tuple[str, str, str]] = names.maps if names else {}
        self._readers: dict[str, Reader] = {}

    def reader(self, name: str | None) -> Reader:
        """The reader of a shape; None is the empty structure."""
        shape = EMPTY if name is None else self._model.shapes[name]
        if shape.name not in self._readers:
            self._readers[shape.name] = late_bound(self._readers, shape.name)
            self._readers[shape.name] = self._compile(shape)
        return self._readers[shape.name]

    def _compile(self, shape: Shape) -> Reader:
        match shape.type:
            case "structure":
                return self._structure(shape)
            case "list":
                return self._list(shape)
            case "map":
                return self._map(shape)
            case _:
                return _SCALARS[shape.type]

    def _structure(self, shape: Shape) -> Reader:
        members = {self._key(name, member): (name, self.reader(member.shape)) for name, member in shape.members.items()}

        def structure(node: Tree, path: str) -> Any:
            if isinstance(node, str):
                raise MALFORMED_INPUT(text=f"{path} has members, not a value.")
            result = {}
            for key, below in node.items():
                if key in members:
                    name, read = members[key]
                    result[name] = read(below, f"{path}.{key}" if path else key)
            return result

        return structure

    def _key(self, name: str, member: Member) -> str:
        """The parameter of a structure's member."""
        shape = self._model.shapes[member.shape]
        if shape.name in self._lists:
            return self._lists[shape.name]
        if shape.name in self._maps:
            return self._maps[shape.name][0]
        if shape.type == "list" and (shape.flattened or member.flattened) and shape.element.wire_name:
            return shape.element.wire_name
        return member.wire_name or name

    def _list(self, shape: Shape) -> Reader:
        read = self.reader(shape.element.shape)
        between = None
        if shape.name not in self._lists and not shape.flattened:
            between = shape.element.wire_name or "member"

        def elements(node: Tree, path: str) -> Any:
            return [read(below, key) for below, key in _numbered(node, path, between)]

        return elements

    def _map(self, shape: Shape) -> Reader:
        assert shape.key is not None, f"{shape.name} has no keys"
        names = self._maps.get(shape.name)
        key_name = names[1] if names else shape.key.wire_name or "key"
        value_name = names[2] if names else shape.element.wire_name or "value"
        between = None if names or shape.flattened else "entry"
        read_key, read_value = self.reader(shape.key.shape), self.reader(shape.element.shape)

        def entries(node: Tree, path: str) -> Any:
            result = {}
            for below, key in _numbered(node, path, between, alone=key_name):
                if isinstance(below, str) or key_name not in below:
                    raise MALFORMED_INPUT(text=f"{key} has no {key_name}.")
                if value_name in below:
                    name = read_key(below[key_name], f"{key}.{key_name}")
                    result[name] = read_value(below[value_name], f"{key}.{value_name}")
            return result

        return entries


def _numbered(node: Tree, path: str, between: str | None, alone: str | None = None) -> list[tuple[Tree, str]]:
    """The parts with their parameters' names, by number. One part may stand without a number, and an empty value is an
    empty list."""
    if node == "":
        return []
    if between is not None and isinstance(node, dict):
        node, path = node.get(between, ""), f"{path}.{between}"
    if isinstance(node, str):
        return [(node, path)] if node else []
    if alone is not None and alone in node:
        return [(node, path)]
    for key in node:
        if not (key.isascii() and key.isdigit() and len(key) <= _INDEX_DIGITS_MAX):
            raise MALFORMED_INPUT(text=f"{path}.{key} is not numbered.")
    return [(node[key], f"{path}.{key}") for key in sorted(node, key=int)]


def _scalar(convert: Callable[[str], Any], text: str) -> Reader:
    def scalar(node: Tree, path: str) -> Any:
        if isinstance(node, dict):
            raise MALFORMED_INPUT(text=f"{path} has a value, not members.")
        try:
            return convert(node)
        except ValueError:
            raise INVALID_PARAMETER(value=node, name=path, text=f"Reason: {text}.") from None

    return scalar


def _integer(text: str) -> int:
    if len(text) > 20:
        raise ValueError
    return int(text)


def _boolean(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError
    return text.lower() == "true"


def _blob(text: str) -> bytes:
    return binascii.a2b_base64(text.encode(), strict_mode=True)


_SCALARS: dict[str, Reader] = {
    "string": _scalar(str, ""),
    "integer": _scalar(_integer, "Must be an integer"),
    "long": _scalar(_integer, "Must be an integer"),
    "double": _scalar(float, "Must be a number"),
    "float": _scalar(float, "Must be a number"),
    "boolean": _scalar(_boolean, "Must be true or false"),
    "blob": _scalar(_blob, "Must be base64"),
    "timestamp": _scalar(timestamps.parse, "Must be a timestamp"),
}
