"""The control plane as one Starlette application."""

from __future__ import annotations

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from emu.control.arguments import Refused
from emu.control.health import Health, Ready
from emu.control.levers import lever_routes, refused
from emu.control.localstack import LocalStackHealth, LocalStackReady
from emu.control.state import State
from emu.init_scripts import InitScripts
from emu.world import World


def control_app(world: World, init_scripts: InitScripts) -> Starlette:
    return Starlette(
        routes=[
            Route("/health", Health(world)),
            Route("/kumo/ready", Ready(world, init_scripts).__call__),
            Route("/kumo/state", State(world, init_scripts).__call__),
            *lever_routes(world, init_scripts),
            Route("/_localstack/health", LocalStackHealth(world).__call__),
            Route("/_localstack/init/ready", LocalStackReady(init_scripts).__call__),
        ],
        exception_handlers={HTTPException: _refused, Refused: refused},
    )


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    document = {"error": f"{request.method} {request.url.path}: {error.detail}"}
    return Response(orjson.dumps(document), error.status_code, error.headers, media_type="application/json")
