"""A namespace's tables in Kumo's schema, ``dynamodb.json``, and back.

Kumo's name of an item, its *serialised key*, is the key attributes' type and text joined by bars: it isn't
injective, and isn't text for binary keys. So items are identified by their key attributes when a document is
read, and those whose names collide or aren't UTF-8 are left out, with a report, when one is written.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sortedcontainers import SortedDict

from services.dynamodb import kumo_table
from services.dynamodb.arns import table_arn
from services.dynamodb.keys import check_index_keys
from services.dynamodb.table import StoredItem, Table, decoded
from services.dynamodb.values import Item, checked_item, encoded
from services.errors import ServiceError
from services.kumo_fields import Fields
from services.lines import LineWriter


def dump(tables: Mapping[str, Table], account: str, region: str, report: Callable[[str], None]) -> Iterator[bytes]:
    """The document's lines."""
    writer = LineWriter()
    yield from writer.open("tables")
    for name, table in tables.items():
        yield from writer.open(name)
        yield from writer.entity(
            "table", kumo_table.write(table.definition, table_arn(account, region, name), len(table.items))
        )
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
    for name, kind in table.definition.schema.types.items():
        text = key[name][kind]
        if kind == "B":
            try:
                text = base64.b64decode(text).decode()
            except UnicodeDecodeError:
                return None
        parts.append(f"{kind}:{text}")
    return "|".join(parts)


def adopt(
    present: Mapping[str, Table], document: Mapping[str, Any], account: str, region: str
) -> tuple[SortedDict[str, Table], dict[str, int]]:
    """The tables that a Kumo document describes, and what came of it. Keys count in any case. A table whose keys and
    indexes are as they were keeps what Kumo can't hold. Raises ValueError with the place where a value can't
    be used."""
    adopted: SortedDict[str, Table] = SortedDict()
    counts: dict[str, int] = {}
    empty_sets = 0
    fields = Fields(document, "dynamodb")
    tags = {arn: kumo_table.read_tags(entries, place) for arn, entries, place in fields.entries("tags")}
    for name, value, place in fields.entries("tables"):
        old = present.get(name)
        entry = Fields(value, place)
        kumo, items = entry.fields("table"), _items(entry)
        arn = kumo.text("TableARN") or table_arn(account, region, name)
        try:
            table = Table(kumo_table.read(name, kumo, tags.get(arn), items, None if old is None else old.definition))
        except ServiceError as error:
            raise ValueError(f"{kumo.place}: {error.message}") from error
        for kumo_name, item in items.items():
            empty_sets += _take(table, f"{place}/items/{kumo_name}", item)
        adopted[name] = table
        _count(counts, old, table)
    removed = [name for name in present if name not in adopted]
    if removed:
        counts["tables removed"] = len(removed)
    if empty_sets:
        counts["empty sets dropped"] = empty_sets
    return adopted, counts


def _items(entry: Fields) -> dict[str, Mapping[str, Any]]:
    return {name: Fields(item, place).raw for name, item, place in entry.entries("items")}


def _take(table: Table, place: str, item: Mapping[str, Any]) -> int:
    """Puts one item into the table; how many empty sets were dropped from it."""
    kept, dropped = _without_empty_sets(item)
    try:
        checked = checked_item(kept)
        table.definition.schema.check_item(checked)
        for index in table.definition.indexes.values():
            check_index_keys(index.schema, index.name, checked)
    except ServiceError as error:
        raise ValueError(f"{place}: {error.message}") from error
    if table.definition.schema.encode(checked) in table.items:
        raise ValueError(f"{place}: another item has its key")
    table.put(checked, encoded(checked))
    return dropped


def _without_empty_sets(members: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
    """Kumo keeps empty sets, which DynamoDB doesn't have: the members without them, and how many there were. What isn't
    a value at all stays, and is refused later."""
    kept, dropped = {}, 0
    for name, value in members.items():
        if _is_empty_set(value):
            dropped += 1
            continue
        kept[name], count = _filled(value)
        dropped += count
    return kept, dropped


def _is_empty_set(value: Any) -> bool:
    return isinstance(value, dict) and any(value.get(kind) == [] for kind in ("SS", "NS", "BS"))


def _filled(value: Any) -> tuple[Any, int]:
    """A map or list without the empty sets in it, whatever else as it is; and how many there were."""
    if isinstance(value, dict) and isinstance(value.get("M"), dict):
        members, dropped = _without_empty_sets(value["M"])
        return {**value, "M": members}, dropped
    if isinstance(value, dict) and isinstance(value.get("L"), list):
        entries = [_filled(entry) for entry in value["L"] if not _is_empty_set(entry)]
        dropped = len(value["L"]) - len(entries) + sum(count for _, count in entries)
        return {**value, "L": [entry for entry, _ in entries]}, dropped
    return value, 0


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
