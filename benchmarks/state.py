"""Requests that fill a server with ordinary things, built once with boto3 and then varied in their bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from benchmarks.cases import MESSAGE, item
from benchmarks.client import Requests, with_body

BATCH_ITEMS = 25
BATCH_MESSAGES = 10
ACCOUNT = "000000000000"
_OF_THE_BODY = (b"checksum", b"content-sha256:", b"content-length:", b"expect:")


def make_resources(requests: Requests) -> None:
    """A bucket, a queue and a table, each called ``load``."""
    requests.client("s3").create_bucket(Bucket="load")
    requests.client("sqs").create_queue(QueueName="load")
    requests.client("dynamodb").create_table(
        TableName="load",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        BillingMode="PAY_PER_REQUEST",
    )


def queue_url(port: int) -> str:
    return f"http://127.0.0.1:{port}/{ACCOUNT}/load"


def put_items(requests: Requests, count: int = 500) -> list[bytes]:
    """PutItem of an ordinary item, of so many keys."""
    sample = requests.build("dynamodb", "put_item", TableName="load", Item=item("p", 0))
    return [with_body(sample, _json({"TableName": "load", "Item": item(f"p{n % 100}", n)})) for n in range(count)]


def send_messages(requests: Requests) -> list[bytes]:
    return [requests.build("sqs", "send_message", QueueUrl=queue_url(requests.port), MessageBody=MESSAGE)]


def many_items(requests: Requests, count: int) -> Iterator[bytes]:
    """BatchWriteItem for so many different items."""
    one = {"load": [{"PutRequest": {"Item": item("p", 0)}}]}
    sample = requests.build("dynamodb", "batch_write_item", RequestItems=one)
    for first in range(0, count, BATCH_ITEMS):
        numbers = range(first, min(first + BATCH_ITEMS, count))
        puts = [{"PutRequest": {"Item": item(f"p{number % 1000}", number)}} for number in numbers]
        yield with_body(sample, _json({"RequestItems": {"load": puts}}))


def many_messages(requests: Requests, count: int) -> Iterator[bytes]:
    """SendMessageBatch for so many messages."""
    entries = [{"Id": str(number), "MessageBody": MESSAGE} for number in range(BATCH_MESSAGES)]
    batch = requests.build("sqs", "send_message_batch", QueueUrl=queue_url(requests.port), Entries=entries)
    for _ in range(0, count, BATCH_MESSAGES):
        yield batch


def many_objects(requests: Requests, count: int, size_bytes: int = 1024) -> Iterator[bytes]:
    """PutObject for so many different objects."""
    sample = requests.build("s3", "put_object", Bucket="load", Key="key-0000000", Body=b"")
    lines = sample.partition(b"\r\n\r\n")[0].split(b"\r\n")
    kept = [line for line in lines if not any(word in line.lower() for word in _OF_THE_BODY)]
    own = [b"X-Amz-Content-SHA256: UNSIGNED-PAYLOAD", b"Content-Length: %d" % size_bytes]
    head = b"\r\n".join([*kept, *own, b"", b""])
    for number in range(count):
        name = b"key-%07d" % number
        yield head.replace(b"key-0000000", name) + (name * (size_bytes // len(name) + 1))[:size_bytes]


def large_items(requests: Requests, megabytes: float) -> Iterator[bytes]:
    """PutItem of items of 100,000 bytes: a large state from few calls."""
    sample = requests.build("dynamodb", "put_item", TableName="load", Item=item("large", 0))
    for number in range(int(megabytes * 10)):
        entry = {"pk": {"S": "large"}, "sk": {"S": f"{number:08}"}, "data": {"S": "d" * 100_000}}
        yield with_body(sample, _json({"TableName": "load", "Item": entry}))


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()
