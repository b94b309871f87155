"""One item's write, from the request's parts to the change and the answer: what PutItem, UpdateItem,
DeleteItem, batches and transactions share. Computing a write changes nothing: its ``changes`` do, when they
are committed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.context import Context
from services.dynamodb import capacity, errors, limits
from services.dynamodb.capacity import Consumed
from services.dynamodb.expressions import paths
from services.dynamodb.expressions.conditions import Bound
from services.dynamodb.expressions.updates import BoundUpdate, nesting_exceeded
from services.dynamodb.item_size import item_size
from services.dynamodb.keys import check_index_keys
from services.dynamodb.table import StoredItem, Table, decoded
from services.dynamodb.values import Item, encoded
from services.errors import Refusal
from services.machine import Change


@dataclass(slots=True)
class Write:
    """A computed write. ``old`` and ``new`` are None where there is no item before or after it."""

    table: Table
    key: bytes
    key_attributes: Item
    old: StoredItem | None
    new: bytes | None
    new_item: Item | None

    def changes(self, ctx: Context) -> list[Change]:
        """One, or none where nothing happens: a delete of nothing."""
        name = self.table.definition.name
        if self.new is not None:
            return [ctx.change("put_item", {"Table": name, "Item": self.new})]
        if self.old is not None:
            return [ctx.change("delete_item", {"Table": name, "Key": self.key_attributes})]
        return []

    def consumed(self) -> Consumed:
        old = None if self.old is None else decoded(self.old)
        new_size = 0 if self.new_item is None else item_size(self.new_item)
        return capacity.of_write(
            self.table, self.key, old, 0 if self.old is None else self.old[1], self.new_item, new_size
        )


def check_condition(stored: StoredItem | None, condition: Bound | None, on_failure: str | None) -> None:
    """Refuses the write if the condition doesn't hold; ``on_failure`` is ReturnValuesOnConditionCheckFailure."""
    if condition is None or condition.holds({} if stored is None else decoded(stored)):
        return
    if on_failure == "ALL_OLD" and stored is not None:
        raise errors.CONDITION_FAILED(item=stored[0])
    raise errors.CONDITION_FAILED()


def check_keys(table: Table, item: Item) -> None:
    """Refuses an item that the table or one of its indexes can't take."""
    table.definition.schema.check_item(item)
    _check_index_keys(table, item)


def _check_index_keys(table: Table, item: Item) -> None:
    for index in table.definition.indexes.values():
        check_index_keys(index.schema, index.name, item)


def encoded_within_limits(item: Item, too_large: Refusal = errors.ITEM_TOO_LARGE) -> bytes:
    """The item's JSON. Refuses an item above 400 KB."""
    data = encoded(item)
    # An item's JSON is never shorter than its size.
    if len(data) > limits.ITEM_BYTES_MAX and item_size(item) > limits.ITEM_BYTES_MAX:
        raise too_large()
    return data


def put(table: Table, item: Item, condition: Bound | None = None, on_failure: str | None = None) -> Write:
    """``item`` is normalised (:func:`services.dynamodb.values.checked_item`)."""
    check_keys(table, item)
    data = encoded_within_limits(item)
    key = table.definition.schema.encode(item)
    old = table.items.get(key)
    check_condition(old, condition, on_failure)
    return Write(table, key, item, old, data, item)


def delete(table: Table, key: Item, condition: Bound | None = None, on_failure: str | None = None) -> Write:
    """``key`` is the request's, normalised."""
    attributes = table.definition.schema.fitting_key(key)
    encoded_key = table.definition.schema.encode(attributes)
    old = table.items.get(encoded_key)
    check_condition(old, condition, on_failure)
    return Write(table, encoded_key, attributes, old, None, None)


def update(
    table: Table,
    key: Item,
    change: BoundUpdate | None,
    condition: Bound | None = None,
    on_failure: str | None = None,
) -> Write:
    """``key`` is the request's, normalised. An item that isn't there begins as its key; if there is only something to
    be taken away from it, it doesn't begin."""
    schema = table.definition.schema
    attributes = schema.fitting_key(key)
    if change is not None:
        change.check_keys(schema.names)
    encoded_key = schema.encode(attributes)
    old = table.items.get(encoded_key)
    check_condition(old, condition, on_failure)
    if old is None and change is not None and change.only_takes_away:
        return Write(table, encoded_key, attributes, None, None, None)
    item = dict(attributes) if old is None else decoded(old)
    if change is not None:
        change.apply(item)
        if any(nesting_exceeded(item[str(steps[0])]) for steps in change.paths if steps[0] in item):
            raise errors.NESTING_TOO_DEEP()
    _check_index_keys(table, item)
    data = encoded_within_limits(item, errors.UPDATED_ITEM_TOO_LARGE)
    return Write(table, encoded_key, attributes, old, data, item)


def returned(write: Write, return_values: str, change: BoundUpdate | None = None) -> Any:
    """The answer's Attributes; None where there are none."""
    if return_values == "ALL_OLD":
        return None if write.old is None else write.old[0]
    if return_values == "ALL_NEW":
        return write.new
    if change is None or return_values == "NONE":
        return None
    item = write.new_item
    if return_values == "UPDATED_OLD":
        item = None if write.old is None else decoded(write.old)
    return (paths.pick(item, change.paths) or None) if item else None


def answer(request: Mapping[str, Any], write: Write, change: BoundUpdate | None = None) -> dict[str, Any]:
    """The response of a single write."""
    response: dict[str, Any] = {}
    return_values = request.get("ReturnValues", "NONE")
    if return_values != "NONE":
        attributes = returned(write, return_values, change)
        if attributes is not None:
            response["Attributes"] = attributes
    level = request.get("ReturnConsumedCapacity", "NONE")
    if level != "NONE":
        response["ConsumedCapacity"] = write.consumed().shown(request["TableName"], level)
    if request.get("ReturnItemCollectionMetrics", "NONE") != "NONE":
        metrics = capacity.collection_metrics(write.table, write.key_attributes)
        if metrics is not None:
            response["ItemCollectionMetrics"] = metrics
    return response
