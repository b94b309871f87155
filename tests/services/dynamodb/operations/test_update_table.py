"""https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html"""

from __future__ import annotations

from typing import Any

import pytest

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
    answer = dynamodb("UpdateTable", TableName="things", GlobalSecondaryIndexUpdates=[update])["TableDescription"]
    (shown,) = answer["GlobalSecondaryIndexes"]
    assert (answer["TableStatus"], shown["IndexStatus"]) == ("ACTIVE", "UPDATING")
    assert shown["ProvisionedThroughput"]["ReadCapacityUnits"] == 5
    (shown,) = described(dynamodb)["GlobalSecondaryIndexes"]
    assert shown["ProvisionedThroughput"]["ReadCapacityUnits"] == 9
    assert shown["ProvisionedThroughput"]["LastIncreaseDateTime"] == dynamodb.clock.now_ms()
    update = {"Update": {"IndexName": "nope", "ProvisionedThroughput": NINE}}
    error = dynamodb.refusal("UpdateTable", TableName="things", GlobalSecondaryIndexUpdates=[update])
    assert (error.code, error.message) == (
        "ResourceNotFoundException",
        "Requested resource not found: Index nope for table things",
    )
    update = {"Update": {"IndexName": "by-r", "ProvisionedThroughput": NINE}}
    assert dynamodb.message("UpdateTable", TableName="things", GlobalSecondaryIndexUpdates=[update]).startswith(
        "The provisioned throughput for the index by-r will not change. The requested value equals the current value. "
        "Current ReadCapacityUnits provisioned for index by-r: 9. Requested ReadCapacityUnits: 9. "
    )
    dynamodb("UpdateTable", TableName="things", BillingMode="PAY_PER_REQUEST")
    (shown,) = described(dynamodb)["GlobalSecondaryIndexes"]
    assert shown["ProvisionedThroughput"]["ReadCapacityUnits"] == 0


def test_class_and_protection(things: Any) -> None:
    things.put(id={"S": "a"})
    things("UpdateTable", TableName="things", TableClass="STANDARD_INFREQUENT_ACCESS")
    answer = things("UpdateTable", TableName="things", DeletionProtectionEnabled=True)
    assert answer["TableDescription"]["TableStatus"] == "ACTIVE"
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
    assert things.message("UpdateTable", TableName="things", DisassociationProtectionEnabled=True) == (
        "emu does not support DisassociationProtectionEnabled yet"
    )


@pytest.mark.parametrize("more", [{}, {"DeletionProtectionEnabled": True}])
def test_a_stream_that_is_not_there_is_not_disabled(things: Any, more: dict[str, Any]) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html: StreamSpecification"""
    request = {"TableName": "things", "StreamSpecification": {"StreamEnabled": False}, **more}
    error = things.refusal("UpdateTable", **request)
    assert (error.code, error.message) == (
        "ValidationException",
        "Table has no stream that could be disabled: TableName: things",
    )
    assert described(things)["DeletionProtectionEnabled"] is False


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"SSESpecification": {"Enabled": True}, "DeletionProtectionEnabled": True},
            "Server-Side Encryption modification must be the only operation in the request",
        ),
        (
            {"TableClass": "STANDARD", "DeletionProtectionEnabled": True},
            "TableClass modification must be the only operation in the request",
        ),
        (
            {"DeletionProtectionEnabled": True, "BillingMode": "PAY_PER_REQUEST"},
            "DeletionProtection modification must be the only operation in the request",
        ),
        (
            {
                "ProvisionedThroughput": FIVE,
                "BillingMode": "PROVISIONED",
                "GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "by-r"}}],
            },
            "You cannot create or delete index while updating table IOPS",
        ),
        (
            {"GlobalSecondaryIndexUpdates": [], "DeletionProtectionEnabled": True},
            "List of GlobalSecondaryIndexUpdates is empty",
        ),
        (
            {"OnDemandThroughput": {"MaxReadRequestUnits": 0}},
            "Requested MaxReadRequestUnits for OnDemandThroughput for table is outside of valid range",
        ),
        ({"SSESpecification": {"Enabled": False}}, "Table is already encrypted by default"),
        (
            {"StreamSpecification": {"StreamEnabled": False, "StreamViewType": "NEW_IMAGE"}},
            "If stream is being disabled, then UpdateViewType must not be specified",
        ),
    ],
)
def test_changes_that_are_refused(things: Any, changes: dict[str, Any], message: str) -> None:
    before = described(things)
    assert things.message("UpdateTable", TableName="things", **changes) == (
        "One or more parameter values were invalid: " + message
    )
    assert described(things) == before


def test_the_key_that_encrypts_already(things: Any) -> None:
    arn = "arn:aws:kms:us-east-1:000000000000:key/k"
    encryption = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": arn}
    things("UpdateTable", TableName="things", SSESpecification=encryption)
    assert "already encrypted with given KMSMasterKeyId" in things.message(
        "UpdateTable", TableName="things", SSESpecification=encryption
    )
    things("UpdateTable", TableName="things", SSESpecification={"Enabled": True})


def test_provisioned_billing_again_needs_throughput_again(dynamodb: Any) -> None:
    dynamodb.create(BillingMode="PROVISIONED", ProvisionedThroughput=FIVE)
    assert dynamodb.message("UpdateTable", TableName="things", BillingMode="PROVISIONED") == (
        "One or more parameter values were invalid: ProvisionedThroughput must be specified when BillingMode is "
        "PROVISIONED"
    )


def test_on_demand_limits_of_an_index(dynamodb: Any, index: Any) -> None:
    dynamodb.create("things", "id:S", "r:S", GlobalSecondaryIndexes=[index("by-r", "r")])

    def update(**values: Any) -> list[Any]:
        return [{"Update": {"IndexName": "by-r", **values}}]

    most = {"MaxReadRequestUnits": 50, "MaxWriteRequestUnits": 60}
    dynamodb("UpdateTable", TableName="things", GlobalSecondaryIndexUpdates=update(OnDemandThroughput=most))
    assert described(dynamodb)["GlobalSecondaryIndexes"][0]["OnDemandThroughput"] == most
    for other in (update(), update(ProvisionedThroughput=FIVE)):
        assert dynamodb.message("UpdateTable", TableName="things", GlobalSecondaryIndexUpdates=other) == (
            "One or more parameter values were invalid: The only Updates for index: by-r when TableThroughputMode is "
            "PAY_PER_REQUEST can be to OnDemandThroughput, WarmThroughput"
        )
    provisioned = {"TableName": "things", "BillingMode": "PROVISIONED", "ProvisionedThroughput": FIVE}
    assert dynamodb.message("UpdateTable", **provisioned) == (
        "One or more parameter values were invalid: ProvisionedThroughput must be specified for index: by-r"
    )
    dynamodb("UpdateTable", **provisioned, GlobalSecondaryIndexUpdates=update(ProvisionedThroughput=FIVE))
    (shown,) = described(dynamodb)["GlobalSecondaryIndexes"]
    assert "OnDemandThroughput" not in shown
    assert shown["ProvisionedThroughput"]["ReadCapacityUnits"] == 5
    assert "for index : by-r cannot be specified when the table BillingMode is PROVISIONED" in dynamodb.message(
        "UpdateTable", TableName="things", GlobalSecondaryIndexUpdates=update(OnDemandThroughput=most)
    )
