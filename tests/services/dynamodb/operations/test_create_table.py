"""https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html"""

from __future__ import annotations

from typing import Any

import pytest

ID = [{"AttributeName": "id", "KeyType": "HASH"}]
ID_S = [{"AttributeName": "id", "AttributeType": "S"}]
INVALID = "One or more parameter values were invalid: "


def request(**changed: Any) -> dict[str, Any]:
    whole = {"TableName": "things", "KeySchema": ID, "AttributeDefinitions": ID_S, "BillingMode": "PAY_PER_REQUEST"}
    return {name: value for name, value in (whole | changed).items() if value is not None}


def test_a_table_is_creating_and_then_active(dynamodb: Any) -> None:
    created = dynamodb("CreateTable", **request())["TableDescription"]
    assert created["TableStatus"] == "CREATING"
    assert created["TableArn"] == "arn:aws:dynamodb:us-east-1:000000000000:table/things"
    assert created["CreationDateTime"] == dynamodb.clock.now_ms()
    assert created["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    described = dynamodb("DescribeTable", TableName="things")["Table"]
    assert described["TableStatus"] == "ACTIVE"
    assert described["TableId"] == created["TableId"]
    assert (described["ItemCount"], described["TableSizeBytes"]) == (0, 0)


def test_a_table_is_on_demand_from_the_moment_it_is_made(dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dynamodb.clock, "now_ms", iter(range(1_000, 2_000)).__next__)
    created = dynamodb("CreateTable", **request())["TableDescription"]
    assert created["BillingModeSummary"]["LastUpdateToPayPerRequestDateTime"] == created["CreationDateTime"]


def test_provisioned_throughput(dynamodb: Any) -> None:
    throughput = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6}
    created = dynamodb("CreateTable", **request(BillingMode=None, ProvisionedThroughput=throughput))["TableDescription"]
    assert created["ProvisionedThroughput"] == {"NumberOfDecreasesToday": 0, **throughput}
    assert "BillingModeSummary" not in created


def test_encryption_is_kept_and_shown(dynamodb: Any) -> None:
    encryption = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "k"}
    created = dynamodb("CreateTable", **request(SSESpecification=encryption))
    assert created["TableDescription"]["SSEDescription"] == {
        "Status": "ENABLED",
        "SSEType": "KMS",
        "KMSMasterKeyArn": "arn:aws:kms:us-east-1:000000000000:key/k",
    }
    dynamodb("UpdateTable", TableName="things", SSESpecification={"Enabled": False})
    assert "SSEDescription" not in dynamodb("DescribeTable", TableName="things")["Table"]


def test_an_existing_name(things: Any) -> None:
    error = things.refusal("CreateTable", **request())
    assert (error.code, error.message) == ("ResourceInUseException", "Table already exists: things")
    things.caller.region = "eu-west-1"
    assert things("CreateTable", **request())["TableDescription"]["TableArn"].startswith("arn:aws:dynamodb:eu-west-1:")


