"""What an endpoint of the control plane is: its route, and what a client has to know of it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from emu.control.arguments import body_of, only, parameters_of

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
        async def checked(request: Request) -> Response:
            await self._check(request)
            return await handler(request)

        return Route(self.path, checked, methods=[self.method])

    @property
    def in_path(self) -> frozenset[str]:
        """The parameters that are part of the path."""
        return frozenset(re.findall(r"{(\w+)", self.path))

    async def _check(self, request: Request) -> None:
        """Refuses what stands where nobody reads it: a reset whose account is in the URL would be one of everything."""
        known = [parameter.name for parameter in self.parameters if parameter.name not in self.in_path]
        parameters = parameters_of(request)
        for name in parameters.names():
            if name in (self.body or {}).get("properties", ()):
                raise parameters.refuse(name, "stands in the URL, but belongs into the JSON body.")
            if name not in known:
                raise parameters.refuse(name, f"is unknown in the URL here; {only(known)}.")
        if self.body is None:
            members = await body_of(request)
            for name in members.names():
                if name in known:
                    raise members.refuse(name, "stands in the body, but belongs into the URL.")
            members.finish()


# Schemas of what :mod:`emu.control.arguments` reads under the same names.
NAME: Schema = {"type": "string", "minLength": 1, "pattern": "^[^:/]+$"}
ACCOUNT: Schema = {"type": "string", "pattern": "^[0-9]{12}$"}
REGION: Schema = {"type": "string", "pattern": "^[a-z0-9-]{2,32}$"}
TEXT: Schema = {"type": "string", "minLength": 1}
COUNT_MAX = 1 << 53
"""The largest number of anything: what every JSON reader reads exactly."""


def count(low: int = 0, high: int = COUNT_MAX) -> Schema:
    return {"type": "integer", "minimum": low, "maximum": high}


OF_ACCOUNT = Parameter("account", "Account of the resource; without it, the home account.", ACCOUNT)
OF_REGION = Parameter("region", "Region of the resource; without it, the home region.", REGION)
STOPPED = "The disk failed, or emu is stopping."
REFUSED = "A member or parameter can't be used; the answer's field names it."
