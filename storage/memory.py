"""The store that keeps nothing on disk: the same machines, the same interface, durable by definition."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

from storage.bodies.body import Body
from storage.bodies.memory import MemoryBodies
from storage.bodies.references import References
from storage.content import AT_ONCE_ENTITIES, Content, Dump, Program, content_of, dump, entities
from storage.errors import StorageUnavailable
from storage.machine import Change, Machine
from storage.options import CheckpointResult, StopResult
from storage.pointer import Home
from storage.preparation import Prepared, built, ready
from storage.replacement import Kind, Parts, StateRefused, build_parts, part_documents, swap
from storage.scope import EVERYTHING, Scope


class _Saved(NamedTuple):
    """A world that is kept, to be put back by copying containers: the content that it was built from, and its parts.
    Its bodies are held."""

    content: Content
    parts: Parts
    hashes: Sequence[str]


class MemoryStore:
    """See :class:`storage.store.Store`. The seed and what was restored last stay built: putting them back costs no
    more than copying containers."""

    def __init__(self, machines: Mapping[str, Machine], bodies: MemoryBodies, home: Home | None = None) -> None:
        self.bodies = bodies
        self.home = home or Home()
        self.rewinds = True
        self.lsn = 0
        self._machines = machines
        self._machine_lsns = dict.fromkeys(machines, 0)
        self._seed: _Saved | None = None
        self._last: _Saved | None = None

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

    async def stop(self) -> StopResult:
        return "clean"

    async def checkpoint(self) -> CheckpointResult:
        raise StorageUnavailable("this emu keeps nothing: there is no data directory to write to")

    # The whole state, out and in.

    @property
    def seed(self) -> Content | None:
        return None if self._seed is None else self._seed.content

    def plant(self, seed: Content, program: Program) -> None:
        """Begins with a seed, before anything else. Raises StateRefused."""
        parts = built(seed, EVERYTHING, program)
        self._seed = self._saved(seed, parts, self._copies(seed, parts))
        swap(self._machines, self._seed.parts, self.bodies.references)

    @asynccontextmanager
    async def captured(self, program: Program) -> AsyncIterator[Content]:
        lsn, hashes = self.lsn, self.bodies.hold_all()
        try:
            if entities(self._machines) <= AT_ONCE_ENTITIES:
                dumped = dump(self._machines, self.home, program.rest_names)
            else:
                saved = {name: machine.save() for name, machine in self._machines.items()}
                dumped = await asyncio.to_thread(_dump_saved, saved, program, self.home)
            yield content_of(dumped, {sha256: self.bodies.source(sha256) for sha256 in hashes}, self.home, lsn)
        finally:
            self.bodies.let_go(hashes)

    @asynccontextmanager
    async def prepared(self, content: Content | None, scope: Scope, program: Program) -> AsyncIterator[Prepared]:
        if content is None:
            yield ready(None, scope, program, built(None, scope, program), {})
            return
        saved = next((kept for kept in (self._seed, self._last) if kept and kept.content is content), None)
        if saved is None:
            parts = await asyncio.to_thread(built, content, EVERYTHING, program)
            try:
                copies = await asyncio.to_thread(self._copies, content, parts)
            except OSError as error:
                raise StateRefused(f"its bodies can't be read: {error.strerror or error}") from error
            saved = self._saved(content, parts, copies)
            if self._last is not None:
                self.bodies.let_go(self._last.hashes)
            self._last = saved
        yield await asyncio.to_thread(self._within, saved, scope, program)

    def _within(self, saved: _Saved, scope: Scope, program: Program) -> Prepared:
        """In a thread: what was saved, as far as it belongs to a scope."""
        parts: Parts = {name: saved.parts[name] for name in scope.machines(saved.parts)}
        if scope.account is not None:
            parts = build_parts(part_documents(parts, program.new_machines, scope), program.new_machines, scope)
        return ready(saved.content, scope, program, parts, {})

    def _copies(self, content: Content, parts: Parts) -> dict[str, bytes | Path]:
        hashes = {sha256 for part in parts.values() for sha256 in part.counts}
        return self.bodies.copies({sha256: content.bodies[sha256] for sha256 in hashes})

    def _saved(self, content: Content, parts: Parts, copies: Mapping[str, bytes | Path]) -> _Saved:
        self.bodies.take(copies)
        return _Saved(content, parts, list(copies))

    def replace(self, kind: Kind, prepared: Prepared, *, request_id: str, time_ms: int, ids: int) -> int:
        prepared.check(self._machines)
        prepared.put_in_place(self._machines, self.bodies.references)
        self.lsn += 1
        self._machine_lsns.update(dict.fromkeys(prepared.parts, self.lsn))
        self.bodies.settle()
        return self.lsn

    async def keep_seed(self, prepared: Prepared, lsn: int) -> None:
        if self._last is None or self._last.content is not prepared.content:
            return  # it is the seed already
        if self._seed is not None:
            self.bodies.let_go(self._seed.hashes)
        self._seed, self._last = self._last, None


def _dump_saved(saved: Mapping[str, Any], program: Program, home: Home) -> Dump:
    """In a thread: entities are never changed, and the containers are copies."""
    machines = program.new_machines(References())
    for name, machine in machines.items():
        machine.rewind(saved[name])
    return dump(machines, home, program.rest_names)
