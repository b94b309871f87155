"""Members that stand in a REST request's or answer's headers and query string, compiled.

https://smithy.io/2.0/spec/http-bindings.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from emu.wire import timestamps
from emu.wire.errors import INVALID_ARGUMENT
from emu.wire.model import Member, Model, Shape
from emu.wire.rest_metadata import metadata_of, one_line
from emu.wire.xml_writer import text_of

Convert = Callable[[str], Any]
Text = Callable[[Any], str]

_RANGES = {"integer": 2**31 - 1, "long": 2**63 - 1}
_INTEGER_DIGITS_MAX = 20
_PART_NUMBER = "Part number must be an integer between 1 and 10000, inclusive"


@dataclass(slots=True)
class Inputs:
    """Where a request's members come from: lower-case header name or query key → member and conversion."""

    headers: dict[str, tuple[str, Convert | None]] = field(default_factory=dict)
    query: dict[str, tuple[str, Convert | None]] = field(default_factory=dict)
    prefix: str | None = None
    prefix_member: str = ""

    def take_headers(self, headers: Mapping[str, str], members: dict[str, Any]) -> None:
        """Adds the members that the headers hold. Raises InvalidArgument."""
        known, prefix = self.headers, self.prefix
        for name, value in headers.items():
            binding = known.get(name)
            if binding is not None:
                _take(binding, value, members)
            elif prefix is not None and name.startswith(prefix):
                members.setdefault(self.prefix_member, {})[name[len(prefix) :]] = metadata_of(value)

    def take_query(self, query: Mapping[str, str], members: dict[str, Any]) -> None:
        """Adds the members that the query string holds. Headers may stand in a presigned one."""
        for name, value in query.items():
            binding = self.query.get(name)
            if binding is not None:
                _take(binding, value, members)
            elif name[:6].lower() == "x-amz-":
                self.take_headers({name.lower(): value}, members)


def _take(binding: tuple[str, Convert | None], value: str, members: dict[str, Any]) -> None:
    member, convert = binding
    if convert is None:
        members[member] = value
    elif (converted := convert(value)) is not None:
        members[member] = converted


def _unicode(value: str) -> str:
    """The text of a header that came as UTF-8, which an HTTP server reads as Latin-1."""
    if value.isascii():
        return value
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value


def inputs(model: Model, shape: Shape) -> Inputs:
    """The bindings of an operation's input."""
    bound = Inputs()
    for name, member in shape.members.items():
        wire_name = member.wire_name or name
        if member.location == "header":
            bound.headers[wire_name.lower()] = (name, _converter(model, member, wire_name.lower()))
        elif member.location == "querystring":
            bound.query[wire_name] = (name, _converter(model, member, wire_name))
        elif member.location == "headers":
            bound.prefix, bound.prefix_member = wire_name.lower(), name
    return bound


def _converter(model: Model, member: Member, name: str) -> Convert | None:
    """None for text that is taken as it is; a converter's None says that the value is as good as absent.

    What HTTP itself defines goes back to whoever reads the object byte for byte as it came, and stays Latin-1 for that.
    In S3's own headers stand names.
    """
    shape = model.shapes[member.shape]
    if name == "content-encoding":
        return _content_encoding
    match shape.type:
        case "integer" | "long":
            return _integer(name, _RANGES[shape.type])
        case "boolean":
            return _boolean(name)
        case "timestamp":
            return _timestamp(name)
        case "list":
            return _comma_separated
        case _:
            return _unicode if member.location == "header" and name.startswith("x-amz-") else None


def _content_encoding(value: str) -> str | None:
    """Without ``aws-chunked``, which says how the request was sent and is no property of the object."""
    kept = [coding for coding in value.split(",") if coding.strip().lower() != "aws-chunked"]
    return ",".join(kept).strip() or None


def _integer(name: str, maximum: int) -> Convert:
    text = _PART_NUMBER if name == "partNumber" else f"Provided {name} not an integer or within integer range"

    def integer(value: str) -> int | None:
        if not value:
            return None
        digits = value.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= _INTEGER_DIGITS_MAX):
            raise INVALID_ARGUMENT(text=text, name=name, value=value)
        number = int(value)
        if not -maximum - 1 <= number <= maximum:
            raise INVALID_ARGUMENT(text=text, name=name, value=value)
        return number

    return integer


def _boolean(name: str) -> Convert:
    def boolean(value: str) -> bool | None:
        match value.lower():
            case "true":
                return True
            case "false":
                return False
            case "":
                return None
        raise INVALID_ARGUMENT(text=f"Provided {name} not a boolean", name=name, value=value)

    return boolean


def _timestamp(name: str) -> Convert:
    def timestamp(value: str) -> int | None:
        try:
            return timestamps.parse(value)
        except ValueError:
            if not name.startswith("x-amz-"):
                # HTTP's own conditions: a date that can't be read is a condition that isn't there (RFC 9110, 13.1.3).
                return None
            text = f"The value of {name} is not a valid date"
            raise INVALID_ARGUMENT(text=text, name=name, value=value) from None

    return timestamp


def _comma_separated(value: str) -> list[str] | None:
    return [item.strip() for item in value.split(",") if item.strip()] or None


def header_text(model: Model, member: Member) -> Text:
    """The text of a member in an answer's header: never more than one line."""
    shape = model.shapes[member.shape]
    if shape.type == "string":
        return one_line
    if shape.type == "list":
        return lambda value: one_line(",".join(value))
    return text_of(shape, "rfc822")
