"""What leaves on a connection, byte by byte: heads and bodies leave together, and nothing else may change by that.

https://www.rfc-editor.org/rfc/rfc9112
"""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emu.testing import Emulator
from tests.end_to_end.asking import ask, refused

_MIB = 1024 * 1024


class Connection:
    """One connection, written to as it is told."""

    def __init__(self, emulator: Emulator) -> None:
        self.socket = socket.create_connection(("127.0.0.1", emulator.port), timeout=10)

    def send(self, method: str, path: str, **headers: str) -> None:
        self.socket.sendall(request(method, path, **headers))

    def answer(self, method: str = "GET") -> http.client.HTTPResponse:
        """The next answer, without its body where the method has none."""
        response = http.client.HTTPResponse(self.socket, method=method)
        response.begin()
        return response

    def read(self, method: str = "GET") -> tuple[int, bytes]:
        response = self.answer(method)
        return response.status, response.read()


def request(method: str, path: str, body: bytes = b"", /, **headers: str) -> bytes:
    """``headers`` by their names with underscores."""
    fields = {"Host": "localhost", "Content_Length": str(len(body)), **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


@pytest.fixture
def connection(emulator: Emulator) -> Iterator[Connection]:
    connection = Connection(emulator)
    yield connection
    connection.socket.close()


def test_requests_that_come_at_once_are_answered_in_turn(connection: Connection, bucket: str) -> None:
    """Pipelining, with refusals and answers without a body among them."""
    asked = [("PUT", "a", b"one"), ("GET", "a", b""), ("HEAD", "a", b""), ("GET", "missing", b""), ("DELETE", "a", b"")]
    connection.socket.sendall(b"".join(request(method, f"/{bucket}/{key}", body) for method, key, body in asked))
    # One buffer for all: each answer must end exactly where the next one begins.
    stream = connection.socket.makefile("rb")
    answers = []
    for method, _, _ in asked:
        status = int(stream.readline().split()[1])
        headers = http.client.parse_headers(stream)
        length = 0 if method == "HEAD" or status == 204 else int(headers["content-length"])
        answers.append((status, stream.read(length)))
    assert [status for status, _ in answers] == [200, 200, 200, 404, 204]
    assert answers[1][1] == b"one"
    assert b"<Code>NoSuchKey</Code>" in answers[3][1]


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("HEAD", {}, 200),
        ("GET", {"If_None_Match": "*"}, 304),
        ("DELETE", {}, 204),
        ("HEAD", {"Range": "bytes=9-"}, 416),
    ],
)
def test_an_answer_without_a_body_leaves_alone(
    connection: Connection, s3: Any, bucket: str, method: str, headers: dict[str, str], status: int
) -> None:
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"body")["ETag"]
    if "If_None_Match" in headers:
        headers = {"If_None_Match": etag}
    connection.send(method, f"/{bucket}/k", **headers)
    assert connection.read(method) == (status, b"")
    connection.send("GET", f"/{bucket}?location")
    status, document = connection.read()
    assert (status, b"LocationConstraint" in document) == (200, True)


def test_a_body_that_waits_to_be_asked_for(connection: Connection, s3: Any, bucket: str) -> None:
    for size in (1, 100_000, 3_000_000):
        body = b"x" * size
        connection.send("PUT", f"/{bucket}/k", Content_Length=str(size), Expect="100-continue")
        assert connection.socket.recv(4096) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.socket.sendall(body)
        assert connection.read("PUT") == (200, b"")
        assert s3.head_object(Bucket=bucket, Key="k")["ContentLength"] == size


@pytest.mark.parametrize("size", [100_000, 6 * 1024**3])
def test_a_body_that_is_refused_unseen(connection: Connection, bucket: str, size: int) -> None:
    """No ``100 Continue``, the refusal at once, and the end: what comes next would be taken for the body."""
    key = f"/{bucket}/k" if size > 5 * 1024**3 else f"/{bucket}-missing/k"
    connection.send("PUT", key, Content_Length=str(size), Expect="100-continue")
    status, document = connection.read("PUT")
    assert (status, b"EntityTooLarge" in document or b"NoSuchBucket" in document) in ((400, True), (404, True))
    assert connection.socket.recv(1) == b""


def test_a_body_that_comes_unasked_is_refused_and_left_aside(connection: Connection, bucket: str) -> None:
    connection.send("PUT", f"/{bucket}-missing/k", Content_Length="100000")
    assert connection.read("PUT")[0] == 404
    connection.socket.sendall(b"x" * 100_000)
    connection.send("GET", f"/{bucket}?location")
    assert connection.read()[0] == 200


def test_boto3_goes_on_behind_a_body_that_was_refused_unseen(s3: Any, bucket: str) -> None:
    for number in range(3):
        with refused("NoSuchBucket", 404):
            s3.put_object(Bucket=f"{bucket}-missing", Key="k", Body=b"x" * 100_000)
        s3.put_object(Bucket=bucket, Key="k", Body=str(number).encode())
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"2"


def test_events_are_told_as_they_happen(emulator: Emulator, connection: Connection) -> None:
    connection.send("GET", "/kumo/events?follow=true&what=mark")
    response = connection.answer()
    assert response.status == 200
    for text in ("first", "second"):
        marked = ask(emulator, "POST", "/kumo/events", json.dumps({"name": text}).encode())
        assert marked.status == 201, marked.body
        while text not in response.readline().decode():
            pass


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads Linux's accounting of memory")
def test_a_slow_reader_costs_no_memory(emulator: Emulator, connection: Connection, s3: Any, bucket: str) -> None:
    body = bytes(range(256)) * (64 * _MIB // 256)
    s3.put_object(Bucket=bucket, Key="k", Body=body)
    before = memory(emulator)
    connection.send("GET", f"/{bucket}/k")
    time.sleep(0.5)
    assert memory(emulator) - before < 16 * _MIB
    status, received = connection.read()
    assert (status, received == body) == (200, True)


def memory(emulator: Emulator) -> int:
    """Bytes that the server holds now."""
    pages = Path(f"/proc/{emulator.pid}/statm").read_text().split()[1]
    return int(pages) * 4096


def test_a_client_that_reads_nothing_and_goes_hinders_nobody(emulator: Emulator, s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=bytes(8 * _MIB))
    for _ in range(3):
        connection = Connection(emulator)
        connection.socket.sendall(request("GET", f"/{bucket}/k") * 3)
        connection.socket.close()
    assert s3.get_object(Bucket=bucket, Key="k", Range="bytes=0-0")["Body"].read() == b"\0"