def test_indexes_are_described(dynamodb: Any, index: Any) -> None:
    created = dynamodb.create(
        "indexed",
        "a:S",
        "b:N",
        "c:S",
        LocalSecondaryIndexes=[index("local", "a", "c", projection={"ProjectionType": "KEYS_ONLY"})],
        GlobalSecondaryIndexes=[index("global", "c")],
    )["TableDescription"]
    (local,) = created["LocalSecondaryIndexes"]
    assert local["IndexArn"].endswith(":table/indexed/index/local")
    (overall,) = created["GlobalSecondaryIndexes"]
    assert (overall["IndexStatus"], overall["ItemCount"], overall["Projection"]) == (
        "CREATING",
        0,
        {"ProjectionType": "ALL"},
    )


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"TableName": None}, "The parameter 'TableName' is required but was not present in the request"),
        (
            {"TableName": "ab"},
            "1 validation error detected: Value 'ab' at 'tableName' failed to satisfy constraint: "
            "Member must have length greater than or equal to 3",
        ),
        (
            {"TableName": "bad;name"},
            "1 validation error detected: Value 'bad;name' at 'tableName' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
        ),
        (
            {"BillingMode": "FREE", "KeySchema": [{"AttributeName": "id", "KeyType": "KEY"}]},
            "2 validation errors detected: Value 'KEY' at 'keySchema.1.member.keyType' failed to satisfy constraint: "
            "Member must satisfy enum value set: [HASH, RANGE]; Value 'FREE' at 'billingMode' failed to satisfy "
            "constraint: Member must satisfy enum value set: [PROVISIONED, PAY_PER_REQUEST]",
        ),
        (
            {"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "INVALID"}]},
            "1 validation error detected: Value 'INVALID' at 'attributeDefinitions.1.member.attributeType' failed to "
            "satisfy constraint: Member must satisfy enum value set: [B, N, S]",
        ),
        ({"AttributeDefinitions": []}, "Invalid KeySchema: Some index key attribute have no definition"),
        (
            {"KeySchema": [*ID, {"AttributeName": "id", "KeyType": "RANGE"}]},
            "Invalid KeySchema: Some index key attribute have no definition",
        ),
        (
            {"KeySchema": [{"AttributeName": "id", "KeyType": "RANGE"}]},
            "Invalid KeySchema: The first KeySchemaElement is not a HASH key type",
        ),
        (
            {"AttributeDefinitions": [*ID_S, {"AttributeName": "x", "AttributeType": "S"}]},
            INVALID + "Number of attributes in KeySchema does not exactly match number of attributes "
            "defined in AttributeDefinitions",
        ),
        (
            {"ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}},
            INVALID + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified "
            "when BillingMode is PAY_PER_REQUEST",
        ),
        (
            {"BillingMode": "PROVISIONED"},
            INVALID + "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
        ),
        ({"AttributeDefinitions": [*ID_S, *ID_S]}, "Attribute Name is duplicated: id"),
        (
            {"TableClass": "GLACIER"},
            "Invalid table-class parameter provided. Please try again with a valid table-class value: "
            "[STANDARD, STANDARD_INFREQUENT_ACCESS].",
        ),
        (
            {"SSESpecification": {"Enabled": False, "SSEType": "KMS"}},
            INVALID + "SSEType can not be specified if Enabled is false",
        ),
        (
            {"SSESpecification": {"KMSMasterKeyId": "k"}},
            INVALID + "KMSMasterKeyId can not be specified if Enabled is false",
        ),
        (
            {"SSESpecification": {"Enabled": True, "KMSMasterKeyId": "k"}},
            INVALID + "SSEType KMS is required if KMSMasterKeyId is specified",
        ),
        ({"SSESpecification": {"Enabled": True, "SSEType": "AES256"}}, INVALID + "SSEType AES256 is not supported"),
        (
            {"OnDemandThroughput": {"MaxReadRequestUnits": 0}},
            INVALID + "Requested MaxReadRequestUnits for OnDemandThroughput for table is outside of valid range",
        ),
        (
            {
                "BillingMode": "PROVISIONED",
                "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
                "OnDemandThroughput": {"MaxWriteRequestUnits": 5},
            },
            INVALID + "MaxWriteRequestUnits for OnDemandThroughput cannot be specified when table BillingMode is "
            "PROVISIONED.",
        ),
        ({"Tags": [{"Value": "v"}]}, "The Tag Key provided is invalid, Key: null"),
        ({"Tags": [{"Key": "", "Value": "v"}]}, "The Tag Key provided is invalid, Key: "),
        ({"Tags": [{"Key": "k"}]}, "The Tag Value provided is invalid, Value: null"),
        ({"Tags": [{"Key": "k", "Value": "a, b"}]}, "The Tag Value provided is invalid, Value: a, b"),
        ({"Tags": [{"Key": "aws:k", "Value": "v"}]}, "Tag Key cannot be prefixed with aws:, Key: aws:k"),
        (
            {"Tags": [{"Key": "k", "Value": "v"}, {"Key": "k", "Value": "w"}]},
            "Duplicate Tag Keys provided as input: Duplicate Tag Key found k",
        ),
        (
            {"Tags": [{"Key": str(number), "Value": ""} for number in range(51)]},
            "Number of Tags exceed the current limit for the provided ResourceArn",
        ),
        (
            {"StreamSpecification": {"StreamEnabled": False, "StreamViewType": "NEW_IMAGE"}},
            INVALID + "Table is being created with a stream disabled, UpdateViewType should not be specified",
        ),
        ({"StreamSpecification": {"StreamEnabled": True}}, "emu does not support StreamSpecification yet"),
        ({"ResourcePolicy": "{}"}, "emu does not support ResourcePolicy yet"),
    ],
)
def test_refusals(dynamodb: Any, changed: dict[str, Any], message: str) -> None:
    assert dynamodb.message("CreateTable", **request(**changed)) == message
    assert dynamodb("ListTables") == {"TableNames": []}


