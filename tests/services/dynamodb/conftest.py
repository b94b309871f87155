"""DynamoDB's operations by name, the usual tables, and what a refusal says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from services.dynamodb.state import State
from services.errors import ServiceError


def _plain(value: Any) -> Any:
    """A response with its JSON (bytes) decoded, as a client gets it."""
    if isinstance(value, bytes):
        return orjson.loads(value)
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    return [_plain(entry) for entry in value] if isinstance(value, list) else value


class DynamoDB:
    """Calls operations: ``dynamodb("PutItem", TableName=…)``."""

    def __init__(self, call: Any) -> None:
        self.caller = call
        self.clock = call.clock

    def __call__(self, operation: str, **request: Any) -> Any:
        return _plain(self.caller("dynamodb", operation, **request))

    @property
    def state(self) -> State:
        state: State = self.caller.world.states["dynamodb"]
        return state

    def refusal(self, operation: str, **request: Any) -> ServiceError:
        """The error that a request must be answered with."""
        with pytest.raises(ServiceError) as caught:
            self(operation, **request)
        return caught.value

    def message(self, operation: str, **request: Any) -> str:
        """The text of a ValidationException."""
        error = self.refusal(operation, **request)
        assert (error.code, error.status) == ("ValidationException", 400)
        return error.message

    def create(self, name: str = "things", *keys: str, **more: Any) -> Any:
        """A table; keys and further attributes as ``name:TYPE``, the first being the partition key, the second the sort
        key."""
        names = keys or ("id:S",)
        attributes = [key.split(":") for key in names]
        schema = [
            {"AttributeName": attribute, "KeyType": kind}
            for (attribute, _), kind in zip(attributes, ("HASH", "RANGE"), strict=False)
        ]
        definitions = [{"AttributeName": attribute, "AttributeType": kind} for attribute, kind in attributes]
        more = {"BillingMode": "PAY_PER_REQUEST"} | more
        return self("CreateTable", TableName=name, KeySchema=schema, AttributeDefinitions=definitions, **more)

    def put(self, table: str = "things", **attributes: Any) -> None:
        """Puts an item of DynamoDB-JSON values."""
        self("PutItem", TableName=table, Item=attributes)

    def get(self, table: str = "things", **key: Any) -> Any:
        """The item with that key, or None."""
        return self("GetItem", TableName=table, Key=key).get("Item")

    def dump(self) -> list[bytes]:
        return [line for account, region in self.state.namespaces() for line in self.state.dump(account, region)]


def global_index(name: str, *keys: str, projection: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {
        "IndexName": name,
        "KeySchema": [
            {"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
        ],
        "Projection": projection or {"ProjectionType": "ALL"},
        **more,
    }


@pytest.fixture
def index() -> Callable[..., dict[str, Any]]:
    """An index's definition: ``index("by-b", "b", "c", projection=…)``."""
    return global_index


@pytest.fixture
def dynamodb(call: Any) -> DynamoDB:
    return DynamoDB(call)


@pytest.fixture
def things(dynamodb: DynamoDB) -> DynamoDB:
    """With a table ``things`` keyed by ``id`` (S)."""
    dynamodb.create()
    return dynamodb


@pytest.fixture
def events(dynamodb: DynamoDB) -> DynamoDB:
    """With a table ``events`` keyed by ``id`` (S) and ``n`` (N)."""
    dynamodb.create("events", "id:S", "n:N")
    return dynamodb
