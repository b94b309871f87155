"""The wait itself: looks at all conditions again after each commit, and whenever one of them stirs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from emu.clock.signals import COMMITTED
from emu.errors import SERVICE_UNAVAILABLE
from emu.waiting.conditions import Condition
from emu.world import World

Missing = list[tuple[Condition, str]]
"""The conditions that don't hold, and what there is instead."""


async def wait_until(world: World, conditions: Sequence[Condition], timeout_s: float) -> Missing:
    """Returns nothing as soon as all conditions hold at once, and what is missing when the time is over. Raises
    ServiceError if emu stops, StorageUnavailable if the disk fails."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout_s
    while True:
        news = world.signals.listen(COMMITTED)
        try:
            missing = [(each, found) for each in conditions if (found := each.missing(world)) is not None]
            left = deadline - loop.time()
            if not missing or left <= 0:
                return missing
            await _stirred(world, news, [each for each, _ in missing], left)
        finally:
            world.signals.unlisten(COMMITTED, news)
        if world.signals.closed:
            raise SERVICE_UNAVAILABLE(reason="emu is stopping.")


async def _stirred(world: World, news: asyncio.Future[None], conditions: Sequence[Condition], seconds: float) -> None:
    """Returns when there is news, when one of the conditions stirs, or when the time is over."""
    tasks = [asyncio.ensure_future(condition.stir(world)) for condition in conditions]
    try:
        done, _ = await asyncio.wait({news, *tasks}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
