"""The bodies of REST requests and answers, compiled: XML documents, text, and bodies that are streamed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from emu.wire.errors import MALFORMED_XML
from emu.wire.message import Slice
from emu.wire.model import Model, OperationModel, Shape
from emu.wire.xml_reader import XmlReader, document
from emu.wire.xml_writer import Append, Writer, XmlWriter, escape
from services.traits import INTERLEAVED, XmlNames

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
XML = "application/xml"

ReadBody = Callable[[bytes, dict[str, Any]], None]
"""Adds what a body holds to the members."""

WriteBody = Callable[[Any, dict[str, str]], "bytes | Slice"]
"""The body of an answer, from its payload or from all members that stand in the body; adds headers."""


class RestBodies:
    """Compiles the bodies of one service's operations."""

    def __init__(self, model: Model, names: XmlNames) -> None:
        self._model = model
        self._names = names
        self._reader = XmlReader(model)
        self._writer = XmlWriter(model)

    def reader(self, operation: OperationModel, shape: Shape) -> ReadBody | None:
        """What reads the body of a request with this input; None where nothing stands in it."""
        name = shape.payload
        if name is None:
            if all(member.location for member in shape.members.values()):
                return None
            read_all = self._reader.structure(shape.name)
            root = operation.input_name or shape.wire_name or shape.name
            return lambda body, members: members.update(read_all(_rooted(body, root)))
        member = shape.members[name]
        target = self._model.shapes[member.shape]
        if target.type == "blob":
            return lambda body, members: members.update({name: body})
        if target.type == "string":
            return lambda body, members: members.update({name: _text(body)})
        read, element = self._reader.structure(target.name), member.wire_name or target.wire_name or name
        return lambda body, members: members.update({name: read(_rooted(body, element))})

    def writer(self, operation: OperationModel, shape: Shape) -> WriteBody | None:
        """What writes the body of an answer with this output; None where nothing stands in it."""
        root = self._names.roots.get(operation.name)
        if operation.name in self._names.unwrapped:
            (member_name,) = shape.members
            return self._unwrapped(root or member_name, member_name)
        name = shape.payload
        if name is None:
            if operation.method == "HEAD" or all(member.location for member in shape.members.values()):
                return None
            members = self._writer.members(operation.output)
            return self._document(root or shape.wire_name or shape.name, {**members, INTERLEAVED: _runs(members)})
        member = shape.members[name]
        match self._model.shapes[member.shape].type:
            case "blob":
                return _content
            case "string":
                return _policy
            case _:
                return self._document(root or member.wire_name or name, self._writer.members(member.shape))

    def _opening(self, root: str) -> str:
        return f'{DECLARATION}<{root} xmlns="{self._names.namespace}"'

    def _document(self, root: str, writers: Mapping[str, Writer]) -> WriteBody:
        opening = self._opening(root)
        start, end, empty = f"{opening}>", f"</{root}>", f"{opening}/>".encode()

        def write(value: Any, headers: dict[str, str]) -> bytes:
            headers["content-type"] = XML
            if not value:
                return empty
            parts = [start]
            append = parts.append
            for key, item in value.items():
                writers[key](item, append)
            append(end)
            return "".join(parts).encode()

        return write

    def _unwrapped(self, root: str, name: str) -> WriteBody:
        opening = self._opening(root)

        def write(value: Any, headers: dict[str, str]) -> bytes:
            headers["content-type"] = XML
            text = value.get(name)
            return (f"{opening}>{escape(text)}</{root}>" if text else f"{opening}/>").encode()

        return write


def _runs(writers: Mapping[str, Writer]) -> Writer:
    def write(value: Any, append: Append) -> None:
        for member, elements in value:
            writers[member](elements, append)

    return write


def _rooted(body: bytes, root: str) -> Any:
    name, node = document(body)
    if name != root:
        raise MALFORMED_XML()
    return node


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise MALFORMED_XML() from None


def _content(value: Any, headers: dict[str, str]) -> bytes | Slice:
    """A streamed payload: part of a kept body, or bytes."""
    if isinstance(value, bytes):
        return value
    reader, start, length = value
    headers.setdefault("content-length", str(length))
    return Slice(reader, start, length)


def _policy(value: str, headers: dict[str, str]) -> bytes:
    """A payload that is a string: S3's only ones are policies."""
    headers["content-type"] = "application/json"
    return value.encode()
