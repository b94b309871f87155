"""The state as a store sees it: live equals reloaded, and equals replayed; against a simple model of S3."""

from __future__ import annotations

import asyncio
import importlib.util
import inspect
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.errors import ServiceError
from services.machine import NoHooks
from services.s3.settings import BucketSettings
from services.s3.state import State
from tests.services.s3.answers import apart

NAMESPACE = ("000000000000", "us-east-1")
KEYS = ["a", "a/b", "a/c", "b", "ü"]

keys = st.sampled_from(KEYS)
bodies = st.binary(max_size=8)


class References:
    """Counts the references that a state tells of, as a store does."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}

    def retain(self, sha256: str) -> None:
        self.counts[sha256] = self.counts.get(sha256, 0) + 1

    def release(self, sha256: str) -> None:
        self.counts[sha256] -= 1
        if not self.counts[sha256]:
            del self.counts[sha256]

    def notify(self, topic: tuple[str, ...]) -> None: ...


def _new_caller() -> Any:
    path = Path(__file__).parents[1] / "conftest.py"
    spec = importlib.util.spec_from_file_location("services_conftest", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Caller()


def _dump(state: State) -> bytes:
    return b"\n".join(state.dump(*NAMESPACE))


class Machine(RuleBasedStateMachine):
    """One bucket, a few keys, and every operation that changes them."""

    def __init__(self) -> None:
        super().__init__()
        self.caller = _new_caller()
        self.state: State = self.caller.world.states["s3"]
        self.records: list[list[tuple[str, str, str, Any]]] = []
        self._record(self.caller.world.store)
        self.versions: dict[str, list[tuple[str, bytes | None]]] = {}
        self.versioning = ""
        self.uploads: dict[str, tuple[str, dict[int, tuple[str, bytes]]]] = {}
        self.call("CreateBucket", Bucket="bucket")

    def _record(self, store: Any) -> None:
        """Keeps every change as a journal would: encoded, and read again."""
        commit = store.commit

        def recording(changes: Any, *args: Any, **kwargs: Any) -> int:
            self.records.append(orjson.loads(orjson.dumps(changes, default=orjson.Fragment)))
            lsn: int = commit(changes, *args, **kwargs)
            return lsn

        store.commit = recording

    def call(self, operation: str, **request: Any) -> Any:
        result = self.caller("s3", operation, **request)
        return asyncio.run(result) if inspect.iscoroutine(result) else result

    # The model: each key's versions, newest first; None stands for a delete marker.

    def _put(self, key: str, version_id: str | None, body: bytes | None) -> None:
        name = version_id or "null"
        kept = [version for version in self.versions.get(key, []) if version[0] != name]
        self.versions[key] = [(name, body), *kept]

    def _visible(self) -> dict[str, bytes]:
        newest = {key: versions[0][1] for key, versions in self.versions.items() if versions}
        return {key: body for key, body in sorted(newest.items()) if body is not None}

    @rule(key=keys, body=bodies)
    def put(self, key: str, body: bytes) -> None:
        answer = self.call("PutObject", Bucket="bucket", Key=key, Body=body, Metadata={"m": "1"})
        self._put(key, answer.get("VersionId"), body)

    @rule(source=keys, key=keys)
    def copy(self, source: str, key: str) -> None:
        request = {"Bucket": "bucket", "Key": key, "CopySource": f"bucket/{source}", "MetadataDirective": "REPLACE"}
        if source not in self._visible():
            with pytest.raises(ServiceError, match="key does not exist"):
                self.call("CopyObject", **request)
            return
        body = self._visible()[source]
        self._put(key, self.call("CopyObject", **request).get("VersionId"), body)

    @rule(key=keys)
    def delete(self, key: str) -> None:
        answer = self.call("DeleteObject", Bucket="bucket", Key=key)
        if self.versioning:
            self._put(key, answer["VersionId"], None)
        else:
            self.versions.pop(key, None)

    @rule(key=keys, number=st.integers(0, 3))
    def delete_version(self, key: str, number: int) -> None:
        versions = self.versions.get(key, [])
        if number < len(versions):
            self.call("DeleteObject", Bucket="bucket", Key=key, VersionId=versions[number][0])
            del versions[number]

    @rule(some=st.lists(keys, min_size=1, max_size=4))
    def delete_many(self, some: list[str]) -> None:
        answer = self.call("DeleteObjects", Bucket="bucket", Delete={"Objects": [{"Key": key} for key in some]})
        for entry in answer["Deleted"]:
            if self.versioning:
                self._put(entry["Key"], entry["DeleteMarkerVersionId"], None)
            else:
                self.versions.pop(entry["Key"], None)

    @rule(status=st.sampled_from(["Enabled", "Suspended"]))
    def set_versioning(self, status: str) -> None:
        self.call("PutBucketVersioning", Bucket="bucket", VersioningConfiguration={"Status": status})
        self.versioning = status

    @rule(present=st.booleans())
    def set_cors(self, present: bool) -> None:
        if present:
            rules = [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "MaxAgeSeconds": 5}]
            self.call("PutBucketCors", Bucket="bucket", CORSConfiguration={"CORSRules": rules})
        else:
            self.call("DeleteBucketCors", Bucket="bucket")

    @rule(event_bridge=st.booleans())
    def set_notification(self, event_bridge: bool) -> None:
        configuration: dict[str, Any] = {"EventBridgeConfiguration": {}} if event_bridge else {}
        self.call("PutBucketNotificationConfiguration", Bucket="bucket", NotificationConfiguration=configuration)

    @rule(key=keys)
    def begin_upload(self, key: str) -> None:
        upload_id = self.call("CreateMultipartUpload", Bucket="bucket", Key=key)["UploadId"]
        self.uploads[upload_id] = (key, {})

    @precondition(lambda self: self.uploads)
    @rule(data=st.data(), number=st.integers(1, 3), body=bodies)
    def upload_part(self, data: st.DataObject, number: int, body: bytes) -> None:
        upload_id = data.draw(st.sampled_from(sorted(self.uploads)))
        key, parts = self.uploads[upload_id]
        request = {"Bucket": "bucket", "Key": key, "UploadId": upload_id, "PartNumber": number}
        parts[number] = (self.call("UploadPart", Body=body, **request)["ETag"], body)

    @precondition(lambda self: any(parts for _, parts in self.uploads.values()))
    @rule(data=st.data())
    def complete_upload(self, data: st.DataObject) -> None:
        ready = sorted(upload_id for upload_id, (_, parts) in self.uploads.items() if parts)
        upload_id = data.draw(st.sampled_from(ready))
        key, parts = self.uploads.pop(upload_id)
        number = max(parts)
        etag, body = parts[number]
        answer = self.call(
            "CompleteMultipartUpload",
            Bucket="bucket",
            Key=key,
            UploadId=upload_id,
            MultipartUpload={"Parts": [{"PartNumber": number, "ETag": etag}]},
        )
        self._put(key, answer.get("VersionId"), body)

    @precondition(lambda self: self.uploads)
    @rule(data=st.data())
    def abort_upload(self, data: st.DataObject) -> None:
        upload_id = data.draw(st.sampled_from(sorted(self.uploads)))
        key, _ = self.uploads.pop(upload_id)
        self.call("AbortMultipartUpload", Bucket="bucket", Key=key, UploadId=upload_id)

    @rule(ms=st.integers(1, 5000))
    def advance(self, ms: int) -> None:
        self.caller.clock.advance(ms=ms)

    @invariant()
    def objects_are_the_models(self) -> None:
        listed = self.call("ListObjectsV2", Bucket="bucket")["Contents"]
        assert [entry["Key"] for entry in listed] == list(self._visible())
        for key, body in self._visible().items():
            reader, start, length = self.call("GetObject", Bucket="bucket", Key=key)["Body"]
            assert reader.read(start, length) == body
            reader.close()

    @invariant()
    def versions_are_the_models(self) -> None:
        answer = apart(self.call("ListObjectVersions", Bucket="bucket"))
        found = {(entry["Key"], entry["VersionId"]) for entry in answer["Versions"] + answer["DeleteMarkers"]}
        expected = {(key, version[0]) for key, versions in self.versions.items() for version in versions}
        assert found == expected
        latest = {entry["Key"]: entry["VersionId"] for entry in answer["Versions"] if entry["IsLatest"]}
        assert latest == {key: self.versions[key][0][0] for key in self._visible()}

    @invariant()
    def live_equals_reloaded_and_replayed(self) -> None:
        dumped = _dump(self.state)
        reloaded = State(NoHooks())
        reloaded.load(*NAMESPACE, dumped.split(b"\n"))
        reloaded.loaded()
        assert _dump(reloaded) == dumped
        replaying = References()
        replayed = State(replaying)
        for record in self.records:
            for change in record:
                replayed.apply(*change)
        assert _dump(replayed) == dumped
        counted = References()
        for bucket in self.state.buckets.values():
            for sha256 in bucket.bodies():
                counted.retain(sha256)
        assert replaying.counts == counted.counts


Machine.TestCase.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
test_state_machine = Machine.TestCase


def test_rewinding(s3: Any) -> None:
    s3.set_versioning("Enabled")
    s3.put("k", b"1")
    upload = s3("CreateMultipartUpload", Bucket="bucket", Key="k")["UploadId"]
    names = {"Bucket": "bucket", "Key": "k", "UploadId": upload}
    s3("UploadPart", PartNumber=1, Body=b"x", **names)
    before, saved = s3.dump(), s3.state.save()
    for _ in range(2):
        s3.put("k", b"2")
        s3("DeleteObject", Bucket="bucket", Key="other")
        s3("UploadPart", PartNumber=2, Body=b"y", **names)
        s3.set_versioning("Suspended")
        s3("CreateBucket", Bucket="another")
        assert s3.dump() != before
        s3.state.rewind(saved)
        assert s3.dump() == before


def test_clearing_releases_every_body() -> None:
    references = References()
    state = State(references)
    caller = _new_caller()
    caller("s3", "CreateBucket", Bucket="bucket")
    caller("s3", "PutObject", Bucket="bucket", Key="k", Body=b"x")
    state.load(*NAMESPACE, list(caller.world.states["s3"].dump(*NAMESPACE)))
    assert list(references.counts.values()) == [1]
    state.clear()
    assert references.counts == {}
    assert list(state.namespaces()) == []


RELEASED_SETTINGS = {
    "name": "b",
    "location": "us-east-1",
    "created_ms": 1,
    "versioning": "",
    "queue_configurations": [],
    "kept": {},
    "kumo": {"eventBridgeEnabled": True, "corsRules": [{"allowedMethods": ["GET"]}], "tags": {"a": "b"}},
}
"""As the first release wrote them, which had no members for EventBridge and CORS."""


def test_released_changes_keep_replaying() -> None:
    state = State(NoHooks())
    state.apply("s3.create_bucket", *NAMESPACE, RELEASED_SETTINGS)
    settings = state.buckets["b"].settings
    assert (settings.event_bridge, settings.cors_rules) == (False, ())
    queues = [{"id": "q", "queue_arn": "arn", "events": ["s3:ObjectCreated:*"], "prefix": "", "suffix": ""}]
    state.apply("s3.put_notification", *NAMESPACE, {"bucket": "b", "queue_configurations": queues})
    settings = state.buckets["b"].settings
    assert (settings.event_bridge, settings.queue_configurations[0].id) == (False, "q")
    assert settings.kumo == {"corsRules": [{"allowedMethods": ["GET"]}], "tags": {"a": "b"}}
    state.apply("s3.put_cors", *NAMESPACE, {"bucket": "b", "rules": None})
    assert state.buckets["b"].settings.kumo == {"tags": {"a": "b"}}


def test_settings_without_the_new_members_are_written_as_before() -> None:
    encoded = BucketSettings.decode(*NAMESPACE, RELEASED_SETTINGS).encode()
    assert encoded == RELEASED_SETTINGS


def test_counts(s3: Any) -> None:
    s3.put("k", b"x")
    s3("CreateMultipartUpload", Bucket="bucket", Key="k")
    assert s3.state.counts() == {"buckets": 1, "objects": 1, "uploads": 1}


def test_each_account_has_a_document(s3: Any) -> None:
    with s3.as_account("111111111111", "eu-west-1"):
        s3("CreateBucket", Bucket="theirs", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    theirs = ("111111111111", "eu-west-1")
    assert list(s3.state.namespaces()) == [NAMESPACE, theirs]
    assert b"theirs" not in s3.dump()
    reloaded = State(NoHooks())
    for namespace in (theirs, NAMESPACE):
        reloaded.load(*namespace, s3.state.dump(*namespace))
    assert list(reloaded.buckets) == ["bucket", "theirs"]


@pytest.mark.parametrize(
    "line",
    [
        '"buckets":{\n"b":{\n"settings":{"name":"b"}\n}\n}',
        '"buckets":{\n"b":{\n"versions":[\n{"key":"k"}\n]\n}\n}',
        '"other":1',
        '"buckets":{\n"b":{\n"sequence":"x"\n}\n}',
    ],
)
def test_a_document_that_is_not_ours_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="s3 document"):
        State(NoHooks()).load(*NAMESPACE, [b"{", *line.encode().split(b"\n"), b"}"])


def test_a_bucket_in_two_documents_is_refused(s3: Any) -> None:
    lines = list(s3.state.dump(*NAMESPACE))
    with pytest.raises(ValueError, match="two documents"):
        s3.state.load("111111111111", "us-east-1", lines)
