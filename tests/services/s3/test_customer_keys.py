"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html"""

from __future__ import annotations

from typing import Any

import pytest

MEMBERS = ["SSECustomerAlgorithm", "SSECustomerKey", "SSECustomerKeyMD5"]


@pytest.mark.parametrize("member", MEMBERS)
def test_nothing_is_written_as_if_it_were_encrypted(s3: Any, member: str) -> None:
    upload = s3("CreateMultipartUpload", Bucket="bucket", Key="k")["UploadId"]
    s3.put("source", b"x")
    part = {"UploadId": upload, "PartNumber": 1}
    source = {"CopySource": "bucket/source"}
    for operation, more in (
        ("PutObject", {}),
        ("CopyObject", source),
        ("CreateMultipartUpload", {}),
        ("UploadPart", part),
        ("UploadPartCopy", {**part, **source}),
    ):
        error = s3.refusal(operation, Bucket="bucket", Key="k", **more, **{member: "AES256"})
        assert (error.code, error.status) == ("NotImplemented", 501)
        assert error.members["Header"].startswith("x-amz-server-side-encryption-customer-")
    assert s3("ListParts", Bucket="bucket", Key="k", UploadId=upload)["Parts"] == []
    assert s3.keys() == ["source"]


@pytest.mark.parametrize("member", MEMBERS)
def test_nothing_that_is_read_was_encrypted(s3: Any, member: str) -> None:
    s3.put("k", b"x")
    upload = s3("CreateMultipartUpload", Bucket="bucket", Key="m")["UploadId"]
    copy = {"CopySource": "bucket/k", f"CopySource{member}": "AES256"}
    for operation, request in (
        ("GetObject", {"Key": "k", member: "AES256"}),
        ("HeadObject", {"Key": "k", member: "AES256"}),
        ("CopyObject", {"Key": "copy", **copy}),
        ("UploadPartCopy", {"Key": "m", "UploadId": upload, "PartNumber": 1, **copy}),
    ):
        error = s3.refusal(operation, Bucket="bucket", **request)
        assert (error.code, error.status) == ("InvalidRequest", 400)
        assert error.message == "The encryption parameters are not applicable to this object."
