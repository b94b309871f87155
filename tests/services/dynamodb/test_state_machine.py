"""Live equals reloaded: whatever was done, the state that replays the journal's JSON, the state loaded from
the document and the state rewound to a copy are the live state, with everything that is derived."""

from __future__ import annotations

import importlib
from typing import Any

import orjson
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from emu.world import World
from services.clock import ManualClock
from services.dynamodb.state import State
from services.errors import ServiceError
from services.ids import SeededIds
from services.machine import NoHooks

TABLES = ("plain", "sorted", "indexed")
names = st.sampled_from(TABLES)
ids = st.sampled_from(["a", "b", "c\0", "ü"])
sorts = st.sampled_from(["1", "2.0", "-3", "1e2"])
groups = st.sampled_from(["x", "y", None])


def derived(state: State) -> Any:
    """All that a state holds, derived things included."""
    tables = {}
    for namespace, named in state.tables.items():
        for name, table in named.items():
            indexes = {
                index.definition.name: (dict(index.entries), index.size_bytes) for index in table.indexes.values()
            }
            times = None
            if table.expirations is not None:
                table.scan_expirations(10**6)
                times = list(table.expirations.times)
            tables[namespace, name] = (dict(table.items), table.size_bytes, indexes, times)
    return (
        tables,
        sorted(state.expiring),
        {namespace: list(known.entries()) for namespace, known in state.tokens.items()},
    )


def dumped(state: State) -> list[bytes]:
    return [line for account, region in state.namespaces() for line in state.dump(account, region)]


