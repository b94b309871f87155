"""Snapshots, seeds and resets of real servers, and what a kill in the middle leaves."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from emu.testing import ControlError, Emulator, EmulatorError

LARGE = os.urandom(300_000)


def fill(emulator: Emulator) -> None:
    s3, sqs, dynamodb = emulator.client("s3"), emulator.client("sqs"), emulator.client("dynamodb")
    s3.create_bucket(Bucket="pages")
    s3.put_object(Bucket="pages", Key="small", Body=b"small", Metadata={"a": "b"})
    s3.put_object(Bucket="pages", Key="large", Body=LARGE)
    s3.put_bucket_versioning(Bucket="pages", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="pages", Key="small", Body=b"version 2")
    s3.delete_object(Bucket="pages", Key="small")
    upload = s3.create_multipart_upload(Bucket="pages", Key="half")
    s3.upload_part(Bucket="pages", Key="half", UploadId=upload["UploadId"], PartNumber=1, Body=b"part")
    url = sqs.create_queue(QueueName="jobs.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    for number in range(3):
        sqs.send_message(QueueUrl=url, MessageBody=f"{number}", MessageGroupId="g", MessageDeduplicationId=f"d{number}")
    sqs.receive_message(QueueUrl=url, VisibilityTimeout=900)
    dynamodb.create_table(
        TableName="items",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("id", "color")],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-color",
                "KeySchema": [{"AttributeName": "color", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    for number in range(5):
        item = {"id": {"S": f"{number}"}, "color": {"S": "x"}, "s": {"SS": ["b", "a"]}, "n": {"N": "1.50"}}
        dynamodb.put_item(TableName="items", Item=item)
    theirs = emulator.client("sqs", aws_access_key_id="000000000007", region_name="eu-west-1")
    theirs.create_queue(QueueName="theirs")


def change(emulator: Emulator) -> None:
    emulator.client("s3").delete_object(Bucket="pages", Key="large")
    emulator.client("dynamodb").delete_item(TableName="items", Key={"id": {"S": "1"}})
    emulator.client("sqs").create_queue(QueueName="another")


@pytest.fixture(params=["memory", "durable"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Emulator]:
    """Makes servers of a kind; they share the folder of snapshots."""

    def make(name: str = "state", **options: Any) -> Emulator:
        directory = None if request.param == "memory" else tmp_path / name
        arguments = ["--snapshot-dir", str(tmp_path / "shelf"), *options.pop("arguments", ())]
        return Emulator(directory, arguments=arguments, **options)

    return make


@pytest.mark.slow
def test_a_snapshot_goes_from_any_server_to_any_server(server: Callable[..., Emulator], tmp_path: Path) -> None:
    with server() as emulator:
        fill(emulator)
        hashed = emulator.state_hash()
        made = emulator.snapshot("one", purpose="all kinds of things")
        assert made["state_hash"] == hashed
        change(emulator)
        assert emulator.state_hash() != hashed
        emulator.restore("one")
        assert emulator.state_hash() == hashed
        assert emulator.client("s3").get_object(Bucket="pages", Key="large")["Body"].read() == LARGE
    arguments = ["--snapshot-dir", str(tmp_path / "shelf")]
    for other in (Emulator(arguments=arguments), Emulator(tmp_path / "other", arguments=arguments)):
        with other:
            other.restore("one")
            assert other.state_hash() == hashed
            found = other.client("dynamodb").query(
                TableName="items",
                IndexName="by-color",
                KeyConditionExpression="color = :x",
                ExpressionAttributeValues={":x": {"S": "x"}},
            )
            assert found["Count"] == 5


def test_a_seed_is_the_beginning_and_what_a_reset_goes_back_to(server: Callable[..., Emulator], tmp_path: Path) -> None:
    with server("made") as emulator:
        fill(emulator)
        hashed = emulator.snapshot("seed")["state_hash"]
    seed = tmp_path / "shelf" / "seed"
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in seed.rglob("*") if path.is_file()}
    with server("work", seed=seed) as emulator:
        assert emulator.state_hash() == hashed
        for _ in range(2):
            change(emulator)
            assert emulator.reset()["to"] == "seed"
            assert emulator.state_hash() == hashed
        if emulator.data_dir is not None:
            change(emulator)
            emulator.kill()
            emulator.start()
            emulator.reset()
            assert emulator.state_hash() == hashed
        assert emulator.client("s3").get_object(Bucket="pages", Key="large")["Body"].read() == LARGE
        assert [entry["name"] for entry in emulator.events(what="lifecycle")][-1] == "reset"
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in seed.rglob("*") if path.is_file()} == before


def test_a_damaged_seed_is_refused_by_name(server: Callable[..., Emulator], tmp_path: Path) -> None:
    with server("made") as emulator:
        fill(emulator)
        emulator.snapshot("seed")
    (tmp_path / "shelf" / "seed" / "sqs.json").write_bytes(b"{}")
    with pytest.raises(EmulatorError, match=r"seed/sqs\.json is 2 bytes long"):
        server("work", seed=tmp_path / "shelf" / "seed").start()
    assert not (tmp_path / "work" / "emu.json").exists()


def test_a_run_directory_goes_with_its_run(tmp_path: Path) -> None:
    options = ["--run-dir", str(tmp_path / "runs")]
    environment = {"BUILD_ID": "build/7", "PYTEST_XDIST_WORKER": "gw3"}
    with Emulator(arguments=options, environment=environment) as emulator:
        (directory,) = (tmp_path / "runs").iterdir()
        assert directory.name == f"emu-build_7-gw3-{emulator.pid}"
        fill(emulator)
        assert emulator.control.get("/kumo/state")["storage"]["durability"] == "os"
    assert list((tmp_path / "runs").iterdir()) == []
    with Emulator(arguments=options, environment=environment) as emulator:
        emulator.kill()
    (kept,) = (tmp_path / "runs").iterdir()
    assert (kept / "emu.json").exists()


@pytest.mark.slow
def test_creating_a_snapshot_does_not_stop_requests(tmp_path: Path) -> None:
    with Emulator(tmp_path / "state", arguments=["--flush-interval-ms", "0"]) as emulator:
        fill(emulator)
        dynamodb = emulator.client("dynamodb")
        for number in range(200):
            items = [{"PutRequest": {"Item": {"id": {"S": f"{number}-{entry}"}}}} for entry in range(25)]
            dynamodb.batch_write_item(RequestItems={"items": items})
        slowest, stop = [0.0], threading.Event()

        def ask() -> None:
            client = emulator.client("dynamodb")
            while not stop.is_set():
                started = time.perf_counter()
                client.put_item(TableName="items", Item={"id": {"S": "asked"}})
                slowest[0] = max(slowest[0], time.perf_counter() - started)

        asking = threading.Thread(target=ask)
        asking.start()
        try:
            made = emulator.snapshot("while-busy")
        finally:
            stop.set()
            asking.join()
        assert made["counts"]["dynamodb"]["items"] >= 5005
        assert slowest[0] < made["milliseconds"] / 1000 or slowest[0] < 0.25
        emulator.restore("while-busy")
        assert emulator.state_hash() == made["state_hash"]


@pytest.mark.parametrize("seed", [*range(4), *(pytest.param(n, marks=pytest.mark.slow) for n in range(4, 40))])
def test_a_kill_in_the_middle_leaves_the_old_state_or_the_new_one(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    with Emulator(tmp_path / "state") as emulator:
        fill(emulator)
        new = emulator.snapshot("one")["state_hash"]
        change(emulator)
        old = emulator.state_hash()
        step = chance.choice(["restore", "snapshot", "reset"])
        answered: list[str] = []

        def act() -> None:
            try:
                if step == "restore":
                    emulator.restore("one")
                elif step == "reset":
                    emulator.reset()
                else:
                    emulator.snapshot("one", replace=True)
                answered.append(step)
            except ControlError:
                return

        acting = threading.Thread(target=act)
        acting.start()
        time.sleep(chance.uniform(0, 0.015))
        emulator.kill()
        acting.join()
        emulator.start()
        found = emulator.state_hash()
        empty = emulator.control.post("/kumo/reset") and emulator.state_hash()
        allowed = {"restore": {old, new}, "reset": {old, empty}, "snapshot": {old}}[step]
        if answered and step != "snapshot":
            allowed -= {old}
        assert found in allowed, step
        shown = emulator.control.post("/kumo/snapshots/one/verify")
        assert shown["state_hash"] in ({new, old} if step == "snapshot" else {new})
        emulator.restore("one")
        assert emulator.state_hash() == shown["state_hash"]
