"""One emulated world: the services' states, the store that keeps them, the clock and the identifiers, wired
together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from emu.clock.movement import ClockMover
from emu.clock.reading import WorldClock
from emu.clock.scheduler import Scheduler
from emu.clock.setting import Setting
from emu.clock.signals import COMMITTED, Signals
from emu.clock.state import NAME as EMU
from emu.clock.state import ClockState, set_clock
from emu.events import Events
from emu.faults.injection import Faults
from services.clock import Clock, SystemClock
from services.context import Context
from services.ids import Ids, RandomIds
from services.machine import Hooks, State
from services.operation import Service
from services.registry import services
from storage.bodies.body import Bodies
from storage.bodies.memory import MemoryBodies
from storage.memory import MemoryStore
from storage.options import StopResult
from storage.preparation import Prepared
from storage.replacement import Kind
from storage.store import Store

OpenStore = Callable[[Mapping[str, Any], Any], Store]


class StateHooks:
    """Passes on what states tell: body references to the store, wake-ups to those that wait."""

    def __init__(self, bodies: Bodies, signals: Signals) -> None:
        self.retain = bodies.retain
        self.release = bodies.release
        self.notify = signals.notify


def new_states(hooks: Hooks) -> dict[str, State]:
    """An empty state for each service that keeps anything, and for emu itself, by name."""
    states = {name: service.new_state(hooks) for name, service in services().items() if service.new_state is not None}
    return {**states, EMU: ClockState(hooks)}


class World:
    """What a request meets. ``states`` are made first, then the store is opened over them.

    record_reads: whether operations that change nothing are events too. beginning_ms: where the clock of an empty world
    stands still, if it does. edited: documents in the data directory that somebody else changed. watched_seed: how the
    last look at a watched seed ended.
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        ids: Ids | None = None,
        bodies: Any = None,
        open_store: OpenStore = MemoryStore,
        home: tuple[str, str] = ("000000000000", "us-east-1"),
    ) -> None:
        self.home = home
        self.clock = WorldClock(clock or SystemClock())
        self.ids: Ids = ids or RandomIds()
        self.request_ids: Ids = self.ids
        self.events = Events(self.clock)
        self.faults = Faults(self.events)
        self.record_reads = False
        self.beginning_ms: int | None = None
        self.edited: tuple[str, ...] = ()
        self.watched_seed: Mapping[str, Any] | None = None
        self.signals = Signals(self.clock)
        self.services: Mapping[str, Service] = services()
        bodies = bodies or MemoryBodies()
        hooks = StateHooks(bodies, self.signals)
        self.states = new_states(hooks)
        self.clock.follow(cast("ClockState", self.states[EMU]))
        self.store: Store = open_store(self.states, bodies)
        self._scheduler = Scheduler(self.services, self.states, self.clock, self.context)
        self.mover = ClockMover(self.clock, self._scheduler, self.signals, self.context)
        self._notify = self.signals.notify
        self._targets = {name: service.deliver for name, service in self.services.items() if service.deliver}

    def commit(self, changes: Any, bodies: Any, ctx: Context) -> int:
        """See :data:`services.context.Commit`."""
        if self.clock.instant is not None:
            changes = self.mover.dated(changes)
        if self.faults.crashes is not None:
            self.faults.before_commit(self.store.lsn + 1, self.store)
        time_ms = self.clock.now_ms()
        lsn = self.store.commit(changes, bodies, request_id=ctx.request_id, time_ms=time_ms, ids=self.ids.position)
        self._scheduler.changed()
        self.events.commit(ctx, lsn, time_ms, changes)
        self._notify(COMMITTED)
        return lsn

    def replace(self, kind: Kind, prepared: Prepared) -> int:
        """Puts another state in the place of the present one, between two requests; the record's lsn. Whoever waits
        looks again. Raises what :meth:`storage.store.Store.replace` does."""
        if self.faults.crashes is not None:
            prepared.check(self.states)  # what is refused makes no record
            self.faults.before_commit(self.store.lsn + 1, self.store)
        lsn = self.store.replace(kind, prepared, request_id="", time_ms=self.clock.now_ms(), ids=self.ids.position)
        self._scheduler.changed()
        self.signals.notify_all()
        self._begin_again()
        return max(lsn, self.store.lsn)

    def is_empty(self) -> bool:
        return not any(any(state.counts().values()) for state in self.states.values())

    def _begin_again(self) -> None:
        """A world that repeats itself has its clock at the beginning again once it is empty."""
        if self.beginning_ms is not None and self.clock.setting is None and self.is_empty():
            self.context(EMU, operation="SetClock").commit(set_clock(Setting(self.beginning_ms)))

    def settle(self) -> None:
        """In a world that repeats itself, what is due comes before the next request, not at some time beside it."""
        if self.beginning_ms is not None:
            self._scheduler.settle()

    async def start(self) -> None:
        """Begins background work: the store's, and the deadlines'."""
        await self.store.start()
        self._scheduler.start()

    async def stop(self) -> StopResult:
        """Ends it, and brings the store to rest; how that ended."""
        self._scheduler.stop()
        return await self.store.stop()

    def context(
        self,
        service: str,
        account: str | None = None,
        region: str | None = None,
        *,
        request_id: str = "",
        base_url: str = "http://localhost:4566",
        access_key: str | None = None,
        operation: str = "",
        trace_header: str | None = None,
    ) -> Context:
        return Context(
            service=service,
            account=account or self.home[0],
            region=region or self.home[1],
            request_id=request_id,
            base_url=base_url,
            access_key=access_key,
            states=self.states,
            clock=self.clock,
            ids=self.ids,
            bodies=self.store.bodies,
            commit_changes=self.commit,
            waiter=self.signals.wait,
            targets=self._targets,
            operation=operation,
            trace_header=trace_header,
        )
