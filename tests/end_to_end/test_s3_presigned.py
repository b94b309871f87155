"""Presigned URLs, used by a plain HTTP client.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
import xmltodict
from botocore.config import Config

from emu.testing import Emulator
from tests.end_to_end.asking import Answer, ask


@pytest.fixture(scope="module", params=["s3v4", "s3"], ids=["signature v4", "signature v2"])
def signer(emulator: Emulator, request: pytest.FixtureRequest) -> Any:
    return emulator.client("s3", config=Config(signature_version=request.param))


def use(emulator: Emulator, method: str, url: str, body: bytes = b"", **headers: str) -> Answer:
    parts = urlsplit(url)
    return ask(emulator, method, f"{parts.path}?{parts.query}", body, {"Host": parts.netloc, **headers})


@pytest.mark.parametrize("key", ["page", "a//b", "ä ö+&%25"])
def test_put_then_get(emulator: Emulator, signer: Any, s3: Any, bucket: str, key: str) -> None:
    named = {"Bucket": bucket, "Key": key}
    put = use(emulator, "PUT", signer.generate_presigned_url("put_object", Params=named), b"by anyone")
    assert put.status == 200
    got = use(emulator, "GET", signer.generate_presigned_url("get_object", Params=named))
    assert (got.status, got.body, got.headers["etag"]) == (200, b"by anyone", put.headers["etag"])
    assert s3.get_object(**named)["Body"].read() == b"by anyone"


def test_an_answer_with_other_headers(emulator: Emulator, signer: Any, s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="page", Body=b"x")
    params = {"Bucket": bucket, "Key": "page", "ResponseContentType": "text/css"}
    got = use(emulator, "GET", signer.generate_presigned_url("get_object", Params=params))
    assert got.headers["content-type"] == "text/css"


def test_a_content_type_that_was_signed(emulator: Emulator, signer: Any, s3: Any, bucket: str) -> None:
    params = {"Bucket": bucket, "Key": "page", "ContentType": "text/html"}
    url = signer.generate_presigned_url("put_object", Params=params)
    assert use(emulator, "PUT", url, b"<p>", **{"Content-Type": "text/html"}).status == 200
    assert s3.head_object(Bucket=bucket, Key="page")["ContentType"] == "text/html"


def test_a_deletion_and_a_head(emulator: Emulator, signer: Any, s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="page", Body=b"12345")
    named = {"Bucket": bucket, "Key": "page"}
    head = use(emulator, "HEAD", signer.generate_presigned_url("head_object", Params=named))
    assert (head.status, head.headers["content-length"], head.body) == (200, "5", b"")
    assert use(emulator, "DELETE", signer.generate_presigned_url("delete_object", Params=named)).status == 204
    missing = use(emulator, "GET", signer.generate_presigned_url("get_object", Params=named))
    assert (missing.status, b"<Code>NoSuchKey</Code>" in missing.body) == (404, True)


def test_an_expired_url(emulator: Emulator, signer: Any, s3: Any, bucket: str) -> None:
    """The URLs are made to look old, so that nobody has to wait."""
    s3.put_object(Bucket=bucket, Key="page", Body=b"x")
    for operation, method in (("get_object", "GET"), ("put_object", "PUT"), ("delete_object", "DELETE")):
        url = signer.generate_presigned_url(operation, Params={"Bucket": bucket, "Key": "page"})
        old = re.sub(r"(?<=[?&]Expires=)\d+", "1", re.sub(r"(?<=X-Amz-Date=)\d{4}", "2020", url))
        answer = use(emulator, method, old, b"late" if method == "PUT" else b"")
        error = xmltodict.parse(answer.body)["Error"]
        assert (answer.status, error["Code"], error["Message"]) == (403, "AccessDenied", "Request has expired")
        assert error["Expires"] < error["ServerTime"]
    assert s3.get_object(Bucket=bucket, Key="page")["Body"].read() == b"x"


@pytest.mark.parametrize("query", ["presigned", "unsigned"])
def test_a_body_that_says_that_it_is_a_form(emulator: Emulator, signer: Any, s3: Any, bucket: str, query: str) -> None:
    """What curl and urllib say of every body unless they are told otherwise."""
    named = {"Bucket": bucket, "Key": "page"}
    url = signer.generate_presigned_url("put_object", Params=named)
    url = url if query == "presigned" else url.partition("?")[0]
    put = use(emulator, "PUT", url, b"Action=SendMessage&a=b", **{"Content-Type": "application/x-www-form-urlencoded"})
    assert put.status == 200
    got = s3.get_object(**named)
    assert (got["Body"].read(), got["ContentType"]) == (b"Action=SendMessage&a=b", "application/x-www-form-urlencoded")
