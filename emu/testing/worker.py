"""The one server of a pytest process: of xdist's worker, or of the whole run without it.

It keeps its port for as long as the run lasts, whatever server answers there, so that clients which the user's code
holds stay valid from test to test. Ephemeral tests share a server in memory, which is reset before each; a persistent
test has a server of its own on a directory of its own.
"""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from emu.testing.emulator import Emulator, EmulatorError

MAIN = "main"


class Worker:
    """name: xdist's name of the process, or "main". root: the project's folder."""

    def __init__(self, name: str, root: Path) -> None:
        self.name = name
        self.root = root
        self._emulator: Emulator | None = None
        self._shared: tuple[str, ...] | None = None
        self._clients: dict[str, Any] = {}

    @cached_property
    def folder(self) -> Path:
        """Where the working directories and the run's own snapshots are; gone after the run."""
        return Path(tempfile.mkdtemp(prefix=f"emu-{self.name}-"))

    @cached_property
    def port(self) -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])

    @property
    def endpoint_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

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
