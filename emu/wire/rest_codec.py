"""REST with XML bodies, as S3 speaks it.

https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html and, for errors,
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import blake2b
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote_to_bytes

from emu.wire.codecs import Codec
from emu.wire.errors import INVALID_URI
from emu.wire.message import Request, Response, Slice
from emu.wire.model import EMPTY, Model, Shape
from emu.wire.rest_bindings import Inputs, Text, header_text, inputs
from emu.wire.rest_bodies import DECLARATION, XML, ReadBody, RestBodies, WriteBody
from emu.wire.rest_metadata import metadata_text
from emu.wire.rest_payload import announced, check_content_sha256
from emu.wire.rest_routes import Routes, split_path
from emu.wire.xml_writer import escape
from services.errors import ServiceError
from services.operation import Service

_HALF_ENCODED = re.compile("%(?![0-9A-Fa-f]{2})")
"""A percent sign that encodes nothing."""


class _Input(NamedTuple):
    bindings: Inputs
    bucket: bool
    key: bool
    read: ReadBody | None
    streamed: str | None
    checksum_member: str | None


class _Output(NamedTuple):
    status: int
    headers: dict[str, tuple[str, Text]]
    prefix: tuple[str, str] | None
    payload: str | None
    write: WriteBody | None


class RestXmlCodec(Codec):
    """See there."""

    def __init__(self, service: Service, model: Model) -> None:
        self._model = model
        self._routes = Routes(model)
        self._bodies = RestBodies(model, service.traits.xml)
        self._input = cache(self._compile_input)
        self._output = cache(self._compile_output)

    # Requests

    def operation(self, request: Request) -> str:
        return self._routes.find(request.method, request.raw_path, _query(request), request.headers)

    def decode(self, name: str, request: Request) -> dict[str, Any]:
        check_content_sha256(request.headers)
        compiled = self._input(name)
        members: dict[str, Any] = {}
        if compiled.bucket:
            bucket, key = split_path(request.raw_path)
            members["Bucket"] = _decoded(bucket, request)
            if compiled.key:
                members["Key"] = _decoded(key, request)
        query = _query(request)
        if query:
            compiled.bindings.take_query(query, members)
        compiled.bindings.take_headers(request.headers, members)
        if compiled.streamed is not None:
            announced(request.headers, compiled.checksum_member, compiled.bindings.headers.keys(), members)
        elif compiled.read is not None and request.body:
            compiled.read(request.body, members)
        return members

    def streamed(self, name: str) -> str | None:
        return self._input(name).streamed if name in self._model.operations else None

    def trailers(self, name: str, members: dict[str, Any], trailers: dict[str, str]) -> None:
        self._input(name).bindings.take_headers(trailers, members)

    def _shape(self, name: str | None) -> Shape:
        return EMPTY if name is None else self._model.shapes[name]

    def _compile_input(self, name: str) -> _Input:
        operation = self._model.operations[name]
        shape = self._shape(operation.input)
        payload = shape.members[shape.payload] if shape.payload else None
        streamed = shape.payload if payload is not None and payload.streaming else None
        return _Input(
            bindings=inputs(self._model, shape),
            bucket="Bucket" in shape.members and "{Bucket}" in operation.uri,
            key="{Key+}" in operation.uri,
            read=None if streamed else self._bodies.reader(operation, shape),
            streamed=streamed,
            checksum_member=operation.checksum_member,
        )

    # Answers

    def encode(
        self, name: str, result: dict[str, Any], request_id: str, status: int | None, headers: dict[str, str]
    ) -> Response:
        compiled = self._output(name)
        every = _common(request_id)
        bound, payload = compiled.headers, compiled.payload
        inside: dict[str, Any] = {}
        for member, value in result.items():
            binding = bound.get(member)
            if binding is not None:
                every[binding[0]] = binding[1](value)
            elif compiled.prefix is not None and member == compiled.prefix[0]:
                for key, text in value.items():
                    every[f"{compiled.prefix[1]}{key.lower()}"] = metadata_text(text)
            else:
                inside[member] = value
        body: bytes | Slice = b""
        if compiled.write is not None:
            if payload is None:
                body = compiled.write(inside, every)
            elif payload in inside:
                body = compiled.write(inside[payload], every)
        every.update(headers)
        return Response(status or compiled.status, every, body)

    def _compile_output(self, name: str) -> _Output:
        operation = self._model.operations[name]
        shape = self._shape(operation.output)
        headers: dict[str, tuple[str, Text]] = {}
        prefix = None
        for key, member in shape.members.items():
            if member.location == "header":
                headers[key] = ((member.wire_name or key).lower(), header_text(self._model, member))
            elif member.location == "headers":
                prefix = (key, (member.wire_name or key).lower())
        return _Output(operation.status, headers, prefix, shape.payload, self._bodies.writer(operation, shape))

    def error(self, error: ServiceError, request: Request, request_id: str) -> Response:
        headers = _common(request_id)
        if error.status == 304:
            # Headers of this one take the place of what a cache has: it says nothing of the content.
            return Response(error.status, {**headers, **error.headers}, b"")
        headers["content-type"] = XML
        headers.update(error.headers)
        if request.method == "HEAD" or not error.code:
            return Response(error.status, headers, b"")
        members = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in error.members.items())
        text = (
            f"{DECLARATION}<Error><Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>{members}"
            f"<RequestId>{request_id}</RequestId><HostId>{headers['x-amz-id-2']}</HostId></Error>"
        )
        return Response(error.status, headers, text.encode())


def _common(request_id: str) -> dict[str, str]:
    """What every answer has. The extended request id follows from the other: it only has to look like one."""
    extended = b64encode(blake2b(request_id.encode(), digest_size=57).digest()).decode()
    return {"x-amz-id-2": extended, "x-amz-request-id": request_id, "server": "AmazonS3"}


def _query(request: Request) -> Mapping[str, str]:
    """The query string's keys and values, parsed once a request."""
    if request.parameters is None:
        if not request.query:
            request.parameters = {}
        else:
            try:
                request.parameters = dict(parse_qsl(request.query, keep_blank_values=True, errors="strict"))
            except ValueError:
                raise INVALID_URI(uri=request.raw_path) from None
    return request.parameters


def _decoded(text: str, request: Request) -> str:
    """Percent-decoded, once. A plus sign is a space, as everywhere in S3's addresses: AWS writes spaces so in those
    that it gives (CompleteMultipartUpload's ``Location``), and its SDKs write ``%2B`` for the sign."""
    if "%" not in text and "+" not in text and text.isascii():
        return text
    if _HALF_ENCODED.search(text):
        raise INVALID_URI(uri=request.raw_path)
    try:
        return unquote_to_bytes(text.replace("+", " ").encode("latin-1")).decode()
    except UnicodeError:
        raise INVALID_URI(uri=request.raw_path) from None
