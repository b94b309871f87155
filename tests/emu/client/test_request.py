"""From the words of a command line to a request, by botocore's models. No call is made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from emu.client.call import model_of, operation_of
from emu.client.errors import UsageError
from emu.client.request import request_of

LIST_OF_GSI = (
    '[{"IndexName": "g", "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}],'
    ' "Projection": {"ProjectionType": "ALL"},'
    ' "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 2}}]'
)


def request(service: str, command: str, *words: str) -> dict[str, Any]:
    made, loose = request_of(operation_of(model_of(service), command), words)
    assert not loose
    return made


def test_names_and_scalars() -> None:
    assert request("sqs", "receive-message", "--queue-url", "q", "--max-number-of-messages", "3") == {
        "QueueUrl": "q",
        "MaxNumberOfMessages": 3,
    }
    assert request("s3api", "put-bucket-cors", "--bucket", "b", "--content-md5", "x")["ContentMD5"] == "x"


def test_a_value_may_stand_behind_an_equals_sign() -> None:
    assert request("sqs", "send-message", "--message-body=--x", "--queue-url=q")["MessageBody"] == "--x"


@pytest.mark.parametrize(
    ("words", "value"),
    [
        (("--consistent-read",), True),
        (("--no-consistent-read",), False),
        (("--consistent-read", "false"), False),
        (("--consistent-read=TRUE",), True),
    ],
    ids=["alone", "no-", "a value", "an equals sign"],
)
def test_flags(words: tuple[str, ...], value: bool) -> None:
    assert request("dynamodb", "get-item", *words)["ConsistentRead"] is value


@pytest.mark.parametrize(
    "words",
    [
        ("--key-schema", "AttributeName=a,KeyType=HASH", "AttributeName=b,KeyType=RANGE"),
        ("--key-schema", "AttributeName=a,KeyType=HASH", "--key-schema", "AttributeName=b,KeyType=RANGE"),
        ("--key-schema", '[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"b","KeyType":"RANGE"}]'),
        ("--key-schema", '{"AttributeName":"a","KeyType":"HASH"}', "AttributeName=b,KeyType=RANGE"),
    ],
    ids=["one option", "an option each", "JSON", "mixed"],
)
def test_lists_of_structures(words: tuple[str, ...]) -> None:
    assert request("dynamodb", "create-table", *words)["KeySchema"] == [
        {"AttributeName": "a", "KeyType": "HASH"},
        {"AttributeName": "b", "KeyType": "RANGE"},
    ]


def test_kumos_create_table() -> None:
    made = request(
        "dynamodb", "create-table", "--table-name", "t", "--provisioned-throughput",
        "ReadCapacityUnits=5,WriteCapacityUnits=6", "--global-secondary-indexes", LIST_OF_GSI,
        "--table-class", "STANDARD",
    )  # fmt: skip
    assert made["ProvisionedThroughput"] == {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6}
    assert made["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"]["WriteCapacityUnits"] == 2
    assert made["TableClass"] == "STANDARD"


def test_lists_of_texts_and_maps() -> None:
    assert request("sqs", "get-queue-attributes", "--attribute-names", "A", "B")["AttributeNames"] == ["A", "B"]
    assert request("sqs", "create-queue", "--attributes", '{"DelaySeconds": "3"}')["Attributes"] == {
        "DelaySeconds": "3"
    }
    assert request("sqs", "tag-queue", "--tags", "a=1,b=2")["Tags"] == {"a": "1", "b": "2"}


def test_booleans_inside_structures_may_be_texts_as_in_kumos_client() -> None:
    made = request("dynamodb", "update-time-to-live", "--time-to-live-specification", '{"Enabled": "True"}')
    assert made == {"TimeToLiveSpecification": {"Enabled": True}}


def test_kumos_bucket_configurations() -> None:
    made = request("s3api", "put-bucket-cors", "--cors-configuration", '{"CORSRules":[{"AllowedMethods":["GET"]}]}')
    assert made == {"CORSConfiguration": {"CORSRules": [{"AllowedMethods": ["GET"]}]}}
    made = request(
        "s3api", "put-bucket-notification-configuration", "--notification-configuration",
        '{"EventBridgeConfiguration": {}}',
    )  # fmt: skip
    assert made == {"NotificationConfiguration": {"EventBridgeConfiguration": {}}}


def test_binary_members_are_base64(tmp_path: Path) -> None:
    made = request("dynamodb", "put-item", "--item", '{"b": {"B": "AQI="}, "s": {"BS": ["AA=="]}}')
    assert made["Item"] == {"b": {"B": b"\1\2"}, "s": {"BS": [b"\0"]}}
    with pytest.raises(UsageError, match=r"--item\.b\.B must be base64"):
        request("dynamodb", "put-item", "--item", "b={B=?}")


def test_files(tmp_path: Path) -> None:
    file = tmp_path / "item.json"
    file.write_text('{"id": {"S": "ü"}}', "utf-8")
    assert request("dynamodb", "put-item", "--item", f"file://{file}")["Item"] == {"id": {"S": "ü"}}
    for word in (str(file), f"file://{file}", f"fileb://{file}"):
        with request("s3api", "put-object", "--body", word)["Body"] as body:
            assert body.read() == file.read_bytes()
    file.write_bytes(b"\xff")
    with pytest.raises(UsageError, match="not UTF-8"):
        request("dynamodb", "put-item", "--item", f"file://{file}")


def test_a_bodys_own_length_counts() -> None:
    assert request("s3api", "put-object", "--bucket", "b", "--content-length", "10") == {"Bucket": "b"}


def test_the_whole_request_as_json_and_options_over_it() -> None:
    made = request(
        "sqs", "send-message", "--message-body", "mine", "--cli-input-json", '{"QueueUrl": "q", "MessageBody": "its"}'
    )
    assert made == {"QueueUrl": "q", "MessageBody": "mine"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--delay-seconds", "soon", "--queue-url", "q"), "--delay-seconds is 'soon', but must be a number"),
        (("--queue-url",), "--queue-url needs a value"),
        (("--queue-url", "--message-body", "b"), "--queue-url needs a value"),
        (("--message-attributes", "{"), "--message-attributes is not valid JSON"),
        (("--message-attributes", '{"a": {"Type": "String"}}'), "has no member Type; it has StringValue"),
        (("--no-queue-url",), "has no option --no-queue-url"),
        (("--cli-input-json", "[]"), "must be an object"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_understood(words: tuple[str, ...], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        request("sqs", "send-message", *words)
