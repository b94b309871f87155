"""The table: what S3 has, and nothing else."""

from __future__ import annotations

import inspect

from services.s3.service import SERVICE
from services.s3.state import CHANGES

OPERATIONS = """
    CreateBucket HeadBucket DeleteBucket ListBuckets GetBucketLocation
    PutObject GetObject HeadObject DeleteObject DeleteObjects CopyObject ListObjects ListObjectsV2
    CreateMultipartUpload UploadPart UploadPartCopy CompleteMultipartUpload AbortMultipartUpload ListParts
    ListMultipartUploads PutBucketVersioning GetBucketVersioning ListObjectVersions
    PutBucketNotificationConfiguration GetBucketNotificationConfiguration
    PutBucketCors GetBucketCors DeleteBucketCors
""".split()


def test_the_operations() -> None:
    assert sorted(SERVICE.operations) == sorted(OPERATIONS)


def test_every_change_that_an_operation_names_exists() -> None:
    named = {kind for operation in SERVICE.operations.values() for kind in operation.changes}
    assert named == {*CHANGES, "s3.create_bucket"}


def test_what_only_reads_changes_nothing() -> None:
    reading = {name for name, operation in SERVICE.operations.items() if not operation.mutates}
    assert reading == {name for name in OPERATIONS if name.startswith(("Get", "Head", "List"))}


def test_what_is_only_stored() -> None:
    stored = {name for name, operation in SERVICE.operations.items() if operation.coverage == "stored only"}
    assert stored == {"PutBucketCors", "GetBucketCors", "DeleteBucketCors"}


def test_bodies_are_streamed() -> None:
    assert {name for name, operation in SERVICE.operations.items() if operation.digests} == {"PutObject", "UploadPart"}


def test_only_what_puts_bytes_together_waits() -> None:
    waiting = {name for name, operation in SERVICE.operations.items() if inspect.iscoroutinefunction(operation.run)}
    assert waiting == {"CopyObject", "UploadPartCopy", "CompleteMultipartUpload"}
