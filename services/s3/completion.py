"""Whether the parts that a client lists make an object, and which.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from services.bodies import Body
from services.checksums import encoded
from services.context import Context
from services.s3 import errors, limits
from services.s3.bucket import Bucket, UploadEntry
from services.s3.integrity import (
    DEFAULT_ALGORITHM,
    EITHER_TYPE,
    checksum_member,
    composite,
    given_checksum,
    multipart_etag,
)
from services.s3.model import Checksum, CompletedPart, Multipart, ObjectVersion, Part, Upload

_MD5 = re.compile(r"[0-9a-f]{32}")


def listed_parts(ctx: Context, entry: UploadEntry, request: dict[str, Any]) -> list[Part]:
    """The parts that the object is to be made of, in order.

    Errors: MalformedXML, InvalidPartOrder, InvalidPart, EntityTooSmall, InvalidRequest, BadDigest.
    """
    upload = entry.upload
    if "MultipartUpload" not in request:
        raise errors.INVALID_REQUEST(problem="You must specify at least one part")
    listed = request["MultipartUpload"].get("Parts")
    if not listed or any("PartNumber" not in item or "ETag" not in item for item in listed):
        raise errors.MALFORMED_XML()
    asked_type = request.get("ChecksumType")
    if asked_type not in (None, upload.checksum_type):
        raise errors.INVALID_REQUEST(
            problem=f"The upload was created using the {upload.checksum_type or 'null'} checksum mode. "
            "The complete request must use the same checksum mode."
        )
    numbers = [item["PartNumber"] for item in listed]
    if any(after <= before for before, after in pairwise(numbers)):
        raise errors.INVALID_PART_ORDER(upload_id=upload.upload_id)
    parts = [_listed_part(entry, item) for item in listed]
    for part in parts[:-1]:
        if part.size < limits.PART_BYTES_MIN:
            ctx.refuse(
                errors.ENTITY_TOO_SMALL,
                size=part.size,
                size_min=limits.PART_BYTES_MIN,
                number=part.number,
                etag=part.etag,
            )
    size = sum(part.size for part in parts)
    if size > limits.OBJECT_BYTES_MAX:
        ctx.refuse(errors.ENTITY_TOO_LARGE, size=size, size_max=limits.OBJECT_BYTES_MAX)
    if (expected := request.get("MpuObjectSize")) not in (None, size):
        raise errors.INVALID_REQUEST(
            problem=f"The provided 'x-amz-mp-object-size' header value {expected} does not match what was computed: "
            f"{size}"
        )
    return parts


def _listed_part(entry: UploadEntry, item: dict[str, Any]) -> Part:
    upload, number, etag = entry.upload, item["PartNumber"], item["ETag"].strip('"')
    part: Part | None = entry.parts.get(number)
    if part is None or etag != part.etag:
        raise errors.INVALID_PART(upload_id=upload.upload_id, number=number, etag=etag)
    given = given_checksum(item)
    if given is None:
        if upload.checksum_type == "COMPOSITE":
            algorithm = object_algorithm(upload).lower()
            raise errors.INVALID_REQUEST(
                problem=f"The upload was created using a {algorithm} checksum. The complete request must "
                f"include the checksum for each part. It was missing for part {number} in the request."
            )
    elif upload.checksum_algorithm not in (None, given[0]):
        raise errors.BAD_PART_CHECKSUM(algorithm=given[0].lower(), number=number)
    elif upload.checksum_algorithm is None or part.checksum not in (None, given[1]):
        raise errors.INVALID_PART(upload_id=upload.upload_id, number=number, etag=etag)
    return part


def object_algorithm(upload: Upload) -> str:
    """The algorithm of the object's checksum."""
    return upload.checksum_algorithm or DEFAULT_ALGORITHM


def object_checksum(upload: Upload, parts: list[Part], body: Body, request: dict[str, Any]) -> Checksum:
    """The checksum of the object made of the parts. ``body`` has the digest of the whole for a full-object one.

    Errors: BadDigest where the client expected another.
    """
    algorithm = object_algorithm(upload)
    if upload.checksum_type == "COMPOSITE":
        checksum = composite(algorithm, [part.checksum for part in parts if part.checksum is not None])
    else:
        checksum = Checksum(algorithm, "FULL_OBJECT", encoded(body.digests[algorithm]))
    given = given_checksum(request)
    name, value = given if given is not None else (None, None)
    if name is None or (upload.checksum_algorithm is None and name != algorithm):
        # AWS ignores what an upload that was begun without an algorithm has no use for.
        return checksum
    # Where the algorithm has both types, a value without a type is taken for a composite one.
    asked_type = request.get("ChecksumType") or ("COMPOSITE" if algorithm in EITHER_TYPE else checksum.type)
    fits = value in (checksum.value, checksum.value.partition("-")[0])
    if name != algorithm or asked_type != checksum.type or not fits:
        raise errors.BAD_CHECKSUM(algorithm=name.lower())
    return checksum


def completed_object(
    upload: Upload, parts: list[Part], body: Body, checksum: Checksum, version_id: str, now_ms: int
) -> ObjectVersion:
    return ObjectVersion(
        key=upload.key,
        version_id=version_id,
        sha256=body.sha256,
        size=body.size,
        etag=multipart_etag([part.etag for part in parts]),
        last_modified_ms=now_ms,
        content_type=upload.content_type,
        metadata=upload.metadata,
        headers=upload.headers,
        storage_class=upload.storage_class,
        checksum=checksum,
        multipart=Multipart(upload.upload_id, tuple(CompletedPart(part.size, part.checksum) for part in parts)),
        tags=upload.tags,
    )


def already_completed(bucket: Bucket, request: dict[str, Any]) -> ObjectVersion | None:
    """What an upload has become. A client that missed the answer asks again for the same parts, and is told the same,
    for as long as the object is there. To ask for others the upload would have to be there."""
    upload_id = request["UploadId"]
    for version in bucket.versions(request["Key"]):
        if isinstance(version, ObjectVersion) and version.multipart and version.multipart.upload_id == upload_id:
            return version if version.etag == _etag_of_listed(request) else None
    return None


def _etag_of_listed(request: dict[str, Any]) -> str | None:
    """The entity tag that an object made of the listed parts has; None for what can't be the tags of parts."""
    listed = request.get("MultipartUpload", {}).get("Parts", ())
    etags = [item.get("ETag", "").strip('"') for item in listed]
    return multipart_etag(etags) if all(map(_MD5.fullmatch, etags)) else None


def part_members(upload: Upload, part: Part) -> dict[str, Any]:
    """A part's entity tag and checksum as members of an answer."""
    return {"ETag": f'"{part.etag}"', **checksum_member(upload.checksum_algorithm, part.checksum)}
