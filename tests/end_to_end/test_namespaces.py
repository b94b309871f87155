"""Accounts and regions that don't see each other, and the mode in which they are all one.

A 12-digit access key is an account; any other belongs to account 000000000000.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emu.testing import Emulator
from tests.end_to_end.asking import refused

ALICE = {"aws_access_key_id": "111111111111"}
BOB = {"aws_access_key_id": "222222222222"}
MISSING_QUEUE = "AWS.SimpleQueueService.NonExistentQueue"


def make_table(dynamodb: Any, name: str) -> str:
    arn: str = dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )["TableDescription"]["TableArn"]
    return arn


def test_accounts_have_queues_of_their_own(emulator: Emulator, name: str) -> None:
    alice, bob = emulator.client("sqs", **ALICE), emulator.client("sqs", **BOB)
    url = alice.create_queue(QueueName=name)["QueueUrl"]
    assert url.endswith(f"/111111111111/{name}")
    with refused(MISSING_QUEUE, 400):
        bob.get_queue_url(QueueName=name)
    bob.create_queue(QueueName=name)
    alice.send_message(QueueUrl=url, MessageBody="for alice")
    assert "Messages" not in bob.receive_message(QueueUrl=bob.get_queue_url(QueueName=name)["QueueUrl"])
    assert alice.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "for alice"


def test_regions_have_queues_of_their_own(emulator: Emulator, name: str) -> None:
    here, there = emulator.client("sqs"), emulator.client("sqs", region_name="eu-central-1")
    url = here.create_queue(QueueName=name)["QueueUrl"]
    with refused(MISSING_QUEUE, 400):
        there.get_queue_url(QueueName=name)
    with refused(MISSING_QUEUE, 400):
        there.send_message(QueueUrl=url, MessageBody="x")
    url = there.create_queue(QueueName=name)["QueueUrl"]
    arn = there.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    assert arn == f"arn:aws:sqs:eu-central-1:000000000000:{name}"


def test_tables_belong_to_an_account_and_a_region(emulator: Emulator, name: str) -> None:
    places = [
        emulator.client("dynamodb", **ALICE),
        emulator.client("dynamodb", **BOB),
        emulator.client("dynamodb", **ALICE, region_name="ap-northeast-1"),
    ]
    arns = [make_table(place, name) for place in places]
    assert arns == [
        f"arn:aws:dynamodb:us-east-1:111111111111:table/{name}",
        f"arn:aws:dynamodb:us-east-1:222222222222:table/{name}",
        f"arn:aws:dynamodb:ap-northeast-1:111111111111:table/{name}",
    ]
    for number, place in enumerate(places):
        place.put_item(TableName=name, Item={"id": {"S": str(number)}})
    assert [place.scan(TableName=name)["Items"] for place in places] == [[{"id": {"S": str(n)}}] for n in range(3)]


def test_a_buckets_name_is_taken_everywhere(emulator: Emulator, name: str) -> None:
    alice, bob = emulator.client("s3", **ALICE), emulator.client("s3", **BOB)
    alice.create_bucket(Bucket=name)
    with refused("BucketAlreadyExists", 409):
        bob.create_bucket(Bucket=name)
    assert name in [bucket["Name"] for bucket in alice.list_buckets()["Buckets"]]
    assert name not in [bucket["Name"] for bucket in bob.list_buckets()["Buckets"]]


def test_a_bucket_is_found_from_every_region(emulator: Emulator, name: str) -> None:
    there, here = emulator.client("s3", region_name="eu-central-1"), emulator.client("s3")
    there.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    here.put_object(Bucket=name, Key="page", Body=b"x")
    assert there.get_object(Bucket=name, Key="page")["Body"].read() == b"x"
    assert here.get_bucket_location(Bucket=name)["LocationConstraint"] == "eu-central-1"
    assert here.head_bucket(Bucket=name)["BucketRegion"] == "eu-central-1"


@pytest.fixture(scope="module", params=["memory", "durable"])
def single(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """A server for people who mix regions and keys without noticing."""
    directory: Path | None = tmp_path_factory.mktemp("single") / "state" if request.param == "durable" else None
    with Emulator(directory, arguments=["--namespaces", "single"]) as emulator:
        yield emulator


def test_in_single_mode_everyone_meets(single: Emulator, name: str) -> None:
    alice, bob = ALICE, {**BOB, "region_name": "eu-central-1"}
    url = single.client("sqs", **alice).create_queue(QueueName=name)["QueueUrl"]
    assert url.endswith(f"/000000000000/{name}")
    single.client("sqs", **bob).send_message(QueueUrl=url, MessageBody="x")
    assert single.client("sqs").receive_message(QueueUrl=url)["Messages"][0]["Body"] == "x"
    arn = make_table(single.client("dynamodb", **alice), name)
    assert arn == f"arn:aws:dynamodb:us-east-1:000000000000:table/{name}"
    single.client("dynamodb", **bob).put_item(TableName=name, Item={"id": {"S": "a"}})
    assert single.client("dynamodb").scan(TableName=name)["Count"] == 1
    single.client("s3", **alice).create_bucket(Bucket=name)
    assert name in [bucket["Name"] for bucket in single.client("s3", **bob).list_buckets()["Buckets"]]
