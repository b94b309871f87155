"""Values as XML, compiled into closures that append text to a list: a listing of 1,000 keys is one join.

Members come out in the order in which the operation's answer has them. Namespaces and document elements are the
codecs' part.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any

from emu.wire import timestamps
from emu.wire.model import EMPTY, Member, Model, Shape
from services.traits import QueryNames

Append = Callable[[str], None]
Writer = Callable[[Any, Append], None]
"""Appends a value's XML."""

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")


def escape(text: str) -> str:
    """Character data. Control characters become references, as S3 writes them, though XML 1.0 has no place for most."""
    if "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text:
        text = text.replace("<", "&lt;")
    if ">" in text:
        text = text.replace(">", "&gt;")
    if '"' in text:
        text = text.replace('"', "&quot;")
    return text if text.isprintable() else _CONTROL.sub(_reference, text)


def _reference(match: re.Match[str]) -> str:
    return f"&#{ord(match[0])};"


def _base64(value: bytes) -> str:
    return b64encode(value).decode()


def _boolean(value: bool) -> str:
    return "true" if value else "false"


_TIMESTAMPS: dict[str, Callable[[int], str]] = {
    "iso8601": timestamps.iso8601,
    "rfc822": timestamps.rfc1123,
    "unixTimestamp": lambda value: str(value // 1000),
}


def text_of(shape: Shape, timestamp_format: str) -> Callable[[Any], str]:
    """The text of a scalar, unescaped. ``timestamp_format`` is for a shape that names none."""
    match shape.type:
        case "string":
            return str
        case "boolean":
            return _boolean
        case "blob":
            return _base64
        case "timestamp":
            return _TIMESTAMPS[shape.timestamp_format or timestamp_format]
        case _:
            return repr


class XmlWriter:
    """Compiles the shapes of one model, each once."""

    def __init__(self, model: Model, names: QueryNames | None = None) -> None:
        self._model = model
        self._lists: Mapping[str, str] = names.lists if names else {}
        self._maps: Mapping[str, tuple[str, str, str]] = names.maps if names else {}
        self._structures: dict[str, Mapping[str, Writer]] = {}

    def members(self, name: str | None) -> Mapping[str, Writer]:
        """A structure's members in the body, each with the writer of its whole element."""
        shape = EMPTY if name is None else self._model.shapes[name]
        writers = self._structures.get(shape.name)
        if writers is None:
            # Entered before it is filled: a shape that holds itself finds the same mapping.
            filled: dict[str, Writer] = {}
            writers = self._structures[shape.name] = filled
            for key, member in shape.members.items():
                if member.location is None and not member.attribute:
                    filled[key] = self.element(member, key)
        return writers

    def element(self, member: Member, name: str) -> Writer:
        """The writer of a member with its tags."""
        shape = self._model.shapes[member.shape]
        tag = member.wire_name or name
        match shape.type:
            case "structure":
                return self._structure(shape, tag)
            case "list":
                return self._list(shape, tag, flattened=member.flattened or shape.flattened)
            case "map":
                return self._map(shape, tag, flattened=member.flattened or shape.flattened)
            case _:
                return _scalar(shape, tag)

    def _structure(self, shape: Shape, tag: str) -> Writer:
        writers = self.members(shape.name)
        opening = tag if shape.prefix is None else f'{tag} xmlns:{shape.prefix[0]}="{shape.prefix[1]}"'
        attributes = {key: member.wire_name or key for key, member in shape.members.items() if member.attribute}
        start, end = f"<{opening}>", f"</{tag}>"

        def structure(value: Any, append: Append) -> None:
            append(start)
            for key, item in value.items():
                writers[key](item, append)
            append(end)

        def with_attributes(value: Any, append: Append) -> None:
            written = "".join(f' {attributes[key]}="{escape(value[key])}"' for key in attributes if key in value)
            append(f"<{opening}{written}>")
            for key, item in value.items():
                if key not in attributes:
                    writers[key](item, append)
            append(end)

        return with_attributes if attributes else structure

    def _list(self, shape: Shape, tag: str, *, flattened: bool) -> Writer:
        element = shape.element
        query_name = self._lists.get(shape.name)
        if query_name or flattened:
            write = self.element(element, query_name or tag)
            return lambda value, append: _each(write, value, append)
        write = self.element(element, "member")
        start, empty, end = f"<{tag}>", f"<{tag}/>", f"</{tag}>"

        def wrapped(value: Any, append: Append) -> None:
            if not value:
                append(empty)
                return
            append(start)
            _each(write, value, append)
            append(end)

        return wrapped

    def _map(self, shape: Shape, tag: str, *, flattened: bool) -> Writer:
        assert shape.key is not None, f"{shape.name} has no keys"
        query_names = self._maps.get(shape.name)
        entry, key_tag, value_tag = query_names or (
            tag if flattened else "entry",
            shape.key.wire_name or "key",
            shape.element.wire_name or "value",
        )
        write_key = self.element(shape.key, key_tag)
        write_value = self.element(shape.element, value_tag)
        start, end = f"<{entry}>", f"</{entry}>"
        wrap = not (flattened or query_names)

        def entries(value: Any, append: Append) -> None:
            if wrap:
                append(f"<{tag}>")
            for key, item in value.items():
                append(start)
                write_key(key, append)
                write_value(item, append)
                append(end)
            if wrap:
                append(f"</{tag}>")

        return entries


def _each(write: Writer, value: Any, append: Append) -> None:
    for item in value:
        write(item, append)


def _scalar(shape: Shape, tag: str) -> Writer:
    start, end = f"<{tag}>", f"</{tag}>"
    if shape.type == "string":
        return _string(start, end)
    text = text_of(shape, "iso8601")
    return lambda value, append: append(f"{start}{text(value)}{end}")


_REPEATED_LENGTH_MAX = 64


def _string(start: str, end: str) -> Writer:
    """The writer of a string. What stands in one entry of a listing after the other (a storage class, an owner) is
    escaped once."""
    last, element = "", f"{start}{end}"

    def string(value: str, append: Append) -> None:
        nonlocal last, element
        if value == last:
            append(element)
            return
        text = f"{start}{escape(value)}{end}"
        append(text)
        if len(value) <= _REPEATED_LENGTH_MAX:
            last, element = value, text

    return string
