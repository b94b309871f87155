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
from typing import Any

import orjson

from services.kumo_fields import Fields
from services.machine import KumoBodies
from services.s3.attributes import DEFAULT_CONTENT_TYPE
from services.s3.bucket import Bucket
from services.s3.kumo_document import cors_forms, queue_forms
from services.s3.model import EMPTY, NULL_VERSION, DeleteMarker, ObjectVersion, Version
from services.s3.settings import BucketSettings, CorsRule, QueueConfiguration, Versioning

_SHA256 = re.compile(r"[0-9a-f]{64}")
_MD5 = re.compile(r"[0-9a-f]{32}")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""https://www.rfc-editor.org/rfc/rfc9110#name-tokens: an object with another name could not be answered with."""
_VERSIONING: Mapping[str, Versioning] = {"": "", "Enabled": "Enabled", "Suspended": "Suspended"}
_READ_SETTINGS = frozenset(
    "name creationdate objects versions versioningstatus queueconfigurations versionidcounter "
    "eventbridgeenabled corsrules".split()
)


def adopt(
    account: str, region: str, document: Mapping[str, Any], before: Iterable[Bucket], bodies: KumoBodies
) -> tuple[list[Bucket], Mapping[str, int]]:
    """The buckets that a document describes, and counts of what has changed. Nothing is touched.

    Raises ValueError with the place of a value that can't be used.
    """
    known = {bucket.name: bucket for bucket in before}
    adoption = _Adoption(account, region, bodies)
    after = [
        adoption.bucket(_named(name, place), Fields(value, place), known.pop(name, None))
        for name, value, place in Fields(document, "s3").entries("buckets")
    ]
    for gone in known.values():
        adoption.counts["buckets removed"] += 1
        adoption.counts["objects removed"] += len(list(_versions(gone)))
    return after, dict(adoption.counts)


def _named(name: str, place: str) -> str:
    """Without a name nothing could be reached."""
    if not name:
        raise ValueError(f"{place}: the name is empty")
    return name


def _versions(bucket: Bucket) -> Iterator[Version]:
    for key in bucket.keys_from("", inclusive=True):
        yield from bucket.versions(key)


class _Adoption:
    def __init__(self, account: str, region: str, bodies: KumoBodies) -> None:
        self._namespace = (account, region)
        self._bodies = bodies
        self.counts: Counter[str] = Counter()

    def bucket(self, name: str, fields: Fields, old: Bucket | None) -> Bucket:
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

    def _settings(self, name: str, fields: Fields, old: BucketSettings | None) -> BucketSettings:
        account, region = self._namespace
        status = fields.one_of("versioningStatus", "Enabled", "Suspended")
        settings = old or BucketSettings(name, account, region, region, fields.time_ms("creationDate"))
        return replace(
            settings,
            versioning=_VERSIONING[status],
            queue_configurations=_queue_configurations(fields, old.queue_configurations if old else ()),
            event_bridge=fields.boolean("eventBridgeEnabled"),
            cors_rules=_cors_rules(fields, old.cors_rules if old else ()),
            kumo=_other_settings(fields),
        )

    def _histories(self, fields: Fields, old: Bucket | None) -> dict[str, list[Version]]:
        """Each key's versions, oldest first."""
        histories: dict[str, list[Version]] = {}
        for key, values, place in fields.entries("versions"):
            if not isinstance(values, list | None):
                raise ValueError(f"{place}: a list is expected, not {type(values).__name__}")
            forms = [Fields(value, f"{place}/{index}") for index, value in enumerate(values or ())]
            histories[_named(key, place)] = [self._version(key, form, old) for form in reversed(forms)]
        for key, value, place in fields.entries("objects"):
            form = Fields(value, place)
            current_id = form.text("VersionID") or NULL_VERSION
            history = histories.setdefault(_named(key, place), [])
            listed = next((version for version in history if version.version_id == current_id), None)
            # Kumo keeps the current version twice; the list is the fuller of the two.
            current = listed or self._version(key, form, old)
            histories[key] = [version for version in history if version is not listed] + [current]
        return histories

    def _version(self, key: str, form: Fields, old: Bucket | None) -> Version:
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

    def _object(self, key: str, version_id: str, form: Fields, known: ObjectVersion | None) -> ObjectVersion:
        etag, size = form.text("ETag").strip('"'), form.integer("Size")
        same_bytes = known if known is not None and (known.etag, known.size) == (etag, size) else None
        sha256, data = self._body(form, size, same_bytes)
        if data is not None:
            # A person who edits a body, or names another one, need know neither its size nor its MD5.
            size = len(data)
            if not etag or _MD5.fullmatch(etag):
                etag = hashlib.md5(data, usedforsecurity=False).hexdigest()
        metadata = {name: value for name, value in (form.texts("Metadata") or {}).items() if name != "Content-Type"}
        for name in metadata:
            if _TOKEN.fullmatch(name) is None:
                raise form.refusal("Metadata", f"{name!r} can't be the name of an HTTP header")
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

    def _body(self, form: Fields, size: int, known: ObjectVersion | None) -> tuple[str, bytes | None]:
        """The body's hash, and its bytes where what the document says of them has to be put right."""
        reference, text = form.text("bodyRef"), form.text("Body")
        if reference:
            there = self._bodies.size(reference) if _SHA256.fullmatch(reference) else None
            if there is None:
                raise form.refusal("bodyRef", f"there is no body {reference!r}")
            if there == size and form.text("ETag").strip('"'):
                return reference, None
            data = self._bodies.read(reference)
            # A damaged body isn't what the document has to say: reading it is refused.
            return reference, data if hashlib.sha256(data).hexdigest() == reference else None
        if text:
            try:
                data = b64decode(text, validate=True)
            except (Base64Error, ValueError) as error:
                raise form.refusal("Body", f"not base64: {error}") from error
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


