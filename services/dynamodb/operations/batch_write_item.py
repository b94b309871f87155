"""BatchWriteItem. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html

All of a batch is one record. AWS promises no more than each write by itself; emu never leaves one unprocessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.context import Context
from services.dynamodb import capacity, constraints, errors, limits, tables, writes
from services.dynamodb.capacity import Consumed
from services.dynamodb.table import Table
from services.dynamodb.values import Item, checked_item
from services.dynamodb.writes import Write
from services.errors import ServiceError


def batch_write_item(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    constraints.check("BatchWriteItem", request)
    items = request.get("RequestItems")
    if not items:
        raise errors.BATCH_WRITE_NO_ITEMS()
    _check_count(items)
    checked = {name: [_checked(entry) for entry in entries] for name, entries in items.items()}
    computed = {name: _compute(tables.find(ctx, name), entries) for name, entries in checked.items()}
    if sum(len(write.new or b"") for one in computed.values() for write in one) > limits.BATCH_WRITE_BYTES_MAX:
        raise errors.BATCH_TOO_LARGE()
    response = _answer(request, computed)
    ctx.commit(*(change for one in computed.values() for write in one for change in write.changes(ctx)))
    return response


def _check_count(items: Mapping[str, list[Any]]) -> None:
    for entries in items.values():
        if not 1 <= len(entries) <= limits.BATCH_WRITE_REQUESTS_MAX:
            raise errors.CONSTRAINTS(
                message=f"1 validation error detected: Value '{constraints.shown(items)}' at 'requestItems' failed to "
                "satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal "
                f"to {limits.BATCH_WRITE_REQUESTS_MAX}, Member must have length greater than or equal to 1]"
            )
    if sum(map(len, items.values())) > limits.BATCH_WRITE_REQUESTS_MAX:
        raise errors.BATCH_TOO_MANY(operation="BatchWriteItem")


def _checked(entry: Mapping[str, Any]) -> tuple[str, Item]:
    """What is written: ``put`` and the item, or ``delete`` and the key; normalised."""
    put, delete = entry.get("PutRequest"), entry.get("DeleteRequest")
    if put is not None and delete is not None:
        raise errors.BATCH_WRITE_AMBIGUOUS()
    if put is not None:
        return "put", _checked_item(put["Item"])
    if delete is not None:
        return "delete", _checked_item(delete["Key"])
    raise errors.BATCH_WRITE_EMPTY()


def _checked_item(item: Mapping[str, Any]) -> Item:
    try:
        return checked_item(item)
    except ServiceError as error:
        raise errors.as_older_validator(error) from None


def _compute(table: Table, entries: list[tuple[str, Item]]) -> list[Write]:
    schema = table.definition.schema
    for what, value in entries:
        # Of a batch, an item's key is looked at as if it were alone.
        schema.fitting_key({name: value[name] for name in schema.names if name in value} if what == "put" else value)
    computed = [writes.put(table, value) if what == "put" else writes.delete(table, value) for what, value in entries]
    if len({write.key for write in computed}) < len(computed):
        raise errors.BATCH_DUPLICATES()
    return computed


def _answer(request: Mapping[str, Any], computed: Mapping[str, list[Write]]) -> dict[str, Any]:
    response: dict[str, Any] = {"UnprocessedItems": {}}
    level = request.get("ReturnConsumedCapacity", "NONE")
    if level != "NONE":
        response["ConsumedCapacity"] = []
        for name, group in computed.items():
            total = Consumed()
            for write in group:
                total.add(write.consumed())
            response["ConsumedCapacity"].append(total.shown(name, level))
    if request.get("ReturnItemCollectionMetrics", "NONE") != "NONE":
        response["ItemCollectionMetrics"] = collection_metrics(computed)
    return response


def collection_metrics(computed: Mapping[str, list[Write]]) -> dict[str, Any]:
    """The item collections that a batch's or transaction's writes touched, by table."""
    touched = {}
    for name, group in computed.items():
        metrics = [capacity.collection_metrics(write.table, write.key_attributes) for write in group]
        present = [entry for entry in metrics if entry is not None]
        if present:
            touched[name] = present
    return touched
