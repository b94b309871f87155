"""One page of a Query or Scan: the walk over a table's or an index's entries.

A page ends after Limit items, or with the item that brings it to 1 MB; both count what is read, not what the filter
lets through. So a full page is a little larger than 1 MB: 128.5 units, where it is read eventually consistent.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.Pagination.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.dynamodb import errors, limits
from services.dynamodb.keys import KeySchema
from services.dynamodb.table import Index, StoredItem, Table, decoded
from services.dynamodb.values import Item, checked_item

Show = Callable[[Item], Item]


@dataclass(frozen=True, slots=True)
class Source:
    """What is read: a table, or one of its indexes."""

    table: Table
    index: Index | None

    @property
    def schema(self) -> KeySchema:
        return self.table.definition.schema if self.index is None else self.index.definition.schema

    @property
    def key_names(self) -> tuple[str, ...]:
        """Of the attributes that say where a page ended."""
        own = self.table.definition.schema.names
        return own if self.index is None else tuple(dict.fromkeys((*self.schema.names, *own)))

    def encode(self, key: Item) -> bytes:
        table_key = self.table.definition.schema.encode(key)
        return table_key if self.index is None else self.schema.encode(key) + table_key

    def start(self, request: Mapping[str, Any]) -> bytes | None:
        """The place that ExclusiveStartKey names. Refuses one that isn't exactly the key's attributes."""
        given = request.get("ExclusiveStartKey")
        if given is None:
            return None
        key = checked_item(given)
        if set(key) != set(self.key_names):
            raise errors.START_KEY()
        types = {**self.schema.types, **self.table.definition.schema.types}
        if any(types[name] not in value for name, value in key.items()):
            raise errors.START_KEY_SCHEMA()
        return self.encode(key)


@dataclass(slots=True)
class Page:
    """What a walk found. ``items`` holds JSON (``bytes``) or what is shown of an item; ``read_bytes`` counts
    the entries read, ``fetched`` the sizes of items that a local index fetched from its table."""

    items: list[bytes | Item] = field(default_factory=list)
    count: int = 0
    scanned: int = 0
    read_bytes: int = 0
    fetched: list[int] = field(default_factory=list)
    last_key: Item | None = None


@dataclass(frozen=True, slots=True)
class Walk:
    """How to read. low, high: the keys, half open (None: no end). holds: the filter. show: what is shown of
    an item, None for all of it. count_only: no items are collected. fetch: items come whole from the table,
    at a price."""

    low: bytes
    high: bytes | None
    reverse: bool = False
    limit: int | None = None
    holds: Callable[[Mapping[str, Any]], bool] | None = None
    show: Show | None = None
    count_only: bool = False
    fetch: bool = False


def read(source: Source, walk: Walk) -> Page:
    """Reads one page."""
    page = Page()
    entries = source.table.items if source.index is None else source.index.entries
    sized = source.index is not None and source.index.definition.projected is not None
    for key in entries.irange(walk.low, walk.high, (True, False), walk.reverse):
        stored = entries[key]
        item = decoded(stored) if walk.holds or walk.show or sized else None
        size = stored[1]
        if sized and source.index is not None and item is not None:
            size = source.index.entry_size(item, size)
        page.read_bytes += size
        page.scanned += 1
        if walk.fetch:
            page.fetched.append(stored[1])
        if walk.holds is None or (item is not None and walk.holds(item)):
            page.count += 1
            if not walk.count_only:
                page.items.append(stored[0] if walk.show is None or item is None else walk.show(item))
        if page.scanned == walk.limit or page.read_bytes >= limits.PAGE_BYTES_MAX:
            page.last_key = _key(source, stored)
            break
    return page


def _key(source: Source, stored: StoredItem) -> Item:
    item = decoded(stored)
    return {name: item[name] for name in source.key_names}
