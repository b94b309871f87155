"""Whether the bytes that arrived are those that were sent, and the checksums that are kept with them.

A request may carry Content-MD5, the SHA-256 of its signature (``ContentSHA256``, which the gateway takes from
``x-amz-content-sha256`` where that is a hash) and one of the flexible checksums, as a header or as a trailer, which
then stands in its member like a header. An object that comes without one gets S3's own, CRC64NVME.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from services.bodies import Body, Digest
from services.checksums import ALGORITHMS, checksum_of, encoded, new_digest
from services.context import Context
from services.s3 import errors
from services.s3.model import Checksum, ChecksumType

DEFAULT_ALGORITHM = "CRC64NVME"
_SHA256_DIGITS = 64
_DIGEST_REQUIRED = frozenset({"DeleteObjects", "PutBucketCors"})
"""https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html and API_PutBucketCors.html"""

_MEMBERS: Mapping[str, str] = {
    algorithm: f"Checksum{algorithm}" for algorithm in (*ALGORITHMS, "XXHASH64", "XXHASH3", "XXHASH128")
}
_MEMBER_NAMES = frozenset(_MEMBERS.values())
_FULL_OBJECT_ONLY = frozenset({"CRC64NVME"})
EITHER_TYPE = frozenset({"CRC32", "CRC32C"})
"""Algorithms whose checksum of an object in parts may be composite or full-object; composite unless it is asked for."""


def check_size(ctx: Context, size: int, size_max: int) -> None:
    """``size`` in bytes, as it is announced or as it came. Errors: EntityTooLarge."""
    if size > size_max:
        ctx.refuse(errors.ENTITY_TOO_LARGE, size=size, size_max=size_max)


def checksum_members(checksum: Checksum | None) -> dict[str, str]:
    """A checksum as members of an answer."""
    if checksum is None:
        return {}
    return {_MEMBERS[checksum.algorithm]: checksum.value, "ChecksumType": checksum.type}


def checksum_member(algorithm: str | None, value: str | None) -> dict[str, str]:
    """A part's checksum as a member of an answer."""
    return {} if algorithm is None or value is None else {_MEMBERS[algorithm]: value}


def given_checksum(request: Mapping[str, Any]) -> tuple[str, str] | None:
    """Algorithm and value of the one checksum that a request, or a part of one, carries.

    Errors: InvalidRequest for several, or for one that can't be such a checksum.
    """
    if _MEMBER_NAMES.isdisjoint(request):
        return None
    given = [(algorithm, request[member]) for algorithm, member in _MEMBERS.items() if member in request]
    if len(given) > 1:
        raise errors.INVALID_REQUEST(
            problem="Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
        )
    return given[0]


def check_algorithm(algorithm: str) -> str:
    """An algorithm by the name that a request gives it. Errors: InvalidRequest, NotImplemented."""
    name = algorithm.upper()
    if name in ALGORITHMS:
        return name
    if name in _MEMBERS:
        raise errors.NOT_IMPLEMENTED(header=f"x-amz-checksum-{name.lower()}")
    raise errors.INVALID_REQUEST(
        problem="Checksum algorithm provided is unsupported. Please try again with any of the valid types: "
        f"[{', '.join(sorted(ALGORITHMS))}]"
    )


def upload_digests(request: dict[str, Any]) -> dict[str, Digest]:
    """What to compute while a part comes in: MD5, and the checksum that the client says it will send."""
    digests = {"md5": new_digest("MD5")}
    given = given_checksum(request)
    algorithm = given[0] if given else request.get("ChecksumAlgorithm")
    if algorithm is not None:
        algorithm = check_algorithm(algorithm)
        digests[algorithm] = new_digest(algorithm)
    return digests


def object_digests(request: dict[str, Any]) -> dict[str, Digest]:
    """As :func:`upload_digests`, for a whole object, which always has a checksum."""
    digests = upload_digests(request)
    if len(digests) == 1:
        digests[DEFAULT_ALGORITHM] = new_digest(DEFAULT_ALGORITHM)
    return digests


def verified(request: dict[str, Any], body: Body) -> tuple[str, str] | None:
    """Compares what the request says about its body with what arrived. The checksum that was computed on the way, as
    algorithm and value; None where there was none to compute.

    Errors: InvalidDigest, BadDigest, XAmzContentSHA256Mismatch, InvalidRequest.
    """
    is_part = "PartNumber" in request
    if (md5 := request.get("ContentMD5")) is not None:
        _verify_md5(md5, body.digests["md5"], is_part=is_part)
    expected = request.get("ContentSHA256")
    if expected is not None and expected.lower() != body.sha256:
        raise errors.CONTENT_SHA256_MISMATCH(expected=expected, calculated=body.sha256)
    computed = next(((name, encoded(digest)) for name, digest in body.digests.items() if name != "md5"), None)
    given, named = given_checksum(request), request.get("ChecksumAlgorithm")
    if given is None:
        if named is not None:
            raise errors.INVALID_REQUEST(
                problem="x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or "
                "x-amz-trailer headers were found."
            )
        return computed
    _check_form(*given)
    # For a part, AWS goes by the checksum that is there, whatever the other header names.
    if computed is None or computed[0] != given[0] or (not is_part and named is not None and named.upper() != given[0]):
        raise errors.INVALID_REQUEST(problem="Value for x-amz-sdk-checksum-algorithm header is invalid.")
    if computed != given:
        raise errors.BAD_CHECKSUM(algorithm=given[0])
    return computed


