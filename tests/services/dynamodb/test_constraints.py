"""The declarative table of request shapes. Messages of single operations stand in their own tests."""

from __future__ import annotations

import gzip
import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from services.dynamodb import constraints
from services.dynamodb.service import SERVICE
from services.errors import ServiceError

THINGS = {"TableName": "things"}


def message(operation: str, **request: Any) -> str:
    with pytest.raises(ServiceError) as caught:
        constraints.check(operation, request)
    assert caught.value.code == "ValidationException"
    return caught.value.message


def test_every_operation_has_its_shape() -> None:
    assert set(constraints._OPERATIONS) == set(SERVICE.operations)


def test_members_are_those_of_the_model() -> None:
    """And what the model requires is required, where a request could come without it."""
    spec = find_spec("botocore")
    assert spec is not None
    assert spec.origin is not None
    (path,) = (Path(spec.origin).parent / "data" / "dynamodb").glob("*/service-2.json.gz")
    model = json.loads(gzip.decompress(path.read_bytes()))
    for name, members in constraints._OPERATIONS.items():
        shape = model["shapes"][model["operations"][name]["input"]["shape"]]
        for member in members:
            assert member.name in shape["members"], (name, member.name)
        required = {member.name for member in members if member.required}
        assert set(shape.get("required", ())) - required <= {"RequestItems"}, name


@pytest.mark.parametrize(
    ("operation", "request_", "where"),
    [
        ("GetItem", THINGS, "Value null at 'key'"),
        ("GetItem", {"Key": {}}, "Value null at 'tableName'"),
        ("UpdateTimeToLive", THINGS, "Value null at 'timeToLiveSpecification'"),
        (
            "UpdateTimeToLive",
            {**THINGS, "TimeToLiveSpecification": {"Enabled": True}},
            "Value null at 'timeToLiveSpecification.attributeName'",
        ),
        ("BatchGetItem", {"RequestItems": {"things": {}}}, "Value null at 'requestItems.things.member.keys'"),
        (
            "BatchWriteItem",
            {"RequestItems": {"things": [{"PutRequest": {"Item": {}}}, {"PutRequest": {}}]}},
            "Value null at 'requestItems.things.2.member.putRequest.item'",
        ),
        (
            "TransactWriteItems",
            {"TransactItems": [{"Put": {"TableName": "things"}}]},
            "Value null at 'transactItems.1.member.put.item'",
        ),
        (
            "UpdateTable",
            {**THINGS, "GlobalSecondaryIndexUpdates": [{"Update": {}}]},
            "Value null at 'globalSecondaryIndexUpdates.1.member.update.indexName'",
        ),
        (
            "Query",
            {**THINGS, "KeyConditions": {"id": {}}},
            "Value null at 'keyConditions.id.member.comparisonOperator'",
        ),
    ],
)
def test_required_members(operation: str, request_: dict[str, Any], where: str) -> None:
    assert message(operation, **request_) == (
        f"1 validation error detected: {where} failed to satisfy constraint: Member must not be null"
    )


def test_all_that_is_wrong_is_reported() -> None:
    text = message("Scan", TableName="things", Limit=0, IndexName="a!", Segment=-1, TotalSegments=1_000_001)
    assert text.startswith("5 validation errors detected: Value 'a!' at 'indexName'")
    assert text.count("failed to satisfy constraint") == 5


def test_a_bad_table_name_is_reported_alone() -> None:
    assert message("Scan", TableName="a b", Limit=0).startswith("1 validation error detected: Value 'a b'")
