"""The floor that a call's cost is compared with: a bare ASGI app on uvicorn that only echoes recorded answers.

It reads each request to its end and sends, in turn, the answers it was last given, byte for byte those of the
server it stands beside: what is left is the price of uvicorn, uvloop and httptools for these bytes.

`python -m benchmarks.echo PORT`. The answers are given with `PUT /_answers`, body: a JSON list of
`[status, [[name, value], …], body in base64]`.
"""

import itertools
import json
import sys
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

import uvicorn

ANSWERS_PATH = "/_answers"

Answer = tuple[dict[str, Any], dict[str, Any]]

EMPTY: Answer = (
    {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]},
    {"type": "http.response.body", "body": b""},
)


class Echo:
    """The ASGI app; `answers` are sent in turn."""

    def __init__(self) -> None:
        self.answers: Iterator[Answer] = itertools.repeat(EMPTY)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = b""
        more = True
        while more:
            message = await receive()
            body += message["body"]
            more = message["more_body"]
        start, end = next(self.answers)
        if scope["path"] == ANSWERS_PATH:
            self.answers = itertools.cycle([recorded(*answer) for answer in json.loads(body)])
            start, end = EMPTY
        await send(start)
        await send(end)


def recorded(status: int, headers: list[tuple[str, str]], body: str) -> Answer:
    """One answer as the two messages that send it."""
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    return (
        {"type": "http.response.start", "status": status, "headers": pairs},
        {"type": "http.response.body", "body": b64decode(body)},
    )


def main(port: int) -> None:
    """Serve on loopback with the same uvicorn settings as emu's."""
    uvicorn.run(
        Echo(),
        host="127.0.0.1",
        port=port,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=2048,
        timeout_keep_alive=75,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
