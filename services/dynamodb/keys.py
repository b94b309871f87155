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
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from services.dynamodb import errors, limits, numbers
from services.dynamodb.item_size import binary_size, text_size
from services.dynamodb.values import Item, Value, checked_item, kind_of
from services.errors import ServiceError

_HASH_BYTES = 8
_NOTHING: Value = {}
# Characters with which not even four attributes together can be too long: nothing has to be counted then.
_SHORT = limits.SORT_KEY_BYTES_MAX // 4 // limits.INDEX_KEY_PART_ATTRIBUTES_MAX


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
    return _hashed(element(value))


def partition_of(values: Iterable[Value]) -> bytes:
    """The same for a key of several attributes, which some indexes have."""
    return _hashed(b"".join(map(element, values)))


def _hashed(own: bytes) -> bytes:
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
    """The key attributes of a table or an index: names of the partition key's and the sort key's, and their types
    (``S``, ``N`` or ``B``) by name. Only a global index may have several in each part.
    """

    hash_names: tuple[str, ...]
    range_names: tuple[str, ...]
    types: Mapping[str, str]

    @classmethod
    def of(cls, hash_name: str, hash_type: str, range_name: str | None = None, range_type: str = "S") -> KeySchema:
        """One with a single attribute in each part."""
        if range_name is None:
            return cls((hash_name,), (), {hash_name: hash_type})
        return cls((hash_name,), (range_name,), {hash_name: hash_type, range_name: range_type})

    @property
    def names(self) -> tuple[str, ...]:
        return self.hash_names + self.range_names

    def encode(self, item: Mapping[str, Value]) -> bytes:
        """The key of an item (or key) that has the key attributes, checked."""
        names = self.hash_names
        key = partition(item[names[0]]) if len(names) == 1 else partition_of([item[name] for name in names])
        for name in self.range_names:
            key += element(item[name])
        return key

    def encoder(self) -> Callable[[Mapping[str, Value]], bytes]:
        """:meth:`encode` of a table's keys, for many items in a row: quicker where those of a partition stand side by
        side."""
        last: Value = {}
        head = b""
        (hash_name,) = self.hash_names
        range_name = self.range_names[0] if self.range_names else ""
        range_type = self.types.get(range_name, "")
        range_element = _ELEMENTS.get(range_type)

        def encode(item: Mapping[str, Value]) -> bytes:
            nonlocal last, head
            value = item[hash_name]
            if value != last:
                last, head = value, partition(value)
            return head if range_element is None else head + range_element(item[range_name][range_type])

        return encode

    def encode_sparse(self, item: Mapping[str, Value]) -> bytes | None:
        """The same for an item that may lack a key attribute, or have one from before there was the index that it can't
        hold: None then."""
        short = True
        for name, kind in self.types.items():
            value = item.get(name)
            data = None if value is None else value.get(kind)
            if not data:
                return None
            short = short and len(data) <= _SHORT
        return self.encode(item) if short or self._fits(item) else None

    def _fits(self, item: Mapping[str, Value]) -> bool:
        """Whether the item's key attributes, which are there, are short enough."""
        try:
            self.check_sizes(item)
        except ServiceError:
            return False
        return True

    def pick(self, item: Mapping[str, Value]) -> Item:
        """The key attributes of an item."""
        return {name: item[name] for name in self.names}

    def check_item(self, item: Mapping[str, Value]) -> None:
        """Refuses an item whose key attributes are missing, of the wrong type, empty or too long."""
        short = True
        for name, kind in self.types.items():
            short = self._check_element(item, name, kind) and short
        if not short:
            self.check_sizes(item)

    def _check_element(self, item: Mapping[str, Value], name: str, kind: str) -> bool:
        """Whether the attribute is short, once it is known to be there and what it must be."""
        value = item.get(name)
        if value is None:
            raise errors.KEY_MISSING(key=name)
        if kind not in value:
            raise errors.KEY_TYPE(key=name, expected=kind, actual=kind_of(value))
        data = value[kind]
        if data == "":
            raise errors.KEY_EMPTY(key=name, kind=_EMPTY_KINDS[kind])
        return len(data) <= _SHORT

    def check_sizes(self, item: Mapping[str, Value]) -> None:
        """Refuses key attributes that are too long; those of the partition key count together, and those of the sort
        key."""
        if _length(item, self.hash_names) > limits.PARTITION_KEY_BYTES_MAX:
            raise errors.PARTITION_KEY_TOO_LONG()
        if _length(item, self.range_names) > limits.SORT_KEY_BYTES_MAX:
            raise errors.SORT_KEY_TOO_LONG()

    def checked_key(self, key: Mapping[str, Any]) -> Item:
        """A request's ``Key``, normalised. Refuses one that isn't exactly the schema's attributes."""
        return self.fitting_key(checked_item(key))

    def fitting_key(self, key: Item) -> Item:
        """The same for a key that is normalised."""
        if len(key) != len(self.types):
            raise errors.KEY_NOT_SCHEMA()
        kept: Item = {}
        for name, kind in self.types.items():
            value = key.get(name)
            if value is None or kind not in value:
                raise errors.KEY_NOT_SCHEMA()
            if value[kind] == "":
                raise errors.KEY_EMPTY(key=name, kind=_EMPTY_KINDS[kind])
            kept[name] = value
        self.check_sizes(kept)
        return kept


_EMPTY_KINDS = {"S": "string", "B": "binary"}


def check_index_keys(schema: KeySchema, index: str, item: Mapping[str, Value]) -> None:
    """Refuses an item that has one of an index's key attributes with the wrong type, empty or too long."""
    short = True
    for name, kind in schema.types.items():
        value = item.get(name)
        if value is None:
            continue
        if kind not in value:
            raise errors.INDEX_KEY_TYPE(key=name, expected=kind, actual=kind_of(value), index=index)
        data = value[kind]
        if data == "":
            raise errors.INDEX_KEY_EMPTY(key=name, kind=_EMPTY_KINDS[kind], index=index)
        short = short and len(data) <= _SHORT
    if not short:
        schema.check_sizes(item)


def _length(item: Mapping[str, Value], names: Iterable[str]) -> int:
    """Bytes of the texts and binaries among these attributes, as far as they are there."""
    total = 0
    for name in names:
        value = item.get(name, _NOTHING)
        if "S" in value:
            total += text_size(value["S"])
        elif "B" in value:
            total += binary_size(value["B"])
    return total
