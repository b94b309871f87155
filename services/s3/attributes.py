"""What a request says about an object beside its bytes, and how an answer gives it back.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from services.context import Context
from services.s3 import errors, limits
from services.s3.access_lists import check_object_acl
from services.s3.bucket import Bucket
from services.s3.customer_keys import refuse_customer_key
from services.s3.model import EMPTY, STANDARD, ObjectVersion

DEFAULT_CONTENT_TYPE = "binary/octet-stream"

_RETURNED = ("CacheControl", "ContentDisposition", "ContentEncoding", "ContentLanguage", "Expires")
_OF_ONE_OBJECT = ("WebsiteRedirectLocation", "ServerSideEncryption", "SSEKMSKeyId", "ACL")
_BUCKET_KEY = "BucketKeyEnabled"
_NEVER_COPIED = frozenset({*_OF_ONE_OBJECT, _BUCKET_KEY})
"""Headers that CopyObject never takes from its source."""

_STORAGE_CLASSES = frozenset(
    "STANDARD REDUCED_REDUNDANCY STANDARD_IA ONEZONE_IA INTELLIGENT_TIERING GLACIER DEEP_ARCHIVE GLACIER_IR".split()
)
ARCHIVES = frozenset({"GLACIER", "DEEP_ARCHIVE"})
"""Storage classes whose objects have to be restored before they can be read."""
_WITH_KMS = frozenset({"aws:kms", "aws:kms:dsse"})
_ENCRYPTIONS = _WITH_KMS | {"AES256"}
_NOT_IMPLEMENTED: Mapping[str, str] = {
    "SSEKMSEncryptionContext": "x-amz-server-side-encryption-context",
    "WriteOffsetBytes": "x-amz-write-offset-bytes",
}
_OBJECT_LOCK = (
    "ObjectLockMode",
    "ObjectLockRetainUntilDate",
    "ObjectLockLegalHoldStatus",
    "ObjectLockEventHold",
    "ObjectLockEventHoldDurationDays",
    "ObjectLockEventHoldDurationYears",
)
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/tagging-managing.html
_TAG = re.compile(r"[\w\s+=.:/@-]*")
_REFUSED = frozenset({*_NOT_IMPLEMENTED, *_OBJECT_LOCK})


class Attributes(NamedTuple):
    """Members of an :class:`~services.s3.model.ObjectVersion` of the same names."""

    content_type: str
    metadata: Mapping[str, str]
    headers: Mapping[str, str]
    storage_class: str
    tags: Mapping[str, str] | None


def requested(ctx: Context, request: dict[str, Any], bucket: Bucket) -> Attributes:
    """The attributes that PutObject, CreateMultipartUpload or CopyObject asks for in its bucket.

    Errors: MetadataTooLarge, InvalidStorageClass, InvalidArgument, InvalidTag, those of
    :func:`~services.s3.access_lists.check_object_acl`, and NotImplemented for what would change how the object is kept
    and isn't there.
    """
    refuse_customer_key(request)
    _refuse_unsupported(request)
    check_object_acl(ctx, request, bucket)
    storage_class = request.get("StorageClass", STANDARD)
    if storage_class not in _STORAGE_CLASSES:
        raise errors.INVALID_STORAGE_CLASS(storage_class=storage_class)
    tagging = request.get("Tagging")
    return Attributes(
        content_type=request.get("ContentType") or DEFAULT_CONTENT_TYPE,
        metadata=_metadata(ctx, request.get("Metadata")),
        headers=_headers(request),
        storage_class=storage_class,
        tags=_tags(tagging) if tagging else None,
    )


def copied(ctx: Context, request: dict[str, Any], bucket: Bucket, source: ObjectVersion) -> Attributes:
    """The attributes of a copy, from its source and the request as the directives say.

    Errors: as :func:`requested`; InvalidArgument for an unknown directive.
    """
    asked = requested(ctx, request, bucket)
    if _replaces(request, "MetadataDirective", "metadata"):
        content_type, metadata, headers = asked.content_type, asked.metadata, asked.headers
    else:
        content_type, metadata = source.content_type, source.metadata
        headers = {name: value for name, value in source.headers.items() if name in _RETURNED}
        headers |= {name: value for name, value in asked.headers.items() if name in _NEVER_COPIED}
    tags = asked.tags if _replaces(request, "TaggingDirective", "tagging") else source.tags
    return Attributes(content_type, metadata, headers or EMPTY, asked.storage_class, tags)


def _replaces(request: dict[str, Any], member: str, what: str) -> bool:
    directive = request.get(member, "COPY")
    if directive not in ("COPY", "REPLACE"):
        raise errors.INVALID_ARGUMENT(
            problem=f"Unknown {what} directive.", name=f"x-amz-{what}-directive", value=directive
        )
    return bool(directive == "REPLACE")


def described(version: ObjectVersion) -> dict[str, Any]:
    """The members of GetObject's and HeadObject's answers that say what was stored with the object."""
    headers = version.headers
    answer: dict[str, Any] = {
        "ContentType": version.content_type,
        "Metadata": version.metadata,
        **encryption(headers),
    }
    for name in _RETURNED:
        if name in headers:
            answer[name] = headers[name]
    if "WebsiteRedirectLocation" in headers:
        answer["WebsiteRedirectLocation"] = headers["WebsiteRedirectLocation"]
    if version.storage_class != STANDARD:
        answer["StorageClass"] = version.storage_class
    if version.tags:
        answer["TagCount"] = len(version.tags)
    return answer


def encryption(headers: Mapping[str, str]) -> dict[str, Any]:
    """S3 says of every object that it is encrypted, with keys of its own unless it was told otherwise.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
    """
    answer: dict[str, Any] = {"ServerSideEncryption": headers.get("ServerSideEncryption", "AES256")}
    if "SSEKMSKeyId" in headers:
        answer["SSEKMSKeyId"] = headers["SSEKMSKeyId"]
    if _BUCKET_KEY in headers:
        answer[_BUCKET_KEY] = True
    return answer


def _refuse_unsupported(request: dict[str, Any]) -> None:
    if _REFUSED.isdisjoint(request):
        return
    for member, header in _NOT_IMPLEMENTED.items():
        if member in request:
            raise errors.NOT_IMPLEMENTED(header=header)
    # No bucket can be made with object lock yet, so AWS's answer for a bucket without it is the true one.
    raise errors.INVALID_REQUEST(problem="Bucket is missing Object Lock Configuration")


def _metadata(ctx: Context, metadata: Mapping[str, str] | None) -> Mapping[str, str]:
    if not metadata:
        return EMPTY
    size = sum(len(name.encode()) + len(value.encode()) for name, value in metadata.items())
    if size > limits.USER_METADATA_BYTES_MAX:
        ctx.refuse(errors.METADATA_TOO_LARGE, size=size, size_max=limits.USER_METADATA_BYTES_MAX)
    return {name.lower(): value for name, value in metadata.items()}


def _headers(request: dict[str, Any]) -> Mapping[str, str]:
    headers = {name: request[name] for name in (*_RETURNED, *_OF_ONE_OBJECT) if request.get(name)}
    if not headers:
        return EMPTY
    if "ContentEncoding" in headers:
        # "aws-chunked" says how the request was sent, not what the object is.
        codings = [coding.strip() for coding in headers["ContentEncoding"].split(",")]
        headers["ContentEncoding"] = ",".join(coding for coding in codings if coding != "aws-chunked")
        if not headers["ContentEncoding"]:
            del headers["ContentEncoding"]
    _check_encryption(headers)
    if headers.get("ServerSideEncryption") in _WITH_KMS and request.get(_BUCKET_KEY):
        headers[_BUCKET_KEY] = "true"
    redirect = headers.get("WebsiteRedirectLocation", "/")
    if not redirect.startswith(("/", "http://", "https://")):
        raise errors.INVALID_ARGUMENT(
            problem="The website redirect location must have a prefix of 'http://' or 'https://' or '/'.",
            name="x-amz-website-redirect-location",
            value=redirect,
        )
    return headers


def _check_encryption(headers: Mapping[str, str]) -> None:
    encrypted = headers.get("ServerSideEncryption", "AES256")
    if encrypted not in _ENCRYPTIONS:
        problem = "The encryption method specified is not supported"
    elif "SSEKMSKeyId" in headers and encrypted not in _WITH_KMS:
        problem = (
            "Server Side Encryption with AWS KMS managed key requires HTTP header "
            "x-amz-server-side-encryption : aws:kms"
        )
    else:
        return
    raise errors.INVALID_ARGUMENT(problem=problem, name="x-amz-server-side-encryption", value=encrypted)


def _tags(tagging: str) -> Mapping[str, str]:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html"""
    pairs = parse_qsl(tagging, keep_blank_values=True)
    tags = dict(pairs)
    if len(tags) != len(pairs) or any(pair.count("=") > 1 for pair in tagging.split("&")):
        raise errors.INVALID_ARGUMENT(
            problem="The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without "
            "tag name duplicates.",
            name="x-amz-tagging",
            value=tagging,
        )
    if len(tags) > limits.OBJECT_TAGS_MAX:
        raise errors.TOO_MANY_TAGS(limit=limits.OBJECT_TAGS_MAX)
    for key, value in tags.items():
        if not 0 < len(key) <= limits.TAG_KEY_LENGTH_MAX or not _TAG.fullmatch(key):
            raise errors.INVALID_TAG(problem="The TagKey you have provided is invalid", key=key)
        if key.startswith("aws:"):
            raise errors.INVALID_TAG(problem="Your TagKey cannot be prefixed with aws:", key=key)
        if len(value) > limits.TAG_VALUE_LENGTH_MAX or not _TAG.fullmatch(value):
            raise errors.INVALID_TAG(problem="The TagValue you have provided is invalid", key=key, value=value)
    return tags
