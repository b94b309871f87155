"""Checksums, and bodies that are sent in aws-chunked.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
"""

from __future__ import annotations

import hashlib
import io
import random
from base64 import b64encode
from collections.abc import Iterator
from typing import Any
from zlib import crc32

import pytest

from emu.testing import Emulator
from tests.end_to_end.asking import Answer, ask, refused

BODY = random.Random(3).randbytes(150_000)


def base64(raw: bytes) -> str:
    return b64encode(raw).decode()


CRC32 = base64(crc32(BODY).to_bytes(4, "big"))


@pytest.mark.parametrize(
    ("algorithm", "value"),
    [
        ("CRC32", base64(crc32(b"123456789").to_bytes(4, "big"))),
        ("CRC32C", base64(0xE3069283.to_bytes(4, "big"))),
        ("CRC64NVME", base64(0xAE8B14860A799888.to_bytes(8, "big"))),
        ("SHA1", base64(hashlib.sha1(b"123456789", usedforsecurity=False).digest())),
        ("SHA256", base64(hashlib.sha256(b"123456789").digest())),
    ],
)
def test_a_checksum_is_verified_and_returned(s3: Any, bucket: str, algorithm: str, value: str) -> None:
    """The values for ``123456789`` are the check values that the algorithms' catalogues give."""
    named = {"Bucket": bucket, "Key": "page"}
    member = f"Checksum{algorithm}"
    put = s3.put_object(**named, Body=b"123456789", **{member: value})
    assert (put[member], put["ChecksumType"]) == (value, "FULL_OBJECT")
    got = s3.get_object(**named, ChecksumMode="ENABLED")
    assert (got["Body"].read(), got[member]) == (b"123456789", value)
    assert member not in s3.head_object(**named)
    with refused("BadDigest", 400):
        s3.put_object(**named, Body=b"12345678X", **{member: value})
    assert s3.get_object(**named)["Body"].read() == b"123456789"


def test_an_object_without_a_checksum_gets_s3s_own(emulator: Emulator, s3: Any, bucket: str) -> None:
    assert ask(emulator, "PUT", f"/{bucket}/page", b"123456789").status == 200
    head = s3.head_object(Bucket=bucket, Key="page", ChecksumMode="ENABLED")
    assert head["ChecksumCRC64NVME"] == base64(0xAE8B14860A799888.to_bytes(8, "big"))


def test_content_md5(emulator: Emulator, bucket: str) -> None:
    md5 = base64(hashlib.md5(b"x", usedforsecurity=False).digest())
    assert ask(emulator, "PUT", f"/{bucket}/page", b"x", {"Content-MD5": md5}).status == 200
    wrong = ask(emulator, "PUT", f"/{bucket}/page", b"y", {"Content-MD5": md5})
    assert (wrong.status, b"<Code>BadDigest</Code>" in wrong.body) == (400, True)
    nonsense = ask(emulator, "PUT", f"/{bucket}/page", b"x", {"Content-MD5": "x"})
    assert (nonsense.status, b"<Code>InvalidDigest</Code>" in nonsense.body) == (400, True)


def test_the_checksum_of_a_multipart_upload(s3: Any, bucket: str) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html#ChecksumTypes"""
    upload = {"Bucket": bucket, "Key": "big"}
    created = s3.create_multipart_upload(**upload, ChecksumAlgorithm="CRC32", ChecksumType="FULL_OBJECT")
    upload["UploadId"] = created["UploadId"]
    bodies = [BODY * 40, BODY]
    parts = [
        {"PartNumber": number, "ETag": part["ETag"], "ChecksumCRC32": part["ChecksumCRC32"]}
        for number, part in enumerate(
            (s3.upload_part(**upload, PartNumber=n, Body=body) for n, body in enumerate(bodies, 1)), 1
        )
    ]
    completed = s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts}, ChecksumType="FULL_OBJECT")
    assert completed["ChecksumCRC32"] == base64(crc32(b"".join(bodies)).to_bytes(4, "big"))
    assert completed["ChecksumType"] == "FULL_OBJECT"


@pytest.fixture(scope="module")
def trailing(emulator: Emulator) -> Any:
    """A client that sends checksums as trailers, as boto3 does over TLS."""

    def as_trailer(params: dict[str, Any], **_: Any) -> None:
        params["context"]["checksum"]["request_algorithm"]["in"] = "trailer"

    client = emulator.client("s3")
    for operation in ("PutObject", "UploadPart"):
        client.meta.events.register(f"before-call.s3.{operation}", as_trailer)
    return client


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME", "SHA256"])
@pytest.mark.parametrize("size", [0, 9, 150_000, 3_000_000], ids=str)
def test_boto3_streams_a_body_with_a_trailing_checksum(
    trailing: Any, s3: Any, bucket: str, algorithm: str, size: int
) -> None:
    body = random.Random(size).randbytes(size)
    headers: list[Any] = []
    trailing.meta.events.register_last("before-send.s3", lambda request, **_: headers.append(request.headers), "spy")
    put = trailing.put_object(Bucket=bucket, Key="page", Body=io.BytesIO(body), ChecksumAlgorithm=algorithm)
    trailing.meta.events.unregister("before-send.s3", unique_id="spy")
    assert "aws-chunked" in str(headers[0]["Content-Encoding"])
    got = s3.get_object(Bucket=bucket, Key="page", ChecksumMode="ENABLED")
    assert got["Body"].read() == body
    assert got[f"Checksum{algorithm}"] == put[f"Checksum{algorithm}"]
    assert "ContentEncoding" not in got


