"""XML bodies as values, checked against the model as S3 checks them against its schema.

An element in the wrong place, twice where one is allowed, or text where elements belong: all of it is MalformedXML.
"""

from __future__ import annotations

import binascii
from collections.abc import Callable
from typing import Any
from xml.parsers.expat import ExpatError

from emu.wire import timestamps
from emu.wire.errors import MALFORMED_XML
from emu.wire.model import Member, Model, Shape, late_bound

Reader = Callable[[Any], Any]
"""Takes xmltodict's node: None, text, a dict, or a list of these."""

_INTEGER_DIGITS_MAX = 19


def document(body: bytes) -> tuple[str, Any]:
    """The document element's name, without prefix, and its node. Raises MalformedXML."""
    import xmltodict  # loaded at the first XML body: most servers that only see objects never need it

    try:
        parsed = xmltodict.parse(body, strip_whitespace=False)
    except (ExpatError, ValueError, LookupError):
        raise MALFORMED_XML() from None
    ((name, node),) = parsed.items()
    return _local(name), node


def _local(name: str) -> str:
    return name.rpartition(":")[2]


class XmlReader:
    """Compiles the shapes of one model, each once."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._structures: dict[str, Reader] = {}

    def structure(self, name: str) -> Reader:
        """The reader of a structure's element; members that are bound to headers, query or path are left out."""
        if name not in self._structures:
            self._structures[name] = late_bound(self._structures, name)
            self._structures[name] = self._compile(self._model.shapes[name])
        return self._structures[name]

    def _compile(self, shape: Shape) -> Reader:
        elements: dict[str, tuple[str, Reader]] = {}
        attributes: dict[str, str] = {}
        for name, member in shape.members.items():
            if member.attribute:
                attributes["@" + (member.wire_name or name)] = name
            elif member.location is None:
                tag, read = self._member(name, member)
                elements[tag] = (name, read)

        def structure(node: Any) -> Any:
            result: dict[str, Any] = {}
            for key, item in _children(node):
                if key[0] == "@":
                    if key in attributes:
                        result[attributes[key]] = item
                    continue
                known = elements.get(_local(key))
                if known is None or known[0] in result:
                    raise MALFORMED_XML()
                result[known[0]] = known[1](item)
            return result

        return structure

    def _member(self, name: str, member: Member) -> tuple[str, Reader]:
        """A member's tag and reader."""
        shape = self._model.shapes[member.shape]
        tag = member.wire_name or name
        if shape.type == "list":
            read = self._reader(shape.element)
            if member.flattened or shape.flattened:
                return shape.element.wire_name or tag, lambda node: [read(item) for item in _several(node)]
            return tag, _wrapped(shape.element.wire_name or "member", read)
        return tag, _single(self._reader(member))

    def _reader(self, member: Member) -> Reader:
        shape = self._model.shapes[member.shape]
        if shape.type == "structure":
            return self.structure(shape.name)
        convert = _SCALARS[shape.type]

        def scalar(node: Any) -> Any:
            try:
                return convert(_text(node))
            except (ValueError, OverflowError):
                raise MALFORMED_XML() from None

        return scalar


def _children(node: Any) -> list[tuple[str, Any]]:
    """A structure's attributes and elements. Text between them may only be white space."""
    if node is None:
        return []
    if isinstance(node, str):
        text, children = node, []
    elif isinstance(node, dict):
        text, children = node.get("#text") or "", [(key, item) for key, item in node.items() if key != "#text"]
    else:
        raise MALFORMED_XML()
    if text.strip():
        raise MALFORMED_XML()
    return children


def _text(node: Any) -> str:
    """A scalar's text, whose element may have attributes that say nothing."""
    if isinstance(node, dict) and all(key[0] in "@#" for key in node):
        node = node.get("#text")
    if node is None:
        return ""
    if not isinstance(node, str):
        raise MALFORMED_XML()
    return node


def _several(node: Any) -> list[Any]:
    return node if isinstance(node, list) else [node]


def _single(read: Reader) -> Reader:
    def single(node: Any) -> Any:
        if isinstance(node, list):
            raise MALFORMED_XML()
        return read(node)

    return single


def _wrapped(tag: str, read: Reader) -> Reader:
    def wrapped(node: Any) -> Any:
        values: list[Any] = []
        for key, item in _children(node):
            if key[0] == "@":
                continue
            if _local(key) != tag:
                raise MALFORMED_XML()
            values += [read(each) for each in _several(item)]
        return values

    return wrapped


def _integer(text: str) -> int:
    text = text.strip()
    if len(text) > _INTEGER_DIGITS_MAX:
        raise ValueError
    return int(text)


def _boolean(text: str) -> bool:
    match text.strip().lower():
        case "true" | "1":
            return True
        case "false" | "0":
            return False
    raise ValueError


def _blob(text: str) -> bytes:
    return binascii.a2b_base64(text.encode())


_SCALARS: dict[str, Callable[[str], Any]] = {
    "string": str,
    "integer": _integer,
    "long": _integer,
    "double": float,
    "float": float,
    "boolean": _boolean,
    "blob": _blob,
    "timestamp": timestamps.parse,
}
