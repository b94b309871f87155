"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from services.checksums import checksum_of
from services.s3 import limits
from services.s3.integrity import composite

PART = b"p" * 64


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is true of parts of 5 MiB is true of smaller ones, only sooner."""
    monkeypatch.setattr(limits, "PART_BYTES_MIN", len(PART))


class Uploading:
    """One upload of ``big``, and the parts that were sent."""

    def __init__(self, s3: Any, **request: Any) -> None:
        self.s3 = s3
        self.created = s3("CreateMultipartUpload", Bucket="bucket", Key="big", **request)
        self.names = {"Bucket": "bucket", "Key": "big", "UploadId": self.created["UploadId"]}
        self.parts: list[dict[str, Any]] = []

    def part(self, number: int, data: bytes, **request: Any) -> Any:
        answer = self.s3("UploadPart", Body=data, PartNumber=number, **self.names, **request)
        listed = {name: value for name, value in answer.items() if name.startswith(("ETag", "Checksum"))}
        self.parts.append({"PartNumber": number, **listed})
        return answer

    def complete(self, **request: Any) -> Any:
        return self.s3("CompleteMultipartUpload", **self._completion(request))

    def refusal(self, **request: Any) -> Any:
        return self.s3.refusal("CompleteMultipartUpload", **self._completion(request))

    def refused(self, **request: Any) -> str:
        code: str = self.refusal(**request).code
        return code

    def _completion(self, request: dict[str, Any]) -> dict[str, Any]:
        return {**self.names, "MultipartUpload": {"Parts": self.parts}, **request}


def test_the_address_of_an_object_is_encoded_as_a_form_is(s3: Any) -> None:
    names = {"Bucket": "bucket", "Key": "a dir/ü+.bin"}
    upload = s3("CreateMultipartUpload", **names)["UploadId"]
    etag = s3("UploadPart", UploadId=upload, PartNumber=1, **names)["ETag"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": etag}]}
    answer = s3("CompleteMultipartUpload", UploadId=upload, MultipartUpload=parts, **names)
    assert answer["Location"] == "http://localhost:4566/bucket/a+dir%2F%C3%BC%2B.bin"


def test_parts_become_an_object(s3: Any) -> None:
    upload = Uploading(s3, ContentType="text/plain", Metadata={"m": "1"}, CacheControl="no-cache", Tagging="a=b")
    upload.part(1, PART)
    upload.part(2, b"end")
    assert s3.keys() == [], "nothing shows before it is complete"
    answer = upload.complete()
    md5s = hashlib.md5(PART).digest() + hashlib.md5(b"end").digest()
    assert answer["ETag"] == f'"{hashlib.md5(md5s).hexdigest()}-2"'
    assert answer["Location"] == "http://localhost:4566/bucket/big"
    assert (answer["Bucket"], answer["Key"]) == ("bucket", "big")
    assert answer["ChecksumCRC64NVME"] == checksum_of("CRC64NVME", PART + b"end")
    assert s3.read("big") == PART + b"end"
    head = s3("HeadObject", Bucket="bucket", Key="big")
    shown = ("ContentType", "Metadata", "CacheControl", "TagCount", "ETag")
    assert [head[name] for name in shown] == ["text/plain", {"m": "1"}, "no-cache", 1, answer["ETag"]]
    assert s3("ListMultipartUploads", Bucket="bucket")["Uploads"] == []


def test_a_part_is_replaced_by_a_later_one_of_its_number(s3: Any) -> None:
    upload = Uploading(s3)
    upload.part(1, b"first")
    upload.part(1, b"second")
    assert upload.refused(MultipartUpload={"Parts": upload.parts[:1]}) == "InvalidPart"
    upload.complete(MultipartUpload={"Parts": upload.parts[1:]})
    assert s3.read("big") == b"second"


def test_parts_that_are_not_listed_are_left_out(s3: Any) -> None:
    upload = Uploading(s3)
    for number in (1, 5, 10_000):
        upload.part(number, PART)
    upload.complete(MultipartUpload={"Parts": [upload.parts[0], upload.parts[2]]})
    assert s3("HeadObject", Bucket="bucket", Key="big")["ContentLength"] == 2 * len(PART)


def test_reading_parts_of_the_object(s3: Any) -> None:
    upload = Uploading(s3, ChecksumAlgorithm="SHA256")
    for number, data in enumerate((PART, b"end"), 1):
        upload.part(number, data, ChecksumSHA256=checksum_of("SHA256", data))
    upload.complete()
    request = {"Bucket": "bucket", "Key": "big", "PartNumber": 2, "ChecksumMode": "ENABLED"}
    answer = s3("GetObject", **request)
    assert s3.status == 206
    assert answer["ContentRange"] == f"bytes {len(PART)}-{len(PART) + 2}/{len(PART) + 3}"
    assert (answer["PartsCount"], answer["ChecksumSHA256"]) == (2, checksum_of("SHA256", b"end"))
    assert s3.read("big", PartNumber=2) == b"end"
    assert s3.refused("GetObject", Bucket="bucket", Key="big", PartNumber=3) == "InvalidPartNumber"


def test_the_smallest_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert limits.PART_BYTES_MIN == 5 * 1024 * 1024


def test_only_the_last_part_may_be_small(s3: Any) -> None:
    upload = Uploading(s3)
    upload.part(1, PART[:-1])
    upload.part(2, b"end")
    error = s3.refusal("CompleteMultipartUpload", **upload.names, MultipartUpload={"Parts": upload.parts})
    assert (error.code, error.members["PartNumber"]) == ("EntityTooSmall", 1)
    assert error.members["MinSizeAllowed"] == len(PART)


def test_lists_of_parts_that_are_refused(s3: Any) -> None:
    upload = Uploading(s3)
    upload.part(1, PART)
    upload.part(2, PART)
    one, two = upload.parts
    assert upload.refused(MultipartUpload={"Parts": []}) == "MalformedXML"
    assert upload.refused(MultipartUpload={"Parts": [{"PartNumber": 1}]}) == "MalformedXML"
    assert upload.refused(MultipartUpload={"Parts": [two, one]}) == "InvalidPartOrder"
    assert upload.refused(MultipartUpload={"Parts": [one, one]}) == "InvalidPartOrder"
    assert upload.refused(MultipartUpload={"Parts": [one, {**two, "PartNumber": 3}]}) == "InvalidPart"
    assert upload.refused(MultipartUpload={"Parts": [{**one, "ETag": '"other"'}]}) == "InvalidPart"
    assert upload.refused(MpuObjectSize=1) == "InvalidRequest"
    upload.complete(MpuObjectSize=2 * len(PART))


def test_entity_tags_may_come_without_quotes(s3: Any) -> None:
    upload = Uploading(s3)
    etag = upload.part(1, b"x")["ETag"].strip('"')
    upload.complete(MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]})


def test_completing_again_gives_the_same_answer(s3: Any) -> None:
    s3.set_versioning("Enabled")
    upload = Uploading(s3)
    upload.part(1, b"x")
    first = upload.complete()
    lsn = s3.caller.world.store.lsn
    assert upload.complete() == first
    assert s3.caller.world.store.lsn == lsn
    s3("DeleteObject", Bucket="bucket", Key="big", VersionId=first["VersionId"])
    assert upload.refused() == "NoSuchUpload"


def test_completing_again_with_other_parts_comes_too_late(s3: Any) -> None:
    upload = Uploading(s3)
    upload.part(1, PART)
    upload.part(2, b"end")
    upload.complete()
    first, second = upload.parts
    for parts in ([first], [second], [{**first, "ETag": "x"}, second], []):
        assert upload.refused(MultipartUpload={"Parts": parts}) == "NoSuchUpload"
    upload.complete(IfNoneMatch="*")


def test_conditions_on_the_object(s3: Any) -> None:
    upload = Uploading(s3)
    upload.part(1, b"x")
    etag = s3.put("big", b"there already")["ETag"]
    assert upload.refused(IfNoneMatch="*") == "PreconditionFailed"
    assert upload.refused(IfMatch='"other"') == "PreconditionFailed"
    upload.complete(IfMatch=etag)
    assert s3.read("big") == b"x"


def test_abort(s3: Any) -> None:
    upload = Uploading(s3)
    upload.part(1, b"x")
    s3("AbortMultipartUpload", **upload.names)
    for operation in ("AbortMultipartUpload", "ListParts"):
        assert s3.refused(operation, **upload.names) == "NoSuchUpload"
    assert s3.refused("UploadPart", **upload.names, PartNumber=1) == "NoSuchUpload"
    assert upload.refused() == "NoSuchUpload"
    sha256 = hashlib.sha256(b"x").hexdigest()
    with pytest.raises(KeyError):
        s3.caller.world.store.bodies.open(sha256)


def test_an_upload_belongs_to_its_key(s3: Any) -> None:
    upload = Uploading(s3)
    assert s3.refused("UploadPart", **{**upload.names, "Key": "other"}, PartNumber=1) == "NoSuchUpload"


@pytest.mark.parametrize("number", [0, 10_001, -1])
def test_part_numbers(s3: Any, number: int) -> None:
    upload = Uploading(s3)
    assert s3.refused("UploadPart", **upload.names, PartNumber=number) == "InvalidArgument"


# What happens while the parts are put together


class Meanwhile:
    """Something that happens between the two looks that CompleteMultipartUpload takes."""

    def __init__(self, s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self._bodies = s3.caller.world.store.bodies
        self._monkeypatch = monkeypatch
        self.made: list[Any] = []

    def does(self, action: Callable[[], Any]) -> None:
        concatenate = self._bodies.concatenate

        async def interrupted(*args: Any) -> Any:
            self._monkeypatch.setattr(self._bodies, "concatenate", concatenate)
            self.made.append(await concatenate(*args))
            action()
            return self.made[0]

        self._monkeypatch.setattr(self._bodies, "concatenate", interrupted)


@pytest.fixture
def meanwhile(s3: Any, monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    return Meanwhile(s3, monkeypatch)


def _sync(s3: Any, operation: str, **request: Any) -> Callable[[], Any]:
    """An operation that doesn't wait, for later."""
    return lambda: s3.caller("s3", operation, **request)


