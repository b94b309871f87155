"""A world in memory, with a clock that stands still and identifiers that repeat, and a way to call operations."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from emu.world import World
from services.clock import ManualClock
from services.ids import SeededIds


class Caller:
    """Calls operations as the gateway does, without a wire: ``call("sqs", "CreateQueue", QueueName="jobs")``.

    ``account`` and ``region`` say whose call it is. A streamed body is given as bytes. ``status`` and ``headers``
    hold what the last operation set beside its response.
    """

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.world = World(clock=self.clock, ids=SeededIds("tests"))
        self.account, self.region = self.world.home
        self.status: int | None = None
        self.headers: dict[str, str] = {}

    def __call__(self, service: str, operation: str, **request: Any) -> Any:
        """The response, or for an operation that waits a coroutine that gives it."""
        ctx = self.world.context(service, self.account, self.region, request_id="request")
        entry = self.world.services[service].operations[operation]
        if entry.digests is not None:
            data = request.pop("Body", b"")
            request["Body"] = self.world.store.bodies.put(data, entry.digests(request))
        result = entry.run(ctx, request)
        if inspect.isawaitable(result):
            return result
        self.status, self.headers = ctx.status, ctx.headers
        return result

    def fire(self, service: str) -> None:
        """What the scheduler does when a deadline of the service has come."""
        entry = self.world.services[service]
        if entry.fire is not None:
            entry.fire(self.world.context(service), self.clock.now_ms())


@pytest.fixture
def call() -> Caller:
    return Caller()
