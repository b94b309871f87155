"""What S3 keeps of objects and uploads: frozen entities, each with the JSON form that stands in changes and in the
document alike. Those of a bucket itself are in :mod:`services.s3.settings`. The frequent ones are named tuples, which
are made in a third of the time that a frozen dataclass takes.

``encode`` leaves out what is empty; ``decode`` takes what ``encode`` gave, also after a round trip through JSON.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, TypeAlias

NULL_VERSION = "null"
"""The id of a version that was made while its bucket's versioning was not enabled."""

STANDARD = "STANDARD"

ChecksumType = Literal["FULL_OBJECT", "COMPOSITE"]

EMPTY: Mapping[str, Any] = MappingProxyType({})
"""The one empty mapping that all entities share."""


def _nothing() -> Mapping[str, Any]:
    return EMPTY


class Checksum(NamedTuple):
    """``value`` is base64; that of a composite one ends in ``-`` and the number of parts."""

    algorithm: str
    type: ChecksumType
    value: str


class CompletedPart(NamedTuple):
    """A part of an object that came from a multipart upload; ``checksum`` is base64 in the object's algorithm."""

    size: int
    checksum: str | None


@dataclass(frozen=True, slots=True)
class Multipart:
    """How an object came about: the upload that was completed, and its parts in order."""

    upload_id: str
    parts: tuple[CompletedPart, ...]

    def encode(self) -> dict[str, Any]:
        return {"upload_id": self.upload_id, "parts": [list(part) for part in self.parts]}

    @staticmethod
    def decode(value: Mapping[str, Any]) -> Multipart:
        return Multipart(value["upload_id"], tuple(CompletedPart(*part) for part in value["parts"]))


class ObjectVersion(NamedTuple):
    """One version of an object.

    sha256: the body's name in the store of bodies. etag: without quotes.
    metadata: user metadata, names in lower case without ``x-amz-meta-``.
    headers: the other headers that are given back as they came, by the model's member name (``CacheControl``).
    tags: the object's tags, None for none.
    """

    key: str
    version_id: str
    sha256: str
    size: int
    etag: str
    last_modified_ms: int
    content_type: str
    metadata: Mapping[str, str] = EMPTY
    headers: Mapping[str, str] = EMPTY
    storage_class: str = STANDARD
    checksum: Checksum | None = None
    multipart: Multipart | None = None
    tags: Mapping[str, str] | None = None

    def encode(self) -> dict[str, Any]:
        value: dict[str, Any] = {
            "key": self.key,
            "version_id": self.version_id,
            "sha256": self.sha256,
            "size": self.size,
            "etag": self.etag,
            "last_modified_ms": self.last_modified_ms,
            "content_type": self.content_type,
        }
        if self.metadata:
            value["metadata"] = dict(self.metadata)
        if self.headers:
            value["headers"] = dict(self.headers)
        if self.storage_class != STANDARD:
            value["storage_class"] = self.storage_class
        if self.checksum is not None:
            value["checksum"] = list(self.checksum)
        if self.multipart is not None:
            value["multipart"] = self.multipart.encode()
        if self.tags is not None:
            value["tags"] = dict(self.tags)
        return value


class DeleteMarker(NamedTuple):
    """A version that says that the object is deleted."""

    key: str
    version_id: str
    last_modified_ms: int

    def encode(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "version_id": self.version_id,
            "last_modified_ms": self.last_modified_ms,
            "delete_marker": True,
        }


Version: TypeAlias = ObjectVersion | DeleteMarker


def decode_version(value: Mapping[str, Any]) -> Version:
    if value.get("delete_marker"):
        return DeleteMarker(value["key"], value["version_id"], value["last_modified_ms"])
    return decode_object(value)


def decode_object(value: Mapping[str, Any]) -> ObjectVersion:
    checksum = value.get("checksum")
    multipart = value.get("multipart")
    return ObjectVersion(
        value["key"],
        sys.intern(value["version_id"]),  # most objects have the same: null, and few content types
        value["sha256"],
        value["size"],
        value["etag"],
        value["last_modified_ms"],
        sys.intern(value["content_type"]),
        value.get("metadata", EMPTY),
        value.get("headers", EMPTY),
        value.get("storage_class", STANDARD),
        Checksum(*checksum) if checksum else None,
        Multipart.decode(multipart) if multipart else None,
        value.get("tags"),
    )


@dataclass(frozen=True, slots=True)
class Upload:
    """A multipart upload on its way: what its object will get beside the bytes.

    checksum_algorithm: None where the client named none; the object then gets S3's default.
    """

    key: str
    upload_id: str
    initiated_ms: int
    content_type: str
    metadata: Mapping[str, str] = field(default_factory=_nothing)
    headers: Mapping[str, str] = field(default_factory=_nothing)
    storage_class: str = STANDARD
    checksum_algorithm: str | None = None
    checksum_type: ChecksumType | None = None
    tags: Mapping[str, str] | None = None

    def encode(self) -> dict[str, Any]:
        value: dict[str, Any] = {
            "key": self.key,
            "upload_id": self.upload_id,
            "initiated_ms": self.initiated_ms,
            "content_type": self.content_type,
            "metadata": dict(self.metadata),
            "headers": dict(self.headers),
            "storage_class": self.storage_class,
            "checksum_algorithm": self.checksum_algorithm,
            "checksum_type": self.checksum_type,
        }
        if self.tags is not None:
            value["tags"] = dict(self.tags)
        return value

    @staticmethod
    def decode(value: Mapping[str, Any]) -> Upload:
        return Upload(**value)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an upload on its way. etag: the MD5 of its bytes. checksum: base64, in the upload's algorithm."""

    number: int
    sha256: str
    size: int
    etag: str
    last_modified_ms: int
    checksum: str | None = None

    def encode(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "sha256": self.sha256,
            "size": self.size,
            "etag": self.etag,
            "last_modified_ms": self.last_modified_ms,
            "checksum": self.checksum,
        }

    @staticmethod
    def decode(value: Mapping[str, Any]) -> Part:
        return Part(**value)
