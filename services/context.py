"""What an operation is given: who calls, the state, time, identifiers, bodies, and the way to commit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.bodies import Bodies, Body
from services.clock import Clock
from services.errors import Refusal
from services.ids import Ids
from services.machine import Change

Commit = Callable[[Sequence[Change], Sequence[Body], "Context"], int]
"""Applies the changes and queues them as one record, made by that context: its lsn."""

Deliver = Callable[["Context", str, Sequence[str]], list[Change] | None]
"""See :attr:`services.operation.Service.deliver`."""


@dataclass(slots=True)
class Context:
    """One request's view of the world.

    service: the name of the service that is called; ``states`` holds every service's state by name.
    base_url: scheme and host that the client used, without a slash at the end: queue URLs are built from it.
    access_key: the access key id of the request's signature, or None.
    rules_off: names of refusals that a profile has switched off.
    operation: the name of the operation that is called; empty for what emu does by itself.
    trace_header: the request's X-Amzn-Trace-Id, which messages that it sends carry on.
    lsn: of the last record that was committed; 0 before the first.
    status, headers: what an operation may set for the answer beside the modelled members.
    """

    service: str
    account: str
    region: str
    request_id: str
    base_url: str
    access_key: str | None
    states: Mapping[str, Any]
    clock: Clock
    ids: Ids
    bodies: Bodies
    commit_changes: Commit
    waiter: Callable[[tuple[str, ...], int], Awaitable[None]]
    targets: Mapping[str, Deliver] = field(default_factory=dict)
    rules_off: Collection[str] = ()
    operation: str = ""
    trace_header: str | None = None
    lsn: int = 0
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def state(self) -> Any:
        """The called service's state."""
        return self.states[self.service]

    def now_ms(self) -> int:
        return self.clock.now_ms()

    def commit(self, *changes: Change, bodies: Sequence[Body] = ()) -> None:
        """Applies the changes, all in one record: after it the state shows them, and the answer waits until the record
        is durable. Nothing at all has happened if it raises."""
        if changes:
            self.lsn = self.commit_changes(changes, bodies, self)

    def change(self, kind: str, value: Any) -> Change:
        """A change in the caller's own account and region; ``kind`` without the service's name."""
        return (f"{self.service}.{kind}", self.account, self.region, value)

    def refuse(self, refusal: Refusal, **values: Any) -> None:
        """Raises the refusal unless a profile has switched its rule off."""
        if refusal.rule not in self.rules_off:
            raise refusal(**values)

    def deliver(self, arn: str, messages: Sequence[str]) -> list[Change] | None:
        """The changes that bring events to the resource of another service; None where there is no such resource."""
        deliver = self.targets.get(arn.split(":")[2] if arn.count(":") >= 5 else "")
        return deliver(self, arn, messages) if deliver else None

    async def wait(self, topic: tuple[str, ...], until_ms: int) -> None:
        """Returns when a state notifies ``topic``, when the clock reads ``until_ms``, or when as much real time has
        gone by, whichever comes first: a clock that stands still must not keep a client for ever."""
        await self.waiter(topic, until_ms)
