"""Keeps web pages away from the control plane.

A page that a developer looks at can send requests to servers on his machine: across origins, or by a name of its own
that it lets point to this machine (DNS rebinding). Either shows in the headers. A request with an ``Origin`` must come
from the very host that it is sent to; and its ``Host`` must be a name that no stranger can let point here: an address,
a name without a dot (``localhost``, a container's name), a name below ``.localhost`` or ``.internal``, or one of
``--hostname``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from ipaddress import ip_address

import orjson
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

_HOST = re.compile(r"(?:\[(?P<v6>[^\]]+)\]|(?P<name>[^:\[\]]+))(?::\d+)?")
_PRIVATE_ENDINGS = (".localhost", ".internal", ".localhost.localstack.cloud")


class Guard:
    """Wraps the control plane. ``/health`` stays open to every name, as Kumo's is."""

    def __init__(self, app: ASGIApp, hostnames: Collection[str] = ()) -> None:
        self._app = app
        self._hostnames = frozenset(name.lower() for name in hostnames)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/kumo/"):
            problem = self._problem(Headers(scope=scope))
            if problem is not None:
                response = Response(orjson.dumps({"error": problem}), 403, media_type="application/json")
                await response(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _problem(self, headers: Mapping[str, str]) -> str | None:
        host, origin = headers.get("host", ""), headers.get("origin")
        if host and not self._is_ours(host):
            return (
                f"The host {host!r} may belong to anyone, so that a web page could be behind this call. Use localhost "
                "or an address, or start emu with --hostname for this name."
            )
        if origin is not None and re.sub(r"^https?://", "", origin) != host:
            return f"A web page of {origin!r} can't use this."
        return None

    def _is_ours(self, host: str) -> bool:
        match = _HOST.fullmatch(host.lower().rstrip("."))
        if match is None:
            return False
        if match["v6"] is not None:
            return _is_address(match["v6"])
        name: str = match["name"]
        below_ours = any(name.endswith("." + known) for known in self._hostnames)
        return (
            "." not in name
            or name in self._hostnames
            or below_ours
            or name.endswith(_PRIVATE_ENDINGS)
            or name == "localhost.localstack.cloud"
            or _is_address(name)
        )


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
