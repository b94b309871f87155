"""The store that keeps nothing on disk: the same machines, the same interface, durable by definition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from storage.machine import Change, Machine
from storage.memory_bodies import MemoryBodies
from storage.store import Body


class MemoryStore:
    """See :class:`storage.store.Store`."""

    def __init__(self, machines: Mapping[str, Machine], bodies: MemoryBodies) -> None:
        self.bodies = bodies
        self.lsn = 0
        self._machines = machines
        self._machine_lsns = dict.fromkeys(machines, 0)

    def commit(
        self, changes: Sequence[Change], bodies: Sequence[Body], *, request_id: str, time_ms: int, ids: int
    ) -> int:
        self.lsn += 1
        for kind, account, region, value in changes:
            name = kind[: kind.index(".")]
            self._machines[name].apply(kind, account, region, value)
            self._machine_lsns[name] = self.lsn
        for body in bodies:
            body.discard()
        self.bodies.settle()
        return self.lsn

    def machine_lsn(self, name: str) -> int:
        return self._machine_lsns[name]

    def is_durable(self, lsn: int) -> bool:
        return True

    async def durable(self, lsn: int) -> None:
        return

    def unhealthy(self) -> str | None:
        return None

    def describe(self) -> Mapping[str, Any]:
        return {"mode": "ephemeral", "lsn": self.lsn}

    async def start(self) -> None:
        return

    async def stop(self) -> None:
        return
