"""The one server of a pytest process: of xdist's worker, or of the whole run without it.

It keeps its port for as long as the run lasts, whatever server answers there, so that clients which the user's code
holds stay valid from test to test. Ephemeral tests share a server in memory, which is reset before each; a persistent
test has a server of its own on a directory of its own.
"""

from __future__ import annotations

import shutil
import socket
import sys
import tempfile
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from emu.testing.control import KeptControl
from emu.testing.emulator import Emulator, EmulatorError
from emu.testing.verifier import Verifier

MAIN = "main"
HOST = "127.0.0.1"


class Worker:
    """name: xdist's name of the process, or "main". root: the project's folder."""

    def __init__(self, name: str, root: Path) -> None:
        self.name = name
        self.root = root
        self._emulator: Emulator | None = None
        self._shared: tuple[str, ...] | None = None
        self._clients: dict[str, Any] = {}
        self._port_held = socket.socket()

    @cached_property
    def folder(self) -> Path:
        """Where the working directories and the run's own snapshots are; gone after the run."""
        return Path(tempfile.mkdtemp(prefix=f"emu-{self.name}-"))

    @cached_property
    def port(self) -> int:
        """The server's port. On Linux it stays taken while no server answers there, between a kill and a restart:
        otherwise some connection on this machine could get it. A server may listen on it all the same, since neither
        it nor this socket asks for the port alone."""
        self._port_held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._port_held.bind((HOST, 0))
        port = int(self._port_held.getsockname()[1])
        if sys.platform != "linux":  # where two sockets can't be bound to one port
            self._port_held.close()
        return port

    @cached_property
    def verifier(self) -> Verifier:
        """What looks at the directories of persistent tests; it lasts as long as the run."""
        return Verifier()

    @cached_property
    def control(self) -> KeptControl:
        """What the plugin itself tells the server, before each test; tests have their own."""
        return KeptControl(HOST, self.port)

    @property
    def endpoint_url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def in_memory(self, arguments: Sequence[str]) -> Emulator:
        """The server that ephemeral tests share; another one only if it died or was begun with other arguments."""
        if self._emulator is not None and self._shared == tuple(arguments):
            if not self._emulator.running:
                self._emulator.start()
            return self._emulator
        emulator = self._serve(None, None, arguments)
        self._shared = tuple(arguments)
        return emulator

    def on_directory(self, data_dir: Path, seed: Path | None, arguments: Sequence[str]) -> Emulator:
        """A server on a directory."""
        return self._serve(data_dir, seed, ["--durability", "os", *arguments])

    def client(self, service: str) -> Any:
        """A boto3 client with nothing special about it, made once: that takes longer than many a test."""
        if service not in self._clients:
            assert self._emulator is not None
            self._clients[service] = self._emulator.client(service)
        return self._clients[service]

    def end_server(self) -> None:
        """Ends the server as a crash would; it holds nothing that anyone still needs."""
        if self._emulator is not None:
            self._emulator.close()
            self._emulator = self._shared = None

    def close(self) -> None:
        """Ends the server and removes everything that the run has left in the temporary folder."""
        self.end_server()
        self._port_held.close()
        if "control" in self.__dict__:
            self.control.close()
        if "verifier" in self.__dict__:
            self.verifier.close()
        if "folder" in self.__dict__:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _serve(self, data_dir: Path | None, seed: Path | None, arguments: Sequence[str]) -> Emulator:
        self.end_server()
        emulator = Emulator(
            data_dir,
            seed=seed,
            port=self.port,
            arguments=arguments,
            environment={"TMPDIR": str(self.folder)},  # a server that is killed leaves its spooled bodies behind
        )
        try:
            self._emulator = emulator.start()
        except EmulatorError:
            emulator.close()
            raise
        return emulator
