"""What a request is said to have consumed: ConsumedCapacity and ItemCollectionMetrics.

Nothing is throttled by it; the units follow AWS's rules from the sizes of items.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ConsumedCapacity.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.dynamodb import limits
from services.dynamodb.table import Index, Table
from services.dynamodb.values import Item


def read_units(size_bytes: int, *, consistent: bool) -> float:
    """Units of a read of ``size_bytes`` (nothing counts as one block)."""
    blocks = max(1, -(-size_bytes // limits.READ_UNIT_BYTES))
    return float(blocks) if consistent else blocks / 2


def write_units(size_bytes: int) -> float:
    """Units of a write whose larger image has ``size_bytes`` (nothing counts as one block)."""
    return float(max(1, -(-size_bytes // limits.WRITE_UNIT_BYTES)))


@dataclass(slots=True)
class Consumed:
    """One table's units: its own, and those of its indexes by name."""

    table: float = 0.0
    local_indexes: dict[str, float] = field(default_factory=dict)
    global_indexes: dict[str, float] = field(default_factory=dict)

    def add(self, other: Consumed) -> None:
        self.table += other.table
        for own, more in (
            (self.local_indexes, other.local_indexes),
            (self.global_indexes, other.global_indexes),
        ):
            for name, units in more.items():
                own[name] = own.get(name, 0.0) + units

    def add_index(self, index: Index, units: float) -> None:
        named = self.global_indexes if index.definition.is_global else self.local_indexes
        named[index.definition.name] = named.get(index.definition.name, 0.0) + units

    def total(self) -> float:
        return self.table + sum(self.local_indexes.values()) + sum(self.global_indexes.values())

    def doubled(self) -> Consumed:
        """What a transaction's two phases take."""
        return Consumed(
            self.table * 2,
            {name: units * 2 for name, units in self.local_indexes.items()},
            {name: units * 2 for name, units in self.global_indexes.items()},
        )

    def shown(self, table_name: str, level: str, kind: str | None = None) -> dict[str, Any]:
        """As ReturnConsumedCapacity (``TOTAL`` or ``INDEXES``) asks for it; ``kind`` (``Read``, ``Write``)
        adds the units under that name too, as transactions and batches of some SDKs expect."""

        def units(count: float) -> dict[str, float]:
            return {"CapacityUnits": count} | ({f"{kind}CapacityUnits": count} if kind else {})

        answer: dict[str, Any] = {"TableName": table_name, **units(self.total())}
        if level == "INDEXES":
            answer["Table"] = units(self.table)
            for member, named in (
                ("LocalSecondaryIndexes", self.local_indexes),
                ("GlobalSecondaryIndexes", self.global_indexes),
            ):
                if named:
                    answer[member] = {name: units(count) for name, count in named.items()}
        return answer


def of_write(table: Table, key: bytes, old: Item | None, old_size: int, new: Item | None, new_size: int) -> Consumed:
    """The units of replacing ``old`` by ``new`` in a table; either may be None."""
    consumed = Consumed(write_units(max(old_size, new_size)))
    for index in table.indexes.values():
        before = None if old is None else index.key(old, key)
        after = None if new is None else index.key(new, key)
        before_size = 0 if old is None or before is None else index.entry_size(old, old_size)
        after_size = 0 if new is None or after is None else index.entry_size(new, new_size)
        if before == after:
            if before is not None and _projected(index, old) != _projected(index, new):
                consumed.add_index(index, write_units(max(before_size, after_size)))
            continue
        if before is not None:
            consumed.add_index(index, write_units(before_size))
        if after is not None:
            consumed.add_index(index, write_units(after_size))
    return consumed


def _projected(index: Index, item: Item | None) -> Mapping[str, Any]:
    names = index.definition.projected
    if item is None:
        return {}
    return item if names is None else {name: value for name, value in item.items() if name in names}


def collection_metrics(table: Table, key: Item) -> dict[str, Any] | None:
    """ItemCollectionMetrics of the item collection that a write touched; None for a table without local indexes, which
    has no item collections. The estimate is AWS's smallest range."""
    if all(index.definition.is_global for index in table.indexes.values()):
        return None
    (name,) = table.definition.schema.hash_names
    return {"ItemCollectionKey": {name: key[name]}, "SizeEstimateRangeGB": [0.0, 1.0]}