def test_an_upload_that_is_aborted_meanwhile(s3: Any, meanwhile: Meanwhile) -> None:
    upload = Uploading(s3)
    upload.part(1, PART)
    upload.part(2, b"end")
    meanwhile.does(_sync(s3, "AbortMultipartUpload", **upload.names))
    assert upload.refused() == "NoSuchUpload"
    assert s3.keys() == []
    with pytest.raises(KeyError):
        s3.caller.world.store.bodies.open(meanwhile.made[0].sha256)


def test_an_object_that_appears_meanwhile(s3: Any, meanwhile: Meanwhile) -> None:
    upload = Uploading(s3)
    upload.part(1, b"x")
    meanwhile.does(_sync(s3, "PutObject", Bucket="bucket", Key="big", Body=b"first"))
    assert upload.refused(IfNoneMatch="*") == "PreconditionFailed"
    assert s3.read("big") == b"first"


def test_a_part_that_is_replaced_meanwhile(s3: Any, meanwhile: Meanwhile) -> None:
    upload = Uploading(s3)
    upload.part(1, b"x")
    meanwhile.does(_sync(s3, "UploadPart", **upload.names, PartNumber=1, Body=b"y"))
    assert upload.refused() == "InvalidPart"


def test_a_bucket_that_goes_meanwhile(s3: Any, meanwhile: Meanwhile) -> None:
    upload = Uploading(s3)
    upload.part(1, b"x")
    meanwhile.does(_sync(s3, "DeleteBucket", Bucket="bucket"))
    assert upload.refused() == "NoSuchBucket"


