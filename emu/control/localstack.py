"""``/_localstack/health`` and ``/_localstack/init/ready``: what scripts that wait for LocalStack ask.

Such scripts look for ``"s3": "available"`` or ``"s3": "running"`` in the text, so it is written as LocalStack writes
it, with a space behind each colon. As there, a service is *available* before it is used and *running* from then on;
here, used means that it holds something.
https://docs.localstack.cloud/aws/capabilities/networking/internal-endpoints/
"""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from emu.init_scripts import InitScripts
from emu.version import version
from emu.world import World


class LocalStackHealth:
    """Every service that emu serves, with 200; 503 once mutations are refused, so that a wait goes on or fails."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, request: Request) -> Response:
        services = {name: self._status(name) for name in self._world.services}
        status = 200 if self._world.store.unhealthy() is None else 503
        return _spaced(status, {"services": services, "edition": "community", "version": version()})

    def _status(self, service: str) -> str:
        state = self._world.states.get(service)
        return "running" if state is not None and any(state.counts().values()) else "available"


class LocalStackReady:
    """Whether the init scripts are through."""

    def __init__(self, init_scripts: InitScripts) -> None:
        self._init_scripts = init_scripts

    async def __call__(self, request: Request) -> Response:
        return _spaced(200, {"completed": self._init_scripts.finished})


def _spaced(status: int, document: dict[str, Any]) -> Response:
    return Response(json.dumps(document), status, media_type="application/json")
