"""https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.OnlineOps.html"""

from __future__ import annotations

from typing import Any

import pytest

from services.dynamodb import limits

INVALID = "One or more parameter values were invalid: "
X_IS_TEXT = [{"AttributeName": "x", "AttributeType": "S"}]


def update(dynamodb: Any, *updates: Any, **more: Any) -> Any:
    return dynamodb("UpdateTable", TableName="things", GlobalSecondaryIndexUpdates=list(updates), **more)


def create(dynamodb: Any, index: dict[str, Any]) -> Any:
    return update(dynamodb, {"Create": index}, AttributeDefinitions=X_IS_TEXT)["TableDescription"]


def described(dynamodb: Any) -> Any:
    return dynamodb("DescribeTable", TableName="things")["Table"]


def found(dynamodb: Any, value: str) -> list[str]:
    answer = dynamodb(
        "Query",
        TableName="things",
        IndexName="by-x",
        KeyConditionExpression="x = :x",
        ExpressionAttributeValues={":x": {"S": value}},
    )
    return sorted(item["id"]["S"] for item in answer["Items"])


def test_an_index_comes_and_goes(things: Any, index: Any) -> None:
    things.put(id={"S": "a"}, x={"S": "1"})
    things.put(id={"S": "b"}, x={"N": "1"})
    things.put(id={"S": "c"}, x={"S": ""})
    things.put(id={"S": "d"}, x={"S": "y" * (limits.PARTITION_KEY_BYTES_MAX + 1)})
    answer = create(things, index("by-x", "x"))
    assert answer["TableStatus"] == "UPDATING"
    assert answer["GlobalSecondaryIndexes"][0]["IndexStatus"] == "CREATING"
    shown = described(things)
    assert (shown["TableStatus"], shown["GlobalSecondaryIndexes"][0]["IndexStatus"]) == ("ACTIVE", "ACTIVE")
    assert shown["GlobalSecondaryIndexes"][0]["ItemCount"] == 1
    assert {entry["AttributeName"] for entry in shown["AttributeDefinitions"]} == {"id", "x"}
    # From now on the key's type is looked at, and items that were there before may still go.
    assert found(things, "1") == ["a"]
    assert "Type mismatch for Index Key x" in things.message(
        "PutItem", TableName="things", Item={"id": {"S": "e"}, "x": {"N": "1"}}
    )
    things.put(id={"S": "b"}, x={"S": "1"})
    assert found(things, "1") == ["a", "b"]
    things("DeleteItem", TableName="things", Key={"id": {"S": "d"}})
    answer = update(things, {"Delete": {"IndexName": "by-x"}})["TableDescription"]
    assert answer["GlobalSecondaryIndexes"][0]["IndexStatus"] == "DELETING"
    shown = described(things)
    assert "GlobalSecondaryIndexes" not in shown
    assert [entry["AttributeName"] for entry in shown["AttributeDefinitions"]] == ["id"]
    assert things.message("Scan", TableName="things", IndexName="by-x") == (
        "The table does not have the specified index: by-x"
    )
    things.put(id={"S": "e"}, x={"N": "1"})


def test_a_large_table_fills_its_index_by_and_by(things: Any, index: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "INDEX_FILL_ITEMS", 3)
    for number in range(7):
        things.put(id={"S": str(number)}, x={"S": "1"})
    create(things, index("by-x", "x"))
    shown = described(things)
    assert shown["TableStatus"] == "UPDATING"
    assert (shown["GlobalSecondaryIndexes"][0]["IndexStatus"], shown["GlobalSecondaryIndexes"][0]["Backfilling"]) == (
        "CREATING",
        True,
    )
    assert things.message("Scan", TableName="things", IndexName="by-x") == (
        "Cannot read from backfilling global secondary index: by-x"
    )
    # What is written meanwhile, before and behind what is filled.
    for number in range(0, 7, 2):
        things.put(id={"S": str(number)}, x={"S": "2"})
    things("DeleteItem", TableName="things", Key={"id": {"S": "1"}})
    things.put(id={"S": "new"}, x={"S": "1"})
    saved = things.state.save()
    for _ in range(3):
        things.caller.fire("dynamodb")
    assert (found(things, "1"), found(things, "2")) == (["3", "5", "new"], ["0", "2", "4", "6"])
    assert described(things)["TableStatus"] == "ACTIVE"
    assert not things.state.filling
    things.state.rewind(saved)
    assert described(things)["TableStatus"] == "UPDATING"
    for _ in range(3):
        things.caller.fire("dynamodb")
    assert found(things, "1") == ["3", "5", "new"]


def test_a_provisioned_index_has_throughput(dynamodb: Any, index: Any) -> None:
    five = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
    dynamodb.create(BillingMode="PROVISIONED", ProvisionedThroughput=five)
    request = {
        "TableName": "things",
        "AttributeDefinitions": X_IS_TEXT,
        "GlobalSecondaryIndexUpdates": [{"Create": index("by-x", "x")}],
    }
    assert dynamodb.message("UpdateTable", **request) == (
        INVALID + "Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: by-x"
    )
    shown = create(dynamodb, index("by-x", "x", ProvisionedThroughput=five))
    assert shown["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"]["ReadCapacityUnits"] == 5


