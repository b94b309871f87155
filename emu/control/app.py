"""The control plane but for its probes (:mod:`emu.control.health`), as one Starlette application."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from emu.control.arguments import Refused
from emu.control.levers import lever_routes, refused
from emu.control.localstack import LocalStackHealth, LocalStackReady
from emu.control.reset import ENDPOINTS as WHOLE_STATE
from emu.control.reset import WholeState
from emu.control.snapshots import ENDPOINTS as SNAPSHOTS
from emu.control.snapshots import Snapshots
from emu.control.state import State
from emu.init_scripts import InitScripts
from emu.lifecycle import Lifecycle
from emu.world import World
from storage.snapshots.shelf import Shelf


def control_app(world: World, init_scripts: InitScripts, lifecycle: Lifecycle | None = None) -> Starlette:
    """``lifecycle`` carries out what concerns the whole state; without one, snapshots lie in the current folder."""
    lifecycle = lifecycle or Lifecycle(world, Shelf(Path("snapshots")))
    return Starlette(
        routes=[
            Route("/kumo/state", State(world, init_scripts).__call__),
            *WholeState(world, lifecycle).routes(),
            *Snapshots(lifecycle).routes(),
            *lever_routes(world, init_scripts, [*WHOLE_STATE, *SNAPSHOTS]),
            Route("/_localstack/health", LocalStackHealth(world).__call__),
            Route("/_localstack/init/ready", LocalStackReady(init_scripts).__call__),
        ],
        exception_handlers={HTTPException: _refused, Refused: refused},
    )


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    found = "" if error.status_code != HTTPStatus.NOT_FOUND else ". GET /kumo/openapi.json says what there is"
    document = {"error": f"{request.method} {request.url.path}: {error.detail}{found}"}
    return Response(orjson.dumps(document), error.status_code, error.headers, media_type="application/json")