def chunked(body: bytes, size: int, signature: str = "") -> Iterator[bytes]:
    """A body in aws-chunked, without the empty line at its end."""
    for start in range(0, len(body), size):
        chunk = body[start : start + size]
        yield f"{len(chunk):x}{signature}\r\n".encode() + chunk + b"\r\n"
    yield f"0{signature}\r\n".encode()


def put_chunked(emulator: Emulator, path: str, body: bytes, sha256: str, **headers: str) -> Answer:
    every = {
        "x-amz-content-sha256": sha256,
        "x-amz-decoded-content-length": str(len(BODY)),
        "Content-Encoding": "aws-chunked",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return ask(emulator, "PUT", path, body, every)


def test_signed_chunks(emulator: Emulator, s3: Any, bucket: str) -> None:
    signed = b"".join(chunked(BODY, 65_536, ";chunk-signature=" + "0" * 64)) + b"\r\n"
    assert put_chunked(emulator, f"/{bucket}/page", signed, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD").status == 200
    got = s3.get_object(Bucket=bucket, Key="page")
    assert got["Body"].read() == BODY
    assert got["ETag"] == f'"{hashlib.md5(BODY, usedforsecurity=False).hexdigest()}"'


def test_signed_chunks_with_a_signed_trailer(emulator: Emulator, s3: Any, bucket: str) -> None:
    trailer = f"x-amz-checksum-crc32:{CRC32}\r\nx-amz-trailer-signature:{'0' * 64}\r\n\r\n".encode()
    signed = b"".join(chunked(BODY, 65_536, ";chunk-signature=" + "0" * 64)) + trailer
    put = put_chunked(
        emulator,
        f"/{bucket}/page",
        signed,
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
        x_amz_trailer="x-amz-checksum-crc32",
        Content_Encoding="gzip,aws-chunked",
    )
    assert (put.status, put.headers["x-amz-checksum-crc32"]) == (200, CRC32)
    got = s3.get_object(Bucket=bucket, Key="page")
    assert (got["Body"].read(), got["ContentEncoding"]) == (BODY, "gzip")


def test_a_trailer_that_does_not_fit(emulator: Emulator, bucket: str) -> None:
    trailer = b"x-amz-checksum-crc32:AAAAAA==\r\n\r\n"
    put = put_chunked(
        emulator,
        f"/{bucket}/page",
        b"".join(chunked(BODY, 65_536)) + trailer,
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        x_amz_trailer="x-amz-checksum-crc32",
    )
    assert (put.status, b"<Code>BadDigest</Code>" in put.body) == (400, True)


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda body: body[: len(body) // 2], b"IncompleteBody"),
        (lambda body: b"zz\r\n" + body, b"The request body terminated unexpectedly"),
        (lambda body: body.replace(b"\r\n", b"\r\nx", 1), b""),
    ],
    ids=["cut off", "no size", "too long"],
)
def test_a_damaged_body(emulator: Emulator, s3: Any, bucket: str, damage: Any, code: bytes) -> None:
    body = damage(b"".join(chunked(BODY, 65_536)) + b"\r\n")
    put = put_chunked(emulator, f"/{bucket}/page", body, "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
    assert put.status == 400
    assert code in put.body
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Content-MD5": "nonsense"}, "InvalidDigest"),
        ({"Content-MD5": base64(b"x" * 16)}, "BadDigest"),
        ({"x-amz-content-sha256": "0" * 64, "x-amz-checksum-crc32": "AAAAAA=="}, "XAmzContentSHA256Mismatch"),
        ({"x-amz-content-sha256": "UNSIGNED-PAYLOAD"}, "InvalidRequest"),
        ({"x-amz-sdk-checksum-algorithm": "CRC32", "x-amz-checksum-crc32": "AAAAAA=="}, "BadDigest"),
        ({"x-amz-sdk-checksum-algorithm": "CRC32", "x-amz-checksum-crc32": "AAAA"}, "InvalidRequest"),
    ],
)
def test_a_document_that_did_not_arrive_as_it_was_sent(
    emulator: Emulator, s3: Any, bucket: str, headers: dict[str, str], code: str
) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    body = b"<Delete><Object><Key>k</Key></Object></Delete>"
    answer = ask(emulator, "POST", f"/{bucket}?delete", body, headers)
    assert (answer.status, f"<Code>{code}</Code>".encode() in answer.body) == (400, True)
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"


def test_a_body_whose_length_is_not_said(emulator: Emulator, s3: Any, bucket: str) -> None:
    """Clients that stream to a presigned URL find out on AWS."""
    answer = ask(emulator, "PUT", f"/{bucket}/k", iter([b"x", b"y"]))
    assert answer.status == 501
    assert b"<Code>NotImplemented</Code>" in answer.body
    assert b"<Header>Transfer-Encoding</Header>" in answer.body
