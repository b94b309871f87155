"""Whole worlds in this process, without sockets: opened over a directory or in memory, called, killed and looked at."""

from __future__ import annotations

import asyncio
import inspect
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from emu.aside import PROGRAM, REST_NAMES, states_aside
from emu.world import World
from services.clock import ManualClock
from services.context import Context
from services.errors import ServiceError
from services.ids import SeededIds
from storage.checkpoint import fold
from storage.content import Content
from storage.durable import ClaimedDirectory, DurableOptions
from storage.options import FoldRequest
from storage.scope import EVERYTHING, Scope
from storage.snapshots.manifest import Made, Told
from storage.snapshots.reading import content_of_snapshot, verified_manifest
from storage.snapshots.shelf import Shelf
from storage.snapshots.writing import write_snapshot
from tests.storage.mortal import MortalFiles, kill
from tests.storage.watched import UnsyncedFiles

BEGINNING_MS = 1_767_225_600_000
HOME = ("000000000000", "us-east-1")
OTHER = ("111111111111", "eu-west-1")


async def fold_here(request: FoldRequest) -> int:
    """The fold of a checkpoint, in a thread of this process."""
    await asyncio.to_thread(
        fold,
        request.path,
        request.folder,
        request.up_to,
        states_aside,
        rest_names=REST_NAMES if request.rest else None,
        whole=request.whole,
        files=UnsyncedFiles(),
    )
    return 0


class Life:
    """A world, from its opening to its end. ``path`` is None for one in memory. ``kinds`` is told the kinds of the
    changes that are committed."""

    def __init__(self, path: Path | None, kinds: set[str] | None = None) -> None:
        # Time stands still unless it is moved, and identifiers follow from how many there were: what one world does,
        # another one does likewise.
        clock, ids = ManualClock(BEGINNING_MS), SeededIds("lives")
        if path is None:
            self.world = World(clock=clock, ids=ids)
        else:
            self._files = MortalFiles(UnsyncedFiles())
            options = DurableOptions(
                home=HOME,
                rest_names=REST_NAMES,
                flush_interval_ms=0,
                segment_bytes=32 * 1024,
                run_fold=fold_here,
                files=self._files,
            )
            claimed = ClaimedDirectory(path, options)
            self.world = World(clock=clock, ids=ids, bodies=claimed.bodies, open_store=claimed.open_store)
            ids.position = self.store.recovery.ids
        self.world.beginning_ms = BEGINNING_MS
        commit = self.world.commit

        def noting(changes: Any, bodies: Any, ctx: Context) -> int:
            if kinds is not None:
                kinds.update(kind for kind, *_ in changes)
            return commit(changes, bodies, ctx)

        self.world.commit = noting  # type: ignore[method-assign]

    @property
    def store(self) -> Any:
        return self.world.store

    async def begin(self) -> Life:
        # The scheduler isn't started: what is due is committed before each call, never beside them.
        await self.store.start()
        if self.world.is_empty() and self.world.clock.setting is None:
            await self.world.mover.freeze(BEGINNING_MS)
        return self

    async def call(self, service: str, operation: str, where: tuple[str, str] = HOME, /, **request: Any) -> Any:
        """The response, or the code of the refusal."""
        self.world.settle()
        entry = self.world.services[service].operations[operation]
        ctx = self.world.context(service, *where, request_id="request", operation=operation)
        body = None
        try:
            if entry.digests is not None:
                writer = self.store.bodies.writer(entry.digests(request))
                await writer.write(request.pop("Body", b""))
                body = request["Body"] = await writer.finish()
            result = entry.run(ctx, request)
            return await result if inspect.isawaitable(result) else result
        except ServiceError as error:
            return f"{error.code}: {error.message}"
        finally:
            if body is not None:
                body.discard()

    async def advance(self, ms: int) -> None:
        await self.world.mover.advance(ms)

    async def state_hash(self) -> str:
        """As ``GET /kumo/state/hash`` gives it; everything is on the disk then."""
        self.world.settle()
        async with self.store.captured(PROGRAM) as content:
            return str(content.state_hash)

    async def snapshot(self, shelf: Shelf, name: str) -> None:
        self.world.settle()
        async with self.store.captured(PROGRAM) as content:
            made = Made(BEGINNING_MS, None, content.lsn, "test")
            await asyncio.to_thread(write_snapshot, shelf, content, Told(name), made, replace=True)

    async def restore(self, shelf: Shelf, name: str, scope: Scope = EVERYTHING) -> None:
        path = shelf.find(name)
        await self.put(content_of_snapshot(shelf.files, path, verified_manifest(shelf.files, path, name)), scope)

    async def put(self, content: Content | None, scope: Scope = EVERYTHING) -> None:
        """Puts a content, or nothing, in the place of the state."""
        async with self.store.prepared(content, scope, PROGRAM) as prepared:
            lsn = self.world.replace("store.reset" if content is None else "store.restore", prepared)
            await self.store.durable(lsn)

    async def stop(self) -> None:
        await self.store.stop()

    async def kill(self) -> None:
        """What was answered for is on the disk; then the process is no more."""
        await self.store.durable(self.store.lsn)
        kill(self.store, self._files)


async def seen(life: Life) -> dict[str, Any]:
    """Everything that clients can read, and when something falls due by itself. The state's hash says nothing of what
    is derived: indexes, orders, deadlines."""
    life.world.settle()
    shown: dict[str, Any] = {"now": life.world.clock.now_ms()}
    for where in (HOME, OTHER):
        for look in (_buckets, _queues, _tables):
            async for name, answer in look(life, where):
                shown[f"{where[0]} {name}"] = answer
    for name, service in life.world.services.items():
        if service.new_state is not None:
            shown[f"{name} due"] = service.next_deadline_ms(life.world.states[name])
    return shown


