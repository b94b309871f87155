"""Which codec speaks for a service, and what every codec can do."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Literal, Protocol

from emu.wire.message import Request, Response
from emu.wire.model import load
from services.errors import ServiceError
from services.operation import Service

ProtocolName = Literal["json", "query", "rest-xml"]

_CLASSES = {
    "json": ("emu.wire.json_codec", "JsonCodec"),
    "query": ("emu.wire.query_codec", "QueryCodec"),
    "rest-xml": ("emu.wire.rest_codec", "RestXmlCodec"),
}


class Codec(Protocol):
    """One service in one protocol. Values: moments are milliseconds since the epoch, blobs are bytes; members that a
    request doesn't have are absent. Every method raises nothing but ServiceError on what a client sends."""

    def operation(self, request: Request) -> str:
        """The name of the operation in AWS's model, whether or not the service has it. Its body may still be missing
        where the protocol doesn't need it for that (rest-xml)."""

    def decode(self, name: str, request: Request) -> dict[str, Any]:
        """The request's members, without a streamed body."""

    def streamed(self, name: str) -> str | None:
        """The member that is the request's streamed body, if it has one."""
        return None

    def trailers(self, name: str, members: dict[str, Any], trailers: dict[str, str]) -> None:
        """Adds an aws-chunked body's trailing headers to the members, as if they had been headers; where the protocol
        takes nothing from headers, nothing."""

    def encode(
        self, name: str, result: dict[str, Any], request_id: str, status: int | None, headers: dict[str, str]
    ) -> Response:
        """The answer. ``status`` and ``headers`` are what the operation set beside the model's."""

    def error(self, error: ServiceError, request: Request, request_id: str) -> Response:
        """The protocol's error document."""


def encoding_problem(request: Request) -> str:
    """Why a body can't be read that its client has compressed; nothing for any other. SDKs compress what they send only
    to services that take it, and none of those is served here.

    https://docs.aws.amazon.com/sdkref/latest/guide/feature-compression.html
    """
    encoding = request.headers.get("content-encoding", "")
    return f"The request's body is not read with the Content-Encoding {encoding}." if encoding else ""


_codecs: dict[tuple[str, ProtocolName], tuple[Service, Codec]] = {}


def codec(service: Service, protocol: ProtocolName) -> Codec:
    """The codec, made at its first use: only then are the service's model and the protocol's modules loaded."""
    known = _codecs.get((service.name, protocol))
    if known is None or known[0] is not service:
        module, attribute = _CLASSES[protocol]
        made: Codec = getattr(import_module(module), attribute)(service, load(service.name))
        known = _codecs[service.name, protocol] = (service, made)
    return known[1]
