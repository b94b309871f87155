"""What an endpoint of the control plane is: its route, and what a client has to know of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

Schema = Mapping[str, Any]
"""A JSON schema, as OpenAPI 3.1 takes it."""

Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query parameter, or one in the path."""

    name: str
    summary: str
    schema: Schema = field(default_factory=lambda: {"type": "string"})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one path.

    body: the schema of the request's JSON. answers: what each status means. media_type: of a good answer.
    """

    method: str
    path: str
    summary: str
    parameters: Sequence[Parameter] = ()
    body: Schema | None = None
    answers: Mapping[int, str] = field(default_factory=lambda: {200: "Done."})
    media_type: str = "application/json"

    def route(self, handler: Handler) -> Route:
        return Route(self.path, handler, methods=[self.method])


ACCOUNT = Parameter("account", "Account of the resource; without it, the home account.")
REGION = Parameter("region", "Region of the resource; without it, the home region.")
REFUSED = "A member or parameter can't be used; the answer's field names it."
