"""A directory that Kumo v0.18.0 wrote opens here, goes back in Kumo's schema, and may be edited in between.

``tests/data/kumo-v0.18.0`` is what that Kumo left at a clean stop.
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from emu.testing import Emulator, EmulatorError
from tests.end_to_end.asking import refused

_KUMOS = Path(__file__).parents[1] / "data" / "kumo-v0.18.0"


def read(directory: Path, name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((directory / f"{name}.json").read_text())
    return document


def write(directory: Path, name: str, document: dict[str, Any]) -> None:
    """As Kumo does: compact."""
    (directory / f"{name}.json").write_text(json.dumps(document, separators=(",", ":")))


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A copy of what Kumo left, whose messages were sent today: the old ones' retention is over one day."""
    directory = tmp_path / "state"
    directory.mkdir()
    for path in _KUMOS.iterdir():
        (directory / path.name).write_bytes(path.read_bytes())
    sqs = read(directory, "sqs")
    now = datetime.now(UTC)
    for queue in sqs["queues"].values():
        for message in queue["messages"]:
            message["SentTimestamp"] = message["VisibleAt"] = now.isoformat().replace("+00:00", "Z")
            message["Attributes"]["SentTimestamp"] = str(int(now.timestamp() * 1000))
    write(directory, "sqs", sqs)
    return directory


def shapes(value: Any) -> Any:
    """A document without its values: names, types, and lists by what is in them."""
    if isinstance(value, dict):
        return {name: shapes(member) for name, member in value.items()}
    if isinstance(value, list):
        return [shapes(member) for member in value]
    return type(value).__name__


def test_its_content_is_served(directory: Path) -> None:
    with Emulator(directory) as emulator:
        check_objects(emulator.client("s3"))
        check_queues(emulator.client("sqs"))
        check_items(emulator.client("dynamodb"))


def check_objects(s3: Any) -> None:
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["demo", "vers"]
    hello = s3.get_object(Bucket="demo", Key="hello.txt")
    assert (hello["Body"].read(), hello["Metadata"]) == (b"hello", {"owner": "ann"})
    assert hello["ETag"] == f'"{hashlib.md5(b"hello", usedforsecurity=False).hexdigest()}"'
    assert hello["LastModified"] == datetime(2026, 11, 22, 12, 3, 26, tzinfo=UTC)
    assert "VersionId" not in hello
    with refused("NoSuchKey", 404):
        s3.get_object(Bucket="vers", Key="k")
    assert s3.get_object(Bucket="vers", Key="k", VersionId="v2")["Body"].read() == b"v1"
    versions = s3.list_object_versions(Bucket="vers")
    assert [version["VersionId"] for version in versions["Versions"]] == ["v2", "v1"]
    assert [marker["VersionId"] for marker in versions["DeleteMarkers"]] == ["v3"]


def check_queues(sqs: Any) -> None:
    url = sqs.get_queue_url(QueueName="jobs")["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert (attributes["VisibilityTimeout"], attributes["ApproximateNumberOfMessages"]) == ("5", "2")
    messages = sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0, MessageAttributeNames=["All"]
    )["Messages"]
    assert sorted(message["Body"] for message in messages) == ["m1", "m2"]
    assert messages[0]["MessageAttributes"] == {"a": {"DataType": "String", "StringValue": "x"}}
    fifo = sqs.get_queue_url(QueueName="jobs.fifo")["QueueUrl"]
    (message,) = sqs.receive_message(QueueUrl=fifo, VisibilityTimeout=0, AttributeNames=["All"])["Messages"]
    assert (message["Body"], message["Attributes"]["MessageGroupId"]) == ("f0", "g")


def check_items(dynamodb: Any) -> None:
    table = dynamodb.describe_table(TableName="users")["Table"]
    assert [key["AttributeName"] for key in table["KeySchema"]] == ["id", "n"]
    item = dynamodb.get_item(TableName="users", Key={"id": {"S": "u1"}, "n": {"N": "7"}})["Item"]
    assert item["raw"] == {"B": b"\x01\x02"}
    assert item["m"] == {"M": {"x": {"L": [{"BOOL": True}, {"NULL": True}]}}}
    assert sorted(item["tags"]["SS"]) == ["a", "b"]


def test_kumos_users_meet_whatever_their_region(directory: Path) -> None:
    """Kumo has one namespace, and so has a directory that was taken over from it."""
    with Emulator(directory) as emulator:
        for region in ("eu-central-1", "ap-northeast-1"):
            check_items(emulator.client("dynamodb", region_name=region, aws_access_key_id="111111111111"))