def verify_document(ctx: Context, headers: Mapping[str, str], data: bytes) -> None:
    """Compares what a request's headers (lower-case names) say about a body that came whole with what arrived. A
    checksum counts where ``x-amz-sdk-checksum-algorithm`` says that it is the body's: CompleteMultipartUpload has one
    of the object.

    Errors: those of :func:`verified`; InvalidRequest where one is required and none is there.
    """
    if ctx.operation in _DIGEST_REQUIRED and not _names_digest(headers):
        ctx.refuse(errors.MISSING_DIGEST)
    if (md5 := headers.get("content-md5")) is not None:
        _verify_md5(md5, _digest("MD5", data))
    expected = headers.get("x-amz-content-sha256", "")
    if len(expected) == _SHA256_DIGITS and expected.lower() != (calculated := _digest("SHA256", data).hex()):
        raise errors.CONTENT_SHA256_MISMATCH(expected=expected, calculated=calculated)
    algorithm = headers.get("x-amz-sdk-checksum-algorithm", "").upper()
    value = headers.get(f"x-amz-checksum-{algorithm.lower()}")
    if algorithm in ALGORITHMS and value is not None:
        _check_form(algorithm, value)
        if value != checksum_of(algorithm, data):
            raise errors.BAD_CHECKSUM(algorithm=algorithm)


def _names_digest(headers: Mapping[str, str]) -> bool:
    return (
        "content-md5" in headers
        or "x-amz-trailer" in headers
        or any(f"x-amz-checksum-{name.lower()}" in headers for name in _MEMBERS)
    )


def _digest(algorithm: str, data: bytes) -> bytes:
    digest = new_digest(algorithm)
    digest.update(data)
    return digest.digest()


def _verify_md5(header: str, calculated: bytes, *, is_part: bool = False) -> None:
    expected = _decoded(header)
    if expected is None or len(expected) != len(calculated):
        raise errors.INVALID_DIGEST(value=header)
    if expected != calculated:
        # AWS gives the one as hexadecimal, the other as base64; for a part both as base64.
        shown = encoded(expected) if is_part else expected.hex()
        raise errors.BAD_MD5(expected=shown, calculated=encoded(calculated))


def _check_form(algorithm: str, value: str) -> None:
    raw = _decoded(value)
    if raw is None or len(raw) != _size(algorithm):
        raise errors.INVALID_REQUEST(problem=f"Value for x-amz-checksum-{algorithm.lower()} header is invalid.")


@cache
def _size(algorithm: str) -> int:
    """Bytes of a checksum."""
    return len(new_digest(algorithm).digest())


def _decoded(text: str) -> bytes | None:
    try:
        return b64decode(text, validate=True)
    except (Base64Error, ValueError):
        return None


def upload_checksum_type(algorithm: str | None, asked: str | None) -> ChecksumType | None:
    """What kind of checksum the object of a multipart upload gets; None for an upload without an algorithm.

    Errors: InvalidRequest for a kind that the algorithm doesn't have.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html#ChecksumTypes
    """
    if algorithm is None:
        if asked is not None:
            raise errors.INVALID_REQUEST(
                problem="The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header."
            )
        return None
    if asked not in (None, "FULL_OBJECT", "COMPOSITE"):
        raise errors.INVALID_REQUEST(problem="Value for x-amz-checksum-type header is invalid.")
    if algorithm in EITHER_TYPE:
        return "FULL_OBJECT" if asked == "FULL_OBJECT" else "COMPOSITE"
    only: ChecksumType = "FULL_OBJECT" if algorithm in _FULL_OBJECT_ONLY else "COMPOSITE"
    if asked not in (None, only):
        raise errors.INVALID_REQUEST(
            problem=f"The {asked} checksum type cannot be used with the {algorithm.lower()} checksum algorithm."
        )
    return only


def composite(algorithm: str, parts: Sequence[str]) -> Checksum:
    """The checksum of the parts' checksums (base64)."""
    value = checksum_of(algorithm, b"".join(map(b64decode, parts)))
    return Checksum(algorithm, "COMPOSITE", f"{value}-{len(parts)}")


def multipart_etag(md5s: Sequence[str]) -> str:
    """The entity tag of an object made of parts with these MD5s (hexadecimal)."""
    digest = new_digest("MD5")
    for md5 in md5s:
        digest.update(bytes.fromhex(md5))
    return f"{digest.digest().hex()}-{len(md5s)}"