def test_two_completions_at_once_are_one(s3: Any) -> None:
    s3.set_versioning("Enabled")
    upload = Uploading(s3)
    upload.part(1, b"x")

    async def both() -> list[Any]:
        request = {**upload.names, "MultipartUpload": {"Parts": upload.parts}}
        twice = (s3.caller("s3", "CompleteMultipartUpload", **request) for _ in range(2))
        return await asyncio.gather(*twice)

    first, second = asyncio.run(both())
    assert first == second
    assert len(s3("ListObjectVersions", Bucket="bucket")["Versions"]) == 1


# Checksums


def test_a_composite_checksum(s3: Any) -> None:
    upload = Uploading(s3, ChecksumAlgorithm="CRC32")
    assert (upload.created["ChecksumAlgorithm"], upload.created["ChecksumType"]) == ("CRC32", "COMPOSITE")
    values = [checksum_of("CRC32", data) for data in (PART, b"end")]
    for number, data in enumerate((PART, b"end"), 1):
        assert upload.part(number, data, ChecksumCRC32=values[number - 1])["ChecksumCRC32"] == values[number - 1]
    without = [{"PartNumber": part["PartNumber"], "ETag": part["ETag"]} for part in upload.parts]
    assert upload.refused(MultipartUpload={"Parts": without}) == "InvalidRequest"
    wrong = [upload.parts[0], {**upload.parts[1], "ChecksumCRC32": values[0]}]
    assert upload.refused(MultipartUpload={"Parts": wrong}) == "InvalidPart"
    assert upload.refused(ChecksumType="FULL_OBJECT") == "InvalidRequest"
    answer = upload.complete()
    assert answer["ChecksumCRC32"] == composite("CRC32", values).value
    assert answer["ChecksumType"] == "COMPOSITE"


