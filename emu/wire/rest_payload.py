"""What the headers of a REST request say of its body before it comes."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from emu.wire.aws_chunked import is_chunked
from emu.wire.errors import (
    INVALID_ARGUMENT,
    MALFORMED_TRAILER,
    MISSING_CONTENT_LENGTH,
    NO_CONTENT_LENGTH,
    SEVERAL_CHECKSUMS,
    UNKNOWN_CHECKSUM,
    UNSUPPORTED_TRAILER,
)

_SHA256 = re.compile(r"[0-9A-Fa-f]{64}")
_PAYLOADS = (
    "UNSIGNED-PAYLOAD",
    "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER",
)
_CONTENT_SHA256 = "x-amz-content-sha256"
_CHECKSUM = "x-amz-checksum-"
_ABOUT_CHECKSUMS = frozenset({"x-amz-checksum-algorithm", "x-amz-checksum-mode", "x-amz-checksum-type"})
"""Headers of other operations. They say nothing here, and do no harm."""


def check_content_sha256(headers: Mapping[str, str]) -> None:
    """What a signature of version 4 says of the body. Errors: InvalidArgument.

    https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html
    """
    value = headers.get(_CONTENT_SHA256)
    if value is None or value in _PAYLOADS or _SHA256.fullmatch(value):
        return
    if headers.get("authorization", "").startswith("AWS4-"):
        text = f"{_CONTENT_SHA256} must be {', '.join(_PAYLOADS)} or a valid sha256 value."
        raise INVALID_ARGUMENT(text=text, name=_CONTENT_SHA256, value=value)


def announced(
    headers: Mapping[str, str], checksum_member: str | None, known: Collection[str], members: dict[str, Any]
) -> None:
    """Adds what the headers say of a body that is still to come: its SHA-256, as ``ContentSHA256``, the algorithm of a
    checksum that follows as a trailer, and the length of its content, without the framing of chunks, as
    ``ContentLength``. ``known`` are the headers that the operation has.

    Errors: MissingContentLength, and NotImplemented, for a body whose length isn't said; InvalidRequest for several
    checksums, and for one in an algorithm that there isn't; MalformedTrailerError for a trailer that can't follow.
    """
    chunked = is_chunked(headers)
    _check_length(headers, chunked=chunked)
    length = headers.get("x-amz-decoded-content-length", "") if chunked else ""
    if length.isdecimal():
        members["ContentLength"] = int(length)
    sha256 = headers.get(_CONTENT_SHA256, "")
    if sha256 and sha256 not in _PAYLOADS:
        members["ContentSHA256"] = sha256
    checksums = [name for name in headers if name.startswith(_CHECKSUM) and name not in _ABOUT_CHECKSUMS]
    if any(name not in known for name in checksums):
        raise UNKNOWN_CHECKSUM()
    trailers = _trailers(headers, known)
    if not trailers:
        return
    if len(checksums) + len(trailers) > 1:
        raise SEVERAL_CHECKSUMS()
    if not chunked:
        raise MALFORMED_TRAILER()
    if checksum_member is not None:
        members.setdefault(checksum_member, trailers[0].removeprefix(_CHECKSUM).upper())


def _check_length(headers: Mapping[str, str], *, chunked: bool) -> None:
    if "transfer-encoding" not in headers:
        if "content-length" not in headers:
            raise MISSING_CONTENT_LENGTH()
    elif "x-amz-decoded-content-length" not in headers:
        raise MISSING_CONTENT_LENGTH() if chunked else NO_CONTENT_LENGTH(header="Transfer-Encoding")


def _trailers(headers: Mapping[str, str], known: Collection[str]) -> list[str]:
    """The checksums that are to follow: nothing else may, and names end with a comma as well as without."""
    value = headers.get("x-amz-trailer", "").strip().rstrip(", ").lower()
    names = [name.strip() for name in value.split(",")] if value else []
    if any(not name.startswith(_CHECKSUM) or name not in known for name in names):
        raise UNSUPPORTED_TRAILER()
    return names
