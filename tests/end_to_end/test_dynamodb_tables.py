"""Tables: made, described, listed, changed, removed; TTL; and the transactions over several.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.html
"""

from __future__ import annotations

import time
from typing import Any
from zlib import crc32

import pytest

from emu.testing import Emulator
from tests.end_to_end.asking import ask, refused


def keys(dynamodb: Any, table: str) -> list[str]:
    return sorted(item["id"]["S"] for item in dynamodb.scan(TableName=table)["Items"])


def put(table: str, key: str, **more: Any) -> dict[str, Any]:
    return {"Put": {"TableName": table, "Item": {"id": {"S": key}}, **more}}


def test_a_table_is_described(dynamodb: Any, table: str) -> None:
    dynamodb.get_waiter("table_exists").wait(TableName=table, WaiterConfig={"Delay": 1, "MaxAttempts": 1})
    found = dynamodb.describe_table(TableName=table)["Table"]
    assert (found["TableStatus"], found["TableName"]) == ("ACTIVE", table)
    assert found["TableArn"] == f"arn:aws:dynamodb:us-east-1:000000000000:table/{table}"
    assert found["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert dynamodb.describe_table(TableName=found["TableArn"])["Table"] == found


def test_a_table_is_removed(dynamodb: Any, table: str) -> None:
    with refused("ResourceInUseException", 400):
        dynamodb.create_table(
            TableName=table,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
    assert dynamodb.delete_table(TableName=table)["TableDescription"]["TableName"] == table
    dynamodb.get_waiter("table_not_exists").wait(TableName=table, WaiterConfig={"Delay": 1, "MaxAttempts": 1})
    with refused("ResourceNotFoundException", 400):
        dynamodb.get_item(TableName=table, Key={"id": {"S": "a"}})
    with pytest.raises(dynamodb.exceptions.ResourceNotFoundException):
        dynamodb.describe_table(TableName=table)


def test_tables_are_listed_page_by_page(dynamodb: Any, table: str) -> None:
    paginator = dynamodb.get_paginator("list_tables")
    found = [name for page in paginator.paginate(PaginationConfig={"PageSize": 1}) for name in page["TableNames"]]
    assert table in found
    assert found == sorted(found)


def test_a_protected_table_stays(dynamodb: Any, table: str) -> None:
    dynamodb.update_table(TableName=table, DeletionProtectionEnabled=True)
    with refused("ValidationException", 400):
        dynamodb.delete_table(TableName=table)
    dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)
    dynamodb.delete_table(TableName=table)


def test_expired_items_go(dynamodb: Any, table: str) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html"""
    dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"})
    described = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    assert described == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    now = int(time.time())
    for key, expires in (("past", {"N": str(now - 60)}), ("future", {"N": str(now + 60)}), ("text", {"S": str(now)})):
        dynamodb.put_item(TableName=table, Item={"id": {"S": key}, "expires": expires})
    deadline = time.monotonic() + 5
    while keys(dynamodb, table) != ["future", "text"]:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_transaction_is_all_or_nothing(dynamodb: Any, table: str) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html"""
    dynamodb.put_item(TableName=table, Item={"id": {"S": "there"}, "n": {"N": "1"}})
    with refused("TransactionCanceledException", 400) as error:
        dynamodb.transact_write_items(
            TransactItems=[
                put(table, "new"),
                put(
                    table,
                    "there",
                    ConditionExpression="attribute_not_exists(id)",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                ),
                {"Delete": {"TableName": table, "Key": {"id": {"S": "other"}}}},
            ]
        )
    reasons = error["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["None", "ConditionalCheckFailed", "None"]
    assert reasons[1]["Message"] == "The conditional request failed"
    assert reasons[1]["Item"] == {"id": {"S": "there"}, "n": {"N": "1"}}
    assert error["Error"]["Message"].endswith("[None, ConditionalCheckFailed, None]")
    assert keys(dynamodb, table) == ["there"]


def test_a_transaction_of_every_kind(dynamodb: Any, table: str) -> None:
    for key in ("checked", "deleted", "updated"):
        dynamodb.put_item(TableName=table, Item={"id": {"S": key}, "n": {"N": "1"}})
    transaction = {
        "ClientRequestToken": f"token-{table}",
        "TransactItems": [
            put(table, "put"),
            {"Delete": {"TableName": table, "Key": {"id": {"S": "deleted"}}}},
            {
                "Update": {
                    "TableName": table,
                    "Key": {"id": {"S": "updated"}},
                    "UpdateExpression": "ADD n :one",
                    "ExpressionAttributeValues": {":one": {"N": "1"}},
                }
            },
            {
                "ConditionCheck": {
                    "TableName": table,
                    "Key": {"id": {"S": "checked"}},
                    "ConditionExpression": "attribute_exists(id)",
                }
            },
        ],
    }
    for _ in range(2):  # the second is the first one's repetition, and does nothing
        dynamodb.transact_write_items(**transaction)
    assert keys(dynamodb, table) == ["checked", "put", "updated"]
    answer = dynamodb.transact_get_items(
        TransactItems=[{"Get": {"TableName": table, "Key": {"id": {"S": key}}}} for key in ("updated", "missing")]
    )
    assert answer["Responses"] == [{"Item": {"id": {"S": "updated"}, "n": {"N": "2"}}}, {}]
    with refused("IdempotentParameterMismatchException", 400):
        dynamodb.transact_write_items(**{**transaction, "TransactItems": [put(table, "else")]})


def test_an_index_comes_and_goes(dynamodb: Any, table: str) -> None:
    """As an infrastructure tool does it: change, wait until the index is active, read it, take it away."""
    for number in range(600):  # more than is put into an index at once
        dynamodb.put_item(TableName=table, Item={"id": {"S": str(number)}, "owner": {"S": f"o{number % 3}"}})
    create = {
        "IndexName": "by-owner",
        "KeySchema": [{"AttributeName": "owner", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }
    dynamodb.update_table(
        TableName=table,
        AttributeDefinitions=[{"AttributeName": "owner", "AttributeType": "S"}],
        GlobalSecondaryIndexUpdates=[{"Create": create}],
    )
    deadline = time.monotonic() + 10
    while (shown := dynamodb.describe_table(TableName=table)["Table"])["TableStatus"] != "ACTIVE":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert [index["IndexStatus"] for index in shown["GlobalSecondaryIndexes"]] == ["ACTIVE"]
    query = {
        "TableName": table,
        "IndexName": "by-owner",
        "KeyConditionExpression": "#o = :o",
        "ExpressionAttributeNames": {"#o": "owner"},
        "ExpressionAttributeValues": {":o": {"S": "o1"}},
    }
    assert dynamodb.query(**query)["Count"] == 200
    dynamodb.update_table(TableName=table, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "by-owner"}}])
    with refused("ValidationException", 400):
        dynamodb.query(**query)


def test_a_transaction_may_name_an_item_once(dynamodb: Any, table: str) -> None:
    with refused("ValidationException", 400):
        dynamodb.transact_write_items(TransactItems=[put(table, "a"), put(table, "a")])
    with refused("ValidationException", 400):
        dynamodb.transact_write_items(TransactItems=[put(table, str(number)) for number in range(101)])


def test_every_answer_has_a_checksum(emulator: Emulator, table: str) -> None:
    """boto3 verifies ``x-amz-crc32`` by itself only where it is there."""
    for target, body, status in (
        ("ListTables", b"{}", 200),
        ("GetItem", f'{{"TableName": "{table}", "Key": {{"id": {{"S": "a"}}}}}}'.encode(), 200),
        ("GetItem", b'{"TableName": "missing", "Key": {"id": {"S": "a"}}}', 400),
        ("GetItem", b"{", 400),
    ):
        headers = {"X-Amz-Target": f"DynamoDB_20120810.{target}", "Content-Type": "application/x-amz-json-1.0"}
        answer = ask(emulator, "POST", "/", body, headers)
        assert answer.status == status
        assert int(answer.headers["x-amz-crc32"]) == crc32(answer.body)
        assert answer.headers["content-type"] == "application/x-amz-json-1.0"