class Life(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.clock = ManualClock()
        self.world = World(clock=self.clock, ids=SeededIds("life"))
        self.journal: list[bytes] = []
        self.saved: tuple[Any, Any, int] | None = None
        commit = self.world.store.commit

        def recording(changes: Any, bodies: Any, **more: Any) -> int:
            self.journal.append(orjson.dumps(changes, default=orjson.Fragment))
            return commit(changes, bodies, **more)

        self.world.store.commit = recording  # type: ignore[method-assign]

    @property
    def state(self) -> State:
        state: State = self.world.states["dynamodb"]  # type: ignore[assignment]
        return state

    def call(self, operation: str, **request: Any) -> None:
        """Carries an operation out; a refusal must leave the state as it was."""
        before = len(self.journal)
        try:
            run = self.world.services["dynamodb"].operations[operation].run
            run(self.world.context("dynamodb"), request)
        except ServiceError:
            assert len(self.journal) == before

    def key(self, table: str, id_: str, sort: str) -> dict[str, Any]:
        return {"id": {"S": id_}} if table == "plain" else {"id": {"S": id_}, "n": {"N": sort}}

    @rule(table=names)
    def create(self, table: str) -> None:
        attributes = [{"AttributeName": "id", "AttributeType": "S"}]
        schema = [{"AttributeName": "id", "KeyType": "HASH"}]
        more: dict[str, Any] = {}
        if table != "plain":
            attributes.append({"AttributeName": "n", "AttributeType": "N"})
            schema.append({"AttributeName": "n", "KeyType": "RANGE"})
        if table == "indexed":
            attributes.append({"AttributeName": "g", "AttributeType": "S"})
            by_group = [{"AttributeName": "g", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}]
            by_id = [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "g", "KeyType": "RANGE"}]
            keys_only = {"ProjectionType": "KEYS_ONLY"}
            more["GlobalSecondaryIndexes"] = [{"IndexName": "by-group", "KeySchema": by_group, "Projection": keys_only}]
            more["LocalSecondaryIndexes"] = [
                {"IndexName": "local", "KeySchema": by_id, "Projection": {"ProjectionType": "ALL"}}
            ]
        self.call(
            "CreateTable",
            TableName=table,
            KeySchema=schema,
            AttributeDefinitions=attributes,
            BillingMode="PAY_PER_REQUEST",
            **more,
        )

    @rule(table=names)
    def drop(self, table: str) -> None:
        self.call("DeleteTable", TableName=table)

    @rule(table=names, id_=ids, sort=sorts, group=groups, ttl=st.integers(-5, 50))
    def put(self, table: str, id_: str, sort: str, group: str | None, ttl: int) -> None:
        item = self.key(table, id_, sort) | {"ttl": {"N": str(self.clock.now_ms() // 1000 + ttl)}}
        if group is not None:
            item["g"] = {"S": group}
        self.call("PutItem", TableName=table, Item=item)

    @rule(table=names, id_=ids, sort=sorts, group=groups)
    def update(self, table: str, id_: str, sort: str, group: str | None) -> None:
        request: dict[str, Any] = {"UpdateExpression": "REMOVE g"}
        if group is not None:
            request = {
                "UpdateExpression": "SET g = :g ADD seen :one, names :names",
                "ExpressionAttributeValues": {
                    ":g": {"S": group},
                    ":one": {"N": "0.1"},
                    ":names": {"SS": [group, "z"]},
                },
            }
        self.call("UpdateItem", TableName=table, Key=self.key(table, id_, sort), **request)

    @rule(table=names, id_=ids, sort=sorts)
    def delete(self, table: str, id_: str, sort: str) -> None:
        self.call("DeleteItem", TableName=table, Key=self.key(table, id_, sort))

    @rule(id_=ids, sort=sorts, token=st.sampled_from(["one", "two", None]))
    def transact(self, id_: str, sort: str, token: str | None) -> None:
        more = {} if token is None else {"ClientRequestToken": token}
        self.call(
            "TransactWriteItems",
            TransactItems=[
                {"Put": {"TableName": "sorted", "Item": self.key("sorted", id_, sort)}},
                {"Delete": {"TableName": "plain", "Key": {"id": {"S": id_}}}},
            ],
            **more,
        )

    @rule(table=names, enabled=st.booleans())
    def switch_time_to_live(self, table: str, enabled: bool) -> None:
        self.call(
            "UpdateTimeToLive",
            TableName=table,
            TimeToLiveSpecification={"Enabled": enabled, "AttributeName": "ttl"},
        )

    @rule(table=names, protected=st.booleans())
    def protect(self, table: str, protected: bool) -> None:
        self.call("UpdateTable", TableName=table, DeletionProtectionEnabled=protected)

    @rule(seconds=st.integers(0, 400))
    def pass_time(self, seconds: int) -> None:
        self.clock.advance(seconds=seconds)
        fire = self.world.services["dynamodb"].fire
        assert fire is not None
        fire(self.world.context("dynamodb"), self.clock.now_ms())

    @rule()
    def save(self) -> None:
        self.saved = (self.state.save(), derived(self.state), len(self.journal))

    @precondition(lambda self: self.saved is not None)
    @rule()
    def rewind(self) -> None:
        assert self.saved is not None
        saved, then, length = self.saved
        self.state.rewind(saved)
        del self.journal[length:]
        assert derived(self.state) == then

    @invariant()
    def counts_are_exact(self) -> None:
        for named in self.state.tables.values():
            for table in named.values():
                assert table.size_bytes == sum(size for _, size in table.items.values())

    def teardown(self) -> None:
        live, lines = derived(self.state), dumped(self.state)
        replayed = State(NoHooks())
        for record in self.journal:
            for kind, account, region, value in orjson.loads(record):
                replayed.apply(kind, account, region, value)
        assert dumped(replayed) == lines
        assert derived(replayed) == live
        loaded = State(NoHooks())
        for account, region in self.state.namespaces():
            loaded.load(account, region, list(self.state.dump(account, region)))
        assert dumped(loaded) == lines
        assert derived(loaded) == live


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=30, stateful_step_count=40, deadline=None)


def test_every_kind_of_the_table_is_applied() -> None:
    """The operation table names each kind that a state applies, and no other (deletions by time to live aside)."""
    module = importlib.import_module("services.dynamodb.state")
    table = importlib.import_module("services.dynamodb.service").SERVICE.operations
    assert {kind for operation in table.values() for kind in operation.changes} == set(module._KINDS)
