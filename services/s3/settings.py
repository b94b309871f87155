"""What S3 keeps of a bucket itself: its settings, with the JSON form that stands in changes and in the document alike.

``encode`` leaves out what the first releases didn't know where it is empty; ``decode`` takes what any of them wrote.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from services.s3.model import EMPTY

Versioning = Literal["", "Enabled", "Suspended"]


def _nothing() -> Mapping[str, Any]:
    return EMPTY


@dataclass(frozen=True, slots=True)
class QueueConfiguration:
    """Which events go to a queue: names as ``s3:ObjectCreated:*``; an empty prefix or suffix fits every key."""

    id: str
    queue_arn: str
    events: tuple[str, ...]
    prefix: str = ""
    suffix: str = ""

    def encode(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "queue_arn": self.queue_arn,
            "events": list(self.events),
            "prefix": self.prefix,
            "suffix": self.suffix,
        }

    @staticmethod
    def decode(value: Mapping[str, Any]) -> QueueConfiguration:
        return QueueConfiguration(**{**value, "events": tuple(value["events"])})


@dataclass(frozen=True, slots=True)
class CorsRule:
    """Which requests of other origins a browser may send.

    methods: GET, PUT, POST, DELETE, HEAD. origins, headers: with at most one ``*`` each. expose_headers: what a page
    may read of an answer. max_age_seconds: how long a browser may keep the answer to a preflight; None where the rule
    doesn't say. id: empty for none.
    """

    methods: tuple[str, ...]
    origins: tuple[str, ...]
    headers: tuple[str, ...] = ()
    expose_headers: tuple[str, ...] = ()
    max_age_seconds: int | None = None
    id: str = ""

    def encode(self) -> dict[str, Any]:
        return {
            "methods": list(self.methods),
            "origins": list(self.origins),
            "headers": list(self.headers),
            "expose_headers": list(self.expose_headers),
            "max_age_seconds": self.max_age_seconds,
            "id": self.id,
        }

    @staticmethod
    def decode(value: Mapping[str, Any]) -> CorsRule:
        return CorsRule(
            methods=tuple(value["methods"]),
            origins=tuple(value["origins"]),
            headers=tuple(value["headers"]),
            expose_headers=tuple(value["expose_headers"]),
            max_age_seconds=value["max_age_seconds"],
            id=value["id"],
        )


@dataclass(frozen=True, slots=True)
class BucketSettings:
    """A bucket without what is in it.

    account, region: the namespace that owns it. location: the Region that it says it lies in.
    event_bridge: whether events are to go to Amazon EventBridge too; kept and served, there is no such bus here.
    cors_rules: the first that fits a request counts; empty for a bucket without a CORS configuration.
    kept: settings that are kept for a later answer and have no effect (canned ACL, object ownership).
    kumo: what a document of Kumo's says about the bucket and emu has no use for; it goes back as it came.
    """

    name: str
    account: str
    region: str
    location: str
    created_ms: int
    versioning: Versioning = ""
    queue_configurations: tuple[QueueConfiguration, ...] = ()
    event_bridge: bool = False
    cors_rules: tuple[CorsRule, ...] = ()
    kept: Mapping[str, Any] = field(default_factory=_nothing)
    kumo: Mapping[str, Any] = field(default_factory=_nothing)

    def encode(self) -> dict[str, Any]:
        """Without the namespace, which the change or the document carries."""
        value: dict[str, Any] = {
            "name": self.name,
            "location": self.location,
            "created_ms": self.created_ms,
            "versioning": self.versioning,
            "queue_configurations": [configuration.encode() for configuration in self.queue_configurations],
            "kept": dict(self.kept),
            "kumo": dict(self.kumo),
        }
        if self.event_bridge:
            value["event_bridge"] = True
        if self.cors_rules:
            value["cors_rules"] = [rule.encode() for rule in self.cors_rules]
        return value

    @staticmethod
    def decode(account: str, region: str, value: Mapping[str, Any]) -> BucketSettings:
        return BucketSettings(
            name=value["name"],
            account=account,
            region=region,
            location=value["location"],
            created_ms=value["created_ms"],
            versioning=value["versioning"],
            queue_configurations=tuple(map(QueueConfiguration.decode, value["queue_configurations"])),
            event_bridge=value.get("event_bridge", False),
            cors_rules=tuple(map(CorsRule.decode, value.get("cors_rules", ()))),
            kept=value["kept"],
            kumo=value["kumo"],
        )
