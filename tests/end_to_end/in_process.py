"""The whole program in this process, from the ASGI gateway to the files, with real boto3 in front and a recorder in
place of ``storage.files.Files``."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from emu.app import build_app
from emu.init_scripts import InitScripts
from emu.opening import open_world
from emu.settings import resolve
from storage.files import Files
from tests.asgi import ask


class Recorder(Files):
    """Real files; notes what was written and what was synced, each *after* it happened."""

    def __init__(self) -> None:
        self.events: list[tuple[str, Any]] = []

    def pwrite(self, fd: int, data: bytes | memoryview, offset: int) -> None:
        super().pwrite(fd, data, offset)
        self.events.append(("written", (fd, bytes(data))))

    def datasync(self, fd: int) -> None:
        super().datasync(fd)
        self.events.append(("synced", fd))


class DeafDisk(Recorder):
    """fdatasync does nothing, as on a machine that lies."""

    def datasync(self, fd: int) -> None:
        return


class InProcess:
    """The whole program in this process; boto3's requests come in through the gateway's ASGI interface."""

    def __init__(self, directory: Path, files: Recorder) -> None:
        self.files = files
        self._loop = asyncio.new_event_loop()
        settings = resolve({"data_dir": str(directory), "flush_interval_ms": "0"}, {})
        self.world, _ = open_world(settings, files)
        self._app = build_app(self.world, InitScripts(None))
        self._loop.run_until_complete(self.world.start())

    def close(self) -> None:
        self._loop.run_until_complete(self.world.stop())
        self._loop.close()

    def client(self, service: str) -> Any:
        session = boto3.session.Session()
        client = session.client(
            service,
            endpoint_url="http://localhost:4566",
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}),
        )
        client.meta.events.register("before-send", self._send)
        return client

    def _send(self, request: Any, **_: Any) -> AWSResponse:
        url = urlsplit(request.url)
        body = request.body or b""
        headers = {name: value if isinstance(value, str) else value.decode() for name, value in request.headers.items()}
        answer = self._loop.run_until_complete(
            ask(
                self._app,
                request.method,
                f"{url.path}?{url.query}",
                body if isinstance(body, bytes) else body.read(),
                headers={"host": url.netloc, **headers},
                started=lambda status: self.files.events.append(("answered", status)),
            )
        )
        return AWSResponse(request.url, answer.status, answer.headers, _Raw(answer.body))


class _Raw(io.BytesIO):
    def stream(self, amt: int = 65536, decode_content: bool | None = None) -> Iterator[bytes]:
        while chunk := self.read(amt):
            yield chunk
