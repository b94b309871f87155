"""A table's settings in Kumo's schema, and back.

Kumo checks next to nothing when a table is made; what it lets through and can be put right is put right here,
what can't is refused.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from services.dynamodb import table_rules
from services.dynamodb.definition import Definition

# What a table that is the same as before keeps, since Kumo's schema doesn't hold it (or not to the millisecond).
_HIDDEN = (
    "TableId",
    "CreationDateTime",
    "OnDemandThroughput",
    "SSESpecification",
    "BillingModeAt",
    "TableClassAt",
    "ThroughputIncreasedAt",
    "ThroughputDecreasedAt",
)
# What an older Kumo doesn't hold either, with the key whose absence shows that it is one.
_LATER = {"TableClass": "TableClass", "Tags": "StreamEnabled", "KumoStream": "StreamEnabled"}
_NO_STREAM = {"StreamEnabled": False, "StreamViewType": "", "LatestStreamArn": ""}
_INDEX_MEMBERS = ("IndexName", "KeySchema", "Projection", "ProvisionedThroughput")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FRACTION = re.compile(r"\.([0-9]+)")


def member(values: Mapping[str, Any], name: str) -> Any:
    """A member by its name in any case, as Go reads JSON; None where it is missing."""
    if name in values:
        return values[name]
    folded = name.casefold()
    return next((value for key, value in values.items() if key.casefold() == folded), None)


def write(definition: Definition, arn: str, item_count: int) -> dict[str, Any]:
    """Kumo's table entry."""
    settings = definition.settings
    changed = settings.get("TableClassAt", settings["CreationDateTime"])
    return {
        "Name": definition.name,
        "KeySchema": settings["KeySchema"],
        "AttributeDefinitions": settings["AttributeDefinitions"],
        "ProvisionedThroughput": settings.get("ProvisionedThroughput"),
        "GlobalSecondaryIndexes": _written_indexes(settings.get("GlobalSecondaryIndexes")),
        "LocalSecondaryIndexes": _written_indexes(settings.get("LocalSecondaryIndexes")),
        "CreationDateTime": _time(settings["CreationDateTime"]),
        "TableStatus": "ACTIVE",
        "ItemCount": item_count,
        "TableSizeBytes": 0,
        "TableARN": arn,
        "BillingMode": settings["BillingMode"],
        "DeletionProtection": settings.get("DeletionProtectionEnabled", False),
        "TTLAttributeName": definition.ttl_attribute or "",
        "TTLEnabled": definition.ttl_attribute is not None,
        **settings.get("KumoStream", _NO_STREAM),
        "TableClass": settings.get("TableClass", "STANDARD"),
        "TableClassUpdatedAt": _time(changed),
    }


def _written_indexes(entries: Sequence[Mapping[str, Any]] | None) -> list[dict[str, Any]] | None:
    return [{name: entry[name] for name in _INDEX_MEMBERS if name in entry} for entry in entries or ()] or None


def _time(milliseconds: int) -> str:
    moment = _EPOCH + timedelta(milliseconds=milliseconds)
    fraction = f".{milliseconds % 1000:03d}".rstrip("0").rstrip(".")
    return f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}Z"


def _milliseconds(text: str) -> int:
    # Go writes up to nine digits of a second and any offset.
    moment = datetime.fromisoformat(_FRACTION.sub(lambda found: f".{found[1][:6]:0<6}", text))
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def read(
    name: str, entry: Mapping[str, Any], tags: Any, items: Mapping[str, Any], present: Definition | None
) -> Definition:
    """The definition that Kumo's table entry describes; ``present`` is what the table of that name is now. Raises
    ServiceError for a table that can't be, KeyError, TypeError or ValueError for what isn't a table at all."""
    settings = _settings(name, entry, tags)
    _repair_attributes(settings, items)
    _repair_throughput(settings)
    settings = {setting: value for setting, value in settings.items() if value is not None}
    if present is not None and _identity(present.settings) == _identity(settings):
        kept = present.settings
        settings |= {setting: kept[setting] for setting in _HIDDEN if setting in kept}
        for setting, since in _LATER.items():
            if setting in kept and member(entry, since) is None:
                settings[setting] = kept[setting]
        if _visible(kept) == _visible(settings):
            return present
    settings.setdefault("TableId", _table_id(name, settings["CreationDateTime"]))
    table_rules.check_create(settings)
    return Definition.of(settings)


