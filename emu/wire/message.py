"""An HTTP request and an HTTP response as the codecs see them."""

from __future__ import annotations

from dataclasses import dataclass, field

from services.bodies import BodyReader


@dataclass(slots=True)
class Request:
    """raw_path: percent-encoded as it was sent, without query; for a virtual-host call with the bucket put in front.
    query: the raw query string. headers: by lower-case name; repeated ones joined with ``,``.
    body: whole; empty for an operation whose body is streamed. parameters: where a codec keeps what it has parsed of
    the query string and a form, so that naming the operation and decoding it parse them once."""

    method: str
    raw_path: str
    query: str
    headers: dict[str, str]
    body: bytes = b""
    parameters: dict[str, str] | None = None


@dataclass(slots=True)
class Slice:
    """Part of a kept body as a response's body: ``length`` bytes from ``start``."""

    reader: BodyReader
    start: int
    length: int


@dataclass(slots=True)
class Response:
    """headers: names lower-case. A Slice must be closed (its reader) by whoever sends it."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | Slice = b""
