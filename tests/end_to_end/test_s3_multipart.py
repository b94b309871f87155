"""Multipart uploads, by hand and as s3transfer makes them.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
"""

from __future__ import annotations

import hashlib
import random
from pathlib import Path
from typing import Any

import pytest
from boto3.s3.transfer import TransferConfig

from emu.testing import Emulator
from tests.end_to_end.asking import refused

MIB = 1024 * 1024
FIRST, LAST = random.Random(1).randbytes(5 * MIB), b"the end"


@pytest.fixture
def upload(s3: Any, bucket: str) -> dict[str, str]:
    """What names an upload of ``big``."""
    created = s3.create_multipart_upload(Bucket=bucket, Key="big", ContentType="text/html", Metadata={"a": "1"})
    return {"Bucket": bucket, "Key": "big", "UploadId": created["UploadId"]}


def put_parts(s3: Any, upload: dict[str, str], *bodies: bytes) -> list[dict[str, Any]]:
    """The parts as CompleteMultipartUpload wants them."""
    return [
        {"PartNumber": number, "ETag": s3.upload_part(**upload, PartNumber=number, Body=body)["ETag"]}
        for number, body in enumerate(bodies, 1)
    ]


def test_parts_become_an_object(s3: Any, upload: dict[str, str]) -> None:
    parts = put_parts(s3, upload, FIRST, LAST)
    completed = s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    md5s = b"".join(hashlib.md5(body, usedforsecurity=False).digest() for body in (FIRST, LAST))
    assert completed["ETag"] == f'"{hashlib.md5(md5s, usedforsecurity=False).hexdigest()}-2"'
    got = s3.get_object(Bucket=upload["Bucket"], Key="big")
    assert got["Body"].read() == FIRST + LAST
    assert (got["ETag"], got["ContentType"], got["Metadata"]) == (completed["ETag"], "text/html", {"a": "1"})


def test_a_part_of_the_object_can_be_read(s3: Any, upload: dict[str, str]) -> None:
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": put_parts(s3, upload, FIRST, LAST)})
    got = s3.get_object(Bucket=upload["Bucket"], Key="big", PartNumber=2)
    assert (got["Body"].read(), got["PartsCount"]) == (LAST, 2)
    assert got["ContentRange"] == f"bytes {len(FIRST)}-{len(FIRST) + len(LAST) - 1}/{len(FIRST) + len(LAST)}"
    with refused("416", 416):
        s3.head_object(Bucket=upload["Bucket"], Key="big", PartNumber=3)


def test_uploads_and_parts_are_listed(s3: Any, upload: dict[str, str]) -> None:
    put_parts(s3, upload, b"one", b"two", b"three")
    s3.upload_part(**upload, PartNumber=2, Body=b"again")
    pages = list(s3.get_paginator("list_parts").paginate(**upload, PaginationConfig={"PageSize": 2}))
    assert [(part["PartNumber"], part["Size"]) for page in pages for part in page["Parts"]] == [(1, 3), (2, 5), (3, 5)]
    assert len(pages) == 2
    s3.create_multipart_upload(Bucket=upload["Bucket"], Key="other")
    paginator = s3.get_paginator("list_multipart_uploads")
    listed = list(paginator.paginate(Bucket=upload["Bucket"], PaginationConfig={"PageSize": 1}))
    assert [entry["Key"] for page in listed for entry in page["Uploads"]] == ["big", "other"]
    assert listed[0]["Uploads"][0]["UploadId"] == upload["UploadId"]


def test_an_aborted_upload_leaves_nothing(s3: Any, upload: dict[str, str]) -> None:
    parts = put_parts(s3, upload, b"one")
    s3.abort_multipart_upload(**upload)
    with refused("NoSuchUpload", 404):
        s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    with refused("NoSuchUpload", 404):
        s3.upload_part(**upload, PartNumber=1, Body=b"x")
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=upload["Bucket"])
    s3.delete_bucket(Bucket=upload["Bucket"])


