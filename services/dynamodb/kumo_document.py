"""A namespace's tables in Kumo's schema, ``dynamodb.json``, and back.

Kumo's name of an item, its *serialised key*, is the key attributes' type and text joined by bars: it isn't
injective, and isn't text for binary keys. So items are identified by their key attributes when a document is
read, and those whose names collide or aren't UTF-8 are left out, with a report, when one is written.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sortedcontainers import SortedDict

from services.dynamodb import table_rules
from services.dynamodb.arns import table_arn
from services.dynamodb.definition import Definition
from services.dynamodb.keys import check_index_keys
from services.dynamodb.table import StoredItem, Table, decoded
from services.dynamodb.values import Item, checked_item, encoded
from services.errors import ServiceError
from services.lines import LineWriter

# What a table that is the same as before keeps, since Kumo's schema doesn't hold it (or not to the millisecond).
_HIDDEN = (
    "TableId",
    "CreationDateTime",
    "OnDemandThroughput",
    "BillingModeAt",
    "TableClassAt",
    "ThroughputIncreasedAt",
    "ThroughputDecreasedAt",
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FRACTION = re.compile(r"\.([0-9]+)")


def dump(tables: Mapping[str, Table], account: str, region: str, report: Callable[[str], None]) -> Iterator[bytes]:
    """The document's lines."""
    writer = LineWriter()
    yield from writer.open("tables")
    for name, table in tables.items():
        yield from writer.open(name)
        yield from writer.entity("table", _table(table, table_arn(account, region, name)))
        yield from writer.open("items")
        for kumo_name, data in _named_items(table, report):
            yield from writer.entity(kumo_name, data)
        yield from writer.end()
        yield from writer.end()
    yield from writer.end()
    tags = {
        table_arn(account, region, name): table.definition.settings["Tags"]
        for name, table in tables.items()
        if table.definition.settings.get("Tags")
    }
    if tags:
        yield from writer.entity("tags", tags)
    yield from writer.close()


def _named_items(table: Table, report: Callable[[str], None]) -> Iterator[tuple[str, bytes]]:
    named: dict[str, list[StoredItem]] = {}
    for stored in table.items.values():
        key = table.definition.schema.pick(decoded(stored))
        name = _kumo_name(table, key)
        if name is None:
            report(f"table {table.definition.name}: the item {key} has a binary key that isn't UTF-8")
        else:
            named.setdefault(name, []).append(stored)
    for name in sorted(named):
        if len(named[name]) > 1:
            report(f"table {table.definition.name}: {len(named[name])} items have the one name {name!r}")
        else:
            yield name, named[name][0][0]


def _kumo_name(table: Table, key: Item) -> str | None:
    parts = []
    for name, kind in table.definition.schema.types().items():
        text = key[name][kind]
        if kind == "B":
            try:
                text = base64.b64decode(text).decode()
            except UnicodeDecodeError:
                return None
        parts.append(f"{kind}:{text}")
    return "|".join(parts)


def _table(table: Table, arn: str) -> dict[str, Any]:
    settings = table.definition.settings
    changed = settings.get("TableClassAt", settings["CreationDateTime"])
    return {
        "Name": table.definition.name,
        "KeySchema": settings["KeySchema"],
        "AttributeDefinitions": settings["AttributeDefinitions"],
        "ProvisionedThroughput": settings.get("ProvisionedThroughput"),
        "GlobalSecondaryIndexes": _indexes(settings.get("GlobalSecondaryIndexes")),
        "LocalSecondaryIndexes": _indexes(settings.get("LocalSecondaryIndexes")),
        "CreationDateTime": _time(settings["CreationDateTime"]),
        "TableStatus": "ACTIVE",
        "ItemCount": len(table.items),
        "TableSizeBytes": 0,
        "TableARN": arn,
        "BillingMode": settings["BillingMode"],
        "DeletionProtection": settings.get("DeletionProtectionEnabled", False),
        "TTLAttributeName": table.definition.ttl_attribute or "",
        "TTLEnabled": table.definition.ttl_attribute is not None,
        "StreamEnabled": False,
        "StreamViewType": "",
        "LatestStreamArn": "",
        "TableClass": settings.get("TableClass", "STANDARD"),
        "TableClassUpdatedAt": _time(changed),
    }