def test_a_checksum_of_the_full_object(s3: Any) -> None:
    upload = Uploading(s3, ChecksumAlgorithm="CRC32", ChecksumType="FULL_OBJECT")
    upload.part(1, PART)
    upload.part(2, b"end")
    value = checksum_of("CRC32", PART + b"end")
    full = {"ChecksumType": "FULL_OBJECT"}
    assert upload.refused(ChecksumCRC32=checksum_of("CRC32", b"end"), **full) == "BadDigest"
    assert s3.keys() == []
    answer = upload.complete(ChecksumCRC32=value, **full)
    assert (answer["ChecksumCRC32"], answer["ChecksumType"]) == (value, "FULL_OBJECT")


@pytest.mark.parametrize(
    ("algorithm", "part", "message"),
    [
        ("CRC32", {}, "expected checksum Type: crc32, actual checksum Type: null"),
        (
            "CRC32",
            {"ChecksumSHA1": checksum_of("SHA1", b"x")},
            "expected checksum Type: crc32, actual checksum Type: sha1",
        ),
    ],
)
def test_a_part_has_the_uploads_kind_of_checksum(s3: Any, algorithm: str, part: dict[str, str], message: str) -> None:
    upload = Uploading(s3, ChecksumAlgorithm=algorithm)
    error = s3.refusal("UploadPart", **upload.names, PartNumber=1, Body=b"x", **part)
    assert error.code == "InvalidRequest"
    assert message in error.message


def test_without_an_algorithm_parts_may_have_any(s3: Any) -> None:
    """boto3 sends CRC32 with each part, and names no algorithm when it begins."""
    upload = Uploading(s3)
    crc32 = checksum_of("CRC32", b"x")
    assert upload.part(1, b"x", ChecksumCRC32=crc32)["ChecksumCRC32"] == crc32
    wrong = {"PartNumber": 1, "Body": b"y", "ChecksumCRC32": crc32}
    assert s3.refused("UploadPart", **upload.names, **wrong) == "BadDigest"
    # Naming them at the end is another matter: the upload knows of none.
    assert upload.refused() == "InvalidPart"
    for part in upload.parts:
        del part["ChecksumCRC32"]
    error = upload.refusal(ChecksumType="COMPOSITE")
    assert error.message.startswith("The upload was created using the null checksum mode.")
    answer = upload.complete(ChecksumCRC32C="AAAAAA==-1")
    assert answer["ChecksumCRC64NVME"] == checksum_of("CRC64NVME", b"x"), "one of another algorithm is ignored"


def test_a_part_with_a_checksum_of_another_algorithm(s3: Any) -> None:
    upload = Uploading(s3, ChecksumAlgorithm="CRC32")
    upload.part(1, b"x", ChecksumCRC32=checksum_of("CRC32", b"x"))
    del upload.parts[0]["ChecksumCRC32"]
    upload.parts[0]["ChecksumSHA256"] = checksum_of("SHA256", b"x")
    error = upload.refusal()
    assert (error.code, error.message) == (
        "BadDigest",
        "The sha256 you specified for part 1 did not match what we received.",
    )


def test_a_full_object_checksum_needs_its_type(s3: Any) -> None:
    upload = Uploading(s3, ChecksumAlgorithm="CRC32C", ChecksumType="FULL_OBJECT")
    whole = checksum_of("CRC32C", b"x")
    upload.part(1, b"x", ChecksumCRC32C=whole)
    error = upload.refusal(ChecksumCRC32C=whole)
    assert error.message == "The crc32c you specified did not match the calculated checksum."
    assert upload.complete(ChecksumCRC32C=whole, ChecksumType="FULL_OBJECT")["ChecksumCRC32C"] == whole