def test_what_completion_refuses(s3: Any, upload: dict[str, str]) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html"""
    one, two = put_parts(s3, upload, b"small", b"small too")

    def complete(*parts: dict[str, Any]) -> None:
        s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": list(parts)})

    with refused("EntityTooSmall", 400) as error:
        complete(one, two)
    assert (error["Error"]["ProposedSize"], error["Error"]["MinSizeAllowed"]) == ("5", str(5 * MIB))
    with refused("InvalidPartOrder", 400):
        complete(two, one)
    with refused("InvalidPart", 400):
        complete({**one, "ETag": '"0"'})
    with refused("InvalidPart", 400):
        complete({"PartNumber": 3, "ETag": one["ETag"]})
    with refused("MalformedXML", 400):
        complete()
    complete(two)
    assert s3.get_object(Bucket=upload["Bucket"], Key="big")["Body"].read() == b"small too"


def test_completing_again_with_the_same_answer(s3: Any, upload: dict[str, str]) -> None:
    """A client whose connection broke asks again: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html"""
    parts = {"Parts": put_parts(s3, upload, b"one")}
    first = s3.complete_multipart_upload(**upload, MultipartUpload=parts)
    assert s3.complete_multipart_upload(**upload, MultipartUpload=parts)["ETag"] == first["ETag"]


def test_parts_copied_from_an_object(s3: Any, upload: dict[str, str]) -> None:
    s3.put_object(Bucket=upload["Bucket"], Key="from", Body=FIRST + LAST)
    source = {"Bucket": upload["Bucket"], "Key": "from"}
    ranges = [f"bytes=0-{5 * MIB - 1}", f"bytes={5 * MIB}-{5 * MIB + 2}"]
    parts = [
        {
            "PartNumber": number,
            "ETag": s3.upload_part_copy(**upload, PartNumber=number, CopySource=source, CopySourceRange=asked)[
                "CopyPartResult"
            ]["ETag"],
        }
        for number, asked in enumerate(ranges, 1)
    ]
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    assert s3.get_object(Bucket=upload["Bucket"], Key="big")["Body"].read() == FIRST + b"the"


def test_a_file_of_twenty_mebibytes(emulator: Emulator, bucket: str, tmp_path: Path) -> None:
    """s3transfer sends eight parts of a file at once, and fetches ranges at once."""
    s3 = emulator.client("s3")
    path, back = tmp_path / "file", tmp_path / "back"
    path.write_bytes(random.Random(2).randbytes(20 * MIB))
    calls: list[str] = []
    s3.meta.events.register("before-call.s3", lambda model, **_: calls.append(model.name))
    s3.upload_file(str(path), bucket, "file", ExtraArgs={"ContentType": "text/plain", "Metadata": {"a": "1"}})
    s3.download_file(bucket, "file", str(back))
    assert back.read_bytes() == path.read_bytes()
    assert (calls.count("UploadPart"), calls.count("GetObject")) == (3, 3)
    head = s3.head_object(Bucket=bucket, Key="file")
    assert (head["ContentLength"], head["ContentType"], head["Metadata"]) == (20 * MIB, "text/plain", {"a": "1"})
    assert head["ETag"].endswith('-3"')


def test_a_large_object_copied_in_parts(emulator: Emulator, bucket: str) -> None:
    s3 = emulator.client("s3")
    s3.put_object(Bucket=bucket, Key="from", Body=FIRST * 2)
    config = TransferConfig(multipart_threshold=6 * MIB, multipart_chunksize=5 * MIB)
    s3.copy({"Bucket": bucket, "Key": "from"}, bucket, "to", Config=config)
    assert s3.get_object(Bucket=bucket, Key="to")["Body"].read() == FIRST * 2
    assert s3.head_object(Bucket=bucket, Key="to")["ETag"].endswith('-2"')
