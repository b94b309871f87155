"""Runs that repeat themselves: identifiers from a seed, and a clock that doesn't run by itself.

Two sources follow from the seed. What is kept (message ids, handles, version ids, …) comes from one whose position
every record of the journal carries, so that a restart goes on where it was. Request ids come from another, so that a
worker that asks an empty queue once more or once less changes no id of what is kept.
"""

from __future__ import annotations

from emu import log
from emu.world import World
from services.ids import SeededIds
from storage.durable import DurableStore

BEGINNING_MS = 1_767_225_600_000
"""Where time begins, and stands still, in a world that is new: 2026-01-01T00:00:00Z."""


async def make_repeatable(world: World, seed: str) -> None:
    """Goes on with the identifiers where the world was left, and freezes the clock of a new world. Its ``ids`` are made
    of the same seed."""
    if isinstance(world.store, DurableStore):
        world.ids.position = world.store.recovery.ids
    world.request_ids = SeededIds(f"{seed}/requests/{world.store.lsn}")
    world.beginning_ms = BEGINNING_MS
    if world.clock.setting is not None:
        return
    if world.is_empty():
        await world.mover.freeze(BEGINNING_MS)
    else:
        log.warning("the clock runs, so times won't repeat themselves; POST /kumo/clock freezes it")
