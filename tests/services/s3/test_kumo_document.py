"""Kumo's ``s3.json``, both ways. ``data/kumo-v0.18.0.json`` was written by that Kumo at a clean stop."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SAMPLE = Path(__file__).parent / "data" / "kumo-v0.18.0.json"
NAMESPACE = ("000000000000", "us-east-1")
TIME = "2026-08-20T10:00:01.5Z"


class KumoBodies:
    """Bodies that come with a document, in the world's own store."""

    def __init__(self, s3: Any) -> None:
        self._bodies = s3.caller.world.store.bodies
        self._held: list[Any] = []

    def put(self, data: bytes) -> str:
        self._held.append(self._bodies.put(data, {}))
        sha256: str = self._held[-1].sha256
        return sha256

    def size(self, sha256: str) -> int | None:
        try:
            reader = self._bodies.open(sha256)
        except KeyError:
            return None
        reader.close()
        size: int = reader.size
        return size

    def read(self, sha256: str) -> bytes:
        reader = self._bodies.open(sha256)
        data: bytes = reader.read(0, reader.size)
        reader.close()
        return data


def _adopt(s3: Any, document: Any) -> dict[str, int]:
    return dict(s3.state.adopt(*NAMESPACE, document, KumoBodies(s3)))


def _kumo(s3: Any, *, inline: bool = False) -> tuple[dict[str, Any], list[str]]:
    """What Kumo would find, and what was reported as left out."""
    reports: list[str] = []

    def read(sha256: str) -> bytes:
        return KumoBodies(s3).read(sha256)

    lines = s3.state.dump_kumo(*NAMESPACE, read if inline else None, reports.append)
    return json.loads(b"\n".join(lines)), reports


def _object(key: str, body: bytes | None, **members: Any) -> dict[str, Any]:
    form = {"Key": key, "Body": None, "ETag": "", "Size": 0, "LastModified": TIME, "ContentType": "text/plain"}
    if body is not None:
        etag = f'"{hashlib.md5(body).hexdigest()}"'
        form |= {"Body": b64encode(body).decode(), "ETag": etag, "Size": len(body)}
    return {**form, **members}


def _bucket(**objects: Any) -> dict[str, Any]:
    return {"buckets": {"b": {"name": "b", "creationDate": TIME, "objects": objects}}}


def test_the_sample_is_adopted(s3: Any) -> None:
    counts = _adopt(s3, json.loads(SAMPLE.read_bytes()))
    assert counts == {"buckets added": 2, "buckets removed": 1, "objects added": 4, "objects removed": 0}
    assert [entry["Name"] for entry in s3("ListBuckets")["Buckets"]] == ["demo", "vers"]
    assert s3.read("hello.txt", Bucket="demo") == b"hello"
    head = s3("HeadObject", Bucket="demo", Key="hello.txt")
    assert (head["Metadata"], head["ContentType"]) == ({"owner": "ann"}, "application/octet-stream")
    assert s3("GetBucketVersioning", Bucket="vers") == {"Status": "Enabled"}
    listed = s3("ListObjectVersions", Bucket="vers")
    assert [entry["VersionId"] for entry in listed["Versions"]] == ["v2", "v1"]
    assert [(entry["VersionId"], entry["IsLatest"]) for entry in listed["DeleteMarkers"]] == [("v3", True)]
    assert s3.read("k", Bucket="vers", VersionId="v1") == b"v0"
    assert s3.refused("GetObject", Bucket="vers", Key="k") == "NoSuchKey"
    assert s3("DeleteObject", Bucket="vers", Key="k", VersionId="v3")["DeleteMarker"]
    assert s3.read("k", Bucket="vers") == b"v1"


def test_the_sample_goes_back_as_it_came(s3: Any) -> None:
    sample = json.loads(SAMPLE.read_bytes())
    _adopt(s3, sample)
    written, reports = _kumo(s3, inline=True)
    assert reports == []
    assert _in_milliseconds(written) == _in_milliseconds(sample)