def _indexes(entries: Sequence[Mapping[str, Any]] | None) -> list[dict[str, Any]] | None:
    if not entries:
        return None
    names = ("IndexName", "KeySchema", "Projection", "ProvisionedThroughput")
    return [{name: entry[name] for name in names if name in entry} for entry in entries]


def _time(milliseconds: int) -> str:
    moment = _EPOCH + timedelta(milliseconds=milliseconds)
    fraction = f".{milliseconds % 1000:03d}".rstrip("0").rstrip(".")
    return f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}Z"


def _milliseconds(text: str) -> int:
    # Go writes up to nine digits of a second and any offset.
    moment = datetime.fromisoformat(_FRACTION.sub(lambda found: f".{found[1][:6]:0<6}", text))
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def adopt(
    present: Mapping[str, Table], document: Mapping[str, Any], account: str, region: str
) -> tuple[SortedDict[str, Table], dict[str, int]]:
    """The tables that a Kumo document describes, and what came of it. Keys count in any case. A table whose keys and
    indexes are as they were keeps what Kumo can't hold. Raises ValueError with the place where a value can't
    be used."""
    adopted: SortedDict[str, Table] = SortedDict()
    counts: dict[str, int] = {}
    empty_sets = 0
    tags = _member(document, "tags") or {}
    for name, entry in (_member(document, "tables") or {}).items():
        try:
            table = Table(_definition(name, entry, tags.get(table_arn(account, region, name)), present.get(name)))
            for kumo_name, item in (_member(entry, "items") or {}).items():
                empty_sets += _take(table, kumo_name, item)
        except (KeyError, TypeError, AttributeError, IndexError) as error:
            raise ValueError(f"table {name}: not a table as Kumo writes it ({error!r})") from error
        except ServiceError as error:
            raise ValueError(f"table {name}: {error.message}") from error
        adopted[name] = table
        _count(counts, present.get(name), table)
    removed = [name for name in present if name not in adopted]
    if removed:
        counts["tables removed"] = len(removed)
    if empty_sets:
        counts["empty sets dropped"] = empty_sets
    return adopted, counts


def _member(values: Mapping[str, Any], name: str) -> Any:
    """A member by its name in any case, as Go reads JSON; None where it is missing."""
    if name in values:
        return values[name]
    folded = name.casefold()
    return next((value for key, value in values.items() if key.casefold() == folded), None)


def _definition(name: str, entry: Mapping[str, Any], tags: Any, present: Table | None) -> Definition:
    kumo = _member(entry, "table")
    settings: dict[str, Any] = {
        "TableName": name,
        "KeySchema": _members(_member(kumo, "KeySchema"), ("AttributeName", "KeyType")),
        "AttributeDefinitions": _members(_member(kumo, "AttributeDefinitions"), ("AttributeName", "AttributeType")),
        "BillingMode": _member(kumo, "BillingMode") or "PROVISIONED",
        "CreationDateTime": _milliseconds(_member(kumo, "CreationDateTime") or "1970-01-01T00:00:00Z"),
        "ProvisionedThroughput": _member(kumo, "ProvisionedThroughput"),
        "GlobalSecondaryIndexes": _indexes(_member(kumo, "GlobalSecondaryIndexes")),
        "LocalSecondaryIndexes": _indexes(_member(kumo, "LocalSecondaryIndexes")),
        "DeletionProtectionEnabled": _member(kumo, "DeletionProtection") or None,
        "TableClass": _member(kumo, "TableClass"),
        "Tags": tags,
    }
    if _member(kumo, "TTLEnabled"):
        settings["TimeToLive"] = {"AttributeName": _member(kumo, "TTLAttributeName")}
    _repair(settings)
    settings = {member: value for member, value in settings.items() if value is not None}
    kept = {} if present is None else dict(present.definition.settings)
    if kept and _identity(kept) == _identity(settings):
        settings |= {member: kept[member] for member in _HIDDEN if member in kept}
        for member, since in (("TableClass", "TableClass"), ("Tags", "StreamEnabled")):
            # A Kumo that doesn't write the one key is too old to hold the other.
            if _member(kumo, since) is None and member in kept:
                settings[member] = kept[member]
        if _visible(kept) == _visible(settings):
            return Definition.of(kept)
    settings.setdefault("TableId", _table_id(name, settings["CreationDateTime"]))
    table_rules.check_create(settings)
    return Definition.of(settings)