@pytest.mark.parametrize(
    ("updates", "message"),
    [
        (
            [{}],
            INVALID + "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
            "GlobalSecondaryIndexUpdate.Delete must not be null",
        ),
        (
            [{"Delete": {"IndexName": "abc"}}, {"Delete": {"IndexName": "abc"}}],
            INVALID + "Only one global secondary index update per index is allowed simultaneously. Index: abc",
        ),
        (
            [{"Delete": {"IndexName": "abc"}, "Update": {"IndexName": "abc"}}],
            INVALID + "Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object",
        ),
        (
            [{"Delete": {"IndexName": "ab"}}],
            "1 validation error detected: Value 'ab' at 'globalSecondaryIndexUpdates.1.member.delete.indexName' "
            "failed to satisfy constraint: Member must have length greater than or equal to 3",
        ),
    ],
)
def test_updates_that_are_refused(things: Any, updates: Any, message: str) -> None:
    assert things.message("UpdateTable", TableName="things", GlobalSecondaryIndexUpdates=updates) == message


def test_indexes_that_are_refused(things: Any, index: Any) -> None:
    def refusal(*updates: Any, kind: str = "S") -> tuple[str, str]:
        definitions = [{"AttributeName": "x", "AttributeType": kind}]
        error = things.refusal(
            "UpdateTable",
            TableName="things",
            AttributeDefinitions=definitions,
            GlobalSecondaryIndexUpdates=list(updates),
        )
        return error.code, error.message

    code, _ = refusal({"Create": index("by-x", "x")}, {"Delete": {"IndexName": "other"}})
    assert code == "LimitExceededException"
    assert refusal({"Delete": {"IndexName": "other"}}) == (
        "ResourceNotFoundException",
        "Requested resource not found: Index other for table things",
    )
    assert "not defined in AttributeDefinitions" in refusal({"Create": index("by-y", "y")})[1]
    # A type that the table knows has to be told again.
    request = {"TableName": "things", "GlobalSecondaryIndexUpdates": [{"Create": index("by-id", "id")}]}
    assert things.message("UpdateTable", **request) == (
        INVALID + "AttributeDefinitions is not specified for index: by-id"
    )
    units = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
    assert refusal({"Create": index("by-x", "x", ProvisionedThroughput=units)})[1] == (
        INVALID + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: by-x "
        "when BillingMode is PAY_PER_REQUEST"
    )
    create(things, index("by-x", "x"))
    assert refusal({"Create": index("by-x", "x")})[1] == "Attempting to create an index which already exists"
    assert refusal({"Create": index("by-number", "x")}, kind="N")[1].startswith(
        INVALID + "Attributes cannot be redefined."
    )


def test_a_local_index_is_not_updated(dynamodb: Any, index: Any) -> None:
    dynamodb.create("things", "id:S", "n:S", "l:S", LocalSecondaryIndexes=[index("local", "id", "l")])
    for action, request in (
        ("delete", {"Delete": {"IndexName": "local"}}),
        ("update", {"Update": {"IndexName": "local", "OnDemandThroughput": {"MaxReadRequestUnits": 5}}}),
    ):
        assert dynamodb.message("UpdateTable", TableName="things", GlobalSecondaryIndexUpdates=[request]) == (
            f"Cannot {action} an index that is not a GlobalSecondaryIndex: local"
        )


def test_one_index_too_many(dynamodb: Any, index: Any) -> None:
    indexes = [index(f"by-x-{number}", "x") for number in range(limits.GLOBAL_INDEXES_MAX)]
    dynamodb.create("things", "id:S", "x:S", GlobalSecondaryIndexes=indexes)
    error = dynamodb.refusal(
        "UpdateTable",
        TableName="things",
        AttributeDefinitions=X_IS_TEXT,
        GlobalSecondaryIndexUpdates=[{"Create": index("one-more", "x")}],
    )
    assert (error.code, error.message) == (
        "LimitExceededException",
        "Subscriber limit exceeded: Number of global secondary indexes exceeds per-table limit of 20",
    )


def test_an_index_with_a_switch_of_the_billing_mode(dynamodb: Any, index: Any) -> None:
    units = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
    provisioned = index("by-n", "n", ProvisionedThroughput=units)
    dynamodb.create(
        "things",
        "id:S",
        "n:S",
        BillingMode="PROVISIONED",
        ProvisionedThroughput=units,
        GlobalSecondaryIndexes=[provisioned],
    )
    update(dynamodb, {"Create": index("by-x", "x")}, AttributeDefinitions=X_IS_TEXT, BillingMode="PAY_PER_REQUEST")
    shown = described(dynamodb)["GlobalSecondaryIndexes"]
    assert [(entry["IndexName"], entry["ProvisionedThroughput"]["ReadCapacityUnits"]) for entry in shown] == [
        ("by-n", 0),
        ("by-x", 0),
    ]
