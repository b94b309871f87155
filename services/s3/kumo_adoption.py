"""Taking over a document of Kumo's, made from nothing, or changed since we wrote it.

Kumo reads names in any case, takes null and a missing name for a zero value, and ignores what it doesn't know; so do
we, but a value of the wrong kind is refused with its place. What Kumo can't hold is kept where its visible form is
unchanged.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from services.machine import KumoBodies
from services.s3.attributes import DEFAULT_CONTENT_TYPE
from services.s3.bucket import Bucket
from services.s3.kumo_document import queue_forms
from services.s3.model import (
    EMPTY,
    NULL_VERSION,
    BucketSettings,
    DeleteMarker,
    ObjectVersion,
    QueueConfiguration,
    Version,
    Versioning,
)

_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MD5 = re.compile(r"[0-9a-f]{32}")
_VERSIONING: Mapping[str, Versioning] = {"": "", "Enabled": "Enabled", "Suspended": "Suspended"}
_READ_SETTINGS = frozenset(
    "name creationdate objects versions versioningstatus queueconfigurations versionidcounter "
    "eventbridgeenabled".split()
)
_ZERO_TIME = "0001-01-01T00:00:00Z"


class _Fields:
    """A JSON object read as Kumo reads it; ``place`` says where it stands."""

    def __init__(self, value: Any, place: str) -> None:
        if value is not None and not isinstance(value, Mapping):
            raise ValueError(f"{place}: an object is expected, not {type(value).__name__}")
        self.place = place
        self.raw: Mapping[str, Any] = value or EMPTY
        self._values = {name.lower(): entry for name, entry in self.raw.items()}

    def _get(self, name: str, kind: type, zero: Any) -> Any:
        value = self._values.get(name.lower())
        if value is None:
            return zero
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise ValueError(f"{self.place}/{name}: {value!r} is not a {kind.__name__}")
        return value

    def text(self, name: str) -> str:
        return str(self._get(name, str, ""))

    def integer(self, name: str) -> int:
        return int(self._get(name, int, 0))

    def boolean(self, name: str) -> bool:
        return bool(self._get(name, bool, False))

    def texts(self, name: str) -> dict[str, str] | None:
        """A map of strings; None where it is missing or null."""
        value = self._get(name, dict, None)
        if value is None:
            return None
        if not all(isinstance(entry, str) for entry in value.values()):
            raise ValueError(f"{self.place}/{name}: every value must be a string")
        return dict(value)

    def fields(self, name: str) -> _Fields:
        return _Fields(self._values.get(name.lower()), f"{self.place}/{name}")

    def entries(self, name: str) -> Iterator[tuple[str, Any, str]]:
        """Name, value and place of each member of a map."""
        for key, value in self._get(name, dict, EMPTY).items():
            yield key, value, f"{self.place}/{name}/{key}"

    def items(self, name: str) -> list[_Fields]:
        values = self._get(name, list, [])
        return [_Fields(value, f"{self.place}/{name}/{index}") for index, value in enumerate(values)]

    def time_ms(self, name: str) -> int:
        text = self.text(name) or _ZERO_TIME
        match = _TIME.fullmatch(text)
        if match is None:
            raise ValueError(f"{self.place}/{name}: {text!r} is not a time in RFC 3339")
        moment = datetime.fromisoformat(match[1] + ("+00:00" if match[3] == "Z" else match[3]))
        seconds = round((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())
        return seconds * 1000 + int((match[2] or "0").ljust(3, "0")[:3])


def adopt(
    account: str, region: str, document: Mapping[str, Any], before: Iterable[Bucket], bodies: KumoBodies
) -> tuple[list[Bucket], Mapping[str, int]]:
    """The buckets that a document describes, and counts of what has changed. Nothing is touched.

    Raises ValueError with the place of a value that can't be used.
    """
    known = {bucket.name: bucket for bucket in before}
    adoption = _Adoption(account, region, bodies)
    after = [
        adoption.bucket(name, _Fields(value, place), known.pop(name, None))
        for name, value, place in _Fields(document, "s3").entries("buckets")
    ]
    for gone in known.values():
        adoption.counts["buckets removed"] += 1
        adoption.counts["objects removed"] += len(list(_versions(gone)))
    return after, dict(adoption.counts)


def _versions(bucket: Bucket) -> Iterator[Version]:
    for key in bucket.keys_from("", inclusive=True):
        yield from bucket.versions(key)


class _Adoption:
    def __init__(self, account: str, region: str, bodies: KumoBodies) -> None:
        self._namespace = (account, region)
        self._bodies = bodies
        self.counts: Counter[str] = Counter()

    def bucket(self, name: str, fields: _Fields, old: Bucket | None) -> Bucket:
        if old is not None and old.settings.created_ms != fields.time_ms("creationDate"):
            self.counts["buckets replaced"] += 1
            self.counts["objects removed"] += len(list(_versions(old)))
            old = None
        elif old is None:
            self.counts["buckets added"] += 1
        bucket = Bucket(self._settings(name, fields, old.settings if old else None))
        for versions in self._histories(fields, old).values():
            for version in versions:
                bucket.put(version)
        if old is not None:
            bucket.sequence = old.sequence
            bucket.uploads = old.copy().uploads
            gone = sum(bucket.version(version.key, version.version_id) is None for version in _versions(old))
            self.counts["objects removed"] += gone
        return bucket

    def _settings(self, name: str, fields: _Fields, old: BucketSettings | None) -> BucketSettings:
        account, region = self._namespace
        status = fields.text("versioningStatus")
        if status not in _VERSIONING:
            raise ValueError(f"{fields.place}/versioningStatus: {status!r} is neither Enabled nor Suspended")
        settings = old or BucketSettings(name, account, region, region, fields.time_ms("creationDate"))
        return replace(
            settings,
            versioning=_VERSIONING[status],
            queue_configurations=_queue_configurations(fields, old.queue_configurations if old else ()),
            kumo=_other_settings(fields),
        )

    def _histories(self, fields: _Fields, old: Bucket | None) -> dict[str, list[Version]]:
        """Each key's versions, oldest first."""
        histories: dict[str, list[Version]] = {}
        for key, values, place in fields.entries("versions"):
            if not isinstance(values, list | None):
                raise ValueError(f"{place}: a list is expected, not {type(values).__name__}")
            forms = [_Fields(value, f"{place}/{index}") for index, value in enumerate(values or ())]
            histories[key] = [self._version(key, form, old) for form in reversed(forms)]
        for key, value, place in fields.entries("objects"):
            form = _Fields(value, place)
            current_id = form.text("VersionID") or NULL_VERSION
            history = histories.setdefault(key, [])
            listed = next((version for version in history if version.version_id == current_id), None)
            # Kumo keeps the current version twice; the list is the fuller of the two.
            current = listed or self._version(key, form, old)
            histories[key] = [version for version in history if version is not listed] + [current]
        return histories

    def _version(self, key: str, form: _Fields, old: Bucket | None) -> Version:
        version_id = form.text("VersionID") or NULL_VERSION
        known = old.version(key, version_id) if old is not None else None
        if form.boolean("IsDeleteMarker"):
            version: Version = DeleteMarker(key, version_id, form.time_ms("LastModified"))
        else:
            version = self._object(key, version_id, form, known if isinstance(known, ObjectVersion) else None)
        if known is None:
            self.counts["objects added"] += 1
        elif known != version:
            self.counts["objects changed"] += 1
        return version

    def _object(self, key: str, version_id: str, form: _Fields, known: ObjectVersion | None) -> ObjectVersion:
        etag, size = form.text("ETag").strip('"'), form.integer("Size")
        same_bytes = known if known is not None and (known.etag, known.size) == (etag, size) else None
        sha256, inline = self._body(form, size, same_bytes)
        if inline is not None:
            size = len(inline)
            if not etag or _MD5.fullmatch(etag):
                # A person who edits a body need not know its MD5.
                etag = hashlib.md5(inline, usedforsecurity=False).hexdigest()
        metadata = {name: value for name, value in (form.texts("Metadata") or {}).items() if name != "Content-Type"}
        headers = {"ServerSideEncryption": form.text("ServerSideEncryption"), "SSEKMSKeyId": form.text("SSEKMSKeyID")}
        version = ObjectVersion(
            key=key,
            version_id=version_id,
            sha256=sha256,
            size=size,
            etag=etag,
            last_modified_ms=form.time_ms("LastModified"),
            content_type=form.text("ContentType") or DEFAULT_CONTENT_TYPE,
            metadata=metadata or EMPTY,
            headers={name: value for name, value in headers.items() if value} or EMPTY,
            tags=form.texts("Tags"),
        )
        return known if known is not None and _visible(known) == _visible(version) else version

    def _body(self, form: _Fields, size: int, known: ObjectVersion | None) -> tuple[str, bytes | None]:
        """The body's hash, and the bytes where they stand in the document."""
        reference, text = form.text("bodyRef"), form.text("Body")
        if reference:
            if _SHA256.fullmatch(reference) is None or not self._bodies.has(reference):
                raise ValueError(f"{form.place}/bodyRef: there is no body {reference!r}")
            return reference, None
        if text:
            try:
                data = b64decode(text, validate=True)
            except (Base64Error, ValueError) as error:
                raise ValueError(f"{form.place}/Body: not base64: {error}") from error
            return self._bodies.put(data), data
        if known is not None:
            return known.sha256, None
        if size:
            raise ValueError(f"{form.place}: the body of {size} bytes is missing")
        return self._bodies.put(b""), b""


