"""AWS JSON 1.0, as DynamoDB and SQS speak it.

https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html, and for ``x-amzn-query-error``
https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#awsquerycompatible-trait
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple
from zlib import crc32

import orjson

from emu.wire.codecs import Codec, encoding_problem
from emu.wire.errors import SERIALIZATION, UNKNOWN_OPERATION
from emu.wire.json_shapes import Decoder, Encoder, JsonShapes
from emu.wire.message import Request, Response
from emu.wire.model import Model
from services.errors import ServiceError
from services.operation import Service

CONTENT_TYPE = "application/x-amz-json-1.0"

_CAPITAL_MESSAGE = frozenset({"SerializationException", "AccessDeniedException"})
"""Errors of the front end that no model holds and whose text stands under ``Message``; elsewhere it is ``message``."""


class _Compiled(NamedTuple):
    decode: Decoder
    encode: Encoder | None


class JsonCodec(Codec):
    """See there."""

    def __init__(self, service: Service, model: Model) -> None:
        prefix = model.metadata.get("targetPrefix", "")
        self._model = model
        self._crc32 = service.traits.crc32
        self._query_compatible = "awsQueryCompatible" in model.metadata
        self._namespace = _namespace(model)
        self._shapes = JsonShapes(model, service.traits.raw_shapes, self._namespace)
        self._targets = {f"{prefix}.{name}": name for name in model.operations} if prefix else {}
        self._compiled = cache(self._compile)

    def _compile(self, name: str) -> _Compiled:
        operation = self._model.operations[name]
        return _Compiled(self._shapes.decoder(operation.input), self._shapes.encoder(operation.output))

    def operation(self, request: Request) -> str:
        name = self._targets.get(request.headers.get("x-amz-target", ""))
        if name is None:
            raise UNKNOWN_OPERATION()
        return name

    def decode(self, name: str, request: Request) -> dict[str, Any]:
        try:
            document = orjson.loads(request.body)
        except orjson.JSONDecodeError:
            raise SERIALIZATION(text=encoding_problem(request)) from None
        if type(document) is not dict:
            text = "Start of list found where not expected" if type(document) is list else ""
            raise SERIALIZATION(text=text)
        members: dict[str, Any] = self._compiled(name).decode(document)
        return members

    def encode(
        self, name: str, result: dict[str, Any], request_id: str, status: int | None, headers: dict[str, str]
    ) -> Response:
        encode = self._compiled(name).encode
        if self._model.operations[name].output is None:
            body = b""
        else:
            body = orjson.dumps(result if encode is None else encode(result), default=orjson.Fragment)
        return self._response(status or 200, body, request_id, headers)

    def _response(self, status: int, body: bytes, request_id: str, headers: dict[str, str]) -> Response:
        every = {"x-amzn-requestid": request_id, "content-type": CONTENT_TYPE}
        if self._crc32:
            every["x-amz-crc32"] = str(crc32(body))
        every.update(headers)
        return Response(status, every, body)

    def error(self, error: ServiceError, request: Request, request_id: str) -> Response:
        code = error.code
        shape = self._model.shapes.get(code)
        modelled = shape is not None and shape.exception
        document: dict[str, Any] = {"__type": f"{self._error_namespace(code, modelled)}#{code}"}
        if error.message:
            capital = (shape is not None and "Message" in shape.members) if modelled else code in _CAPITAL_MESSAGE
            document["Message" if capital else "message"] = error.message
        if error.members:
            encode = self._shapes.encoder(code) if modelled else None
            document.update(error.members if encode is None else encode(error.members))
        headers = dict(error.headers)
        if self._query_compatible:
            query_code = error.refusal.query_code or (shape.query_code if shape else None) or code
            headers["x-amzn-query-error"] = f"{query_code};{'Sender' if error.status < 500 else 'Receiver'}"
        body = orjson.dumps(document, default=orjson.Fragment)
        return self._response(error.status, body, request_id, headers)

    def _error_namespace(self, code: str, modelled: bool) -> str:
        if modelled:
            return self._namespace
        return "com.amazon.coral.validate" if code == "ValidationException" else "com.amazon.coral.service"


def _namespace(model: Model) -> str:
    """``DynamoDB_20120810`` → ``com.amazonaws.dynamodb.v20120810``, ``AmazonSQS`` → ``com.amazonaws.sqs``."""
    service = model.metadata["endpointPrefix"].rpartition(".")[2]
    version = model.metadata.get("targetPrefix", "").partition("_")[2]
    return f"com.amazonaws.{service}.v{version}" if version else f"com.amazonaws.{service}"
