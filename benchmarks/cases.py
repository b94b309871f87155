"""The calls that are measured. Each case makes what it needs at a server and then repeats its call."""

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.client import Connection, Requests, with_body

BODY = b"x" * 1024
MESSAGE = "m" * 200
KEYS = 1000
ROWS = 100


@dataclass(frozen=True)
class Case:
    """`call` makes the call once, in one request or more; `refill` prepares so many calls, unmeasured."""

    name: str
    call: Callable[[Connection], object]
    refill: Callable[[Connection, int], None] = lambda _connection, _calls: None


def cases(requests: Requests) -> list[Case]:
    """Create buckets, queues and tables at a server, and return the calls on them."""
    return [*s3_cases(requests), *sqs_cases(requests), *dynamodb_cases(requests)]


def repeated(name: str, requests: list[bytes]) -> Case:
    """A case of one request, varied in turn."""
    turns = itertools.cycle(requests)
    return Case(name, lambda connection: connection.call(next(turns)))


def s3_cases(requests: Requests) -> list[Case]:
    s3 = requests.client("s3")
    for bucket in ("calls", "calls-listed"):
        s3.create_bucket(Bucket=bucket)
    with Connection(requests.port) as connection:
        for number in range(KEYS):
            key = f"folder/key-{number:04}"
            connection.call(requests.build("s3", "put_object", Bucket="calls-listed", Key=key, Body=b""))
    keys = [f"folder/key-{number:02}" for number in range(50)]
    puts = [requests.build("s3", "put_object", Bucket="calls", Key=key, Body=BODY) for key in keys]
    gets = [requests.build("s3", "get_object", Bucket="calls", Key=key) for key in keys]
    listing = requests.build("s3", "list_objects_v2", Bucket="calls-listed", MaxKeys=KEYS)
    return [
        repeated("S3 PutObject, 1 KiB", puts),
        repeated("S3 GetObject, 1 KiB", gets),
        repeated("S3 ListObjectsV2, 1,000 keys", [listing]),
    ]


def sqs_cases(requests: Requests) -> list[Case]:
    sqs = requests.client("sqs")
    sent = sqs.create_queue(QueueName="calls-sent")["QueueUrl"]
    taken = sqs.create_queue(QueueName="calls-taken")["QueueUrl"]
    fill = requests.build("sqs", "send_message", QueueUrl=taken, MessageBody=MESSAGE)
    receive = requests.build("sqs", "receive_message", QueueUrl=taken)
    delete = requests.build("sqs", "delete_message", QueueUrl=taken, ReceiptHandle="a-handle")

    def receive_and_delete(connection: Connection) -> None:
        received = connection.call(receive)
        handle = json.loads(received.body)["Messages"][0]["ReceiptHandle"]
        body = json.dumps({"QueueUrl": taken, "ReceiptHandle": handle}).encode()
        connection.call(with_body(delete, body))

    def send(connection: Connection, calls: int) -> None:
        for _ in range(calls):
            connection.call(fill)

    return [
        repeated("SQS SendMessage", [requests.build("sqs", "send_message", QueueUrl=sent, MessageBody=MESSAGE)]),
        Case("SQS ReceiveMessage + DeleteMessage", receive_and_delete, send),
    ]


def dynamodb_cases(requests: Requests) -> list[Case]:
    dynamodb = requests.client("dynamodb")
    for table in ("calls", "calls-queried"):
        dynamodb.create_table(
            TableName=table,
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
            BillingMode="PAY_PER_REQUEST",
        )
    for number in range(ROWS):
        dynamodb.put_item(TableName="calls-queried", Item=item("queried", number))
    puts = [
        requests.build("dynamodb", "put_item", TableName="calls", Item=item("item", number)) for number in range(50)
    ]
    gets = [
        requests.build("dynamodb", "get_item", TableName="calls", Key={"pk": stored["pk"], "sk": stored["sk"]})
        for stored in (item("item", number) for number in range(50))
    ]
    query = requests.build(
        "dynamodb",
        "query",
        TableName="calls-queried",
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": "queried"}},
    )
    return [
        repeated("DynamoDB PutItem", puts),
        repeated("DynamoDB GetItem", gets),
        repeated("DynamoDB Query, 100 items", [query]),
    ]


def item(partition: str, number: int) -> dict[str, Any]:
    """An ordinary item: 6 attributes, about 300 bytes."""
    return {
        "pk": {"S": partition},
        "sk": {"S": f"item-{number:06}"},
        "title": {"S": "t" * 100},
        "notes": {"S": "n" * 120},
        "size": {"N": "123456"},
        "tags": {"SS": ["blue", "green", "red"]},
    }
