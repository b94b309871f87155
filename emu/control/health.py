"""``/health`` and ``/kumo/ready``: is it alive, and is its world prepared.

``/health`` is Kumo's, to the byte: health checks compare it. It answers any method. Details stand under
``/kumo/state``.
"""

from __future__ import annotations

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from emu.init_scripts import InitScripts
from emu.world import World


class Health:
    """200 while all is well; 503 with the reason once mutations are refused."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reason = self._world.store.unhealthy()
        if reason is None:
            response = _json(200, {"status": "healthy"})
        else:
            response = _json(503, {"status": "unhealthy", "reason": reason})
        await response(scope, receive, send)


class Ready:
    """200 once the init scripts are through; 503 with the name of the one that runs or failed."""

    def __init__(self, world: World, init_scripts: InitScripts) -> None:
        self._world = world
        self._init_scripts = init_scripts

    async def __call__(self, request: Request) -> Response:
        reason = self._world.store.unhealthy() or self._init_scripts.why_not_ready()
        if reason is None:
            return _json(200, {"status": "ready"})
        return _json(503, {"status": "not ready", "reason": reason})


def _json(status: int, content: dict[str, str]) -> Response:
    return Response(orjson.dumps(content), status, media_type="application/json")
