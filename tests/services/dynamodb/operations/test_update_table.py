"""https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html"""

from __future__ import annotations

from typing import Any

FIVE = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
NINE = {"ReadCapacityUnits": 9, "WriteCapacityUnits": 5}


def described(dynamodb: Any) -> Any:
    return dynamodb("DescribeTable", TableName="things")["Table"]


def test_billing_mode_and_throughput(dynamodb: Any) -> None:
    dynamodb.create(BillingMode="PROVISIONED", ProvisionedThroughput=FIVE)
    answer = dynamodb("UpdateTable", TableName="things", ProvisionedThroughput=NINE)["TableDescription"]
    assert answer["TableStatus"] == "UPDATING"
    assert described(dynamodb)["ProvisionedThroughput"]["ReadCapacityUnits"] == 9
    assert described(dynamodb)["ProvisionedThroughput"]["LastIncreaseDateTime"] == dynamodb.clock.now_ms()
    assert "The provisioned throughput for the table will not change" in dynamodb.message(
        "UpdateTable", TableName="things", ProvisionedThroughput=NINE
    )
    dynamodb("UpdateTable", TableName="things", BillingMode="PAY_PER_REQUEST")
    assert described(dynamodb)["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert described(dynamodb)["ProvisionedThroughput"]["ReadCapacityUnits"] == 0
    assert "ProvisionedThroughput must be specified" in dynamodb.message(
        "UpdateTable", TableName="things", BillingMode="PROVISIONED"
    )
    assert "Neither" in dynamodb.message("UpdateTable", TableName="things", ProvisionedThroughput=NINE)
    dynamodb("UpdateTable", TableName="things", BillingMode="PROVISIONED", ProvisionedThroughput=FIVE)
    assert described(dynamodb)["BillingModeSummary"]["BillingMode"] == "PROVISIONED"


def test_an_index_has_its_own_throughput(dynamodb: Any, index: Any) -> None:
    dynamodb.create(
        "things",
        "id:S",
        "r:S",
        BillingMode="PROVISIONED",
        ProvisionedThroughput=FIVE,
        GlobalSecondaryIndexes=[index("by-r", "r", ProvisionedThroughput=FIVE)],
    )
    update = {"Update": {"IndexName": "by-r", "ProvisionedThroughput": NINE}}
    dynamodb("UpdateTable", TableName="things", GlobalSecondaryIndexUpdates=[update])
    (shown,) = described(dynamodb)["GlobalSecondaryIndexes"]
    assert shown["ProvisionedThroughput"]["ReadCapacityUnits"] == 9
    update = {"Update": {"IndexName": "nope", "ProvisionedThroughput": NINE}}
    assert dynamodb.message("UpdateTable", TableName="things", GlobalSecondaryIndexUpdates=[update]) == (
        "The table does not have the specified index: nope"
    )
    dynamodb("UpdateTable", TableName="things", BillingMode="PAY_PER_REQUEST")
    (shown,) = described(dynamodb)["GlobalSecondaryIndexes"]
    assert shown["ProvisionedThroughput"]["ReadCapacityUnits"] == 0


def test_class_and_protection(things: Any) -> None:
    things.put(id={"S": "a"})
    things("UpdateTable", TableName="things", TableClass="STANDARD_INFREQUENT_ACCESS", DeletionProtectionEnabled=True)
    shown = described(things)
    assert shown["TableClassSummary"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS"
    assert shown["DeletionProtectionEnabled"] is True
    assert things.get(id={"S": "a"}) is not None


def test_what_is_refused(things: Any) -> None:
    assert things.message("UpdateTable", TableName="things").startswith("At least one of ProvisionedThroughput")
    assert things.message("UpdateTable", TableName="things", GlobalSecondaryIndexUpdates=[]).startswith("At least one")
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    assert things.message("UpdateTable", TableName="things", StreamSpecification=stream) == (
        "emu does not support StreamSpecification yet"
    )