def _in_milliseconds(document: dict[str, Any]) -> dict[str, Any]:
    """emu keeps times to the millisecond."""

    def cut(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: cut(entry) for name, entry in value.items()}
        if isinstance(value, list):
            return [cut(entry) for entry in value]
        if isinstance(value, str) and value.startswith("2026-") and value.endswith("Z"):
            return value[:23].removesuffix("Z")
        return value

    result: dict[str, Any] = cut(document)
    return result


def test_adopting_what_was_written_changes_nothing(s3: Any) -> None:
    _fill(s3)
    before = s3.dump()
    for inline in (False, True):
        written, _ = _kumo(s3, inline=inline)
        assert not any(_adopt(s3, written).values())
        assert s3.dump() == before


def _fill(s3: Any) -> None:
    s3.caller("sqs", "CreateQueue", QueueName="jobs")
    s3.put("plain", b"x", CacheControl="no-cache", StorageClass="GLACIER", Metadata={"a": "b"}, Tagging="t=1")
    s3.put("empty")
    s3("CreateBucket", Bucket="vers", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3("PutObject", Bucket="vers", Key="k", Body=b"null")
    s3.set_versioning("Enabled", "vers")
    for body in (b"one", b"two"):
        s3("PutObject", Bucket="vers", Key="k", Body=body)
    s3("DeleteObject", Bucket="vers", Key="gone")
    s3.set_versioning("Suspended", "vers")
    s3("PutObject", Bucket="vers", Key="k", Body=b"null again", ServerSideEncryption="aws:kms", SSEKMSKeyId="key")
    s3("CreateMultipartUpload", Bucket="bucket", Key="up")
    arn = "arn:aws:sqs:us-east-1:000000000000:jobs"
    queues = [
        {"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]},
        {
            "QueueArn": arn,
            "Events": ["s3:ObjectRemoved:*"],
            "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "a"}]}},
        },
    ]
    s3(
        "PutBucketNotificationConfiguration",
        Bucket="bucket",
        NotificationConfiguration={"QueueConfigurations": queues, "EventBridgeConfiguration": {}},
    )
    rules = [{"ID": "site", "AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "MaxAgeSeconds": 5}]
    s3("PutBucketCors", Bucket="bucket", CORSConfiguration={"CORSRules": rules})


def test_what_kumo_cannot_hold_is_reported(s3: Any) -> None:
    _fill(s3)
    written, reports = _kumo(s3)
    assert len(reports) == 2
    assert "multipart" in reports[0]
    assert "filter" in reports[1]
    bucket = written["buckets"]["bucket"]
    assert len(bucket["queueConfigurations"]) == 1
    assert bucket["objects"]["plain"]["bodyRef"] == hashlib.sha256(b"x").hexdigest()
    assert "bodyRef" not in bucket["objects"]["empty"], "an empty object has no file"
    assert bucket["versions"] == {}


def test_kumos_next_version_id_is_new(s3: Any) -> None:
    sample = json.loads(SAMPLE.read_bytes())
    sample["buckets"]["vers"]["versionIdcounter"] = 1
    _adopt(s3, sample)
    assert _kumo(s3)[0]["buckets"]["vers"]["versionIdcounter"] == 3
    sample["buckets"]["vers"]["versionIdcounter"] = 9
    _adopt(s3, sample)
    assert _kumo(s3)[0]["buckets"]["vers"]["versionIdcounter"] == 9


def test_what_changed_is_taken_and_loses_its_extras(s3: Any) -> None:
    s3.put("same", b"same", CacheControl="no-cache")
    s3.put("changed", b"old", CacheControl="no-cache")
    s3.put("gone", b"gone")
    document, _ = _kumo(s3)
    objects = document["buckets"]["bucket"]["objects"]
    del objects["gone"]
    objects["changed"] = _object("changed", b"new")
    objects["added"] = _object("added", b"added")
    assert _adopt(s3, document) == {"objects added": 1, "objects changed": 1, "objects removed": 1}
    assert s3("HeadObject", Bucket="bucket", Key="same")["CacheControl"] == "no-cache"
    assert "CacheControl" not in s3("HeadObject", Bucket="bucket", Key="changed")
    assert [s3.read(key) for key in ("added", "changed")] == [b"added", b"new"]
    assert s3.keys() == ["added", "changed", "same"]


def test_an_object_whose_body_kumo_lost_keeps_ours(s3: Any) -> None:
    s3.put("k", b"data")
    document, _ = _kumo(s3)
    form = document["buckets"]["bucket"]["objects"]["k"]
    del form["bodyRef"]
    form["LastModified"] = "2026-01-02T00:00:00+09:00"
    _adopt(s3, document)
    assert s3.read("k") == b"data"
    assert s3("HeadObject", Bucket="bucket", Key="k")["LastModified"] == 1_767_279_600_000


def test_names_in_any_case_and_missing_ones(s3: Any) -> None:
    document = {"Buckets": {"b": {"CREATIONDATE": TIME, "Objects": {"k": {"body": "aGVsbG8=", "extra": 1}}}}}
    _adopt(s3, document)
    head = s3("HeadObject", Bucket="b", Key="k")
    assert head["ETag"] == '"5d41402abc4b2a76b9719d911017c592"'
    assert head["ContentLength"] == 5
    assert s3.read("k", Bucket="b") == b"hello"


def test_an_edited_body_gets_its_own_size_and_tag(s3: Any) -> None:
    _adopt(s3, _bucket(k=_object("k", b"edited", Size=3, ETag='"5d41402abc4b2a76b9719d911017c592"')))
    head = s3("HeadObject", Bucket="b", Key="k")
    assert (head["ContentLength"], head["ETag"]) == (6, f'"{hashlib.md5(b"edited").hexdigest()}"')


def test_what_only_kumo_understands_goes_back(s3: Any) -> None:
    document = _bucket()
    document["buckets"]["b"] |= {
        "publicAccessBlock": {"blockPublicAcls": True},
        "topicConfigurations": [{"topicArn": "arn:aws:sns:us-east-1:000000000000:t"}],
        "tags": {"a": "b"},
    }
    _adopt(s3, document)
    bucket = _kumo(s3)[0]["buckets"]["b"]
    assert (bucket["publicAccessBlock"], bucket["tags"]) == ({"blockPublicAcls": True}, {"a": "b"})
    assert bucket["topicConfigurations"] == [{"topicArn": "arn:aws:sns:us-east-1:000000000000:t"}]
    s3("PutBucketNotificationConfiguration", Bucket="b", NotificationConfiguration={})
    bucket = _kumo(s3)[0]["buckets"]["b"]
    assert "topicConfigurations" not in bucket
    assert bucket["tags"] == {"a": "b"}


def test_event_bridge_comes_over_and_goes_back(s3: Any) -> None:
    document = _bucket()
    document["buckets"]["b"]["eventBridgeEnabled"] = True
    _adopt(s3, document)
    assert s3("GetBucketNotificationConfiguration", Bucket="b") == {"EventBridgeConfiguration": {}}
    assert _kumo(s3)[0]["buckets"]["b"]["eventBridgeEnabled"] is True
    s3("PutBucketNotificationConfiguration", Bucket="b", NotificationConfiguration={})
    assert _kumo(s3)[0]["buckets"]["b"]["eventBridgeEnabled"] is False


def test_cors_rules_come_over_and_go_back(s3: Any) -> None:
    forms = [
        {
            "allowedMethods": ["GET", "PUT"],
            "allowedOrigins": ["https://*.example.com"],
            "allowedHeaders": ["*"],
            "exposeHeaders": ["ETag"],
            "maxAgeSeconds": 3000,
        },
        {"allowedMethods": ["HEAD"], "allowedOrigins": ["*"]},
    ]
    document = _bucket()
    document["buckets"]["b"]["corsRules"] = forms
    _adopt(s3, document)
    assert s3("GetBucketCors", Bucket="b")["CORSRules"] == [
        {
            "AllowedMethods": ["GET", "PUT"],
            "AllowedOrigins": ["https://*.example.com"],
            "AllowedHeaders": ["*"],
            "ExposeHeaders": ["ETag"],
            "MaxAgeSeconds": 3000,
        },
        {"AllowedMethods": ["HEAD"], "AllowedOrigins": ["*"]},
    ]
    assert _kumo(s3)[0]["buckets"]["b"]["corsRules"] == forms
    s3("DeleteBucketCors", Bucket="b")
    written, _ = _kumo(s3)
    assert "corsRules" not in written["buckets"]["b"]
    _adopt(s3, written)
    assert s3.refused("GetBucketCors", Bucket="b") == "NoSuchCORSConfiguration"


def test_cors_rules_that_are_new_lose_what_kumo_cannot_hold(s3: Any) -> None:
    rule = {"ID": "site", "AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "MaxAgeSeconds": 0}
    s3("PutBucketCors", Bucket="bucket", CORSConfiguration={"CORSRules": [rule]})
    written, _ = _kumo(s3)
    assert written["buckets"]["bucket"]["corsRules"] == [{"allowedMethods": ["GET"], "allowedOrigins": ["*"]}]
    _adopt(s3, written)
    assert s3("GetBucketCors", Bucket="bucket") == {"CORSRules": [rule]}
    written["buckets"]["bucket"]["corsRules"][0]["allowedMethods"].append("PUT")
    _adopt(s3, written)
    assert s3("GetBucketCors", Bucket="bucket") == {
        "CORSRules": [{"AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["*"]}]
    }


def test_notifications_come_over(s3: Any) -> None:
    document = _bucket()
    arn = "arn:aws:sqs:us-east-1:000000000000:jobs"
    rules = {"key": {"filterRules": [{"name": "suffix", "value": ".csv"}]}}
    document["buckets"]["b"]["queueConfigurations"] = [
        {"id": "q1", "queue": arn, "events": ["s3:ObjectCreated:*"], "filter": rules}
    ]
    _adopt(s3, document)
    s3.caller("sqs", "CreateQueue", QueueName="jobs")
    s3("PutObject", Bucket="b", Key="a.csv", Body=b"x")
    s3("PutObject", Bucket="b", Key="a.txt", Body=b"x")
    (message,) = s3.messages("jobs")
    assert message["Records"][0]["s3"]["configurationId"] == "q1"


@pytest.mark.parametrize(("size", "etag"), [(6, hashlib.md5(b"hello").hexdigest()), (0, ""), (-1, "0" * 32), (5, "")])
def test_what_is_told_of_a_body_that_stands_beside_the_document_is_put_right(s3: Any, size: int, etag: str) -> None:
    s3.put("k", b"hello")
    sha256 = hashlib.sha256(b"hello").hexdigest()
    _adopt(s3, _bucket(k=_object("k", None, bodyRef=sha256, Size=size, ETag=f'"{etag}"')))
    found = s3("GetObject", Bucket="b", Key="k")
    assert (found["ContentLength"], found["ETag"]) == (5, f'"{hashlib.md5(b"hello").hexdigest()}"')


def test_a_body_that_is_not_what_its_name_says_is_not_what_the_document_has_to_say(s3: Any) -> None:
    class Cut(KumoBodies):
        def size(self, sha256: str) -> int | None:
            return 3

        def read(self, sha256: str) -> bytes:
            return b"hel"

    sha256 = hashlib.sha256(b"hello").hexdigest()
    s3.state.adopt(*NAMESPACE, _bucket(k=_object("k", None, bodyRef=sha256, Size=5, ETag='"abc"')), Cut(s3))
    assert s3("HeadObject", Bucket="b", Key="k")["ContentLength"] == 5


@pytest.mark.parametrize("version_id", ["v" + "9" * 40, "v" + "9" * 5000, "v²"])
def test_a_version_id_that_no_counter_gave_out_does_not_count(s3: Any, version_id: str) -> None:
    document = _bucket(k=_object("k", b"x", VersionID=version_id))
    document["buckets"]["b"] |= {"versioningStatus": "Enabled", "versionIdcounter": 7}
    _adopt(s3, document)
    written, _ = _kumo(s3)
    assert written["buckets"]["b"]["versionIdcounter"] == 7
    assert written["buckets"]["b"]["versions"]["k"][0]["VersionID"] == version_id


def _broken() -> Iterator[tuple[str, Any]]:
    yield "s3/buckets", {"buckets": []}
    yield "s3/buckets/b", {"buckets": {"b": 1}}
    yield "s3/buckets/b/creationDate", {"buckets": {"b": {"creationDate": "yesterday"}}}
    yield "s3/buckets/b/versioningStatus", {"buckets": {"b": {"versioningStatus": "On"}}}
    yield "s3/buckets/b/objects/k/Size", _bucket(k=_object("k", b"x", Size="5"))
    yield "s3/buckets/b/objects/k/Body", _bucket(k=_object("k", b"x", Body="§"))
    yield "s3/buckets/b/objects/k/Metadata", _bucket(k=_object("k", b"x", Metadata={"a": 1}))
    yield "s3/buckets/b/objects/k/bodyRef", _bucket(k=_object("k", None, bodyRef="../x"))
    yield "s3/buckets/b/objects/k/bodyRef", _bucket(k=_object("k", None, bodyRef="0" * 64))
    yield "s3/buckets/b/objects/k: the body of 5 bytes is missing", _bucket(k=_object("k", None, Size=5))
    yield "s3/buckets/: the name is empty", {"buckets": {"": {}}}
    yield "s3/buckets/b/objects/: the name is empty", _bucket(**{"": _object("", b"x")})
    yield "s3/buckets/b/objects/k/LastModified", _bucket(k=_object("k", b"x", LastModified="2026-08-20T25:00:00Z"))
    # Earlier than the calendar begins, and later than it ends: neither could be written again.
    yield "s3/buckets/b/creationDate", {"buckets": {"b": {"creationDate": "0001-01-01T00:00:00+09:00"}}}
    yield "s3/buckets/b/creationDate", {"buckets": {"b": {"creationDate": "9999-12-31T23:59:59-01:00"}}}
    yield "s3/buckets/b/website", {"buckets": {"b": {"website": json.loads("[" * 300 + "]" * 300)}}}
    for name in ("a b", "é", "", "a\r\nb"):
        yield "s3/buckets/b/objects/k/Metadata", _bucket(k=_object("k", b"x", Metadata={name: "v"}))
    filtered = _bucket()
    filtered["buckets"]["b"]["queueConfigurations"] = [{"queue": "x", "filter": {"other": 1}}]
    yield "s3/buckets/b/queueConfigurations/0/filter", filtered
    shared = _bucket()
    shared["buckets"]["b"]["corsRules"] = [{"allowedMethods": ["GET"], "allowedOrigins": [1]}]
    yield "s3/buckets/b/corsRules/0/allowedOrigins", shared


@pytest.mark.parametrize(("place", "document"), list(_broken()))
def test_a_value_that_cannot_be_used_is_named_and_nothing_changes(s3: Any, place: str, document: Any) -> None:
    s3.put("k", b"x")
    before = s3.dump()
    with pytest.raises(ValueError, match=place):
        _adopt(s3, document)
    assert s3.dump() == before
    assert s3.read("k") == b"x"


def test_a_bucket_of_another_account_stays_theirs(s3: Any) -> None:
    with s3.as_account("111111111111"):
        s3("CreateBucket", Bucket="theirs")
    with pytest.raises(ValueError, match="111111111111"):
        _adopt(s3, {"buckets": {"theirs": {}}})
