"""A table's items and its indexes, in order (see :mod:`services.dynamodb.keys`).

An item is kept as its encoded JSON and its size; both never change: a write puts others in their place. An
index holds the same objects under its own keys, and shows the projected attributes when it is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import orjson
from sortedcontainers import SortedDict

from services.dynamodb import limits
from services.dynamodb.definition import Definition, IndexDefinition
from services.dynamodb.expirations import Expirations
from services.dynamodb.item_size import item_size
from services.dynamodb.values import Item

StoredItem = tuple[bytes, int]
"""An item's JSON, normalised, and its size in bytes by AWS's rules."""

Entries = SortedDict[bytes, StoredItem]


def decoded(stored: StoredItem) -> Item:
    """The item as a dict of its own."""
    item: Item = orjson.loads(stored[0])
    return item


class Index:
    """A secondary index of a table, kept as the items change.

    One that is made for a table with items is filled from them in the order of their keys, a few at a time: until it is
    ``complete``, it holds only items up to ``filled_up_to``.
    """

    __slots__ = ("complete", "definition", "entries", "filled_up_to", "size_bytes")

    def __init__(self, definition: IndexDefinition, *, complete: bool = True) -> None:
        self.definition = definition
        self.entries: Entries = SortedDict()
        self.size_bytes = 0
        self.complete = complete
        self.filled_up_to: bytes | None = None

    def copy(self) -> Index:
        twin = Index(self.definition, complete=self.complete)
        twin.filled_up_to = self.filled_up_to
        twin.entries = self.entries.copy()
        twin.size_bytes = self.size_bytes
        return twin

    def key(self, item: Mapping[str, dict[str, object]], table_key: bytes) -> bytes | None:
        """Where an item stands; None for one that isn't in the index."""
        own = self.definition.schema.encode_sparse(item)
        return None if own is None else own + table_key

    def entry_size(self, item: Item, size: int) -> int:
        """Bytes that an item takes in the index."""
        projected = self.definition.projected
        if projected is None:
            return size
        return item_size({name: value for name, value in item.items() if name in projected})

    def _covers(self, table_key: bytes) -> bool:
        return self.complete or (self.filled_up_to is not None and table_key <= self.filled_up_to)

    def put(self, table_key: bytes, item: Item, stored: StoredItem) -> None:
        key = self.key(item, table_key) if self._covers(table_key) else None
        if key is not None:
            self.entries[key] = stored
            self.size_bytes += self.entry_size(item, stored[1])

    def remove(self, table_key: bytes, item: Item, stored: StoredItem) -> None:
        key = self.key(item, table_key) if self._covers(table_key) else None
        if key is not None:
            del self.entries[key]
            self.size_bytes -= self.entry_size(item, stored[1])


class Table:
    """One table. ``size_bytes`` is the sum of its items' sizes."""

    __slots__ = ("definition", "expirations", "indexes", "items", "size_bytes")

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.items: Entries = SortedDict()
        self.indexes = {name: Index(index) for name, index in definition.indexes.items()}
        self.size_bytes = 0
        self.expirations: Expirations | None = None
        self._watch_expirations()

    def copy(self) -> Table:
        """A table of its own containers that shares the items."""
        twin = Table(self.definition)
        twin.items = self.items.copy()
        twin.indexes = {name: index.copy() for name, index in self.indexes.items()}
        twin.size_bytes = self.size_bytes
        twin.expirations = None if self.expirations is None else self.expirations.copy()
        return twin

    def put(self, item: Item, data: bytes) -> None:
        """Stores an item in place of the one with its key; ``data`` is its JSON."""
        key = self.definition.schema.encode(item)
        old = self.items.get(key)
        if old is not None:
            self._leave(key, old)
        stored = (data, item_size(item))
        self.items[key] = stored
        self.size_bytes += stored[1]
        for index in self.indexes.values():
            index.put(key, item, stored)
        if self.expirations is not None:
            self.expirations.put(key, item)

    def fill(self, items: Iterable[tuple[Item, bytes]]) -> None:
        """Stores many items with different keys in an empty table, with their JSON: each map is sorted once, at the
        end."""
        entries: list[tuple[bytes, StoredItem]] = []
        of_indexes: list[tuple[Index, list[tuple[bytes, StoredItem]]]] = [
            (index, []) for index in self.indexes.values()
        ]
        encode = self.definition.schema.encoder()
        for item, data in items:
            key, stored = encode(item), (data, item_size(item))
            entries.append((key, stored))
            self.size_bytes += stored[1]
            for index, own in of_indexes:
                index_key = index.key(item, key)
                if index_key is not None:
                    own.append((index_key, stored))
                    index.size_bytes += index.entry_size(item, stored[1])
            if self.expirations is not None:
                self.expirations.put(key, item)
        self.items.update(entries)
        for index, own in of_indexes:
            index.entries.update(own)

    def delete(self, key: Item) -> None:
        """Removes the item with this key, which is there."""
        encoded = self.definition.schema.encode(key)
        old = self.items.pop(encoded)
        self._leave(encoded, old)

    def _leave(self, key: bytes, old: StoredItem) -> None:
        self.size_bytes -= old[1]
        if self.indexes or self.expirations is not None:
            item = decoded(old)
            for index in self.indexes.values():
                index.remove(key, item, old)
            if self.expirations is not None:
                self.expirations.remove(key, item)

    def redefine(self, definition: Definition) -> None:
        """Other settings; the table's keys are the same. A new index is filled at once as far as that is quick, else by
        :meth:`fill_indexes`."""
        attribute = self.definition.ttl_attribute
        self.definition = definition
        present = self.indexes
        self.indexes = {}
        for name, wanted in definition.indexes.items():
            index = present.get(name)
            if index is None or index.definition.schema != wanted.schema:
                index = Index(wanted, complete=False)
            index.definition = wanted
            self.indexes[name] = index
        self.fill_indexes(limits.INDEX_FILL_ITEMS)
        if definition.ttl_attribute != attribute:
            self._watch_expirations()

    @property
    def filling(self) -> bool:
        """Whether an index isn't complete yet."""
        return any(not index.complete for index in self.indexes.values())

    def fill_indexes(self, count: int) -> None:
        """Puts up to ``count`` more items into an index that isn't complete."""
        index = next((index for index in self.indexes.values() if not index.complete), None)
        if index is None:
            return
        following = self._items_after(index.filled_up_to)
        for _ in range(count):
            key = next(following, None)
            if key is None:
                index.complete = True
                return
            index.filled_up_to = key
            stored = self.items[key]
            index.put(key, decoded(stored), stored)

    def _watch_expirations(self) -> None:
        attribute = self.definition.ttl_attribute
        self.expirations = None if attribute is None else Expirations(attribute, complete=not self.items)

    def scan_expirations(self, count: int) -> None:
        """Looks at up to ``count`` more items that were there when time to live was switched on."""
        watched = self.expirations
        if watched is None or watched.complete:
            return
        batch = self._items_after(watched.seen_up_to)
        for _ in range(count):
            key = next(batch, None)
            if key is None:
                watched.complete = True
                return
            watched.put_seen(key, decoded(self.items[key]))

    def _items_after(self, key: bytes | None) -> Iterator[bytes]:
        return self.items.irange(minimum=key, inclusive=(False, True))
