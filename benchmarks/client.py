"""A client that costs little: requests as boto3 would send them, built once, over one keep-alive connection."""

import json
import select
import socket
from base64 import b64encode
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

import boto3
from botocore.awsrequest import AWSPreparedRequest
from botocore.config import Config

from benchmarks.echo import ANSWERS_PATH

GO_AHEAD_S = 1


class CallFailed(Exception):
    """The server answered with an error, or closed the connection."""


@dataclass(frozen=True)
class Answer:
    """One HTTP response."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


Exchange = tuple[bytes, Answer]


class Connection:
    """One keep-alive connection to 127.0.0.1; what it sends and receives is added to `recording`, if any."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._port = port
        self._buffer = b""
        self.recording: list[Exchange] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def call(self, request: bytes) -> Answer:
        """Send a request and read its response; raises CallFailed unless the status is 2xx."""
        self._send(request)
        status, headers = self._read_head()
        while status == 100:
            status, headers = self._read_head()
        lowered = {name.lower(): value for name, value in headers}
        if lowered.get("transfer-encoding") == "chunked":
            body = self._read_chunks()
        else:
            body = self._read(int(lowered.get("content-length", "0")))
        if not 200 <= status < 300:
            call = request.partition(b" HTTP")[0].decode()
            raise CallFailed(f"{call} at port {self._port}: {status} {body[:300]!r}")
        answer = Answer(status, headers, body)
        if self.recording is not None:
            self.recording.append((request, answer))
        return answer

    def _send(self, request: bytes) -> None:
        """Send all of it at once, but the body of `Expect: 100-continue` as botocore does: after the go-ahead."""
        body_starts = request.index(b"\r\n\r\n") + 4
        if b"\r\nExpect: 100-continue\r\n" in request[:body_starts]:
            self._socket.sendall(request[:body_starts])
            select.select([self._socket], [], [], GO_AHEAD_S)
            self._socket.sendall(request[body_starts:])
        else:
            self._socket.sendall(request)

    def _read_head(self) -> tuple[int, list[tuple[str, str]]]:
        lines = self._read_until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines[1:])]
        return int(lines[0].split(" ", 2)[1]), headers

    def _read_chunks(self) -> bytes:
        body = b""
        while size := int(self._read_until(b"\r\n"), 16):
            body += self._read(size)
            self._read_until(b"\r\n")
        self._read_until(b"\r\n")
        return body

    def _read_until(self, mark: bytes) -> bytes:
        while (end := self._buffer.find(mark)) < 0:
            self._receive()
        found, self._buffer = self._buffer[:end], self._buffer[end + len(mark) :]
        return found

    def _read(self, size_bytes: int) -> bytes:
        while len(self._buffer) < size_bytes:
            self._receive()
        found, self._buffer = self._buffer[:size_bytes], self._buffer[size_bytes:]
        return found

    def _receive(self) -> None:
        data = self._socket.recv(1 << 18)
        if not data:
            raise CallFailed(f"the server at port {self._port} closed the connection")
        self._buffer += data


class _Prepared(Exception):
    """Carries a signed request out of botocore, in place of sending it."""

    def __init__(self, request: AWSPreparedRequest) -> None:
        self.request = request


class Requests:
    """Builds requests with boto3 for a server on loopback."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        """A boto3 client that sends."""
        return boto3.client(
            service,
            endpoint_url=f"http://127.0.0.1:{self.port}",
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(proxies={}, retries={"total_max_attempts": 1}),
        )

    def build(self, service: str, operation: str, **parameters: Any) -> bytes:
        """The bytes that boto3 would send for a call such as `build("s3", "put_object", Bucket=…)`."""
        if service not in self._clients:
            self._clients[service] = self.client(service)
            self._clients[service].meta.events.register("before-send", self._carry_out)
        try:
            getattr(self._clients[service], operation)(**parameters)
        except _Prepared as prepared:
            return wire_bytes(prepared.request)
        raise AssertionError("botocore sent a request that should only have been prepared")

    @staticmethod
    def _carry_out(request: AWSPreparedRequest, **_: Any) -> None:
        raise _Prepared(request)


def wire_bytes(request: AWSPreparedRequest) -> bytes:
    """A prepared request as urllib3 writes it for botocore."""
    url = urlsplit(request.url)
    target = url.path + (f"?{url.query}" if url.query else "")
    headers = {"Accept-Encoding": "identity", **request.headers}
    texts = [(name, v.decode() if isinstance(v, bytes) else v) for name, v in headers.items()]
    head = "".join(f"{name}: {value}\r\n" for name, value in texts)
    body = request.body or b""
    if not isinstance(body, bytes):
        body = body.encode() if isinstance(body, str) else body.read()
    return f"{request.method} {target} HTTP/1.1\r\n{head}\r\n".encode() + body


def with_body(request: bytes, body: bytes) -> bytes:
    """A request with another body and the Content-Length that belongs to it; its signature is not renewed."""
    head = request.partition(b"\r\n\r\n")[0].split(b"\r\n")
    kept = [line for line in head if not line.lower().startswith(b"content-length:")]
    return b"\r\n".join([*kept, b"Content-Length: %d" % len(body), b"", body])


def record_answers(port: int, answers: list[Answer]) -> bytes:
    """The request that tells the echo which answers to give from now on, in turn.

    The date is left out, since the echo's uvicorn adds it, as emu's does.
    """
    listed = [
        (a.status, [pair for pair in a.headers if pair[0].lower() != "date"], b64encode(a.body).decode())
        for a in answers
    ]
    body = json.dumps(listed).encode()
    head = f"PUT {ANSWERS_PATH} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body
