"""Changes, snapshots, restores, resets, checkpoints, crashes and restarts in any order, against a model."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from storage.scope import Scope
from tests.storage.snapshots.conftest import Lab, put, state_hash
from tests.storage.tiny import HOME, OTHER, World, opened
from tests.storage.watched import UnsyncedFiles

Key = tuple[str, tuple[str, str], str]
Model = dict[Key, Any]
BODIES = [b"", b"one", b"two", b"x" * 40_000, b"y" * 40_000]
SCOPES = [Scope(), Scope("a"), Scope("b"), Scope(None, HOME[0]), Scope("a", OTHER[0]), Scope(None, *HOME)]


async def doing(change: Callable[..., int], *arguments: Any) -> int:
    """Carries a change out on the loop."""
    return change(*arguments)


class Lifecycle(RuleBasedStateMachine):
    """The same steps over a store in memory and one in a directory."""

    names: Bundle[str] = Bundle("names")

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.root = Path(self._folder.name)
        self.loop = asyncio.new_event_loop()
        self.labs = [Lab(self.root / "memory"), Lab(self.root / "durable")]
        self.model: Model = {}
        self.kept: dict[str, Model] = {}
        self.count = 0

    def wait(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    @initialize()
    def open(self) -> None:
        self.worlds = [self.wait(opened(None)), self.wait(self.reopened())]

    async def reopened(self) -> World:
        return await opened(self.root / "state", files=UnsyncedFiles())

    def teardown(self) -> None:
        for world in getattr(self, "worlds", ()):
            self.wait(world.store.stop())
        self.loop.close()
        self._folder.cleanup()

    @rule(
        machine=st.sampled_from("ab"), namespace=st.sampled_from([HOME, OTHER]), key=st.sampled_from("klm"),
        value=st.integers(0, 9),
    )  # fmt: skip
    def put_value(self, machine: str, namespace: tuple[str, str], key: str, value: int) -> None:
        for world in self.worlds:
            self.wait(doing(world.put, key, value, machine, namespace))
        self.model[machine, namespace, key] = (value, None)

    @rule(machine=st.sampled_from("ab"), key=st.sampled_from("klm"), data=st.sampled_from(BODIES))
    def put_body(self, machine: str, key: str, data: bytes) -> None:
        for world in self.worlds:
            self.wait(world.put_large(key, data, machine))
        self.model[machine, HOME, key] = (None, data)

    @rule(machine=st.sampled_from("ab"), key=st.sampled_from("klm"))
    def delete(self, machine: str, key: str) -> None:
        for world in self.worlds:
            self.wait(doing(world.delete, key, machine))
        self.model.pop((machine, HOME, key), None)

    @rule(target=names)
    def snapshot(self) -> str:
        self.count += 1
        name = f"s{self.count}"
        for world, lab in zip(self.worlds, self.labs, strict=True):
            self.wait(lab.create(world, name))
        self.kept[name] = dict(self.model)
        return name

    @rule(name=names, scope=st.sampled_from(SCOPES))
    def restore(self, name: str, scope: Scope) -> None:
        for world, lab in zip(self.worlds, self.labs, strict=True):
            self.wait(lab.restore(world, name, scope))
        self._replaced(self.kept[name], scope)

    @rule(name=consumes(names))
    def delete_snapshot(self, name: str) -> None:
        for lab in self.labs:
            lab.shelf.delete(name)

    @rule(scope=st.sampled_from(SCOPES))
    def reset(self, scope: Scope) -> None:
        for world in self.worlds:
            self.wait(put(world, None, scope))
        self._replaced({}, scope)

    def _replaced(self, by: Model, scope: Scope) -> None:
        others = {key: entry for key, entry in self.model.items() if not scope.covers(key[0], *key[1])}
        self.model = others | {key: entry for key, entry in by.items() if scope.covers(key[0], *key[1])}

    @rule()
    def checkpoint(self) -> None:
        self.wait(self.worlds[1].store.checkpoint())

    @rule(after_s=st.sampled_from([0, 0.25]))
    def crash(self, after_s: float) -> None:
        world = self.worlds[1]
        self.wait(world.store.durable(world.store.lsn))
        self.wait(asyncio.sleep(after_s))
        world.abandon()
        self.worlds[1] = self.wait(self.reopened())

    @rule()
    def restart(self) -> None:
        self.wait(self.worlds[1].store.stop())
        self.worlds[1] = self.wait(self.reopened())

    @invariant()
    def both_are_what_the_model_says(self) -> None:
        for world in getattr(self, "worlds", ()):
            assert world.everything() == self.model
            references = world.store.bodies.references.counts
            used = {
                entry["sha256"]
                for machine in world.machines.values()
                for entries in machine.maps.values()
                for entry in entries.values()
                if "sha256" in entry
            }
            assert used <= references.keys()
        if hasattr(self, "worlds"):
            assert self.wait(state_hash(self.worlds[0])) == self.wait(state_hash(self.worlds[1]))


TestLifecycle = Lifecycle.TestCase
TestLifecycle.settings = settings(
    max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
