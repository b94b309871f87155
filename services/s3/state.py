"""S3's whole state, and the changes that are all that ever happens to it.

A change is committed under the account and Region of the bucket's owner, whoever called. Values hold versions, uploads
and parts in the form of :mod:`services.s3.model`. Released kinds are frozen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from sortedcontainers import SortedDict

from services.machine import Hooks, KumoBodies, Namespace
from services.s3 import document, kumo_adoption, kumo_document
from services.s3.bucket import Bucket, UploadEntry
from services.s3.model import ObjectVersion, Part, Upload, Version, decode_object, decode_version
from services.s3.settings import BucketSettings, CorsRule, QueueConfiguration

Value = Mapping[str, Any]

_KUMO_NOTIFICATIONS = frozenset({"eventBridgeEnabled", "lambdaConfigurations", "topicConfigurations"})
"""Of a bucket's settings that only Kumo understands, those that a new notification configuration replaces. Documents
of the first release have EventBridge's among them, and the CORS rules."""

_KUMO_CORS = frozenset({"corsRules"})


class State:
    """See :class:`services.machine.State`. ``buckets`` holds those of all namespaces: bucket names are global."""

    def __init__(self, hooks: Hooks) -> None:
        self.buckets: SortedDict[str, Bucket] = SortedDict()
        self._hooks = hooks

    # Changes

    def apply(self, kind: str, account: str, region: str, value: Any) -> None:
        if kind == "s3.create_bucket":
            self.buckets[value["name"]] = Bucket(BucketSettings.decode(account, region, value))
            return
        CHANGES[kind](self, self.buckets[value["bucket"]], value)

    def _delete_bucket(self, bucket: Bucket, value: Value) -> None:
        del self.buckets[bucket.name]
        for sha256 in bucket.bodies():
            self._hooks.release(sha256)

    def _put_versioning(self, bucket: Bucket, value: Value) -> None:
        bucket.settings = replace(bucket.settings, versioning=value["status"])

    def _put_notification(self, bucket: Bucket, value: Value) -> None:
        configurations = tuple(map(QueueConfiguration.decode, value["queue_configurations"]))
        bucket.settings = replace(
            bucket.settings,
            queue_configurations=configurations,
            event_bridge=value.get("event_bridge", False),
            kumo=_without(bucket.settings.kumo, _KUMO_NOTIFICATIONS),
        )

    def _put_cors(self, bucket: Bucket, value: Value) -> None:
        bucket.settings = replace(
            bucket.settings,
            cors_rules=tuple(map(CorsRule.decode, value["rules"] or ())),
            kumo=_without(bucket.settings.kumo, _KUMO_CORS),
        )

    def _put_object(self, bucket: Bucket, value: Value) -> None:
        self._put(bucket, decode_object(value["object"]))

    def _put_delete_marker(self, bucket: Bucket, value: Value) -> None:
        self._put(bucket, decode_version(value["marker"]))

    def _put(self, bucket: Bucket, version: Version) -> None:
        # Retained before anything is released: an object may be replaced by one with the same body.
        if isinstance(version, ObjectVersion):
            self._hooks.retain(version.sha256)
        replaced = bucket.put(version)
        bucket.sequence += 1
        if isinstance(replaced, ObjectVersion):
            self._hooks.release(replaced.sha256)

    def _delete_version(self, bucket: Bucket, value: Value) -> None:
        removed = bucket.remove(value["key"], value["version_id"])
        bucket.sequence += 1
        if isinstance(removed, ObjectVersion):
            self._hooks.release(removed.sha256)

    def _create_upload(self, bucket: Bucket, value: Value) -> None:
        upload = Upload.decode(value["upload"])
        bucket.uploads[upload.key, upload.upload_id] = UploadEntry(upload)

    def _put_part(self, bucket: Bucket, value: Value) -> None:
        part = Part.decode(value["part"])
        parts = bucket.uploads[value["key"], value["upload_id"]].parts
        self._hooks.retain(part.sha256)
        replaced = parts.get(part.number)
        parts[part.number] = part
        if replaced is not None:
            self._hooks.release(replaced.sha256)

    def _complete_upload(self, bucket: Bucket, value: Value) -> None:
        version = decode_object(value["object"])
        self._put(bucket, version)
        self._end_upload(bucket, version.key, value["upload_id"])

    def _abort_upload(self, bucket: Bucket, value: Value) -> None:
        self._end_upload(bucket, value["key"], value["upload_id"])

    def _end_upload(self, bucket: Bucket, key: str, upload_id: str) -> None:
        for part in bucket.uploads.pop((key, upload_id)).parts.values():
            self._hooks.release(part.sha256)

    # Documents

    def namespaces(self) -> Iterable[Namespace]:
        return sorted({(bucket.settings.account, bucket.settings.region) for bucket in self.buckets.values()})

    def owned(self, account: str, region: str) -> list[Bucket]:
        """A namespace's buckets, by name."""
        return [
            bucket
            for bucket in self.buckets.values()
            if bucket.settings.account == account and bucket.settings.region == region
        ]

    def dump(self, account: str, region: str) -> Iterator[bytes]:
        return document.dump(self.owned(account, region))

    def load(self, account: str, region: str, lines: Iterable[bytes]) -> None:
        self._install(document.load(account, region, lines))

    def loaded(self) -> None:
        """Nothing crosses documents: buckets are found by name from the start."""

    def dump_kumo(
        self, account: str, region: str, read_body: Callable[[str], bytes] | None, report: Callable[[str], None]
    ) -> Iterator[bytes]:
        return kumo_document.dump(self.owned(account, region), read_body, report)

    def adopt(self, account: str, region: str, document: Mapping[str, Any], bodies: KumoBodies) -> Mapping[str, int]:
        before = self.owned(account, region)
        after, counts = kumo_adoption.adopt(account, region, document, before, bodies)
        self._refuse_foreign(after, account, region)
        for bucket in before:
            del self.buckets[bucket.name]
        self._install(after)
        for bucket in before:
            for sha256 in bucket.bodies():
                self._hooks.release(sha256)
        return counts

    def _refuse_foreign(self, buckets: Iterable[Bucket], account: str, region: str) -> None:
        for bucket in buckets:
            other = self.buckets.get(bucket.name)
            if other is not None and (other.settings.account, other.settings.region) != (account, region):
                raise ValueError(
                    f"bucket {bucket.name!r} belongs to account {other.settings.account} "
                    f"in {other.settings.region} already"
                )

    def _install(self, buckets: Iterable[Bucket]) -> None:
        for bucket in buckets:
            if bucket.name in self.buckets:
                raise ValueError(f"bucket {bucket.name!r} stands in two documents")
            self.buckets[bucket.name] = bucket
            for sha256 in bucket.bodies():
                self._hooks.retain(sha256)

    def clear(self) -> None:
        self._remove(list(self.buckets.values()))

    def forget(self, account: str, region: str) -> None:
        self._remove(self.owned(account, region))

    def _remove(self, buckets: Iterable[Bucket]) -> None:
        for bucket in buckets:
            del self.buckets[bucket.name]
            for sha256 in bucket.bodies():
                self._hooks.release(sha256)

    def unique_names(self, account: str, region: str) -> Iterable[str]:
        return [bucket.name for bucket in self.owned(account, region)]

    def counts(self) -> Mapping[str, int]:
        buckets = self.buckets.values()
        return {
            "buckets": len(self.buckets),
            "objects": sum(len(bucket.objects) for bucket in buckets),
            "uploads": sum(len(bucket.uploads) for bucket in buckets),
        }

    def save(self) -> Any:
        return [bucket.copy() for bucket in self.buckets.values()]

    def rewind(self, saved: Any) -> None:
        self.buckets = SortedDict({bucket.name: bucket.copy() for bucket in saved})


def _without(settings: Mapping[str, Any], names: frozenset[str]) -> Mapping[str, Any]:
    return {name: kept for name, kept in settings.items() if name not in names}


CHANGES: Mapping[str, Callable[[State, Bucket, Value], None]] = {
    "s3.delete_bucket": State._delete_bucket,
    "s3.put_versioning": State._put_versioning,
    "s3.put_notification": State._put_notification,
    "s3.put_cors": State._put_cors,
    "s3.put_object": State._put_object,
    "s3.put_delete_marker": State._put_delete_marker,
    "s3.delete_version": State._delete_version,
    "s3.create_upload": State._create_upload,
    "s3.put_part": State._put_part,
    "s3.complete_upload": State._complete_upload,
    "s3.abort_upload": State._abort_upload,
}