def test_index_refusals(dynamodb: Any, index: Any) -> None:
    def message(*keys: str, **more: Any) -> str:
        text: str = dynamodb.message(
            "CreateTable",
            TableName="things",
            KeySchema=[
                {"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
            ],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("a", "b", "c")],
            BillingMode="PAY_PER_REQUEST",
            **more,
        )
        return text.removeprefix(INVALID)

    by_b = index("by-b", "b")
    assert message("a", "b", GlobalSecondaryIndexes=[by_b, index("by-b", "c")]) == "Duplicate index name: by-b"
    assert message("a", "b", GlobalSecondaryIndexes=[]) == "List of GlobalSecondaryIndexes is empty"
    assert message("a", LocalSecondaryIndexes=[index("loc", "a", "b")]) == (
        "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex"
    )
    assert message("a", "b", LocalSecondaryIndexes=[index("loc", "a")]) == (
        "Index KeySchema does not have a range key for index: loc"
    )
    assert message("a", "b", LocalSecondaryIndexes=[index("loc", "c", "b")]) == (
        "Index KeySchema does not have the same leading hash key as table KeySchema for index: loc. "
        "index hash key: c, table hash key: a"
    )
    assert message("a", "b", GlobalSecondaryIndexes=[by_b]) == (
        "Some AttributeDefinitions are not used. AttributeDefinitions: [a, b, c], keys used: [a, b]"
    )
    assert message("a", "b", GlobalSecondaryIndexes=[index("by-z", "z")]) == (
        "Some index key attributes are not defined in AttributeDefinitions. Keys: [z], AttributeDefinitions: [a, b, c]"
    )
    include = {"ProjectionType": "INCLUDE"}
    assert message("a", "b", GlobalSecondaryIndexes=[index("by-c", "c", projection=include)]) == (
        "ProjectionType is INCLUDE, but NonKeyAttributes is not specified"
    )
    extra = {"ProjectionType": "ALL", "NonKeyAttributes": ["x"]}
    assert message("a", "b", GlobalSecondaryIndexes=[index("by-c", "c", projection=extra)]) == (
        "ProjectionType is ALL, but NonKeyAttributes is specified"
    )
    throughput = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
    assert message("a", "b", GlobalSecondaryIndexes=[index("by-c", "c", ProvisionedThroughput=throughput)]) == (
        "ProvisionedThroughput should not be specified for index: by-c when BillingMode is PAY_PER_REQUEST"
    )
    several = [{"AttributeName": name, "KeyType": "HASH"} for name in "bbc"]
    assert message("a", "b", GlobalSecondaryIndexes=[{**by_b, "KeySchema": several}]) == (
        "The KeySchema contains multiple key attributes with the same name"
    )
    mixed = [
        {"AttributeName": name, "KeyType": kind} for name, kind in zip("abc", ("HASH", "RANGE", "HASH"), strict=True)
    ]
    assert message("a", "b", GlobalSecondaryIndexes=[{**by_b, "KeySchema": mixed}]) == (
        "All HASH key attributes must precede RANGE key attributes in the KeySchema"
    )
    for kind, five in (("HASH", ["HASH"] * 5), ("RANGE", ["HASH"] + ["RANGE"] * 5)):
        schema = [{"AttributeName": "c", "KeyType": part} for part in five]
        assert message("a", "b", GlobalSecondaryIndexes=[{**by_b, "KeySchema": schema}]) == (
            f"The KeySchema exceeds the maximum allowed number of {kind} key attributes"
        )
    backwards = [{"AttributeName": "c", "KeyType": "RANGE"}, {"AttributeName": "b", "KeyType": "HASH"}]
    assert message("a", "b", GlobalSecondaryIndexes=[{**by_b, "KeySchema": backwards}]) == (
        "Invalid KeySchema: The first KeySchemaElement is not a HASH key type"
    )
    twice = {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["x", "x"]}
    assert message("a", "b", GlobalSecondaryIndexes=[index("by-c", "c", projection=twice)]) == (
        "Duplicate element in NonKeyAttributes: x"
    )


def test_attributes_without_a_key_are_told_before_what_else_is_wrong_with_an_index(dynamodb: Any, index: Any) -> None:
    definitions = [*ID_S, *({"AttributeName": name, "AttributeType": "S"} for name in "xy")]
    indexes = [index("by-x", "x", projection={"ProjectionType": "INCLUDE"})]
    message = dynamodb.message(
        "CreateTable", **request(AttributeDefinitions=definitions, GlobalSecondaryIndexes=indexes)
    )
    assert message.startswith(INVALID + "Some AttributeDefinitions are not used.")


def test_attributes_are_told_by_name(dynamodb: Any, index: Any) -> None:
    include = {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["zz", "aa"]}
    indexes = [index("by-z", "z", projection=include), index("by-a", "a")]
    created = dynamodb.create("things", "m:S", "z:S", "a:S", GlobalSecondaryIndexes=indexes)["TableDescription"]
    assert [entry["AttributeName"] for entry in created["AttributeDefinitions"]] == ["a", "m", "z"]
    assert [entry["IndexName"] for entry in created["GlobalSecondaryIndexes"]] == ["by-z", "by-a"]
    assert created["GlobalSecondaryIndexes"][0]["Projection"]["NonKeyAttributes"] == ["aa", "zz"]


def test_an_index_of_a_provisioned_table_has_throughput(dynamodb: Any, index: Any) -> None:
    units = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
    definitions = [*ID_S, {"AttributeName": "x", "AttributeType": "S"}]
    whole = request(BillingMode=None, AttributeDefinitions=definitions, ProvisionedThroughput=units)
    assert dynamodb.message("CreateTable", **whole, GlobalSecondaryIndexes=[index("by-x", "x")]) == (
        INVALID + "ProvisionedThroughput is not specified for index: by-x"
    )