async def _buckets(life: Life, where: tuple[str, str]) -> Any:
    for bucket in (entry["Name"] for entry in (await life.call("s3", "ListBuckets", where))["Buckets"]):
        for operation in (
            "GetBucketVersioning",
            "GetBucketNotificationConfiguration",
            "GetBucketCors",
            "ListObjectsV2",
        ):
            yield f"{bucket} {operation}", await life.call("s3", operation, where, Bucket=bucket)
        versions = await life.call("s3", "ListObjectVersions", where, Bucket=bucket)
        yield f"{bucket} versions", versions
        for version in versions.get("Versions", ()):
            named = {"Bucket": bucket, "Key": version["Key"], "VersionId": version["VersionId"]}
            answer = await life.call("s3", "GetObject", where, **named)
            yield f"{bucket} {named}", {**answer, "Body": _read(answer["Body"])}
        uploads = await life.call("s3", "ListMultipartUploads", where, Bucket=bucket)
        yield f"{bucket} uploads", uploads
        for upload in uploads.get("Uploads", ()):
            named = {"Bucket": bucket, "Key": upload["Key"], "UploadId": upload["UploadId"]}
            yield f"{bucket} {named}", await life.call("s3", "ListParts", where, **named)


def _read(body: Any) -> bytes:
    if body is None:
        return b""
    reader, start, length = body
    try:
        data: bytes = reader.read(start, length)
        return data
    finally:
        reader.close()


async def _queues(life: Life, where: tuple[str, str]) -> Any:
    for url in (await life.call("sqs", "ListQueues", where)).get("QueueUrls", ()):
        yield url, await life.call("sqs", "GetQueueAttributes", where, QueueUrl=url, AttributeNames=["All"])


async def _tables(life: Life, where: tuple[str, str]) -> Any:
    for table in (await life.call("dynamodb", "ListTables", where))["TableNames"]:
        described = await life.call("dynamodb", "DescribeTable", where, TableName=table)
        yield table, described
        yield f"{table} ttl", await life.call("dynamodb", "DescribeTimeToLive", where, TableName=table)
        yield f"{table} items", await life.call("dynamodb", "Scan", where, TableName=table)
        for index in described["Table"].get("GlobalSecondaryIndexes", ()):
            named = {"TableName": table, "IndexName": index["IndexName"]}
            yield f"{table} {index['IndexName']}", await life.call("dynamodb", "Scan", where, **named)


async def future(life: Life) -> list[Any]:
    """What a world does from now on: the same calls in each, and their answers. What a reload got wrong and no look
    shows, shows here."""
    life.world.ids.position = 1_000_000
    answers: list[Any] = [await _duplicates(life)]
    for _ in range(3):
        for where in (HOME, OTHER):
            for url in (await life.call("sqs", "ListQueues", where)).get("QueueUrls", ()):
                got = await life.call("sqs", "ReceiveMessage", where, QueueUrl=url, MaxNumberOfMessages=10)
                answers.append(got)
                for message in list(_messages(got))[::2]:
                    named = {"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]}
                    answers.append(await life.call("sqs", "DeleteMessage", where, **named))
        await life.advance(45_000)
    for bucket in (entry["Name"] for entry in (await life.call("s3", "ListBuckets"))["Buckets"]):
        uploads = await life.call("s3", "ListMultipartUploads", Bucket=bucket)
        for upload in uploads.get("Uploads", ()):
            named = {"Bucket": bucket, "Key": upload["Key"], "UploadId": upload["UploadId"]}
            listed = (await life.call("s3", "ListParts", **named)).get("Parts", ())
            parts = {"Parts": [{"PartNumber": part["PartNumber"], "ETag": part["ETag"]} for part in listed]}
            answers.append(await life.call("s3", "CompleteMultipartUpload", **named, MultipartUpload=parts))
        answers.append(await life.call("s3", "PutObject", Bucket=bucket, Key="later", Body=b"later"))
        answers.append(await life.call("s3", "DeleteObject", Bucket=bucket, Key="a"))
    for table in (await life.call("dynamodb", "ListTables"))["TableNames"]:
        key = {"id": {"S": "a"}, "n": {"N": "1"}}
        update = {"UpdateExpression": "ADD hits :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
        answers.append(
            await life.call("dynamodb", "UpdateItem", TableName=table, Key=key, **update, ReturnValues="ALL_NEW")
        )
    await life.advance(15 * 24 * 3_600_000)
    answers.append(await life.state_hash())
    answers.append(await seen(life))
    return answers


async def _duplicates(life: Life) -> list[Any]:
    """What may have been sent before is sent again, to each FIFO queue, in groups that have it and that don't."""
    urls = (await life.call("sqs", "ListQueues")).get("QueueUrls", ())
    entries = [
        {"Id": f"{group}{at}", "MessageBody": f"{at}", "MessageGroupId": group, "MessageDeduplicationId": f"{at}"}
        for group in "gho"
        for at in range(3)
    ]
    fifo = [url for url in urls if url.endswith(".fifo")]
    return [await life.call("sqs", "SendMessageBatch", QueueUrl=url, Entries=entries) for url in fifo]


def _messages(answer: Any) -> Iterator[dict[str, Any]]:
    return itertools.chain(answer.get("Messages", ()) if isinstance(answer, dict) else ())
