"""Keys as bytes whose order is DynamoDB's.

A table's (and an index's) items stand in one ordered map. Its keys are made so that everything DynamoDB does
with keys is a search in that order:

- a *key element* (one key attribute's value) becomes bytes that compare as the values do and end themselves: text and
  binary with the bytes 0 and 1 escaped and a 0 behind, numbers as :func:`services.dynamodb.numbers.ordered` says;
- a *partition* is eight bytes of hash and the partition key's element. Scan's order is that of the hash: stable, and
  even, so that parallel segments are equal slices of its range;
- a table's key is the partition and the sort key's element; an index's key is the index's partition, its sort key's
  element, and the table's key behind, since many items may share the rest.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.Partitions.html
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from services.dynamodb import errors, limits, numbers
from services.dynamodb.item_size import binary_size, text_size
from services.dynamodb.values import Item, Value, checked_item, kind_of

_HASH_BYTES = 8


def _ended(raw: bytes) -> bytes:
    """The bytes with an end that compares below all that may follow: zero, which the escapes keep free."""
    if b"\0" in raw or b"\1" in raw:
        raw = raw.replace(b"\1", b"\1\2").replace(b"\0", b"\1\1")
    return raw + b"\0"


def _text_element(data: str) -> bytes:
    # Most have no character that must be escaped: one call less.
    return data.encode() + b"\0" if data.isprintable() else _ended(data.encode())


def _binary_element(data: str) -> bytes:
    return _ended(base64.b64decode(data))


_ELEMENTS: dict[str, Callable[[str], bytes]] = {
    "S": _text_element,
    "N": numbers.ordered,
    "B": _binary_element,
}


def element(value: Value) -> bytes:
    """The bytes of one normalised key attribute value."""
    for kind, data in value.items():
        return _ELEMENTS[kind](data)
    raise ValueError("an attribute value without a type")


def element_prefix(value: Value) -> bytes:
    """What the elements of all values that begin with this text or binary value begin with."""
    return element(value)[:-1]


def partition(value: Value) -> bytes:
    """The bytes of a partition: hash and element of its key."""
    own = element(value)
    return blake2b(own, digest_size=_HASH_BYTES).digest() + own


def after(prefix: bytes) -> bytes | None:
    """The least bytes above all that begin with ``prefix``; None if there are none."""
    head = prefix.rstrip(b"\xff")
    return head[:-1] + bytes((head[-1] + 1,)) if head else None


def segment_bounds(segment: int, total: int) -> tuple[bytes, bytes | None]:
    """The keys of one of ``total`` slices of the hash range: from the first on, below the second."""
    space = 1 << (8 * _HASH_BYTES)
    low = (segment * space // total).to_bytes(_HASH_BYTES, "big")
    if segment + 1 == total:
        return low, None
    return low, ((segment + 1) * space // total).to_bytes(_HASH_BYTES, "big")


@dataclass(frozen=True, slots=True)
class KeySchema:
    """The key attributes of a table or an index: names and types (``S``, ``N`` or ``B``)."""

    hash_name: str
    hash_type: str
    range_name: str | None = None
    range_type: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return (self.hash_name,) if self.range_name is None else (self.hash_name, self.range_name)

    def types(self) -> Mapping[str, str]:
        if self.range_name is None or self.range_type is None:
            return {self.hash_name: self.hash_type}
        return {self.hash_name: self.hash_type, self.range_name: self.range_type}

    def encode(self, item: Mapping[str, Value]) -> bytes:
        """The key of an item (or key) that has the key attributes, checked."""
        if self.range_name is None:
            return partition(item[self.hash_name])
        return partition(item[self.hash_name]) + element(item[self.range_name])

    def encoder(self) -> Callable[[Mapping[str, Value]], bytes]:
        """:meth:`encode` for many items in a row, which is quicker where those of a partition stand side by side."""
        last: Value = {}
        head = b""
        hash_name, range_name, range_type = self.hash_name, self.range_name, self.range_type
        range_element = _ELEMENTS[range_type] if range_type is not None else None

        def encode(item: Mapping[str, Value]) -> bytes:
            nonlocal last, head
            value = item[hash_name]
            if value != last:
                last, head = value, partition(value)
            if range_name is None or range_type is None or range_element is None:
                return head
            return head + range_element(item[range_name][range_type])

        return encode

    def encode_sparse(self, item: Mapping[str, Value]) -> bytes | None:
        """The same for an item that may lack a key attribute, or have one from before there was the index that it can't
        hold: None then."""
        if not _holds(item, self.hash_name, self.hash_type, limits.PARTITION_KEY_BYTES_MAX):
            return None
        if self.range_name is None or self.range_type is None:
            return self.encode(item)
        if not _holds(item, self.range_name, self.range_type, limits.SORT_KEY_BYTES_MAX):
            return None
        return self.encode(item)

    def pick(self, item: Mapping[str, Value]) -> Item:
        """The key attributes of an item."""
        if self.range_name is None:
            return {self.hash_name: item[self.hash_name]}
        return {self.hash_name: item[self.hash_name], self.range_name: item[self.range_name]}

    def check_item(self, item: Mapping[str, Value]) -> None:
        """Refuses an item whose key attributes are missing, of the wrong type, empty or too long."""
        self._check_element(item, self.hash_name, self.hash_type)
        if self.range_name is not None and self.range_type is not None:
            self._check_element(item, self.range_name, self.range_type)
        self.check_sizes(item)

    def _check_element(self, item: Mapping[str, Value], name: str, kind: str) -> None:
        value = item.get(name)
        if value is None:
            raise errors.KEY_MISSING(key=name)
        if kind not in value:
            raise errors.KEY_TYPE(key=name, expected=kind, actual=kind_of(value))
        if value[kind] == "":
            raise errors.KEY_EMPTY(key=name, kind=_EMPTY_KINDS[kind])

    def check_sizes(self, key: Mapping[str, Value]) -> None:
        """Refuses key attributes that are too long."""
        check_length(key[self.hash_name], is_sort_key=False)
        if self.range_name is not None:
            check_length(key[self.range_name], is_sort_key=True)

    def checked_key(self, key: Mapping[str, Any]) -> Item:
        """A request's ``Key``, normalised. Refuses one that isn't exactly the schema's attributes."""
        return self.fitting_key(checked_item(key))

    def fitting_key(self, key: Item) -> Item:
        """The same for a key that is normalised."""
        if len(key) != (1 if self.range_name is None else 2):
            raise errors.KEY_NOT_SCHEMA()
        kept: Item = {}
        for name, kind in self.types().items():
            value = key.get(name)
            if value is None or kind not in value:
                raise errors.KEY_NOT_SCHEMA()
            if value[kind] == "":
                raise errors.KEY_EMPTY(key=name, kind=_EMPTY_KINDS[kind])
            kept[name] = value
        self.check_sizes(kept)
        return kept