def _visible(version: ObjectVersion) -> tuple[object, ...]:
    """What Kumo's schema holds of an object."""
    return (
        version.sha256,
        version.size,
        version.etag,
        version.last_modified_ms,
        version.content_type,
        dict(version.metadata),
        version.tags,
        version.headers.get("ServerSideEncryption"),
        version.headers.get("SSEKMSKeyId"),
    )


def _other_settings(fields: _Fields) -> dict[str, Any]:
    """What goes back to Kumo as it came."""
    others = {name: value for name, value in fields.raw.items() if name.lower() not in _READ_SETTINGS and value}
    if counter := fields.integer("versionIdcounter"):
        others["versionIdcounter"] = counter
    if fields.boolean("eventBridgeEnabled"):
        others["eventBridgeEnabled"] = True
    return others


def _queue_configurations(fields: _Fields, known: tuple[QueueConfiguration, ...]) -> tuple[QueueConfiguration, ...]:
    found = tuple(
        _queue_configuration(entry, number) for number, entry in enumerate(fields.items("queueConfigurations"), 1)
    )
    # What was written holds no filters: where the document has one, it is newer than what is known.
    unchanged = queue_forms(known) == queue_forms(found) and not any(entry.prefix or entry.suffix for entry in found)
    return known if unchanged else found


def _queue_configuration(fields: _Fields, number: int) -> QueueConfiguration:
    events = [event for event in fields.raw.get("events") or () if isinstance(event, str)]
    rules = {rule.text("name").lower(): rule.text("value") for rule in _filter_rules(fields.fields("filter"))}
    return QueueConfiguration(
        id=fields.text("id") or f"queue-{number}",
        queue_arn=fields.text("queue"),
        events=tuple(events),
        prefix=rules.get("prefix", ""),
        suffix=rules.get("suffix", ""),
    )


def _filter_rules(fields: _Fields) -> list[_Fields]:
    """A filter has the shape of the API's: rules, below ``key`` or ``s3Key``. One that can't be read must not be
    lost: the queue would get every event."""
    for inner in (fields, fields.fields("key"), fields.fields("s3Key")):
        if rules := inner.items("filterRules"):
            return rules
    if any(fields.raw.values()):
        raise ValueError(f"{fields.place}: this filter's form isn't known")
    return []
