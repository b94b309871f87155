"""Connections that break: what a client sees of a network that fails at the wrong moment."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from emu.body import Receive
from emu.disconnection import gone
from emu.faults.call import Cut
from emu.wire.message import Response, Slice

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
_LINGER_NOT = struct.pack("ii", 1, 0)


async def send_cut(response: Response, cut: Cut, send: Send, receive: Receive) -> None:
    """Ends the connection instead of the answer, or half way through its body; an answer without a body has no half."""
    content = _closed(response)
    # ASGI has no word for it; uvicorn's ``send`` is a method of the cycle that holds the connection.
    transport = send.__self__.transport  # type: ignore[attr-defined]
    if cut == "half" and content:
        length = (b"content-length", str(len(content)).encode())
        headers = [
            (name.encode(), value.encode()) for name, value in response.headers.items() if name != "content-length"
        ]
        await send({"type": "http.response.start", "status": response.status, "headers": [*headers, length]})
        await send({"type": "http.response.body", "body": content[: len(content) // 2], "more_body": True})
        transport.close()
    else:
        _reset(transport)
    await asyncio.shield(gone(receive))


def _closed(response: Response) -> bytes:
    """The body, in memory."""
    content = response.body
    if not isinstance(content, Slice):
        return content
    try:
        return content.reader.read(content.start, content.length)
    finally:
        content.reader.close()


def _reset(transport: asyncio.Transport) -> None:
    """Closes without a farewell: the other side gets a reset (RST), not an end."""
    number = os.dup(transport.get_extra_info("socket").fileno())
    with socket.socket(fileno=number) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
    transport.abort()
