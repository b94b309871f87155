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
_PIECE_BYTES = 1024 * 1024


async def send_cut(response: Response, cut: Cut, send: Send, receive: Receive) -> None:
    """Ends the connection instead of the answer, or half way through its body; an answer without a body has no half."""
    # ASGI has no word for it; uvicorn's ``send`` is a method of the cycle that holds the connection.
    transport = send.__self__.transport  # type: ignore[attr-defined]
    content = response.body
    try:
        length = content.length if isinstance(content, Slice) else len(content)
        if cut == "half" and length:
            await _send_half(response, length, send)
            transport.close()
        else:
            _reset(transport)
    finally:
        if isinstance(content, Slice):
            content.reader.close()
    await asyncio.shield(gone(receive))


async def _send_half(response: Response, length: int, send: Send) -> None:
    """Announces the whole body, and sends the first half of it."""
    announced = (b"content-length", str(length).encode())
    headers = [(name.encode(), value.encode()) for name, value in response.headers.items() if name != "content-length"]
    await send({"type": "http.response.start", "status": response.status, "headers": [*headers, announced]})
    content, half = response.body, length // 2
    for position in range(0, half, _PIECE_BYTES) or (0,):
        size = min(_PIECE_BYTES, half - position)
        if isinstance(content, Slice):
            data = await asyncio.to_thread(content.reader.read, content.start + position, size)
        else:
            data = content[position : position + size]
        await send({"type": "http.response.body", "body": data, "more_body": True})


def _reset(transport: asyncio.Transport) -> None:
    """Closes without a farewell: the other side gets a reset (RST), not an end."""
    number = os.dup(transport.get_extra_info("socket").fileno())
    with socket.socket(fileno=number) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
    transport.abort()
