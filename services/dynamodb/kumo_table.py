"""A table's settings in Kumo's schema, and back.

Kumo checks next to nothing when a table is made; what it lets through and can be put right is put right here,
what can't is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from services.dynamodb import limits, table_rules
from services.dynamodb.definition import Definition
from services.kumo_fields import Fields, kumo_time

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
_UNITS = (0, 2**63 - 1)
_INDEX_MEMBERS = ("IndexName", "KeySchema", "Projection", "ProvisionedThroughput")


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
        "CreationDateTime": kumo_time(settings["CreationDateTime"]),
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
        "TableClassUpdatedAt": kumo_time(changed),
    }


def _written_indexes(entries: Sequence[Mapping[str, Any]] | None) -> list[dict[str, Any]] | None:
    return [{name: entry[name] for name in _INDEX_MEMBERS if name in entry} for entry in entries or ()] or None


def read(
    name: str,
    entry: Fields,
    tags: Sequence[Mapping[str, str]] | None,
    items: Mapping[str, Mapping[str, Any]],
    present: Definition | None,
) -> Definition:
    """The definition that Kumo's table entry describes; ``present`` is what the table of that name is now. Raises
    ServiceError for a table that can't be, ValueError for what isn't a table at all."""
    if not name:
        raise ValueError(f"{entry.place}: the table has no name")
    settings = _settings(name, entry, tags)
    _repair_attributes(settings, items)
    _repair_throughput(settings)
    settings = {setting: value for setting, value in settings.items() if value is not None}
    if present is not None and _identity(present.settings) == _identity(settings):
        kept = present.settings
        settings |= {setting: kept[setting] for setting in _HIDDEN if setting in kept}
        for setting, since in _LATER.items():
            if setting in kept and not entry.given(since):
                settings[setting] = kept[setting]
        if _visible(kept) == _visible(settings):
            return present
    settings.setdefault("TableId", _table_id(name, settings["CreationDateTime"]))
    table_rules.check_create(settings)
    return Definition.of(settings)


def read_tags(entries: Any, place: str) -> list[dict[str, str]] | None:
    """A table's tags; None for none."""
    tags = Fields({"tags": entries}, place).items("tags")
    return [{"Key": tag.text("Key"), "Value": tag.text("Value")} for tag in tags] or None


def _settings(name: str, entry: Fields, tags: Sequence[Mapping[str, str]] | None) -> dict[str, Any]:
    ttl = entry.text("TTLAttributeName")
    if entry.boolean("TTLEnabled") and not ttl:
        raise entry.refusal("TTLAttributeName", "TTL is enabled, and no attribute is named")
    stream = {
        "StreamEnabled": entry.boolean("StreamEnabled"),
        "StreamViewType": entry.text("StreamViewType"),
        "LatestStreamArn": entry.text("LatestStreamArn"),
    }
    return {
        "TableName": name,
        "KeySchema": _key_schema(entry, most=2),
        "AttributeDefinitions": [
            {"AttributeName": _named(found), "AttributeType": found.one_of("AttributeType", "S", "N", "B")}
            for found in entry.items("AttributeDefinitions")
        ],
        "BillingMode": entry.one_of("BillingMode", "PROVISIONED", "PAY_PER_REQUEST") or "PROVISIONED",
        "CreationDateTime": entry.time_ms("CreationDateTime") if entry.given("CreationDateTime") else 0,
        "ProvisionedThroughput": _throughput(entry),
        "GlobalSecondaryIndexes": _indexes(entry, "GlobalSecondaryIndexes", 2 * limits.INDEX_KEY_PART_ATTRIBUTES_MAX),
        "LocalSecondaryIndexes": _indexes(entry, "LocalSecondaryIndexes", 2),
        "DeletionProtectionEnabled": entry.boolean("DeletionProtection") or None,
        "TableClass": entry.one_of("TableClass", "STANDARD", "STANDARD_INFREQUENT_ACCESS") or None,
        "Tags": tags,
        # Kept for Kumo; tables have no streams here.
        "KumoStream": stream if stream["StreamEnabled"] else None,
        "TimeToLive": {"AttributeName": ttl} if entry.boolean("TTLEnabled") else None,
    }


def _key_schema(entry: Fields, *, most: int) -> list[dict[str, Any]]:
    elements = [
        {"AttributeName": _named(found), "KeyType": found.one_of("KeyType", "HASH", "RANGE")}
        for found in entry.items("KeySchema")
    ]
    if not 1 <= len(elements) <= most:
        raise entry.refusal("KeySchema", f"1 to {most} elements are expected, not {len(elements)}")
    return elements


def _named(entry: Fields) -> str:
    if not (name := entry.text("AttributeName")):
        raise entry.refusal("AttributeName", "the name is missing")
    return name


def _throughput(entry: Fields) -> dict[str, int] | None:
    """None where it says nothing: Kumo has zeros for a table that is paid by request."""
    found = entry.fields("ProvisionedThroughput")
    units = {name: found.integer(name, _UNITS) for name in ("ReadCapacityUnits", "WriteCapacityUnits")}
    return units if all(units.values()) else None


def _indexes(entry: Fields, name: str, keys_max: int) -> list[dict[str, Any]] | None:
    indexes = []
    for found in entry.items(name):
        if not found.text("IndexName"):
            raise found.refusal("IndexName", "the name is missing")
        projection = found.fields("Projection")
        kind = projection.one_of("ProjectionType", "ALL", "KEYS_ONLY", "INCLUDE") or "ALL"
        others = list(projection.text_list("NonKeyAttributes"))
        index = {
            "IndexName": found.text("IndexName"),
            "KeySchema": _key_schema(found, most=keys_max),
            "Projection": {"ProjectionType": kind, **({"NonKeyAttributes": others} if others else {})},
            "ProvisionedThroughput": _throughput(found),
        }
        indexes.append(index)
    return indexes or None


def _repair_attributes(settings: dict[str, Any], items: Mapping[str, Mapping[str, Any]]) -> None:
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


def _type_in(items: Mapping[str, Mapping[str, Any]], name: str) -> str:
    found: Mapping[str, Any] = next((item[name] for item in items.values() if isinstance(item.get(name), Mapping)), {})
    return next((kind for kind in ("S", "N", "B") if kind in found), "S")


def _repair_throughput(settings: dict[str, Any]) -> None:
    provisioned = settings["ProvisionedThroughput"]
    if provisioned is None:
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