def _other_settings(fields: Fields) -> dict[str, Any]:
    """What goes back to Kumo as it came."""
    others = {name: value for name, value in fields.raw.items() if name.lower() not in _READ_SETTINGS and value}
    for name, value in others.items():
        try:
            orjson.dumps(value)
        except orjson.JSONEncodeError as error:
            # It may be nested deeper than it can be written.
            raise fields.refusal(name, f"it can't be kept: {error}") from error
    if counter := fields.integer("versionIdcounter"):
        others["versionIdcounter"] = counter
    return others


def _queue_configurations(fields: Fields, known: tuple[QueueConfiguration, ...]) -> tuple[QueueConfiguration, ...]:
    found = tuple(
        _queue_configuration(entry, number) for number, entry in enumerate(fields.items("queueConfigurations"), 1)
    )
    # What was written holds no filters: where the document has one, it is newer than what is known.
    unchanged = queue_forms(known) == queue_forms(found) and not any(entry.prefix or entry.suffix for entry in found)
    return known if unchanged else found


def _queue_configuration(fields: Fields, number: int) -> QueueConfiguration:
    rules = {rule.text("name").lower(): rule.text("value") for rule in _filter_rules(fields.fields("filter"))}
    return QueueConfiguration(
        id=fields.text("id") or f"queue-{number}",
        queue_arn=fields.text("queue"),
        events=fields.text_list("events"),
        prefix=rules.get("prefix", ""),
        suffix=rules.get("suffix", ""),
    )


def _cors_rules(fields: Fields, known: tuple[CorsRule, ...]) -> tuple[CorsRule, ...]:
    found = tuple(
        CorsRule(
            methods=entry.text_list("allowedMethods"),
            origins=entry.text_list("allowedOrigins"),
            headers=entry.text_list("allowedHeaders"),
            expose_headers=entry.text_list("exposeHeaders"),
            max_age_seconds=entry.integer("maxAgeSeconds") or None,
        )
        for entry in fields.items("corsRules")
    )
    # What was written holds no ids.
    return known if cors_forms(known) == cors_forms(found) else found


def _filter_rules(fields: Fields) -> list[Fields]:
    """A filter has the shape of the API's: rules, below ``key`` or ``s3Key``. One that can't be read must not be
    lost: the queue would get every event."""
    for inner in (fields, fields.fields("key"), fields.fields("s3Key")):
        if rules := inner.items("filterRules"):
            return rules
    if any(fields.raw.values()):
        raise ValueError(f"{fields.place}: this filter's form isn't known")
    return []