def test_a_part_of_an_object_is_read_with_its_checksum_and_type(s3: Any) -> None:
    upload = Uploading(s3, ChecksumAlgorithm="CRC32C")
    upload.part(1, b"x", ChecksumCRC32C=checksum_of("CRC32C", b"x"))
    upload.complete()
    head = s3("HeadObject", Bucket="bucket", Key="big", PartNumber=1, ChecksumMode="ENABLED")
    assert (head["ChecksumCRC32C"], head["ChecksumType"]) == (checksum_of("CRC32C", b"x"), "COMPOSITE")


def test_a_completion_without_a_body(s3: Any) -> None:
    upload = Uploading(s3)
    upload.part(1, b"x")
    error = s3.refusal("CompleteMultipartUpload", **upload.names)
    assert (error.code, error.message) == ("InvalidRequest", "You must specify at least one part")


def test_a_condition_that_a_later_write_overtook(s3: Any) -> None:
    etag = s3.put("big", b"before")["ETag"]
    upload = Uploading(s3)
    upload.part(1, b"x")
    s3.clock.advance(ms=1)
    s3.put("big", b"before")
    error = upload.refusal(IfMatch=etag)
    assert (error.code, error.status) == ("ConditionalRequestConflict", 409)
    assert error.members == {"Condition": "If-Match", "Key": "big"}
    again = Uploading(s3)
    again.part(1, b"x")
    again.complete(IfMatch=etag)


def test_a_condition_that_a_deletion_overtook(s3: Any) -> None:
    s3.set_versioning("Enabled")
    s3.put("big", b"before")
    upload = Uploading(s3)
    upload.part(1, b"x")
    s3.clock.advance(ms=1)
    s3("DeleteObject", Bucket="bucket", Key="big")
    assert upload.refused(IfNoneMatch="*") == "ConditionalRequestConflict"


@pytest.mark.parametrize(
    "request_",
    [
        {"ChecksumAlgorithm": "SHA256", "ChecksumType": "FULL_OBJECT"},
        {"ChecksumAlgorithm": "CRC64NVME", "ChecksumType": "COMPOSITE"},
        {"ChecksumType": "FULL_OBJECT"},
        {"ChecksumAlgorithm": "CRC7"},
    ],
)
def test_checksums_that_an_upload_cannot_have(s3: Any, request_: dict[str, str]) -> None:
    assert s3.refused("CreateMultipartUpload", Bucket="bucket", Key="big", **request_) == "InvalidRequest"


# UploadPartCopy


def test_a_part_copied_whole(s3: Any) -> None:
    s3.put("source", PART)
    upload = Uploading(s3)
    answer = s3("UploadPartCopy", **upload.names, PartNumber=1, CopySource="bucket/source")
    etag = answer["CopyPartResult"]["ETag"]
    assert etag == f'"{hashlib.md5(PART).hexdigest()}"'
    upload.part(2, b"end")
    upload.complete(MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}, upload.parts[0]]})
    assert s3.read("big") == PART + b"end"


def test_a_range_copied_as_a_part(s3: Any) -> None:
    s3.put("source", b"0123456789")
    upload = Uploading(s3, ChecksumAlgorithm="CRC32")
    answer = s3("UploadPartCopy", **upload.names, PartNumber=1, CopySource="bucket/source", CopySourceRange="bytes=2-4")
    result = answer["CopyPartResult"]
    assert (result["ETag"], result["ChecksumCRC32"]) == (
        f'"{hashlib.md5(b"234").hexdigest()}"',
        checksum_of("CRC32", b"234"),
    )
    part = {"PartNumber": 1, "ETag": result["ETag"], "ChecksumCRC32": result["ChecksumCRC32"]}
    upload.complete(MultipartUpload={"Parts": [part]})
    assert s3.read("big") == b"234"


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"CopySourceRange": "bytes=0-10"}, "InvalidArgument"),
        ({"CopySource": "bucket/missing"}, "NoSuchKey"),
        ({"CopySourceIfMatch": '"other"'}, "PreconditionFailed"),
        ({"UploadId": "x"}, "NoSuchUpload"),
        ({"PartNumber": 0}, "InvalidArgument"),
    ],
)
def test_part_copies_that_are_refused(s3: Any, request_: dict[str, Any], code: str) -> None:
    s3.put("source", b"0123456789")
    upload = Uploading(s3)
    request = {**upload.names, "PartNumber": 1, "CopySource": "bucket/source", **request_}
    assert s3.refused("UploadPartCopy", **request) == code
