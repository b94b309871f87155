"""Accounts and regions that don't see each other, and the mode in which they are all one.

A 12-digit access key is an account; any other belongs to account 000000000000.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
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


@pytest.fixture(params=["memory", "durable"])
def own(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Emulator]:
    """A server of one test's own."""
    directory = tmp_path / "state" if request.param == "durable" else None
    with Emulator(directory, arguments=["--snapshot-dir", str(tmp_path / "shelf")]) as emulator:
        yield emulator
        assert "Traceback" not in emulator.log, emulator.log[-4000:]


def state_hash(emulator: Emulator, client: dict[str, str]) -> str:
    account = client["aws_access_key_id"]
    return str(emulator.control.get(f"/kumo/state/hash?account={account}")["state_hash"])


def test_one_account_is_restored_again_and_again_while_another_works(own: Emulator) -> None:
    """What bob sends, receives and waits for meanwhile is his; a kill afterwards takes nothing of it back."""
    alice, bob, waiting = (own.client("sqs", **who) for who in (ALICE, BOB, BOB))
    for place in (alice, bob):
        place.create_queue(QueueName="jobs")
    url = alice.get_queue_url(QueueName="jobs")["QueueUrl"]
    alice.send_message(QueueUrl=url, MessageBody="the only one")
    scope = {"account": ALICE["aws_access_key_id"]}
    own.control.post("/kumo/snapshots", {"name": "alice", **scope})
    expected = state_hash(own, ALICE)
    bobs = bob.create_queue(QueueName="quiet")["QueueUrl"]
    polled: list[Any] = []
    poll = threading.Thread(
        target=lambda: polled.append(waiting.receive_message(QueueUrl=bobs, WaitTimeSeconds=20)["Messages"][0]["Body"])
    )
    poll.start()
    worked = 0
    for turn in range(12):
        alice.send_message(QueueUrl=url, MessageBody="too many")
        bob.send_message(QueueUrl=bob.get_queue_url(QueueName="jobs")["QueueUrl"], MessageBody=f"{turn}")
        if turn % 2:
            own.control.post("/kumo/snapshots/alice/restore")
            assert state_hash(own, ALICE) == expected
        else:
            own.control.post("/kumo/reset", scope)
            with refused(MISSING_QUEUE, 400):
                alice.get_queue_url(QueueName="jobs")
            alice.create_queue(QueueName="jobs")
        worked += 1
    assert poll.is_alive()
    bob.send_message(QueueUrl=bobs, MessageBody="at last")
    poll.join(20)
    assert polled == ["at last"]
    attributes = bob.get_queue_attributes(
        QueueUrl=bob.get_queue_url(QueueName="jobs")["QueueUrl"], AttributeNames=["ApproximateNumberOfMessages"]
    )["Attributes"]
    assert attributes == {"ApproximateNumberOfMessages": str(worked)}
    if own.data_dir is not None:
        before = own.control.get("/kumo/state/hash")["documents"]
        own.kill()
        own.start()
        assert own.control.get("/kumo/state/hash")["documents"] == before


def hint_of(response: dict[str, Any]) -> str | None:
    hint: str | None = response["ResponseMetadata"]["HTTPHeaders"].get("x-emu-hint")
    return hint


def test_a_hint_says_where_the_queue_is(emulator: Emulator, name: str) -> None:
    there, here = emulator.client("sqs", region_name="eu-central-1"), emulator.client("sqs")
    with refused(MISSING_QUEUE, 400) as before:
        here.get_queue_url(QueueName=name)
    assert hint_of(before) is None
    url = there.create_queue(QueueName=name)["QueueUrl"]
    expected = f"queue {name} is in 000000000000/eu-central-1; this call looks in 000000000000/us-east-1"
    calls: list[Callable[[], Any]] = [
        lambda: here.get_queue_url(QueueName=name),
        lambda: here.send_message(QueueUrl=url, MessageBody="x"),
        lambda: here.receive_message(QueueUrl=url, WaitTimeSeconds=1),
    ]
    for call in calls:
        with refused(MISSING_QUEUE, 400) as answered:
            call()
        assert hint_of(answered) == expected
    assert expected in emulator.log
    alice = emulator.client("sqs", **ALICE, region_name="eu-central-1")
    with refused(MISSING_QUEUE, 400) as answered:
        alice.get_queue_url(QueueName=name)
    assert (
        hint_of(answered)
        == f"queue {name} is in 000000000000/eu-central-1; this call looks in 111111111111/eu-central-1"
    )
    assert hint_of(there.get_queue_url(QueueName=name)) is None


def test_a_hint_says_where_the_table_is(emulator: Emulator, name: str) -> None:
    places = [emulator.client("dynamodb", **ALICE), emulator.client("dynamodb", **BOB, region_name="eu-west-1")]
    here = emulator.client("dynamodb")
    for place in places:
        make_table(place, name)
    expected = (
        f"table {name} is in 111111111111/us-east-1, 222222222222/eu-west-1; this call looks in 000000000000/us-east-1"
    )
    with refused("ResourceNotFoundException", 400) as answered:
        here.put_item(TableName=name, Item={"id": {"S": "a"}})
    assert hint_of(answered) == expected
    mine = make_table(here, f"{name}-mine").rpartition("/")[2]
    with refused("ResourceNotFoundException", 400) as answered:
        here.batch_get_item(RequestItems={each: {"Keys": [{"id": {"S": "a"}}]} for each in (mine, name)})
    assert hint_of(answered) == expected
    with refused("ResourceNotFoundException", 400) as answered:
        here.describe_table(TableName=f"{name}-nowhere")
    assert hint_of(answered) is None
    for number in range(4):
        make_table(emulator.client("dynamodb", aws_access_key_id=f"33333333333{number}"), name)
    with refused("ResourceNotFoundException", 400) as answered:
        here.describe_table(TableName=name)
    assert ", and 3 more; this call" in str(hint_of(answered))
