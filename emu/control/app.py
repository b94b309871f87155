"""The control plane but for its probes (:mod:`emu.control.health`), as one Starlette application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from emu import log
from emu.body import Disconnected
from emu.control.arguments import Refused, answer
from emu.control.levers import lever_routes
from emu.control.localstack import LocalStackHealth, LocalStackReady
from emu.control.reset import ENDPOINTS as WHOLE_STATE
from emu.control.reset import WholeState
from emu.control.snapshots import ENDPOINTS as SNAPSHOTS
from emu.control.snapshots import Snapshots
from emu.init_scripts import InitScripts
from emu.lifecycle import Lifecycle
from emu.world import World
from storage.errors import StorageUnavailable
from storage.snapshots.shelf import Shelf


def control_app(world: World, init_scripts: InitScripts, lifecycle: Lifecycle | None = None) -> Starlette:
    """``lifecycle`` carries out what concerns the whole state; without one, snapshots lie in the current folder."""
    lifecycle = lifecycle or Lifecycle(world, Shelf(Path("snapshots")))
    app = Starlette(
        routes=[
            *WholeState(world, lifecycle).routes(),
            *Snapshots(lifecycle).routes(),
            *lever_routes(world, init_scripts, [*WHOLE_STATE, *SNAPSHOTS]),
            Route("/_localstack/health", LocalStackHealth(world).__call__),
            Route("/_localstack/init/ready", LocalStackReady(init_scripts).__call__),
        ],
        exception_handlers=_HANDLERS,
        middleware=[Middleware(_Mortal, world=world)],
    )
    app.router.redirect_slashes = False  # a client that doesn't follow would take a redirected POST for done
    return app


class _Mortal:
    """Asks the ``crash`` faults before an answer leaves: one that is due at a reset or at a move of the clock kills the
    server before anybody knows of either."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self._app = app
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def mortal(message: Message) -> None:
            if self._world.faults.crashes is not None:
                self._world.faults.before_answer(self._world.store)
            await send(message)

        await self._app(scope, receive, mortal)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return answer(error.document(), error.status)


async def _disk_failed(request: Request, error: Exception) -> Response:
    return answer({"error": str(error)}, HTTPStatus.SERVICE_UNAVAILABLE)


async def _gone(request: Request, error: Exception) -> Response:
    """The client has hung up; nobody gets this."""
    return Response(status_code=HTTPStatus.BAD_REQUEST)


async def _unroutable(request: Request, error: Exception) -> Response:
    """No such path, or no such method of it."""
    assert isinstance(error, HTTPException)
    call = f"{request.method} {request.url.path}"
    if error.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
        known = "GET /kumo/openapi.json says what there is" if error.status_code == HTTPStatus.NOT_FOUND else ""
        return answer({"error": ". ".join(filter(None, (f"{call}: {error.detail}", known)))}, error.status_code)
    allowed = ", ".join(sorted(_methods(request)))
    response = answer({"error": f"{call}: there is no such method; there are: {allowed}."}, error.status_code)
    response.headers["allow"] = allowed
    return response


def _methods(request: Request) -> set[str]:
    """Those of all routes that the path has."""
    routes = (route for route in request.app.routes if isinstance(route, Route))
    return {
        method
        for route in routes
        if route.matches(request.scope)[0] is not Match.NONE
        for method in route.methods or ()
    }


async def _crashed(request: Request, error: Exception) -> Response:
    log.error("a call of the control plane crashed", exc_info=error, path=request.url.path)
    return answer({"error": f"emu has failed: {error!r}. Its log has more."}, HTTPStatus.INTERNAL_SERVER_ERROR)


_HANDLERS: Mapping[Any, Callable[[Request, Exception], Awaitable[Response]]] = {
    HTTPException: _unroutable,
    Refused: _refused,
    StorageUnavailable: _disk_failed,
    Disconnected: _gone,
    Exception: _crashed,
}
