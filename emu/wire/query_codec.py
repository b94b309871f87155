"""The Query protocol: parameters in, XML out. STS speaks only this; SQS speaks it to SDKs from before 2023.

https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from emu.wire.codecs import Codec, encoding_problem
from emu.wire.errors import INVALID_ACTION, MALFORMED_INPUT, MISSING_ACTION
from emu.wire.message import Request, Response
from emu.wire.model import Model
from emu.wire.query_reader import QueryReader, Reader, tree
from emu.wire.xml_writer import Writer, XmlWriter, escape
from services.errors import ServiceError
from services.operation import Service

_DECLARATION = '<?xml version="1.0"?>'
_FIELDS_MAX = 20_000


class _Compiled(NamedTuple):
    read: Reader
    writers: dict[str, Writer]
    start: str
    end: str


class QueryCodec(Codec):
    """See there."""

    def __init__(self, service: Service, model: Model) -> None:
        names = service.traits.query
        self._model = model
        self._namespace = names.namespace if names else model.metadata.get("xmlNamespace", "")
        self._resource_member = names.resource_member if names else None
        self._reader = QueryReader(model, names)
        self._writer = XmlWriter(model, names)
        self._compiled = cache(self._compile)

    def _compile(self, name: str) -> _Compiled:
        operation = self._model.operations[name]
        start, end = f'{_DECLARATION}<{name}Response xmlns="{self._namespace}">', ""
        if operation.output is not None:
            wrapper = operation.output_wrapper or f"{name}Result"
            start, end = f"{start}<{wrapper}>", f"</{wrapper}>"
        writers = dict(self._writer.members(operation.output))
        return _Compiled(self._reader.reader(operation.input), writers, start, f"{end}<ResponseMetadata><RequestId>")

    def operation(self, request: Request) -> str:
        parameters = _parameters(request)
        action = parameters.get("Action")
        if action is None:
            raise MISSING_ACTION()
        if action not in self._model.operations:
            raise INVALID_ACTION(action=action)
        return action

    def decode(self, name: str, request: Request) -> dict[str, Any]:
        parameters = _parameters(request)
        members: dict[str, Any] = self._compiled(name).read(tree(parameters.items()), "")
        resource = self._resource_member
        if resource and resource not in members and request.raw_path.strip("/"):
            shape = self._model.operations[name].input
            if shape is not None and resource in self._model.shapes[shape].members:
                members[resource] = request.raw_path
        return members

    def encode(
        self, name: str, result: dict[str, Any], request_id: str, status: int | None, headers: dict[str, str]
    ) -> Response:
        compiled = self._compiled(name)
        parts = [compiled.start]
        for key, value in result.items():
            compiled.writers[key](value, parts.append)
        parts.append(f"{compiled.end}{request_id}</RequestId></ResponseMetadata></{name}Response>")
        return _response(status or 200, "".join(parts), request_id, headers)

    def error(self, error: ServiceError, request: Request, request_id: str) -> Response:
        shape = self._model.shapes.get(error.code)
        code = error.refusal.query_code or (shape.query_code if shape else None) or error.code
        message = error.refusal.query_message or error.message
        fault = "Sender" if error.status < 500 else "Receiver"
        text = (
            f'{_DECLARATION}<ErrorResponse xmlns="{self._namespace}"><Error><Type>{fault}</Type>'
            f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message><Detail/></Error><RequestId>{request_id}</RequestId>"
            "</ErrorResponse>"
        )
        return _response(error.status, text, request_id, error.headers)


def _parameters(request: Request) -> dict[str, str]:
    """The query string's and the form's, the form's first; parsed once a request."""
    if request.parameters is None:
        try:
            form = request.body.decode()
            pairs = parse_qsl(form, keep_blank_values=True, errors="strict", max_num_fields=_FIELDS_MAX)
            if request.query:
                pairs = [*parse_qsl(request.query, keep_blank_values=True, errors="strict"), *pairs]
        except ValueError:
            raise MALFORMED_INPUT(text=encoding_problem(request) or "The parameters are not well-formed.") from None
        request.parameters = dict(pairs)
    return request.parameters


def _response(status: int, text: str, request_id: str, headers: dict[str, str]) -> Response:
    every = {"x-amzn-requestid": request_id, "content-type": "text/xml", **headers}
    return Response(status, every, text.encode())