def _settings(name: str, entry: Mapping[str, Any], tags: Any) -> dict[str, Any]:
    stream = {setting: member(entry, setting) or empty for setting, empty in _NO_STREAM.items()}
    ttl = {"AttributeName": member(entry, "TTLAttributeName")}
    return {
        "TableName": name,
        "KeySchema": _members(member(entry, "KeySchema"), ("AttributeName", "KeyType")),
        "AttributeDefinitions": _members(member(entry, "AttributeDefinitions"), ("AttributeName", "AttributeType")),
        "BillingMode": member(entry, "BillingMode") or "PROVISIONED",
        "CreationDateTime": _milliseconds(member(entry, "CreationDateTime") or "1970-01-01T00:00:00Z"),
        "ProvisionedThroughput": member(entry, "ProvisionedThroughput"),
        "GlobalSecondaryIndexes": _read_indexes(member(entry, "GlobalSecondaryIndexes")),
        "LocalSecondaryIndexes": _read_indexes(member(entry, "LocalSecondaryIndexes")),
        "DeletionProtectionEnabled": member(entry, "DeletionProtection") or None,
        "TableClass": member(entry, "TableClass"),
        "Tags": tags,
        # Kept for Kumo; tables have no streams here.
        "KumoStream": stream if stream["StreamEnabled"] else None,
        "TimeToLive": ttl if member(entry, "TTLEnabled") else None,
    }


def _members(entries: Any, names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{name: member(entry, name) for name in names} for entry in entries or ()]


def _read_indexes(entries: Any) -> list[dict[str, Any]] | None:
    indexes = _members(entries, _INDEX_MEMBERS)
    for index in indexes:
        index["KeySchema"] = _members(index["KeySchema"], ("AttributeName", "KeyType"))
        (projection,) = _members([index["Projection"] or {}], ("ProjectionType", "NonKeyAttributes"))
        index["Projection"] = {name: value for name, value in projection.items() if value}
        index["Projection"].setdefault("ProjectionType", "ALL")
    return indexes or None


def _repair_attributes(settings: dict[str, Any], items: Mapping[str, Any]) -> None:
    """Exactly the key attributes are defined; one that isn't has the type that it has in an item."""
    used = [element["AttributeName"] for element in settings["KeySchema"]]
    for indexes in (settings["GlobalSecondaryIndexes"], settings["LocalSecondaryIndexes"]):
        for index in indexes or ():
            used += [element["AttributeName"] for element in index["KeySchema"]]
    types = {entry["AttributeName"]: entry["AttributeType"] for entry in settings["AttributeDefinitions"]}
    settings["AttributeDefinitions"] = [
        {"AttributeName": name, "AttributeType": types.get(name) or _type_in(items, name)}
        for name in sorted(set(used), key=[*types, *used].index)
    ]


def _type_in(items: Mapping[str, Any], name: str) -> str:
    found: Mapping[str, Any] = next((item[name] for item in items.values() if name in item), {})
    return next((kind for kind in ("S", "N", "B") if kind in found), "S")


def _repair_throughput(settings: dict[str, Any]) -> None:
    provisioned = settings["ProvisionedThroughput"]
    if settings["BillingMode"] == "PROVISIONED" and not (provisioned and provisioned.get("ReadCapacityUnits")):
        settings["BillingMode"] = "PAY_PER_REQUEST"
    if settings["BillingMode"] == "PAY_PER_REQUEST":
        provisioned = settings["ProvisionedThroughput"] = None
    for index in settings["GlobalSecondaryIndexes"] or ():
        index["ProvisionedThroughput"] = provisioned and (index["ProvisionedThroughput"] or provisioned)
    for index in (*(settings["GlobalSecondaryIndexes"] or ()), *(settings["LocalSecondaryIndexes"] or ())):
        if index["ProvisionedThroughput"] is None:
            del index["ProvisionedThroughput"]


def _identity(settings: Mapping[str, Any]) -> tuple[Any, ...]:
    """What makes a table the same one: a table that Kumo made anew has another second of creation."""
    return settings["KeySchema"], settings["CreationDateTime"] // 1000


def _visible(settings: Mapping[str, Any]) -> dict[str, Any]:
    """What Kumo sees of a table's settings."""
    return {
        "TableClass": "STANDARD",
        **{name: value for name, value in settings.items() if name not in _HIDDEN and value},
    }


def _table_id(name: str, created_ms: int) -> str:
    """Kumo has no table ids: one that follows from what it has."""
    digest = hashlib.sha256(f"{name} {created_ms}".encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}"
