"""Reload equals never-stopped: calls of all services in any order, and at random points the live world compared with
what the disk, a checkpoint, a clean stop and a snapshot give back.

What is compared: the state's hash, everything that clients can read, the deadlines, and what each world does with the
same calls from there on (:mod:`tests.end_to_end.lives`).
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from base64 import b64encode
from collections.abc import Coroutine
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from services.registry import services
from storage.scope import Scope
from storage.snapshots.shelf import Shelf
from tests.end_to_end.lives import HOME, OTHER, Life, future, seen
from tests.storage.watched import UnsyncedFiles

WHERE = st.sampled_from([HOME, HOME, HOME, OTHER])
BUCKETS = st.sampled_from(["plain", "versioned"])
KEYS = st.sampled_from(["a", "dir/é", "b"])
BODIES = st.sampled_from([b"", b"small", b"\xff\x00", b"x" * 40_000, b"y" * 40_000])
QUEUES = st.sampled_from(["jobs", "jobs.fifo", "dead", "dead.fifo", "events"])
IDS = st.sampled_from(["a", "b", "ü"])
NUMBERS = st.sampled_from(["1", "-2.50", "1e20"])
UPDATES = st.sampled_from(["ADD hits :x", "SET #g = :y, hits = :x REMOVE deep", "DELETE tags :z"])
TABLES = st.sampled_from(["things", "things", "others"])
MOVES = st.sampled_from([1, 900, 31_000, 300_000, 4 * 24 * 3_600_000])
SCOPES = [Scope(), Scope("s3"), Scope("sqs"), Scope("dynamodb"), Scope(None, OTHER[0]), Scope("sqs", HOME[0])]
ANY = st.integers(0, 99)
INDEX = {
    "IndexName": "by-group",
    "KeySchema": [{"AttributeName": "group", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}],
    "Projection": {"ProjectionType": "ALL"},
}
ATTRIBUTES = [
    {"AttributeName": name, "AttributeType": kind} for name, kind in (("id", "S"), ("n", "N"), ("group", "S"))
]


def url(queue: str, where: tuple[str, str] = HOME) -> str:
    return f"http://localhost:4566/{where[0]}/{queue}"


def arn(queue: str) -> str:
    return f"arn:aws:sqs:{HOME[1]}:{HOME[0]}:{queue}"


class Calls(RuleBasedStateMachine):
    """Everything that is called. What is refused is fine: a queue may be gone, a table not there yet."""

    def __init__(self) -> None:
        super().__init__()
        self.kinds: set[str] = set()
        self._folder = tempfile.TemporaryDirectory(prefix="emu-lives-")
        self.root = Path(self._folder.name)
        self.loop = asyncio.new_event_loop()
        self.receipts: list[dict[str, str]] = []
        self.versions: list[dict[str, str]] = []
        self.uploads: list[dict[str, str]] = []
        self.life: Life

    def wait(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    def opened(self, path: Path | None) -> Life:
        """Over a directory or in memory; opened on the loop, as the server does it."""

        async def opening() -> Life:
            return await Life(path, self.kinds if path == self.root / "state" else None).begin()

        life: Life = self.wait(opening())
        return life

    def call(self, service: str, operation: str, where: tuple[str, str] = HOME, /, **request: Any) -> Any:
        """The response; nothing for a refusal."""
        answer = self.wait(self.life.call(service, operation, where, **request))
        return answer if isinstance(answer, dict) else {}

    def teardown(self) -> None:
        self.wait(self.life.stop())
        self.wait(self.loop.shutdown_default_executor())
        self.loop.close()
        self._folder.cleanup()

    @initialize()
    def begin(self) -> None:
        self.life = self.opened(self.root / "state")
        for queue in ("dead", "events", "dead.fifo", "jobs", "jobs.fifo"):
            self.create_queue(queue, HOME)
        for bucket in ("plain", "versioned"):
            self.create_bucket(bucket, HOME)
        self.versioning("versioned", "Enabled")
        self.notify("plain", "events")
        self.create_table("things", HOME, indexed=True)
        self.expire("things", enabled=True)

    # Amazon S3.

    @rule(bucket=BUCKETS, where=WHERE)
    def create_bucket(self, bucket: str, where: tuple[str, str]) -> None:
        constraint = {} if where == HOME else {"CreateBucketConfiguration": {"LocationConstraint": where[1]}}
        self.call("s3", "CreateBucket", where, Bucket=bucket if where == HOME else f"{bucket}-2", **constraint)

    @rule(bucket=BUCKETS)
    def delete_bucket(self, bucket: str) -> None:
        self.call("s3", "DeleteBucket", OTHER, Bucket=f"{bucket}-2")

    @rule(bucket=BUCKETS, status=st.sampled_from(["Enabled", "Suspended"]))
    def versioning(self, bucket: str, status: str) -> None:
        self.call("s3", "PutBucketVersioning", Bucket=bucket, VersioningConfiguration={"Status": status})

    @rule(bucket=BUCKETS, queue=st.sampled_from(["events", "jobs", ""]))
    def notify(self, bucket: str, queue: str) -> None:
        wanted = {"QueueArn": arn(queue), "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]}
        configuration = {"QueueConfigurations": [wanted]} if queue else {}
        self.call("s3", "PutBucketNotificationConfiguration", Bucket=bucket, NotificationConfiguration=configuration)

    @rule(bucket=BUCKETS, origin=st.sampled_from(["*", "https://example.com", ""]))
    def cors(self, bucket: str, origin: str) -> None:
        if not origin:
            self.call("s3", "DeleteBucketCors", Bucket=bucket)
            return
        rules = {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": [origin]}]}
        self.call("s3", "PutBucketCors", Bucket=bucket, CORSConfiguration=rules)

    @rule(bucket=BUCKETS, key=KEYS, body=BODIES)
    def put_object(self, bucket: str, key: str, body: bytes) -> None:
        named = {"Bucket": bucket, "Key": key}
        extras: dict[str, Any] = {"Metadata": {"length": str(len(body))}, "ContentType": "text/plain"}
        extras["ChecksumCRC32"] = b64encode(crc32(body).to_bytes(4, "big")).decode()
        self._version(named, self.call("s3", "PutObject", **named, Body=body, **extras))

    def _version(self, named: dict[str, str], answer: dict[str, Any]) -> None:
        if "VersionId" in answer:
            self.versions.append({**named, "VersionId": answer["VersionId"]})

    @rule(bucket=BUCKETS, key=KEYS, source=BUCKETS, source_key=KEYS)
    def copy_object(self, bucket: str, key: str, source: str, source_key: str) -> None:
        copied = {"Bucket": source, "Key": source_key}
        self.call("s3", "CopyObject", Bucket=bucket, Key=key, CopySource=f"{copied['Bucket']}/{copied['Key']}")

    @rule(bucket=BUCKETS, key=KEYS)
    def delete_object(self, bucket: str, key: str) -> None:
        named = {"Bucket": bucket, "Key": key}
        self._version(named, self.call("s3", "DeleteObject", **named))

    @precondition(lambda self: self.versions)
    @rule(which=ANY)
    def delete_version(self, which: int) -> None:
        self.call("s3", "DeleteObject", **self.versions.pop(which % len(self.versions)))

    @rule(bucket=BUCKETS)
    def delete_objects(self, bucket: str) -> None:
        self.call("s3", "DeleteObjects", Bucket=bucket, Delete={"Objects": [{"Key": "a"}, {"Key": "b"}]})

    @rule(bucket=BUCKETS, key=KEYS)
    def create_upload(self, bucket: str, key: str) -> None:
        answer = self.call("s3", "CreateMultipartUpload", Bucket=bucket, Key=key, Metadata={"m": "1"})
        if answer:
            self.uploads.append({name: answer[name] for name in ("Bucket", "Key", "UploadId")})

    @precondition(lambda self: self.uploads)
    @rule(which=ANY, number=st.integers(1, 3), body=BODIES, copied=st.booleans())
    def upload_part(self, which: int, number: int, body: bytes, *, copied: bool) -> None:
        named = {**self.uploads[which % len(self.uploads)], "PartNumber": number}
        if copied:
            self.call("s3", "UploadPartCopy", **named, CopySource="plain/b")
        else:
            self.call("s3", "UploadPart", **named, Body=body)

    @precondition(lambda self: self.uploads)
    @rule(which=ANY, abort=st.booleans())
    def end_upload(self, which: int, *, abort: bool) -> None:
        named = self.uploads.pop(which % len(self.uploads))
        if abort:
            self.call("s3", "AbortMultipartUpload", **named)
            return
        # Parts but the last must have 5 MiB: the highest alone is taken, the others go with the upload.
        listed = self.call("s3", "ListParts", **named).get("Parts", ())
        parts = [{"PartNumber": part["PartNumber"], "ETag": part["ETag"]} for part in listed][-1:]
        self.call("s3", "CompleteMultipartUpload", **named, MultipartUpload={"Parts": parts})

    # Amazon SQS.

    @rule(queue=QUEUES, where=WHERE)
    def create_queue(self, queue: str, where: tuple[str, str]) -> None:
        attributes = {"VisibilityTimeout": "30"}
        if queue.endswith(".fifo"):
            attributes |= {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
        if queue == "jobs.fifo":
            attributes |= {"DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}
        if queue.startswith("jobs") and where == HOME:
            target = arn(queue.replace("jobs", "dead"))
            attributes["RedrivePolicy"] = f'{{"deadLetterTargetArn":"{target}","maxReceiveCount":"2"}}'
        self.call("sqs", "CreateQueue", where, QueueName=queue, Attributes=attributes)

    @rule(queue=QUEUES, where=WHERE)
    def delete_queue(self, queue: str, where: tuple[str, str]) -> None:
        self.call("sqs", "DeleteQueue", where, QueueUrl=url(queue, where))

    @rule(queue=QUEUES, seconds=st.sampled_from(["5", "345600"]))
    def set_attributes(self, queue: str, seconds: str) -> None:
        attributes = {"MessageRetentionPeriod": "345600", "VisibilityTimeout": str(min(int(seconds), 43_200))}
        self.call("sqs", "SetQueueAttributes", QueueUrl=url(queue), Attributes=attributes)

    @rule(queue=QUEUES)
    def purge(self, queue: str) -> None:
        self.call("sqs", "PurgeQueue", QueueUrl=url(queue))

    @rule(queue=QUEUES, where=WHERE, text=st.sampled_from(["one", "zwei ü"]), delay=st.sampled_from([0, 40]))
    def send(self, queue: str, where: tuple[str, str], text: str, delay: int) -> None:
        request: dict[str, Any] = {"QueueUrl": url(queue, where), "MessageBody": text}
        if queue.endswith(".fifo"):
            request["MessageGroupId"] = text[0]
        else:
            request["DelaySeconds"] = delay
            request["MessageAttributes"] = {"n": {"DataType": "Number", "StringValue": "1"}}
        self.call("sqs", "SendMessage", where, **request)

    @rule(group=st.sampled_from("gh"), number=st.integers(0, 3))
    def send_to_groups(self, group: str, number: int) -> None:
        entries = [
            {"Id": f"{at}", "MessageBody": f"{at}", "MessageGroupId": group, "MessageDeduplicationId": f"{number + at}"}
            for at in range(3)
        ]
        self.call("sqs", "SendMessageBatch", QueueUrl=url("jobs.fifo"), Entries=entries)

    @rule(queue=QUEUES, where=WHERE, number=st.integers(1, 4), attempt=st.sampled_from(["", "again"]))
    def receive(self, queue: str, where: tuple[str, str], number: int, attempt: str) -> None:
        named = {"QueueUrl": url(queue, where)}
        attempts = {"ReceiveRequestAttemptId": attempt} if attempt and queue.endswith(".fifo") else {}
        answer = self.call("sqs", "ReceiveMessage", where, **named, MaxNumberOfMessages=number, **attempts)
        for message in answer.get("Messages", ()):
            self.receipts.append({**named, "ReceiptHandle": message["ReceiptHandle"]})

    @precondition(lambda self: self.receipts)
    @rule(which=ANY)
    def delete_message(self, which: int) -> None:
        self._with_receipt("DeleteMessage", self.receipts.pop(which % len(self.receipts)))

    @precondition(lambda self: self.receipts)
    @rule(which=ANY, seconds=st.sampled_from([0, 10, 600]))
    def change_visibility(self, which: int, seconds: int) -> None:
        receipt = self.receipts[which % len(self.receipts)]
        self._with_receipt("ChangeMessageVisibility", receipt, VisibilityTimeout=seconds)

    def _with_receipt(self, operation: str, receipt: dict[str, str], **more: Any) -> None:
        where = HOME if HOME[0] in receipt["QueueUrl"] else OTHER
        self.call("sqs", operation, where, **receipt, **more)

    # Amazon DynamoDB.

    @rule(table=TABLES, where=WHERE, indexed=st.booleans())
    def create_table(self, table: str, where: tuple[str, str], *, indexed: bool) -> None:
        key = [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}]
        indexes = {"GlobalSecondaryIndexes": [INDEX]} if indexed else {}
        definitions = ATTRIBUTES if indexed else ATTRIBUTES[:2]
        self.call(
            "dynamodb", "CreateTable", where, TableName=table, KeySchema=key, AttributeDefinitions=definitions,
            BillingMode="PAY_PER_REQUEST", **indexes,
        )  # fmt: skip

    @rule(where=WHERE)
    def delete_table(self, where: tuple[str, str]) -> None:
        self.call("dynamodb", "DeleteTable", where, TableName="others")

    @rule(table=TABLES, protected=st.booleans())
    def update_table(self, table: str, *, protected: bool) -> None:
        self.call("dynamodb", "UpdateTable", TableName=table, DeletionProtectionEnabled=protected)

    @rule(table=TABLES, enabled=st.booleans())
    def expire(self, table: str, *, enabled: bool) -> None:
        specification = {"Enabled": enabled, "AttributeName": "expires"}
        self.call("dynamodb", "UpdateTimeToLive", TableName=table, TimeToLiveSpecification=specification)

    @rule(
        table=TABLES, where=WHERE, key=IDS, n=NUMBERS, in_s=st.sampled_from([-5, 20, 9**6]),
    )  # fmt: skip
    def put_item(self, table: str, where: tuple[str, str], key: str, n: str, in_s: int) -> None:
        item = {
            "id": {"S": key}, "n": {"N": n}, "group": {"S": key * 2}, "deep": {"M": {"l": {"L": [{"NULL": True}]}}},
            "blob": {"B": "/wA="}, "tags": {"SS": ["x", "y"]},
            "expires": {"N": str(self.life.world.clock.now_ms() // 1000 + in_s)},
        }  # fmt: skip
        self.call("dynamodb", "PutItem", where, TableName=table, Item=item)

    @rule(key=IDS, n=NUMBERS, how=UPDATES)
    def update_item(self, key: str, n: str, how: str) -> None:
        values = {":x": {"N": "0.1"}, ":y": {"S": "moved"}, ":z": {"SS": ["x"]}}
        used = {name: value for name, value in values.items() if name in how}
        names = {"ExpressionAttributeNames": {"#g": "group"}} if "#g" in how else {}
        self.call(
            "dynamodb", "UpdateItem", TableName="things", Key={"id": {"S": key}, "n": {"N": n}}, UpdateExpression=how,
            ExpressionAttributeValues=used, **names,
        )  # fmt: skip

    @rule(key=IDS, n=NUMBERS)
    def delete_item(self, key: str, n: str) -> None:
        self.call("dynamodb", "DeleteItem", TableName="things", Key={"id": {"S": key}, "n": {"N": n}})

    @rule(key=IDS, n=NUMBERS, token=st.sampled_from(["", "t"]))
    def transact(self, key: str, n: str, token: str) -> None:
        one, other = ({"id": {"S": each}, "n": {"N": n}} for each in (key, "transacted"))
        items = [
            {"Delete": {"TableName": "things", "Key": one}},
            {"Put": {"TableName": "things", "Item": {**other, "group": {"S": "t"}}}},
        ]
        tokens = {"ClientRequestToken": token} if token else {}
        self.call("dynamodb", "TransactWriteItems", TransactItems=items, **tokens)

    # Time, and what happens to the whole.

    @rule(ms=MOVES)
    def advance(self, ms: int) -> None:
        self.wait(self.life.advance(ms))

    @rule()
    def checkpoint(self) -> None:
        self.wait(self.life.store.checkpoint())

    @rule(how=st.sampled_from(["stop", "kill"]))
    def reopen(self, how: str) -> None:
        self.wait(self.life.stop() if how == "stop" else self.life.kill())
        self.life = self.opened(self.root / "state")

    @property
    def shelf(self) -> Shelf:
        return Shelf(self.root / "snapshots", UnsyncedFiles())

    @rule()
    def snapshot(self) -> None:
        self.wait(self.life.snapshot(self.shelf, "kept"))

    @rule(scope=st.sampled_from(SCOPES))
    def restore_or_reset(self, scope: Scope) -> None:
        if "kept" in self.shelf.names():
            self.wait(self.life.restore(self.shelf, "kept", scope))
        else:
            self.wait(self.life.put(None, scope))

    # The comparison.

    @rule()
    def compare(self) -> None:
        state_hash, shown = self.wait(self.life.state_hash()), self.wait(seen(self.life))
        futures = {}
        for how in ("replayed", "folded", "at rest", "restored"):
            life = getattr(self, how.replace(" ", "_"))()
            assert self.wait(life.state_hash()) == state_hash, how
            assert self.wait(seen(life)) == shown, how
            futures[how] = self.wait(future(life))
            self.wait(life.stop())
        for how, came in futures.items():
            assert came == futures["replayed"], how

    def copied(self) -> Path:
        path = self.root / "copy"
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(self.root / "state", path, ignore=shutil.ignore_patterns("spare*"))  # made in a thread
        return path

    def replayed(self) -> Life:
        """As after a kill: the base and the journal."""
        return self.opened(self.copied())

    def folded(self) -> Life:
        """As after a checkpoint and a kill."""
        path = self.copied()
        life = self.opened(path)
        self.wait(life.store.checkpoint())
        self.wait(life.kill())
        return self.opened(path)

    def at_rest(self) -> Life:
        """As after a clean stop."""
        path = self.copied()
        self.wait(self.opened(path).stop())
        return self.opened(path)

    def restored(self) -> Life:
        """From a snapshot into memory, where a second restore is a rewind."""
        self.wait(self.life.snapshot(self.shelf, "compared"))
        life = self.opened(None)
        self.wait(life.restore(self.shelf, "compared"))
        self.wait(future(life))
        self.wait(life.restore(self.shelf, "compared"))
        return life


QUICK = settings(max_examples=15, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck))


class Compared(Calls):
    """Ends with a comparison, in which the live world goes on too."""

    def teardown(self) -> None:
        try:
            if hasattr(self, "life"):
                self.compare()
                replayed = self.replayed()
                came = self.wait(future(replayed))
                self.wait(replayed.stop())
                assert self.wait(future(self.life)) == came
        finally:
            super().teardown()


@pytest.mark.parametrize(
    "examples",
    [pytest.param(QUICK, id="quick"), pytest.param(settings(QUICK, max_examples=400), marks=pytest.mark.slow)],
)
def test_a_reloaded_world_is_the_one_that_never_stopped(examples: settings) -> None:
    run_state_machine_as_test(Compared, settings=examples)


def test_every_kind_of_change_is_reloaded() -> None:
    """One life in which everything happens that can be recorded."""
    calls = Compared()
    try:
        calls.begin()
        everything_happens(calls)
        entries = [entry for service in services().values() for entry in service.operations.values()]
        kinds = {kind for entry in entries for kind in entry.changes}
        assert kinds <= calls.kinds
    finally:
        calls.teardown()


def everything_happens(calls: Calls) -> None:
    for bucket in ("plain", "versioned"):
        calls.put_object(bucket, "a", b"x" * 40_000)
        calls.put_object(bucket, "a", b"small")
        calls.copy_object(bucket, "b", bucket, "a")
        calls.delete_object(bucket, "a")
        calls.create_upload(bucket, "b")
        calls.upload_part(-1, 1, b"part", copied=False)
        calls.upload_part(-1, 2, b"", copied=True)
    calls.delete_version(0)
    calls.end_upload(0, abort=False)
    calls.end_upload(0, abort=True)
    calls.create_upload("plain", "dir/é")
    calls.upload_part(0, 1, b"y" * 40_000, copied=False)
    calls.cors("plain", "*")
    calls.create_bucket("plain", OTHER)
    calls.delete_bucket("plain")
    calls.create_table("others", HOME, indexed=False)
    calls.create_table("others", OTHER, indexed=True)
    calls.put_item("others", OTHER, "a", "1", 9**6)
    calls.update_table("others", protected=True)
    calls.delete_table(HOME)
    calls.update_table("others", protected=False)
    calls.delete_table(HOME)
    for key in ("a", "b", "ü"):
        calls.put_item("things", HOME, key, "1", 20)
    calls.update_item("a", "1", "ADD hits :x")
    calls.delete_item("b", "1")
    calls.transact("ü", "1", "t")
    calls.send_to_groups("g", 0)
    for queue in ("jobs", "jobs.fifo", "dead"):
        calls.send(queue, HOME, "one", 0)
        calls.receive(queue, HOME, 2, "again")
    calls.change_visibility(0, 0)
    calls.delete_message(0)
    calls.send("jobs", HOME, "zwei ü", 0)
    for _ in range(4):
        calls.advance(31_000)
        calls.receive("jobs", HOME, 1, "")
        calls.receive("jobs.fifo", HOME, 1, "")
    calls.set_attributes("events", "5")
    calls.send("dead", OTHER, "one", 40)
    calls.create_queue("dead", OTHER)
    calls.send("dead", OTHER, "one", 40)
    calls.delete_queue("dead.fifo", OTHER)
    calls.create_queue("dead.fifo", OTHER)
    calls.delete_queue("dead.fifo", OTHER)
    calls.compare()
    calls.advance(4 * 24 * 3_600_000)
    calls.purge("jobs")
