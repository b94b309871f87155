"""``GET /kumo/openapi.json``: the control plane, described for programs. Built of what stands beside the routes.

https://spec.openapis.org/oas/v3.1.0.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from emu.control.arguments import answer
from emu.control.endpoints import REFUSED, Endpoint
from emu.version import version

ENDPOINT = Endpoint("GET", "/kumo/openapi.json", "This description.", answers={200: "An OpenAPI 3.1 document."})

PROBES = (
    Endpoint(
        "GET",
        "/kumo/ready",
        "Whether the init scripts are through.",
        answers={200: "They are.", 503: "They are not, or one failed; reason says which."},
    ),
)
"""What is answered before the application is asked: :mod:`emu.control.health`."""

_FOREIGN = "The request comes from a web page, or its Host may be anyone's."
_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {"error": {"type": "string"}, "field": {"type": "string"}},
}


def document(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """The OpenAPI document."""
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        path = re.sub(r"{(\w+):path}", r"{\1}", endpoint.path)
        paths.setdefault(path, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {"title": "emu's control plane", "version": version()},
        "paths": paths,
        "components": {"schemas": {"Error": _ERROR}},
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    words = re.findall(r"[a-z]+", endpoint.path.removeprefix("/kumo/"))
    # Everybody's but the probes', which are answered before they could be refused.
    answers = endpoint.answers if endpoint in PROBES else {400: REFUSED, 403: _FOREIGN, **endpoint.answers}
    operation: dict[str, Any] = {
        "operationId": "-".join([endpoint.method.lower(), *words]),
        "summary": endpoint.summary,
        "responses": {str(status): _response(endpoint, what, status) for status, what in sorted(answers.items())},
    }
    if endpoint.parameters:
        operation["parameters"] = [
            {
                "name": parameter.name,
                "in": "path" if parameter.name in endpoint.in_path else "query",
                "required": parameter.name in endpoint.in_path,
                "description": parameter.summary,
                "schema": parameter.schema,
            }
            for parameter in endpoint.parameters
        ]
    if endpoint.body is not None:
        needed = bool(endpoint.body.get("required") or endpoint.body.get("minProperties"))
        operation["requestBody"] = {"required": needed, "content": {"application/json": {"schema": endpoint.body}}}
    return operation


def _response(endpoint: Endpoint, what: str, status: int) -> dict[str, Any]:
    if status >= 400:
        content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    else:
        content = {endpoint.media_type: {"schema": {}}}
    return {"description": what, "content": content}


class OpenApi:
    """The handler."""

    def __init__(self, endpoints: Sequence[Endpoint]) -> None:
        self._document = document(endpoints)

    async def __call__(self, request: Request) -> Response:
        return answer(self._document)
