"""Many clients at once, slow ones, and ones that go away in the middle."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from emu.testing import Emulator

_CLIENTS = 8


@pytest.fixture(scope="module")
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(_CLIENTS) as pool:
        yield pool


def succeeded(call: Callable[..., Any], **request: Any) -> bool:
    try:
        call(**request)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] not in (400, 412):
            raise
        return False
    return True


def test_one_of_many_writes_wins(pool: ThreadPoolExecutor, s3: Any, bucket: str) -> None:
    bodies = [str(number).encode() for number in range(_CLIENTS)]

    def write(body: bytes) -> bool:
        return succeeded(s3.put_object, Bucket=bucket, Key="lock", Body=body, IfNoneMatch="*")

    won = [body for body, success in zip(bodies, pool.map(write, bodies), strict=True) if success]
    assert won == [s3.get_object(Bucket=bucket, Key="lock")["Body"].read()]


def test_a_counter_counts_everyone(pool: ThreadPoolExecutor, dynamodb: Any, table: str) -> None:
    def count(_: int) -> None:
        dynamodb.update_item(
            TableName=table,
            Key={"id": {"S": "counter"}},
            UpdateExpression="ADD n :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )

    list(pool.map(count, range(100)))
    assert dynamodb.get_item(TableName=table, Key={"id": {"S": "counter"}})["Item"]["n"] == {"N": "100"}


def test_one_of_many_transactions_wins(pool: ThreadPoolExecutor, dynamodb: Any, table: str) -> None:
    def claim(number: int) -> bool:
        claimed = {
            "TableName": table,
            "Item": {"id": {"S": "claim"}, "by": {"N": str(number)}},
            "ConditionExpression": "attribute_not_exists(id)",
        }
        own = {"TableName": table, "Item": {"id": {"S": f"winner {number}"}}}
        return succeeded(dynamodb.transact_write_items, TransactItems=[{"Put": claimed}, {"Put": own}])

    won = [number for number, success in enumerate(pool.map(claim, range(_CLIENTS))) if success]
    items = dynamodb.scan(TableName=table)["Items"]
    assert sorted(item["id"]["S"] for item in items) == ["claim", f"winner {won[0]}"]
    assert len(won) == 1


def test_consumers_share_the_work(pool: ThreadPoolExecutor, sqs: Any, queue_url: str) -> None:
    for start in range(0, 100, 10):
        entries = [{"Id": str(n), "MessageBody": str(n)} for n in range(start, start + 10)]
        sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)

    def consume(_: int) -> list[str]:
        done: list[str] = []
        while messages := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=3).get("Messages"):
            for message in messages:
                done.append(message["Body"])
                sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        return done

    done = [body for bodies in pool.map(consume, range(_CLIENTS)) for body in bodies]
    assert sorted(done, key=int) == [str(number) for number in range(100)]


def begin_upload(emulator: Emulator, path: str, size: int) -> socket.socket:
    """A PUT of which only half of the body has been sent."""
    connection = socket.create_connection(("127.0.0.1", emulator.port), timeout=10)
    connection.sendall(f"PUT {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n\r\n".encode())
    connection.sendall(b"n" * (size // 2))
    return connection


@pytest.mark.parametrize("size", [1000, 3_000_000])
def test_a_slow_upload_hinders_nobody(emulator: Emulator, s3: Any, bucket: str, size: int) -> None:
    s3.put_object(Bucket=bucket, Key="page", Body=b"old")
    with begin_upload(emulator, f"/{bucket}/page", size) as connection:
        started = time.monotonic()
        assert s3.get_object(Bucket=bucket, Key="page")["Body"].read() == b"old"
        s3.put_object(Bucket=bucket, Key="other", Body=b"x")
        assert time.monotonic() - started < 1
        connection.sendall(b"n" * (size - size // 2))
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 ")
    assert s3.get_object(Bucket=bucket, Key="page")["Body"].read() == b"n" * size


@pytest.mark.parametrize("size", [1000, 3_000_000])
def test_an_upload_that_is_broken_off_changes_nothing(emulator: Emulator, s3: Any, bucket: str, size: int) -> None:
    s3.put_object(Bucket=bucket, Key="page", Body=b"old")
    begin_upload(emulator, f"/{bucket}/page", size).close()
    time.sleep(0.1)
    assert s3.get_object(Bucket=bucket, Key="page")["Body"].read() == b"old"


def test_a_download_goes_on_though_its_object_is_replaced(emulator: Emulator, s3: Any, bucket: str) -> None:
    """What was begun is the old object to its end, however slowly it is read."""
    old = bytes(range(256)) * 40_000
    s3.put_object(Bucket=bucket, Key="page", Body=old)
    body = s3.get_object(Bucket=bucket, Key="page")["Body"]
    begun = body.read(1000)
    s3.put_object(Bucket=bucket, Key="page", Body=b"new")
    s3.delete_object(Bucket=bucket, Key="page")
    assert begun + body.read() == old


def test_a_download_that_is_broken_off_hinders_nobody(emulator: Emulator, s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="page", Body=bytes(10_000_000))
    for _ in range(3):
        body = s3.get_object(Bucket=bucket, Key="page")["Body"]
        body.read(1000)
        body.close()
    assert s3.get_object(Bucket=bucket, Key="page", Range="bytes=0-0")["Body"].read() == b"\0"


@pytest.mark.parametrize(
    "nonsense",
    [
        b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1",
        b"GET\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: many\r\n\r\n",
        b"GET / HTTP/9\r\n\r\n",
    ],
    ids=["TLS", "no path", "no length", "no version"],
)
def test_nonsense_is_refused(emulator: Emulator, s3: Any, nonsense: bytes) -> None:
    with socket.create_connection(("127.0.0.1", emulator.port), timeout=5) as connection:
        connection.sendall(nonsense)
        answer = connection.recv(4096)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400 ")
    s3.list_buckets()