def _holds(item: Mapping[str, Value], name: str, kind: str, maximum_bytes: int) -> bool:
    value = item.get(name)
    data = None if value is None else value.get(kind)
    if value is None or not data:
        return False
    return len(data) <= maximum_bytes // 4 or _length(value) <= maximum_bytes


_EMPTY_KINDS = {"S": "string", "B": "binary"}


def check_index_keys(schema: KeySchema, index: str, item: Mapping[str, Value]) -> None:
    """Refuses an item that has one of an index's key attributes with the wrong type, empty or too long."""
    for name, kind in schema.types().items():
        value = item.get(name)
        if value is None:
            continue
        if kind not in value:
            raise errors.INDEX_KEY_TYPE(key=name, expected=kind, actual=kind_of(value), index=index)
        if value[kind] == "":
            raise errors.INDEX_KEY_EMPTY(key=name, kind=_EMPTY_KINDS[kind], index=index)
        check_length(value, is_sort_key=name == schema.range_name)


def check_length(value: Value, *, is_sort_key: bool) -> None:
    """Refuses a key attribute that is too long."""
    if is_sort_key:
        if _length(value) > limits.SORT_KEY_BYTES_MAX:
            raise errors.SORT_KEY_TOO_LONG()
    elif _length(value) > limits.PARTITION_KEY_BYTES_MAX:
        raise errors.PARTITION_KEY_TOO_LONG()


def _length(value: Value) -> int:
    if "S" in value:
        return text_size(value["S"])
    return binary_size(value["B"]) if "B" in value else 0
