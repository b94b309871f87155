"""What may be waited for. A condition says what it found that isn't as it should be, or None when it holds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson

from emu.init_scripts import InitScripts
from emu.world import World
from services.dynamodb.expressions.conditions import Bound
from services.dynamodb.table import decoded
from services.dynamodb.values import checked_item
from services.errors import ServiceError
from services.machine import Namespace


class Condition(Protocol):
    """One condition of one wait."""

    def missing(self, world: World) -> str | None:
        """What there is instead; None when the condition holds."""

    async def stir(self, world: World) -> None:
        """Returns when it may have come to hold by something else than a commit."""


class _ByCommits:
    """For conditions that only commits bring about."""

    async def stir(self, world: World) -> None:
        await asyncio.get_running_loop().create_future()


@dataclass(frozen=True, slots=True)
class Numbers:
    """Which numbers will do: those that are given. At least one is."""

    holds: int | None = None
    at_least: int | None = None
    at_most: int | None = None

    def allow(self, count: int) -> bool:
        return (
            (self.holds is None or count == self.holds)
            and (self.at_least is None or count >= self.at_least)
            and (self.at_most is None or count <= self.at_most)
        )


@dataclass(frozen=True, slots=True)
class QueueEmpty(_ByCommits):
    """No message at all: none visible, delayed or in flight."""

    namespace: Namespace
    queue: str

    def missing(self, world: World) -> str | None:
        queue = _state(world, "sqs").find(*self.namespace, self.queue)
        if queue is None:
            return _no("queue", self.queue, self.namespace)
        count = len(queue.messages)
        if not count:
            return None
        now_ms = world.clock.now_ms()
        shown = [f"{count} message{'s' if count > 1 else ''}"]
        shown += [f"{number} of them {what}" for what, number in (
            ("in flight", queue.in_flight(now_ms)), ("delayed", queue.delayed(now_ms))
        ) if number]  # fmt: skip
        return ", ".join(shown)


@dataclass(frozen=True, slots=True)
class Holds(_ByCommits):
    """A queue, table or bucket holds a number of messages, items or objects. what: one of :data:`COUNTS`.

    namespace: None for a bucket, whoever's it is.
    """

    namespace: Namespace | None
    what: str
    name: str
    numbers: Numbers

    def missing(self, world: World) -> str | None:
        entities, count = COUNTS[self.what]
        found = count(world, self.namespace, self.name)
        if found is None:
            return _no(self.what, self.name, self.namespace)
        return None if self.numbers.allow(found) else f"{found} {entities}"


@dataclass(frozen=True, slots=True)
class ObjectExists(_ByCommits):
    """namespace: the bucket's; None for whoever's it is."""

    namespace: Namespace | None
    bucket: str
    key: str

    def missing(self, world: World) -> str | None:
        bucket = _bucket(world, self.namespace, self.bucket)
        if bucket is None:
            return _no("bucket", self.bucket, self.namespace)
        return None if self.key in bucket.objects else "no such object"


@dataclass(frozen=True, slots=True)
class ItemMatches(_ByCommits):
    """An item is there, and a condition expression holds for it if one is given."""

    namespace: Namespace
    table: str
    key: Mapping[str, Any]
    expression: Bound | None = None

    def check_key(self, world: World) -> None:
        """Raises ServiceError for a key that can't be one of the table, as far as it is there already."""
        checked_item(self.key)
        table = _state(world, "dynamodb").table(*self.namespace, self.table)
        if table is not None:
            table.definition.schema.checked_key(self.key)

    def missing(self, world: World) -> str | None:
        table = _state(world, "dynamodb").table(*self.namespace, self.table)
        if table is None:
            return _no("table", self.table, self.namespace)
        schema = table.definition.schema
        try:
            stored = table.items.get(schema.encode(schema.checked_key(self.key)))
        except ServiceError as error:
            return error.message
        if stored is None:
            return "no such item"
        item = decoded(stored)
        if self.expression is None or self.expression.holds(item):
            return None
        return f"the item is {orjson.dumps(item).decode()}"


@dataclass(frozen=True, slots=True)
class Durable(_ByCommits):
    """A record is on disk."""

    lsn: int

    def missing(self, world: World) -> str | None:
        if self.lsn > world.store.lsn:
            return f"the last record is {world.store.lsn}"
        return None if world.store.is_durable(self.lsn) else "not on disk yet"

    async def stir(self, world: World) -> None:
        if self.lsn > world.store.lsn:
            await _ByCommits.stir(self, world)
        await world.store.durable(self.lsn)


@dataclass(slots=True)
class Quiet:
    """Nothing was committed for a while, of real time and counted from the beginning of the wait."""

    seconds: float
    lsn: int = field(default=-1, init=False)
    since: float = field(default=0, init=False)

    def missing(self, world: World) -> str | None:
        now = asyncio.get_running_loop().time()
        if world.store.lsn != self.lsn:
            self.lsn, self.since = world.store.lsn, now
        quiet = now - self.since
        return None if quiet >= self.seconds else f"quiet for {round(quiet * 1000)} ms, since record {self.lsn}"

    async def stir(self, world: World) -> None:
        await asyncio.sleep(self.since + self.seconds - asyncio.get_running_loop().time())


@dataclass(frozen=True, slots=True)
class InitFinished(_ByCommits):
    """The init scripts are through, and none failed."""

    init_scripts: InitScripts

    def missing(self, world: World) -> str | None:
        return self.init_scripts.why_not_ready()

    async def stir(self, world: World) -> None:
        """Once they are through without having succeeded, nothing changes any more."""
        if self.init_scripts.finished:
            await _ByCommits.stir(self, world)
        await self.init_scripts.until_finished()


def _state(world: World, service: str) -> Any:
    return world.states[service]


def _no(what: str, name: str, namespace: Namespace | None) -> str:
    where = "" if namespace is None else f" in account {namespace[0]}, region {namespace[1]}"
    return f"there is no {what} {name}{where}"


def _bucket(world: World, namespace: Namespace | None, name: str) -> Any:
    bucket = _state(world, "s3").buckets.get(name)
    if bucket is None or namespace not in (None, (bucket.settings.account, bucket.settings.region)):
        return None
    return bucket


def _messages(world: World, namespace: Any, name: str) -> int | None:
    queue = _state(world, "sqs").find(*namespace, name)
    return None if queue is None else len(queue.messages)


def _items(world: World, namespace: Any, name: str) -> int | None:
    table = _state(world, "dynamodb").table(*namespace, name)
    return None if table is None else len(table.items)


def _objects(world: World, namespace: Namespace | None, name: str) -> int | None:
    bucket = _bucket(world, namespace, name)
    return None if bucket is None else len(bucket.objects)


COUNTS: Mapping[str, tuple[str, Callable[[World, Any, str], int | None]]] = {
    "queue": ("messages", _messages),
    "table": ("items", _items),
    "bucket": ("objects", _objects),
}
"""What holds what, and how it is counted; None where there is no such thing."""
