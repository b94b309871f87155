"""The whole state at once: ``/kumo/reset``, ``/kumo/checkpoint``, ``/kumo/state/hash``, ``/kumo/state/documents``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from emu.control.arguments import Refused, answer, body_of, parameters_of
from emu.control.endpoints import REFUSED, Endpoint
from emu.control.scopes import PARAMETERS, SCOPE, taken_scope
from emu.control.snapshots import guarded, scope_of
from emu.lifecycle import Lifecycle
from emu.world import World
from storage.content import Content

ENDPOINTS = (
    Endpoint(
        "POST",
        "/kumo/reset",
        "Takes the state, or a part of it, back to the seed, or empties it.",
        body=SCOPE,
        answers={
            200: "Done, and on the disk.",
            400: REFUSED,
            409: "A bucket of the seed's has come to belong to another namespace.",
            503: "The disk failed.",
        },
    ),
    Endpoint(
        "POST",
        "/kumo/checkpoint",
        "Brings the data directory up to date, with the documents that Kumo reads.",
        answers={200: "Done.", 409: "This emu keeps nothing.", 503: "The disk failed."},
    ),
    Endpoint(
        "GET",
        "/kumo/state/hash",
        "The state's hash, or that of a part of it: equal for equal states.",
        PARAMETERS,
        answers={200: "The hash.", 400: REFUSED},
    ),
    Endpoint(
        "GET",
        "/kumo/state/documents",
        "The state's documents, or those of a part of it, as snapshots hold them.",
        PARAMETERS,
        answers={200: "The documents.", 400: REFUSED},
    ),
)


class WholeState:
    """The handlers."""

    def __init__(self, world: World, lifecycle: Lifecycle) -> None:
        self._world = world
        self._lifecycle = lifecycle

    def routes(self) -> Sequence[Route]:
        handlers = (self.reset, self.checkpoint, self.hash, self.documents)
        return [endpoint.route(guarded(handler)) for endpoint, handler in zip(ENDPOINTS, handlers, strict=True)]

    async def reset(self, request: Request) -> Response:
        return answer(await self._lifecycle.reset(await scope_of(request)))

    async def checkpoint(self, request: Request) -> Response:
        (await body_of(request)).finish()
        if self._world.store.describe()["mode"] != "durable":
            raise Refused("This emu keeps nothing: it was started without --data-dir.", status=409)
        return answer(await self._lifecycle.checkpoint())

    async def hash(self, request: Request) -> Response:
        async with self._captured(request) as content:
            pass
        documents = {name: document.sha256 for name, document in sorted(content.documents.items())}
        return answer({"state_hash": content.state_hash, "lsn": content.lsn, "documents": documents})

    async def documents(self, request: Request) -> Response:
        async with self._captured(request) as content:
            texts = {
                name: "".join(line.decode().removesuffix("\n") + "\n" for line in document.lines())
                for name, document in sorted(content.documents.items())
            }
        return answer({"state_hash": content.state_hash, "lsn": content.lsn, "documents": texts})

    @asynccontextmanager
    async def _captured(self, request: Request) -> AsyncIterator[Content]:
        """The part of the live state that the parameters name."""
        parameters = parameters_of(request)
        scope = taken_scope(parameters)
        parameters.finish()
        async with self._lifecycle.captured() as content:
            yield content.documents_within(scope)
