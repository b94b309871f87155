"""``/health`` and ``/kumo/ready``: is it alive, and is its world prepared.

``/health`` is Kumo's, to the byte: health checks compare it. It answers any method. Details stand under
``/kumo/state``. Both are asked by everybody, all the time, and most servers are asked nothing else of the control
plane: so they are plain ASGI, and the rest of it, which costs 5 MiB and 0.1 s, is built when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import orjson

from emu.init_scripts import InitScripts
from emu.world import World

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Probes:
    """Answers the two probes; everything else goes to what ``build_rest`` makes."""

    def __init__(self, world: World, init_scripts: InitScripts, build_rest: Callable[[], App]) -> None:
        self._world = world
        self._init_scripts = init_scripts
        self._build_rest = build_rest
        self._rest: App | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        probe = {"/health": self._health, "/kumo/ready": self._ready}.get(scope["path"])
        if probe is not None:
            status, document = probe()
            await _send_json(send, status, document, head=scope["method"] == "HEAD")
            return
        if self._rest is None:
            self._rest = self._build_rest()
        await self._rest(scope, receive, send)

    def _health(self) -> tuple[int, dict[str, str]]:
        """200 while all is well; 503 with the reason once mutations are refused."""
        reason = self._world.store.unhealthy()
        if reason is None:
            return 200, {"status": "healthy"}
        return 503, {"status": "unhealthy", "reason": reason}

    def _ready(self) -> tuple[int, dict[str, str]]:
        """200 once the init scripts are through; 503 with the name of the one that runs or failed."""
        reason = self._world.store.unhealthy() or self._init_scripts.why_not_ready()
        if reason is None:
            return 200, {"status": "ready"}
        return 503, {"status": "not ready", "reason": reason}


async def _send_json(send: Send, status: int, document: dict[str, str], *, head: bool) -> None:
    body = orjson.dumps(document)
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else body})
