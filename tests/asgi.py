"""ASGI without a server: one request to an application in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

Message = MutableMapping[str, Any]
App = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]

DISCONNECT = {"type": "http.disconnect"}


@dataclass(slots=True)
class Answer:
    """``headers`` by lower-case name. The status is 0 where there was no answer."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def json(self) -> Any:
        return orjson.loads(self.body)


def piece(body: bytes, *, more: bool = False) -> Message:
    """Part of a request's body."""
    return {"type": "http.request", "body": body, "more_body": more}


async def ask(
    app: App,
    method: str,
    path: str,
    body: bytes = b"",
    *,
    headers: Mapping[str, str] | None = None,
    messages: Sequence[Message] = (),
    started: Callable[[int], None] = lambda status: None,
) -> Answer:
    """The answer. ``messages`` is what comes from the client instead of the body, piece by piece; behind it nothing
    comes for ever. ``started`` is called when the answer begins to leave."""
    raw_path, _, query = path.partition("?")
    named = {"host": "localhost:4566", **(headers or {})}
    scope = {
        "type": "http",
        "method": method,
        "path": raw_path,
        "raw_path": raw_path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "http_version": "1.1",
        "scheme": "http",
        "server": ("127.0.0.1", 4566),
        "headers": [(name.lower().encode(), value.encode()) for name, value in named.items()],
    }
    incoming = iter(messages or [piece(body)])
    answer = Answer()

    async def receive() -> Message:
        message = next(incoming, None)
        if message is None:
            await asyncio.Event().wait()
        assert message is not None
        return message

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            started(answer.status)
        else:
            answer.body += message.get("body", b"")

    await app(scope, receive, send)
    return answer
