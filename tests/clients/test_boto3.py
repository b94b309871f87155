"""boto3, with nothing set but the environment; what the other languages' journeys do, in Python."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import boto3
import pytest

PART_BYTES = 5 * 1024 * 1024


@pytest.fixture
def session(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Any:
    for key, value in environment.items():
        if key.startswith("AWS_"):
            monkeypatch.setenv(key, value)
    return boto3.session.Session()


def test_a_bucket(session: Any, name: str) -> None:
    s3 = session.client("s3")
    s3.create_bucket(Bucket=name)
    key = "pages/a b+ü.html"
    s3.put_object(Bucket=name, Key=key, Body=b"<h1>hello</h1>", Metadata={"depth": "1"})
    read = s3.get_object(Bucket=name, Key=key)
    assert read["Body"].read() == b"<h1>hello</h1>"
    assert read["Metadata"] == {"depth": "1"}
    listed = s3.list_objects_v2(Bucket=name, Prefix="pages/")
    assert [content["Key"] for content in listed["Contents"]] == [key]
    s3.delete_object(Bucket=name, Key=key)
    with pytest.raises(s3.exceptions.NoSuchKey):
        s3.get_object(Bucket=name, Key=key)


def test_a_multipart_upload_by_the_transfer_manager(session: Any, name: str, tmp_path: Path) -> None:
    bucket = session.resource("s3").Bucket(name)
    bucket.create()
    content = b"a" * (2 * PART_BYTES) + b"the end"
    (tmp_path / "large").write_bytes(content)
    config = boto3.s3.transfer.TransferConfig(multipart_threshold=PART_BYTES, multipart_chunksize=PART_BYTES)
    bucket.upload_file(str(tmp_path / "large"), "large", Config=config)
    assert bucket.Object("large").e_tag.endswith('-3"')
    bucket.download_file("large", str(tmp_path / "again"), Config=config)
    assert (tmp_path / "again").read_bytes() == content


def test_a_queue_with_a_long_poll(session: Any, name: str) -> None:
    sqs = session.client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    timer = threading.Timer(0.2, sqs.send_message, kwargs={"QueueUrl": url, "MessageBody": "https://example.org/"})
    timer.start()
    begun = time.monotonic()
    (message,) = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"]
    timer.join()
    assert message["Body"] == "https://example.org/"
    assert time.monotonic() - begun < 10
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def test_a_table_with_a_query_and_a_transaction(session: Any, name: str) -> None:
    table = session.resource("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": "site", "AttributeType": "S"},
            {"AttributeName": "page", "AttributeType": "N"},
        ],
        KeySchema=[
            {"AttributeName": "site", "KeyType": "HASH"},
            {"AttributeName": "page", "KeyType": "RANGE"},
        ],
    )
    table.wait_until_exists()
    with table.batch_writer() as batch:
        for page in (1, 2, 10):
            batch.put_item({"site": "a", "page": page})
    condition = boto3.dynamodb.conditions.Key("site").eq("a") & boto3.dynamodb.conditions.Key("page").gte(2)
    found = table.query(KeyConditionExpression=condition, ScanIndexForward=False)
    assert [item["page"] for item in found["Items"]] == [10, 2]

    client = table.meta.client
    key = {"site": "a", "page": 1}
    writes = [
        {
            "Update": {
                "TableName": name,
                "Key": key,
                "UpdateExpression": "ADD visits :one",
                "ExpressionAttributeValues": {":one": 1},
            }
        },
        {
            "Put": {
                "TableName": name,
                "Item": {"site": "b", "page": 1},
                "ConditionExpression": "attribute_not_exists(site)",
            }
        },
    ]
    client.transact_write_items(TransactItems=writes)
    with pytest.raises(client.exceptions.TransactionCanceledException) as cancelled:
        client.transact_write_items(TransactItems=writes)
    reasons = [reason["Code"] for reason in cancelled.value.response["CancellationReasons"]]
    assert reasons == ["None", "ConditionalCheckFailed"]
    assert table.get_item(Key=key, ConsistentRead=True)["Item"]["visits"] == 1
