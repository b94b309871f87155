"""Who may use the control plane."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from emu.control.guard import Guard


def status(path: str = "/kumo/reset", *, hostnames: tuple[str, ...] = (), **headers: str) -> int:
    statuses: list[int] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message: Any) -> None:
        statuses.extend([message["status"]] if "status" in message else [])

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "POST", "path": path, "headers": raw, "query_string": b""}
    asyncio.run(Guard(app, hostnames)(scope, receive, send))
    return statuses[0]


@pytest.mark.parametrize(
    "host",
    [
        "localhost", "localhost:4566", "127.0.0.1:4566", "[::1]:4566", "192.168.1.7:80", "emu:4566", "LOCALHOST:1",
        "app.localhost:4566", "host.docker.internal:4566", "localhost.localstack.cloud:4566", "emu.test:4566", "",
    ],
)  # fmt: skip
def test_our_names(host: str) -> None:
    assert status(host=host, hostnames=("emu.test",)) == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example:4566", "127.0.0.1.evil.example", "localhost.evil.example", "emu.test", "[::1", "a.b@localhost"],
)
def test_names_that_anyone_may_point_here(host: str) -> None:
    assert status(host=host) == 403


def test_the_health_check_is_open() -> None:
    assert status("/health", host="evil.example", origin="http://evil.example") == 200


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("http://localhost:4566", 200),
        ("https://localhost:4566", 200),
        ("http://localhost:3000", 403),
        ("http://evil.example", 403),
        ("null", 403),
    ],
)
def test_origins(origin: str, expected: int) -> None:
    assert status(host="localhost:4566", origin=origin) == expected
