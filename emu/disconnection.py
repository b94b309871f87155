"""Clients that hang up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from emu.body import Disconnected, Receive

T = TypeVar("T")


async def unless_disconnected(waiting: Awaitable[T], receive: Receive) -> T:
    """The result of what waits; raises Disconnected if the client goes first. A client that hangs up takes its long
    poll with it: a message must not be handed to nobody."""
    task = asyncio.ensure_future(waiting)
    going = asyncio.ensure_future(gone(receive))
    try:
        await asyncio.wait({task, going}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise Disconnected
        return task.result()
    finally:
        task.cancel()
        going.cancel()


async def gone(receive: Receive) -> None:
    """Returns when the client has hung up."""
    while (await receive())["type"] != "http.disconnect":
        pass
