"""``/kumo/state``: what this emu holds and how it keeps it."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from emu.control.endpoints import Endpoint
from emu.init_scripts import InitScripts
from emu.version import version
from emu.world import World

ENDPOINT = Endpoint("GET", "/kumo/state", "What emu holds and how it keeps it.", answers={200: "It."})


def describe(world: World, init_scripts: InitScripts) -> dict[str, Any]:
    account, region = world.home
    return {
        "version": version(),
        "home": {"account": account, "region": region},
        "storage": dict(world.store.describe()),
        "services": {name: dict(state.counts()) for name, state in world.states.items()},
        "seed": _seed(world),
        "edited_documents": world.edited,
        "init": {
            "finished": init_scripts.finished,
            "running": init_scripts.running,
            "failed": init_scripts.failed,
        },
    }


def _seed(world: World) -> dict[str, Any] | None:
    """What a reset goes back to, and how the last look at it ended where it is watched."""
    seed, watched = world.store.seed, world.watched_seed
    if seed is None and watched is None:
        return None
    kept = {} if seed is None else {"snapshot": seed.name, "commit": seed.commit, "state_hash": seed.state_hash}
    return {**kept, **({} if watched is None else {"watched": watched})}


class State:
    """The handler."""

    def __init__(self, world: World, init_scripts: InitScripts) -> None:
        self._world = world
        self._init_scripts = init_scripts

    async def __call__(self, request: Request) -> Response:
        document = describe(self._world, self._init_scripts)
        return Response(orjson.dumps(document, option=orjson.OPT_INDENT_2), media_type="application/json")
