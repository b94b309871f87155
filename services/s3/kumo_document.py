"""S3's document in Kumo's schema: how it is written, and the forms that both directions share.

Kumo has no key for uploads on their way, checksums, parts, storage classes, most headers and filters of notifications;
these live in emu's own document. Adoption, the way back, is :mod:`services.s3.kumo_adoption`.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from services.kumo_fields import kumo_time
from services.lines import LineWriter
from services.s3.bucket import Bucket
from services.s3.model import DeleteMarker, ObjectVersion, Version
from services.s3.settings import CorsRule, QueueConfiguration

ReadBody = Callable[[str], bytes]
Report = Callable[[str], None]

_COUNTED_VERSION = re.compile(r"v(\d{1,18})", re.ASCII)
"""A version id of Kumo's. More digits than its counter has room for are a name like any other."""


def object_form(version: Version, read_body: ReadBody | None) -> dict[str, Any]:
    """A version as Kumo writes it, with its body inline where ``read_body`` is given, else by reference."""
    if isinstance(version, DeleteMarker):
        return {
            "Key": version.key,
            "Body": None,
            "ETag": "",
            "Size": 0,
            "LastModified": kumo_time(version.last_modified_ms),
            "ContentType": "",
            "Metadata": None,
            "Tags": None,
            "VersionID": version.version_id,
            "IsDeleteMarker": True,
        }
    form = {
        "Key": version.key,
        "Body": b64encode(read_body(version.sha256)).decode() if read_body and version.size else None,
        **visible_form(version),
        "VersionID": version.version_id,
        "IsDeleteMarker": False,
    }
    for name, header in (("ServerSideEncryption", "ServerSideEncryption"), ("SSEKMSKeyID", "SSEKMSKeyId")):
        if header in version.headers:
            form[name] = version.headers[header]
    if read_body is None and version.size:
        form["bodyRef"] = version.sha256
    return form


def visible_form(version: ObjectVersion) -> dict[str, Any]:
    """What Kumo's schema holds of an object beside its name, its body and its encryption."""
    return {
        "ETag": f'"{version.etag}"',
        "Size": version.size,
        "LastModified": kumo_time(version.last_modified_ms),
        "ContentType": version.content_type,
        "Metadata": dict(version.metadata),
        "Tags": None if version.tags is None else dict(version.tags),
    }


def queue_forms(configurations: Iterable[QueueConfiguration]) -> list[dict[str, Any]]:
    """Those without a filter: how Kumo keeps filters isn't known, and without it the queue would get too much."""
    return [
        {"id": entry.id, "queue": entry.queue_arn, "events": list(entry.events)}
        for entry in configurations
        if not entry.prefix and not entry.suffix
    ]


def cors_forms(rules: Iterable[CorsRule]) -> list[dict[str, Any]]:
    """Rules without their ids, which Kumo doesn't know; it leaves out what is empty or 0."""
    forms = []
    for rule in rules:
        optional: dict[str, Any] = {
            "allowedHeaders": list(rule.headers),
            "exposeHeaders": list(rule.expose_headers),
            "maxAgeSeconds": rule.max_age_seconds,
        }
        form: dict[str, Any] = {"allowedMethods": list(rule.methods), "allowedOrigins": list(rule.origins)}
        forms.append(form | {name: value for name, value in optional.items() if value})
    return forms


def bucket_members(bucket: Bucket) -> dict[str, Any]:
    """A bucket without its objects."""
    settings = bucket.settings
    members = {
        "name": settings.name,
        "creationDate": kumo_time(settings.created_ms),
        "versioningStatus": settings.versioning,
        "versionIdcounter": _version_counter(bucket),
        "eventBridgeEnabled": settings.event_bridge,
    }
    if queues := queue_forms(settings.queue_configurations):
        members["queueConfigurations"] = queues
    if rules := cors_forms(settings.cors_rules):
        members["corsRules"] = rules
    others: Mapping[str, Any] = settings.kumo
    return members | {name: value for name, value in others.items() if name != "versionIdcounter"}


def _version_counter(bucket: Bucket) -> int:
    """The number of Kumo's last version id: its next one must be new."""
    counter: int = bucket.settings.kumo.get("versionIdcounter", 0)
    for history in (bucket.versions(key) for key in bucket.keys_from("", inclusive=True)):
        for version in history:
            if counted := _COUNTED_VERSION.fullmatch(version.version_id):
                counter = max(counter, int(counted[1]))
    return counter


def dump(buckets: Iterable[Bucket], read_body: ReadBody | None, report: Report) -> Iterator[bytes]:
    """The lines of ``s3.json``; ``report`` gets a sentence for each thing that is left out."""
    writer = LineWriter()
    yield from writer.open("buckets")
    for bucket in buckets:
        _report_omissions(bucket, report)
        yield from writer.open(bucket.name)
        yield from writer.members(bucket_members(bucket))
        yield from writer.open("objects")
        for key in bucket.keys_from("", inclusive=True):
            current = bucket.current(key)
            assert current is not None, "a key that is listed has a version"
            form = object_form(current, read_body)
            yield from writer.entity(key, form if bucket.is_versioned else {**form, "VersionID": ""})
        yield from writer.end()
        yield from writer.open("versions")
        if bucket.is_versioned:
            for key in bucket.keys_from("", inclusive=True):
                forms = [object_form(version, read_body) for version in bucket.versions(key)]
                yield from writer.entity(key, forms)
        yield from writer.end()
        yield from writer.end()
    yield from writer.close()


def _report_omissions(bucket: Bucket, report: Report) -> None:
    for entry in bucket.uploads.values():
        upload = entry.upload
        report(
            f"bucket {bucket.name}: Kumo keeps no multipart uploads: {upload.upload_id} of {upload.key!r} is left out"
        )
    for configuration in bucket.settings.queue_configurations:
        if configuration.prefix or configuration.suffix:
            report(f"bucket {bucket.name}: the notification {configuration.id!r} has a filter and is left out")
