"""A rich world, looked at through the API, is the same world after every way to stop and start again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from emu.testing import Emulator

_QUIET_S = 10
_FAR_PAST = 1_000_000_000


class World:
    """What is built, and everything that the API shows of it. Observing changes nothing that is observed."""

    def __init__(self, emulator: Emulator) -> None:
        self.s3 = emulator.client("s3")
        self.sqs = emulator.client("sqs")
        self.dynamodb = emulator.client("dynamodb")
        self.elsewhere = emulator.client("sqs", region_name="eu-central-1", aws_access_key_id="111111111111")
        self.urls: list[str] = []
        self.sent: dict[str, str] = {}
        self.handles: list[tuple[str, str]] = []

    def build(self) -> None:
        self._build_queues()
        self._build_objects()
        self._build_upload()
        self._build_tables()

    # Queues first: a bucket tells one of them.

    def _queue(self, name: str, **attributes: str) -> str:
        url: str = self.sqs.create_queue(QueueName=name, Attributes=attributes, tags={"team": "a"})["QueueUrl"]
        self.urls.append(url)
        return url

    def _send(self, url: str, body: str, **options: Any) -> None:
        sent = self.sqs.send_message(QueueUrl=url, MessageBody=body, **options)
        self.sent[sent["MessageId"]] = body

    def _build_queues(self) -> None:
        dead = self._queue("dead")
        arn = self.sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 1})
        jobs = self._queue("jobs", VisibilityTimeout="600", RedrivePolicy=policy)
        self._send(jobs, "poison")
        self.sqs.receive_message(QueueUrl=jobs, VisibilityTimeout=0)
        self.sqs.receive_message(QueueUrl=jobs)  # finds it received once already, and moves it
        attributes = {
            "text": {"DataType": "String", "StringValue": "ä"},
            "raw": {"DataType": "Binary.png", "BinaryValue": b"\x00\xff"},
        }
        for number in range(6):
            self._send(jobs, f"job {number} 🦊", MessageAttributes=attributes)
        self._send(jobs, "delayed", DelaySeconds=900)
        for _ in range(2):
            self._receive(jobs)
        self.sqs.delete_message(QueueUrl=jobs, ReceiptHandle=self._receive(jobs))
        fifo = self._queue("steps.fifo", VisibilityTimeout="600", FifoQueue="true", ContentBasedDeduplication="true")
        for number in range(6):
            self._send(fifo, f"step {number}", MessageGroupId=f"group-{number % 2}")
        self._receive(fifo)
        self._queue("events")
        self.elsewhere.create_queue(QueueName="elsewhere")

    def _receive(self, url: str) -> str:
        (message,) = self.sqs.receive_message(QueueUrl=url)["Messages"]
        handle: str = message["ReceiptHandle"]
        self.handles.append((url, handle))
        return handle

    def _build_objects(self) -> None:
        self.s3.create_bucket(Bucket="pages")
        arn = "arn:aws:sqs:us-east-1:000000000000:events"
        rules = [{"Name": "suffix", "Value": ".html"}]
        configuration = {
            "Id": "told",
            "QueueArn": arn,
            "Events": ["s3:ObjectCreated:*"],
            "Filter": {"Key": {"FilterRules": rules}},
        }
        self.s3.put_bucket_notification_configuration(
            Bucket="pages", NotificationConfiguration={"QueueConfigurations": [configuration]}
        )
        bodies = {"a//b": b"", "dir/": b"x", "ä ö+&%25": bytes(range(256)), "large.html": bytes(range(256)) * 800}
        for key, body in bodies.items():
            self.s3.put_object(
                Bucket="pages",
                Key=key,
                Body=body,
                ContentType="text/html; charset=utf-8",
                CacheControl="no-store",
                ContentDisposition='inline; filename="a b"',
                Metadata={"owner": "ann", "empty": ""},
                ChecksumAlgorithm="SHA256",
            )
        self.s3.copy_object(Bucket="pages", Key="copy", CopySource="pages/large.html")
        self.s3.put_object(Bucket="pages", Key="gone", Body=b"gone")
        self.s3.delete_object(Bucket="pages", Key="gone")
        self.s3.create_bucket(Bucket="versions")
        self.s3.put_object(Bucket="versions", Key="k", Body=b"null")
        for status in ("Enabled", "Suspended", "Enabled"):
            self.s3.put_bucket_versioning(Bucket="versions", VersioningConfiguration={"Status": status})
            self.s3.put_object(Bucket="versions", Key="k", Body=status.encode())
            self.s3.put_object(Bucket="versions", Key="deleted", Body=status.encode())
            self.s3.delete_object(Bucket="versions", Key="deleted")

    def _build_upload(self) -> None:
        part = bytes(5 * 1024 * 1024)
        for key in ("whole", "open"):
            upload = {"Bucket": "pages", "Key": key, "ContentType": "video/mp4", "ChecksumAlgorithm": "CRC32"}
            upload_id = self.s3.create_multipart_upload(**upload)["UploadId"]
            named = {"Bucket": "pages", "Key": key, "UploadId": upload_id}
            parts = [
                {
                    "PartNumber": number,
                    **{
                        member: value
                        for member, value in self.s3.upload_part(
                            **named, PartNumber=number, Body=body, ChecksumAlgorithm="CRC32"
                        ).items()
                        if member in ("ETag", "ChecksumCRC32")
                    },
                }
                for number, body in ((1, part), (2, b"the end"))
            ]
            if key == "whole":
                self.s3.complete_multipart_upload(**named, MultipartUpload={"Parts": parts})

    def _build_tables(self) -> None:
        index = {
            "IndexName": "by-status",
            "KeySchema": [{"AttributeName": "status", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["title"]},
        }
        self.dynamodb.create_table(
            TableName="pages",
            KeySchema=[{"AttributeName": "site", "KeyType": "HASH"}, {"AttributeName": "raw", "KeyType": "RANGE"}],
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": kind}
                for name, kind in (("site", "S"), ("raw", "B"), ("status", "S"))
            ],
            GlobalSecondaryIndexes=[index],
            BillingMode="PAY_PER_REQUEST",
        )
        self.dynamodb.update_time_to_live(
            TableName="pages", TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"}
        )
        self.dynamodb.update_table(TableName="pages", DeletionProtectionEnabled=True)
        for number in range(30):
            item = {
                "site": {"S": f"site|S:{number % 3}"},
                "raw": {"B": bytes([255, number])},
                "status": {"S": "done" if number % 2 else "open"},
                "title": {"S": f"ä {number}"},
                "n": {"N": f"{number}.123456789012345678901234567890"},
                "tree": {"M": {"leaves": {"L": [{"NULL": True}, {"BOOL": False}, {"NS": ["1", "2"]}]}}},
                "expires": {"N": str(_FAR_PAST)},  # so long ago that AWS leaves it alone
            }
            self.dynamodb.put_item(TableName="pages", Item=item)
        key = {"site": {"S": "site|S:0"}, "raw": {"B": bytes([255, 0])}}
        self.dynamodb.update_item(
            TableName="pages",
            Key=key,
            UpdateExpression="SET n = n + :one, tree.leaves[1] = :one REMOVE title",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )
        self.dynamodb.transact_write_items(
            TransactItems=[
                {"Delete": {"TableName": "pages", "Key": {**key, "raw": {"B": bytes([255, 3])}}}},
                {"Put": {"TableName": "pages", "Item": {**key, "raw": {"B": b"new"}}}},
            ]
        )
        self.dynamodb.create_table(
            TableName="provisioned",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "N"}],
            ProvisionedThroughput={"ReadCapacityUnits": 3, "WriteCapacityUnits": 4},
        )

    # Looking

    def observe(self) -> dict[str, Any]:
        return {
            "buckets": {bucket["Name"]: self._bucket(bucket) for bucket in self.s3.list_buckets()["Buckets"]},
            "queues": {url: self._queue_attributes(self.sqs, url) for url in self.sqs.list_queues()["QueueUrls"]},
            "elsewhere": [
                self._queue_attributes(self.elsewhere, url) for url in self.elsewhere.list_queues()["QueueUrls"]
            ],
            "tables": {name: self._table(name) for name in self.dynamodb.list_tables()["TableNames"]},
        }

    def _bucket(self, bucket: dict[str, Any]) -> dict[str, Any]:
        name = bucket["Name"]
        versions = _shown(self.s3.list_object_versions(Bucket=name))
        listed = [(entry["Key"], entry["VersionId"]) for entry in versions.get("Versions", [])]
        uploads = _shown(self.s3.list_multipart_uploads(Bucket=name))
        return {
            "bucket": bucket,
            "location": _shown(self.s3.get_bucket_location(Bucket=name)),
            "versioning": _shown(self.s3.get_bucket_versioning(Bucket=name)),
            "notification": _shown(self.s3.get_bucket_notification_configuration(Bucket=name)),
            "versions": versions,
            "objects": {key: self._object(Bucket=name, Key=key[0], VersionId=key[1]) for key in listed},
            "uploads": uploads,
            "parts": [
                _shown(self.s3.list_parts(Bucket=name, Key=entry["Key"], UploadId=entry["UploadId"]))
                for entry in uploads.get("Uploads", [])
            ],
        }

    def _object(self, **named: str) -> dict[str, Any]:
        got = _shown(self.s3.get_object(**named, ChecksumMode="ENABLED"))
        return {**got, "Body": got["Body"].read()}

    @staticmethod
    def _queue_attributes(sqs: Any, url: str) -> Any:
        return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]

    def _table(self, name: str) -> dict[str, Any]:
        table = self.dynamodb.describe_table(TableName=name)["Table"]
        observed = {
            "description": table,
            "ttl": _shown(self.dynamodb.describe_time_to_live(TableName=name)),
            "items": self.dynamodb.scan(TableName=name)["Items"],
        }
        for index in table.get("GlobalSecondaryIndexes", []):
            observed[index["IndexName"]] = self.dynamodb.scan(TableName=name, IndexName=index["IndexName"])["Items"]
        return observed

    def take_out(self) -> list[list[dict[str, Any]]]:
        """Every message that can be had, by queue; the last thing that is done with a world."""
        found = []
        for url, handle in self.handles:
            self.sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)
        for url in self.urls:
            taken: list[dict[str, Any]] = []
            while messages := self.sqs.receive_message(
                QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], MessageSystemAttributeNames=["All"]
            ).get("Messages"):
                for message in messages:
                    self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message.pop("ReceiptHandle"))
                    taken.append(message)
            found.append(taken)
        return found


def _shown(answer: dict[str, Any]) -> dict[str, Any]:
    return {member: value for member, value in answer.items() if member != "ResponseMetadata"}


def killed(emulator: Emulator) -> None:
    emulator.kill()


def stopped(emulator: Emulator) -> None:
    emulator.stop()


def quiet_then_killed(emulator: Emulator) -> None:
    """The checkpoint of a quiet server has put everything into the base, and the rest form in its place."""
    pointer = Path(str(emulator.data_dir)) / "emu.json"
    deadline = time.monotonic() + _QUIET_S
    while not _everything_checkpointed(emulator, json.loads(pointer.read_text())):
        assert time.monotonic() < deadline, emulator.log[-4000:]
        time.sleep(0.02)
    emulator.kill()


def _everything_checkpointed(emulator: Emulator, pointer: dict[str, Any]) -> bool:
    with urlopen(f"{emulator.endpoint_url}/kumo/state") as answer:
        storage = json.load(answer)["storage"]
    return bool(pointer["base"]["lsn"] == storage["lsn"] == pointer["rest"]["lsn"])


@pytest.mark.parametrize(
    ("ways", "interval_ms"),
    [([killed, stopped, killed], 0), ([stopped], 0), ([quiet_then_killed, stopped, quiet_then_killed], 100)],
    ids=["killed", "stopped", "quiet"],
)
def test_the_same_world_after_every_restart(
    tmp_path: Path, ways: list[Callable[[Emulator], None]], interval_ms: int
) -> None:
    """``interval_ms`` is how long it is quiet before a checkpoint; 0: none runs by itself."""
    settings = {"KUMO_PERSIST_FLUSH_INTERVAL_MS": str(interval_ms)}
    with Emulator(tmp_path / "state", environment=settings) as emulator:
        world = World(emulator)
        world.build()
        before = world.observe()
        assert len(before["tables"]["pages"]["items"]) == 30
        assert before["queues"][world.urls[1]]["ApproximateNumberOfMessagesNotVisible"] == "2"
        for way in ways:
            way(emulator)
            emulator.start()
            assert world.observe() == before
        check_messages(world)
        assert "Traceback" not in emulator.log


def check_messages(world: World) -> None:
    dead, jobs, fifo, events = world.take_out()
    assert all(world.sent[message["MessageId"]] == message["Body"] for message in [*dead, *jobs, *fifo])
    assert [message["Body"] for message in dead] == ["poison"]
    assert dead[0]["Attributes"]["DeadLetterQueueSourceArn"].endswith(":jobs")
    assert len(jobs) == 3
    assert jobs[0]["MessageAttributes"]["raw"] == {"DataType": "Binary.png", "BinaryValue": b"\x00\xff"}
    for group in ("group-0", "group-1"):
        steps = [message["Body"] for message in fifo if message["Attributes"]["MessageGroupId"] == group]
        assert steps == sorted(steps)
    assert len(fifo) == 5
    told = [json.loads(message["Body"]) for message in events]
    assert [message["Records"][0]["s3"]["object"]["key"] for message in told if "Records" in message] == ["large.html"]
