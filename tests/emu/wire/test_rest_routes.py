"""Every operation of S3's model is reached by the request that botocore makes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.model import Shape

from emu.wire.codecs import Codec
from emu.wire.message import Request
from emu.wire.model import load
from emu.wire.rest_routes import split_path
from services.errors import ServiceError

SHADOWED = {
    # Told apart by nothing in the request (ListDirectoryBuckets: by the host), or replaced by a newer name.
    "ListDirectoryBuckets": "ListBuckets",
    "GetBucketLifecycle": "GetBucketLifecycleConfiguration",
    "GetBucketNotification": "GetBucketNotificationConfiguration",
    "PutBucketLifecycle": "PutBucketLifecycleConfiguration",
    "PutBucketNotification": "PutBucketNotificationConfiguration",
}

ROUTE = {"x-amz-request-route": "r", "x-amz-request-token": "t"}


def least(shape: Shape) -> Any:
    """The smallest value that a shape allows."""
    match shape.type_name:
        case "structure":
            return {name: least(shape.members[name]) for name in shape.required_members}
        case "list":
            return [least(shape.member)]
        case "integer" | "long":
            return 1
        case "boolean":
            return True
        case "blob":
            return b""
        case "timestamp":
            return 0
    return "text"


@pytest.mark.parametrize("name", sorted(load("s3").operations))
def test_the_request_that_botocore_makes_is_named(
    name: str, wire: Callable[..., Codec], oracle: Callable[..., Any]
) -> None:
    aws = oracle("s3", "rest-xml")
    params = least(aws.operation(name).input_shape)
    if name == "SelectObjectContent":
        params = {"Bucket": "b", "Key": "k", "Expression": "select", "ExpressionType": "SQL"}
    assert wire("s3", "rest-xml").operation(aws.request(name, params)) == SHADOWED.get(name, name)


@pytest.mark.parametrize(
    ("method", "target", "headers", "name"),
    [
        ("GET", "/", {}, "ListBuckets"),
        ("GET", "/?x-id=ListBuckets", {}, "ListBuckets"),
        ("GET", "/b", {}, "ListObjects"),
        ("GET", "/b/", {}, "ListObjects"),
        ("GET", "/b?list-type=2", {}, "ListObjectsV2"),
        ("GET", "/b?list-type=3", {}, "ListObjects"),
        ("GET", "/b?location=", {}, "GetBucketLocation"),
        ("GET", "/b?analytics", {}, "ListBucketAnalyticsConfigurations"),
        ("GET", "/b?analytics&id=1", {}, "GetBucketAnalyticsConfiguration"),
        # What an operation requires besides its own key is its own business: it has the better message.
        ("PUT", "/b?analytics", {}, "PutBucketAnalyticsConfiguration"),
        ("GET", "/b/k?attributes", {}, "GetObjectAttributes"),
        ("PUT", "/b/k", {}, "PutObject"),
        ("PUT", "/b/k?x-id=PutObject&unknown=1", {}, "PutObject"),
        ("GET", "/b/k?partNumber=1", {}, "GetObject"),
        ("PUT", "/b/k?partNumber=1&uploadId=u", {}, "UploadPart"),
        ("PUT", "/b/k?uploadId=u&partNumber=1", {"x-amz-copy-source": "b/k"}, "UploadPartCopy"),
        ("PUT", "/b/k", {"x-amz-copy-source": "b/k"}, "CopyObject"),
        ("PUT", "/b/k?tagging", {"x-amz-copy-source": "b/k"}, "PutObjectTagging"),
        ("GET", "/b/k?uploadId=u", {}, "ListParts"),
        ("GET", "/b/k?versionId=v", {}, "GetObject"),
        ("DELETE", "/b/k?uploadId=u", {}, "AbortMultipartUpload"),
        ("DELETE", "/b/k?versionId=v", {}, "DeleteObject"),
        ("DELETE", "/b/k/", {}, "DeleteObject"),
        ("POST", "/b/k?uploadId=u", {}, "CompleteMultipartUpload"),
        ("POST", "/b?delete", {}, "DeleteObjects"),
        ("POST", "/WriteGetObjectResponse", ROUTE, "WriteGetObjectResponse"),
        ("POST", "/b", {"content-type": "multipart/form-data; boundary=x"}, "PostObject"),
        ("OPTIONS", "/b/k", {"origin": "http://x"}, "OptionsObject"),
    ],
)  # fmt: skip
def test_a_request_is_named(
    method: str, target: str, headers: dict[str, str], name: str, wire: Callable[..., Codec]
) -> None:
    path, _, query = target.partition("?")
    assert wire("s3", "rest-xml").operation(Request(method, path, query, headers)) == name


@pytest.mark.parametrize(
    ("method", "target", "status", "members"),
    [
        ("PATCH", "/b/k", 405, {"Method": "PATCH", "ResourceType": "OBJECT"}),
        ("POST", "/b/k", 405, {"Method": "POST", "ResourceType": "OBJECT"}),
        ("DELETE", "/", 405, {"Method": "DELETE", "ResourceType": "SERVICE"}),
        ("HEAD", "/", 405, {"Method": "HEAD", "ResourceType": "SERVICE"}),
        ("POST", "/b", 412, {"Condition": "Bucket POST must be of the enclosure-type multipart/form-data"}),
        ("PUT", "/b/k?uploadId=u", 405, {"Method": "PUT", "ResourceType": "UPLOAD"}),
        ("PUT", "/b/k?partNumber=1", 400, {"ArgumentName": "partNumber", "ArgumentValue": "partNumber"}),
    ],
)
def test_what_no_operation_takes_is_refused(
    method: str, target: str, status: int, members: dict[str, str], wire: Callable[..., Codec]
) -> None:
    path, _, query = target.partition("?")
    with pytest.raises(ServiceError) as caught:
        wire("s3", "rest-xml").operation(Request(method, path, query, {}))
    assert (caught.value.status, caught.value.members) == (status, members)


def test_half_of_what_names_a_part_is_no_copy_either(wire: Callable[..., Codec]) -> None:
    for query in ("uploadId=u", "partNumber=1"):
        with pytest.raises(ServiceError):
            wire("s3", "rest-xml").operation(Request("PUT", "/b/k", query, {"x-amz-copy-source": "b/source"}))


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("/", ("", "")),
        ("/b", ("b", "")),
        ("/b/", ("b", "")),
        ("/b/k", ("b", "k")),
        ("/b//k", ("b", "/k")),
        ("/b/k/", ("b", "k/")),
        ("/b/../k", ("b", "../k")),
        ("/b/a%2Fb+c", ("b", "a%2Fb+c")),
    ],
)
def test_a_path_is_a_bucket_and_a_key(path: str, parts: tuple[str, str]) -> None:
    assert split_path(path) == parts
