"""A server process that a test starts, kills, starts again and stops.

It runs emu as a program of its own, from this installation, whatever the test's own folder and environment hold.
Nothing of the server is imported here, and boto3 only when a client is asked for.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from emu.home import house
from emu.testing.control import ControlError
from emu.testing.errors import TestingError, hidden
from emu.testing.levers import Levers

__tracebackhide__ = hidden
_READY = re.compile(rb'msg="ready to serve" address=(\S+)')


class EmulatorError(TestingError):
    """The server didn't start or didn't stop as it should. The text ends with its log."""


class Connection(Levers):
    """The levers of a server that someone else runs: :meth:`Emulator.connect`. It can't be killed from here."""

    def __init__(self, endpoint_url: str) -> None:
        self._endpoint_url = endpoint_url.rstrip("/")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """The server goes on; it is whoever's started it."""

    @property
    def endpoint_url(self) -> str:
        return self._endpoint_url


class Emulator(Levers):
    """``with Emulator(data_dir=tmp_path) as emu: emu.client("s3").create_bucket(Bucket="b")``

    data_dir: the directory that keeps the state; None for a server in memory.
    seed: a snapshot's folder that the first start begins with; it is copied, never written.
    port: 0 takes a free one at the first start; later starts take the same again, so that clients stay valid.
    arguments: further arguments of ``emu serve``. environment: further variables; KUMO_* and AWS_* of the caller are
    not passed on. timeout_s: how long a start or stop may take.

    The server stops, cleanly and in the same moment, when the process that started it is gone, also after SIGKILL.
    """

    def __init__(
        self,
        data_dir: Path | str | None = None,
        *,
        seed: Path | str | None = None,
        port: int = 0,
        arguments: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        timeout_s: float = 30,
    ) -> None:
        self.data_dir = None if data_dir is None else Path(data_dir)
        self.port = port
        self._seed = None if seed is None else Path(seed)
        self._arguments = tuple(arguments)
        self._environment = dict(environment or {})
        self._timeout_s = timeout_s
        self._process: subprocess.Popen[bytes] | None = None
        self._log = tempfile.NamedTemporaryFile(prefix="emu-", suffix=".log")  # noqa: SIM115 - lives as long as this

    @staticmethod
    def connect(endpoint_url: str) -> Connection:
        """The levers of a server or container that is already running. Raises ControlError if nothing is there."""
        connection = Connection(endpoint_url)
        connection.control.get("/kumo/state")
        return connection

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self.running:
                self.stop()
        finally:
            self.close()

    def close(self) -> None:
        """Ends the server if it still runs, without ceremony, and forgets its log."""
        self.kill()
        self._log.close()

    @property
    def running(self) -> bool:
        return not self.has_ended()

    def has_ended(self, timeout_s: float = 0) -> bool:
        """Whether the server's process is gone, or goes within a time."""
        try:
            self._wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    @property
    def pid(self) -> int:
        if self._process is None:
            raise EmulatorError("The server has not been started.")
        return self._process.pid

    @property
    def endpoint_url(self) -> str:
        if not self.port:
            raise EmulatorError("The server has not been started: `with Emulator() as emu:`, or `emu.start()`.")
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """Everything the server has logged, all starts together, until :meth:`close`."""
        return self._log_file.read_text("utf-8", "replace")

    def start(self) -> Self:
        """Starts the server and returns once ``/kumo/ready`` says so."""
        if self.running:
            raise EmulatorError("The server is already running.")
        logged = self._log_file.stat().st_size
        command = [sys.executable, "-P", "-m", "emu", "serve", "--host", "127.0.0.1", "--port", str(self.port)]
        command.append("--stop-with-stdin")  # the pipe below ends with this process, however that ends
        if self.data_dir is not None:
            command += ["--data-dir", str(self.data_dir)]
        if self._seed is not None:
            command += ["--seed", str(self._seed)]
        with self._log_file.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, *self._arguments],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=server_environment() | self._environment,
                process_group=0,  # Ctrl-C is the caller's, who may be in a debugger
            )
        deadline = time.monotonic() + self._timeout_s
        self.port = int(self._await_address(logged, deadline).rpartition(b":")[2])
        while not self._is_ready():
            self._pause(deadline, "is not ready")
        if self.data_dir is not None:
            self._seed = None  # the directory holds it from now on
        return self

    def stop(self) -> None:
        """A clean stop (SIGTERM). Raises EmulatorError if the server ends with another status than 0."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            status = self._wait(self._timeout_s)
        except subprocess.TimeoutExpired:
            self.kill()
            raise EmulatorError(f"The server did not stop in {self._timeout_s} s.\n{self.log}") from None
        if status != 0:
            raise EmulatorError(f"The server ended with status {status}.\n{self.log}")

    def kill(self) -> None:
        """SIGKILL: what a crash or an out-of-memory kill does."""
        if self._process is not None:
            self._process.kill()
            self._wait()

    def restart(self) -> Self:
        """Starts it again on the same directory and port, after a clean stop if it is still running."""
        if self.running:
            self.stop()
        return self.start()

    @property
    def _log_file(self) -> Path:
        if self._log.closed:
            raise EmulatorError("This Emulator was closed, and its log with it; make another one.")
        return Path(self._log.name)

    def _server(self) -> object:
        return None if self._process is None else self._process.pid

    def _wait(self, timeout_s: float | None = None) -> int | None:
        """The status with which the server has ended, None if there was none. Raises subprocess.TimeoutExpired."""
        if self._process is None:
            return None
        status = self._process.wait(timeout_s)
        assert self._process.stdin is not None
        self._process.stdin.close()
        return status

    def _await_address(self, logged: int, deadline: float) -> bytes:
        while True:
            with self._log_file.open("rb") as log:
                log.seek(logged)
                match = _READY.search(log.read())
            if match:
                return match[1]
            self._pause(deadline, "did not begin to listen")

    def _pause(self, deadline: float, what: str) -> None:
        assert self._process is not None
        if self.has_ended():
            raise EmulatorError(f"The server ended with status {self._process.returncode}.\n{self.log}")
        if time.monotonic() > deadline:
            self.kill()
            raise EmulatorError(f"The server {what} within {self._timeout_s} s.\n{self.log}")
        time.sleep(0.01)

    def _is_ready(self) -> bool:
        try:
            self.control.get("/kumo/ready")
        except ControlError:
            return False
        return True


def server_environment() -> dict[str, str]:
    """The variables that emu's own processes get: nothing that the caller has set for others changes them, and the
    emu that starts is the one that is imported here, also where another one is installed."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name != "PYTHONPATH" and not name.startswith(("KUMO_", "AWS_"))
    }
    return {**kept, "PYTHONPATH": house()}