def test_a_clean_stop_leaves_what_kumo_can_open(directory: Path) -> None:
    before = {name: read(directory, name) for name in ("s3", "sqs", "dynamodb")}
    with Emulator(directory) as emulator:
        emulator.client("s3").put_object(Bucket="demo", Key="new", Body=b"a new body", Metadata={"owner": "bob"})
        sqs = emulator.client("sqs")
        sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName="jobs")["QueueUrl"], MessageBody="m3")
    after = {name: read(directory, name) for name in before}
    hello, new = (after["s3"]["buckets"]["demo"]["objects"][key] for key in ("hello.txt", "new"))
    assert shapes(new) == shapes(hello)
    assert shapes(hello) == shapes(before["s3"]["buckets"]["demo"]["objects"]["hello.txt"])
    # This Kumo holds bodies inline, so they go back inline.
    assert (base64.b64decode(hello["Body"]), base64.b64decode(new["Body"])) == (b"hello", b"a new body")
    for name in ("demo", "vers"):
        known = before["s3"]["buckets"][name]
        assert known.keys() <= after["s3"]["buckets"][name].keys()
    assert shapes(after["s3"]["buckets"]["vers"]["versions"]) == shapes(before["s3"]["buckets"]["vers"]["versions"])
    assert after["sqs"]["queues"].keys() == before["sqs"]["queues"].keys()
    jobs = after["sqs"]["queues"]["http://localhost:4566/000000000000/jobs"]
    assert [message["Body"] for message in jobs["messages"]] == ["m1", "m2", "m3"]
    assert after["sqs"]["queues"]["http://localhost:4566/000000000000/jobs.fifo"]["sequenceCounter"] == 1
    assert after["dynamodb"]["tables"]["users"]["items"].keys() == {"S:u1|N:7"}
    assert before["dynamodb"]["tables"]["users"]["table"].keys() <= after["dynamodb"]["tables"]["users"]["table"].keys()


@pytest.mark.slow
def test_it_may_stop_and_start_again_and_again(directory: Path) -> None:
    documents = []
    for _ in range(3):
        with Emulator(directory) as emulator:
            check_objects(emulator.client("s3"))
            assert len(emulator.client("sqs").list_queues()["QueueUrls"]) == 2
            check_items(emulator.client("dynamodb"))
        documents.append([(directory / f"{name}.json").read_bytes() for name in ("s3", "sqs", "dynamodb")])
    assert documents[0] == documents[1] == documents[2]


def test_an_edit_at_rest_is_adopted(directory: Path) -> None:
    """A person changes a body, adds an object, removes another; what they left alone keeps what Kumo can't hold."""
    with Emulator(directory) as emulator:
        s3 = emulator.client("s3")
        s3.put_object(Bucket="demo", Key="kept", Body=b"kept", CacheControl="no-store", ChecksumAlgorithm="SHA256")
        s3.put_object(Bucket="demo", Key="removed", Body=b"x")
    document = read(directory, "s3")
    objects = document["buckets"]["demo"]["objects"]
    del objects["removed"]
    edited = {
        **objects["hello.txt"],
        "Body": base64.b64encode(b"edited by hand").decode(),
        "Size": len(b"edited by hand"),
        "ETag": f'"{hashlib.md5(b"edited by hand", usedforsecurity=False).hexdigest()}"',
    }
    objects["hello.txt"] = edited
    objects["added"] = {**edited, "Key": "added", "Metadata": {"by": "hand"}}
    (directory / "s3.json").write_text(json.dumps(document, indent=2))
    with Emulator(directory) as emulator:
        s3 = emulator.client("s3")
        assert [entry["Key"] for entry in s3.list_objects_v2(Bucket="demo")["Contents"]] == [
            "added",
            "hello.txt",
            "kept",
        ]
        assert s3.get_object(Bucket="demo", Key="hello.txt")["Body"].read() == b"edited by hand"
        added = s3.get_object(Bucket="demo", Key="added")
        assert (added["Body"].read(), added["Metadata"]) == (b"edited by hand", {"by": "hand"})
        kept = s3.head_object(Bucket="demo", Key="kept", ChecksumMode="ENABLED")
        assert (kept["CacheControl"], "ChecksumSHA256" in kept) == ("no-store", True)
        assert "s3.json: " in emulator.log
        s3.put_object(Bucket="demo", Key="after", Body=b"y")
        emulator.kill()
        emulator.start()
        assert s3.list_objects_v2(Bucket="demo")["KeyCount"] == 4


def test_a_damaged_document_stops_the_start_and_is_left_alone(directory: Path) -> None:
    """Kumo starts empty here, and overwrites the document at its next stop."""
    whole = (directory / "s3.json").read_bytes()
    (directory / "s3.json").write_bytes(whole[:40])
    emulator = Emulator(directory)
    with pytest.raises(EmulatorError, match=r"s3\.json"):
        emulator.start()
    emulator.close()
    assert (directory / "s3.json").read_bytes() == whole[:40]
    (directory / "s3.json").write_bytes(whole)
    with Emulator(directory) as emulator:
        check_objects(emulator.client("s3"))
