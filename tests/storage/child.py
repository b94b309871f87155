"""A process to be killed: ``python -m tests.storage.child DIRECTORY SEED [DURABILITY]``.

It opens the directory, prints ``ready``, and then changes things from several tasks at once, with checkpoints in
between. Before a change it prints what it is about to do, after it is durable what is done; the parent compares.
"""

from __future__ import annotations

import asyncio
import random
import sys
from pathlib import Path

from tests.storage.tiny import World, opened

KEYS = 12


def body_of(version: int) -> bytes:
    """Small and large bodies, and some that are the same."""
    return b"%d" % (version % 7) * (60_000 if version % 5 == 0 else 10)


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


async def work(world: World, task: int, chance: random.Random) -> None:
    """Changes the keys of one task, in order."""
    while True:
        key = f"{task}-{chance.randrange(KEYS)}"
        version = chance.randrange(10**6)
        what = chance.choice(["put", "body", "delete"])
        say("try", key, what, version)
        if what == "put":
            lsn = world.put(key, version)
        elif what == "body":
            lsn = await world.put_large(key, body_of(version))
        else:
            lsn = world.delete(key)
        await world.store.durable(lsn)
        say("done", key, what, version)


async def checkpoints(world: World) -> None:
    while True:
        await asyncio.sleep(0.02)
        await world.store.checkpoint()


async def main(path: Path, seed: int, durability: str) -> None:
    world = await opened(path, durability=durability)
    say("ready")
    chance = random.Random(seed)
    tasks = [work(world, task, random.Random(chance.random())) for task in range(6)]
    await asyncio.gather(*tasks, checkpoints(world))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
