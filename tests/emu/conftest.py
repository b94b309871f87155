"""A world in memory whose operations and control plane are called without a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from inspect import isawaitable
from typing import Any, TypeVar

import orjson
import pytest

from emu.control.app import control_app
from emu.init_scripts import InitScripts
from emu.world import World
from services.clock import ManualClock
from services.ids import SeededIds
from tests.asgi import ask

T = TypeVar("T")


class Bench:
    """``bench.call("sqs", "SendMessage", …)`` is an operation, met by faults;
    ``bench.control("POST", path, body)`` a call of the control plane: status and answer. ``real`` is real time."""

    def __init__(self) -> None:
        self.real = ManualClock(1_700_000_000_000)
        self.world = World(clock=self.real, ids=SeededIds("levers"))
        self._app = control_app(self.world, InitScripts(None))
        self._requests = 0

    def start(self, service: str, operation: str, **request: Any) -> Any:
        """The response, or an awaitable of it."""
        self._requests += 1
        ctx = self.world.context(service, request_id=f"request-{self._requests}", operation=operation)
        entry = self.world.services[service].operations[operation]
        if entry.digests is not None:
            request["Body"] = self.world.store.bodies.put(request.pop("Body", b""), entry.digests(request))
        return self.world.faults.carry_out(entry, ctx, request)

    def call(self, service: str, operation: str, **request: Any) -> Any:
        result = self.start(service, operation, **request)
        return asyncio.run(_limited(result)) if isawaitable(result) else result

    def sqs(self, operation: str, **request: Any) -> Any:
        return self.call("sqs", operation, **request)

    def dynamodb(self, operation: str, **request: Any) -> Any:
        return self.call("dynamodb", operation, **request)

    def queue(self, name: str = "jobs", **attributes: str) -> str:
        url: str = self.sqs("CreateQueue", QueueName=name, Attributes=attributes)["QueueUrl"]
        return url

    def send(self, url: str, *bodies: str, **request: Any) -> None:
        for body in bodies:
            self.sqs("SendMessage", QueueUrl=url, MessageBody=body, **request)

    def receive(self, url: str, **request: Any) -> list[dict[str, Any]]:
        return list(self.sqs("ReceiveMessage", QueueUrl=url, **request).get("Messages", []))

    def table(self, name: str = "pages") -> str:
        self.dynamodb(
            "CreateTable",
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        return name

    def put(self, table: str, key: str, **attributes: Any) -> None:
        self.dynamodb("PutItem", TableName=table, Item={"id": {"S": key}, **attributes})

    def control(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        return asyncio.run(_limited(self.controlling(method, path, body)))

    def events(self, **filters: str) -> list[dict[str, Any]]:
        query = "&".join(f"{name}={value}" for name, value in filters.items())
        status, entries = self.control("GET", f"/kumo/events?{query}")
        assert status == 200, entries
        return list(entries)

    async def controlling(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        data = body if isinstance(body, bytes) else b"" if body is None else orjson.dumps(body)
        answer = await ask(self._app, method, path, data)
        if answer.status == 200 and method == "GET" and path.partition("?")[0] == "/kumo/events":
            return answer.status, [orjson.loads(line) for line in answer.body.splitlines()]
        return answer.status, answer.json()


async def _limited(result: Awaitable[T]) -> T:
    async with asyncio.timeout(10):
        return await result


@pytest.fixture
def bench() -> Bench:
    return Bench()
