"""Whether the parts that a client lists make an object, and which.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from services.bodies import Body
from services.checksums import encoded
from services.context import Context
from services.s3 import errors, limits
from services.s3.bucket import Bucket, UploadEntry
from services.s3.integrity import DEFAULT_ALGORITHM, checksum_member, composite, given_checksum, multipart_etag
from services.s3.model import Checksum, CompletedPart, Multipart, ObjectVersion, Part, Upload


def listed_parts(ctx: Context, entry: UploadEntry, request: dict[str, Any]) -> list[Part]:
    """The parts that the object is to be made of, in order.

    Errors: MalformedXML, InvalidPartOrder, InvalidPart, EntityTooSmall, InvalidRequest.
    """
    upload = entry.upload
    listed = (request.get("MultipartUpload") or {}).get("Parts")
    if not listed or any("PartNumber" not in item or "ETag" not in item for item in listed):
        raise errors.MALFORMED_XML()
    asked_type = request.get("ChecksumType")
    if asked_type is not None and upload.checksum_type is not None and asked_type != upload.checksum_type:
        raise errors.INVALID_REQUEST(
            problem=f"The upload was created using the {upload.checksum_type} checksum mode. "
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
    upload, number, etag = entry.upload, item["PartNumber"], item["ETag"]
    part: Part | None = entry.parts.get(number)
    if part is None or etag.strip('"') != part.etag:
        raise errors.INVALID_PART(upload_id=upload.upload_id, number=number, etag=etag)
    given = given_checksum(item)
    if given is None:
        if upload.checksum_type == "COMPOSITE":
            algorithm = object_algorithm(upload).lower()
            raise errors.INVALID_REQUEST(
                problem=f"The upload was created using a {algorithm} checksum. The complete request must "
                f"include the checksum for each part. It was missing for part {number} in the request."
            )
    elif part.checksum is not None and given != (upload.checksum_algorithm, part.checksum):
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
    if given is not None:
        name, value = given
        if name != algorithm or value not in (checksum.value, checksum.value.partition("-")[0]):
            raise errors.BAD_CHECKSUM(algorithm=name)
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


def already_completed(bucket: Bucket, key: str, upload_id: str) -> ObjectVersion | None:
    """What an upload has become. A client that missed the answer asks again, and is told the same, for as long as the
    object is there."""
    for version in bucket.versions(key):
        if isinstance(version, ObjectVersion) and version.multipart and version.multipart.upload_id == upload_id:
            return version
    return None


def part_members(upload: Upload, part: Part) -> dict[str, Any]:
    """A part's entity tag and checksum as members of an answer."""
    return {"ETag": f'"{part.etag}"', **checksum_member(upload.checksum_algorithm, part.checksum)}
