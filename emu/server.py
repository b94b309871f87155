"""The HTTP server: uvicorn, listening on a socket that is bound before anything else happens."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import uvicorn

from emu import log
from emu.gateway import Gateway
from emu.init_scripts import InitScripts
from emu.joined_writes import JoiningProtocol
from emu.settings import SettingError
from emu.standard_input import when_standard_input_ends
from emu.world import World

_GRACE_S = 3
"""How long requests under way may go on at a stop. Long polls end at once; Docker gives 10 s for everything."""


def bind(host: str, port: int) -> socket.socket:
    """A bound socket, so that a taken port ends the start before a directory is touched. Raises SettingError."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind, protocol)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError as error:
        reason = error.strerror or str(error)
        raise SettingError(
            f"Can't listen on {host}, port {port} (--host, --port; KUMO_HOST, KUMO_PORT): {reason}."
        ) from None
    return bound


def address_of(bound: socket.socket) -> str:
    """The URL under which the socket is reached from this machine; a wildcard address is reached as localhost."""
    host, port = bound.getsockname()[:2]
    if host in ("0.0.0.0", "::"):
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Server(uvicorn.Server):
    """uvicorn, with what emu does once it listens and once it is told to stop.

    orphaned: it stops because its standard input has ended, with ``stop_with_stdin``.
    """

    def __init__(
        self,
        app: Gateway,
        world: World,
        init_scripts: InitScripts,
        bound: socket.socket,
        *,
        stop_with_stdin: bool = False,
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                loop="uvloop",
                http=JoiningProtocol,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                date_header=False,  # the gateway's is from the world's clock
                proxy_headers=False,
                backlog=2048,
                timeout_keep_alive=75,
                timeout_graceful_shutdown=_GRACE_S,
            )
        )
        self._world = world
        self._init_scripts = init_scripts
        self._bound = bound
        self._stop_with_stdin = stop_with_stdin
        self._running_scripts: asyncio.Task[None] | None = None
        self.orphaned = False

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn's, but the signal isn't raised again behind a clean stop, which ends with status 0."""
        previous = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            log.info("ready to serve", address=address_of(self._bound))
            self._running_scripts = asyncio.create_task(
                self._init_scripts.run(address_of(self._bound), self._world.home[1])
            )
            if self._stop_with_stdin:
                self._stop_when_standard_input_ends()

    def _stop_when_standard_input_ends(self) -> None:
        loop = asyncio.get_running_loop()

        def stop() -> None:
            self.orphaned = not self.should_exit
            self.should_exit = True

        def tell() -> None:
            with suppress(RuntimeError):  # the loop is closed: it has stopped already
                loop.call_soon_threadsafe(stop)

        when_standard_input_ends(tell)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self.orphaned:
            log.info("stopping, since the standard input has ended")
        else:
            log.info("stopping")
        self._world.signals.close()
        self._world.events.close()
        if self._running_scripts is not None:
            self._running_scripts.cancel()
            await asyncio.gather(self._running_scripts, return_exceptions=True)
        await super().shutdown(sockets)