def _identity(settings: Mapping[str, Any]) -> tuple[Any, ...]:
    """What makes a table the same one: a table that Kumo made anew has another second of creation."""
    return settings["KeySchema"], settings["CreationDateTime"] // 1000


def _visible(settings: Mapping[str, Any]) -> dict[str, Any]:
    """What Kumo sees of a table's settings."""
    return {
        "TableClass": "STANDARD",
        **{name: value for name, value in settings.items() if name not in _HIDDEN and value},
    }


def _members(entries: Any, names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{name: _member(entry, name) for name in names} for entry in entries or ()]


def _repair(settings: dict[str, Any]) -> None:
    """Kumo checks nothing when a table is made; what it lets through and can be put right, is."""
    used = {element["AttributeName"] for element in settings["KeySchema"]}
    for member in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        for index in settings[member] or ():
            used |= {element["AttributeName"] for element in index["KeySchema"]}
            if settings["BillingMode"] == "PAY_PER_REQUEST" or index.get("ProvisionedThroughput") is None:
                index.pop("ProvisionedThroughput", None)
            index["Projection"] = {
                name: value for name, value in index["Projection"].items() if value not in (None, [])
            }
    settings["AttributeDefinitions"] = [
        entry for entry in settings["AttributeDefinitions"] if entry["AttributeName"] in used
    ]
    provisioned = settings["ProvisionedThroughput"]
    if settings["BillingMode"] == "PROVISIONED" and not (provisioned and provisioned.get("ReadCapacityUnits")):
        settings["BillingMode"] = "PAY_PER_REQUEST"
    if settings["BillingMode"] == "PAY_PER_REQUEST":
        settings["ProvisionedThroughput"] = None
        for index in settings["GlobalSecondaryIndexes"] or ():
            index.pop("ProvisionedThroughput", None)
    else:
        for index in settings["GlobalSecondaryIndexes"] or ():
            index.setdefault("ProvisionedThroughput", provisioned)


def _table_id(name: str, created_ms: int) -> str:
    """Kumo has no table ids: one that follows from what it has."""
    digest = hashlib.sha256(f"{name} {created_ms}".encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}"


def _take(table: Table, kumo_name: str, item: Mapping[str, Any]) -> int:
    """Puts one item into the table; how many empty sets were dropped from it."""
    kept, dropped = _without_empty_sets(item)
    try:
        checked = checked_item(kept)
        table.definition.schema.check_item(checked)
        for index in table.definition.indexes.values():
            check_index_keys(index.schema, index.name, checked)
    except ServiceError as error:
        raise ValueError(f"table {table.definition.name}, item {kumo_name!r}: {error.message}") from error
    if table.definition.schema.encode(checked) in table.items:
        raise ValueError(f"table {table.definition.name}, item {kumo_name!r}: another item has its key")
    table.put(checked, encoded(checked))
    return dropped


def _without_empty_sets(members: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
    """Kumo keeps empty sets, which DynamoDB doesn't have: the members without them, and how many there were."""
    kept, dropped = {}, 0
    for name, value in members.items():
        if any(kind in value and value[kind] == [] for kind in ("SS", "NS", "BS")):
            dropped += 1
        elif "M" in value:
            inner, count = _without_empty_sets(value["M"])
            kept[name] = {"M": inner}
            dropped += count
        else:
            kept[name] = value
    return kept, dropped


def _count(counts: dict[str, int], old: Table | None, new: Table) -> None:
    def count(what: str, by: int) -> None:
        if by:
            counts[what] = counts.get(what, 0) + by

    if old is None:
        count("tables added", 1)
        count("items added", len(new.items))
        return
    if old.definition.settings != new.definition.settings:
        count("tables changed", 1)
    count("items added", sum(1 for key in new.items if key not in old.items))
    count("items removed", sum(1 for key in old.items if key not in new.items))
    count(
        "items changed",
        sum(1 for key, stored in new.items.items() if key in old.items and old.items[key][0] != stored[0]),
    )
