"""BatchGetItem. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.context import Context
from services.dynamodb import constraints, errors, limits, requests, tables
from services.dynamodb.capacity import Consumed, read_units
from services.dynamodb.expressions.projections import Projection
from services.dynamodb.table import StoredItem, Table, decoded
from services.dynamodb.values import Item, check_json, checked_item


@dataclass(frozen=True, slots=True)
class _Reading:
    """One table's part: the items that are there or not, by the request's keys."""

    name: str
    entry: Mapping[str, Any]
    projection: Projection | None
    found: list[tuple[Any, StoredItem | None]]


def batch_get_item(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    items = request.get("RequestItems", {})
    for entry in items.values():
        check_json(entry.get("Keys", []), list)
    constraints.check("BatchGetItem", request)
    if not items:
        raise errors.BATCH_GET_EMPTY()
    _check_count(items)
    projections = {name: _projection(entry) for name, entry in items.items()}
    keys = {name: [checked_item(key) for key in entry["Keys"]] for name, entry in items.items()}
    readings = [
        _Reading(name, entry, projections[name], _look_up(tables.find(ctx, name), entry["Keys"], keys[name]))
        for name, entry in items.items()
    ]
    return _answer(request, readings)


def _check_count(items: Mapping[str, Any]) -> None:
    total = 0
    for name, entry in items.items():
        if len(entry["Keys"]) > limits.BATCH_GET_KEYS_MAX:
            raise errors.CONSTRAINTS(
                message=f"1 validation error detected: Value at 'RequestItems.{name}.member.Keys' failed to satisfy "
                f"constraint: Member must have length less than or equal to {limits.BATCH_GET_KEYS_MAX}"
            )
        total += len(entry["Keys"])
    if total > limits.BATCH_GET_KEYS_MAX:
        raise errors.BATCH_TOO_MANY(operation="BatchGetItem")


def _projection(entry: Mapping[str, Any]) -> Projection | None:
    known = requests.placeholders(entry, requests.GET)
    projection = requests.projection(entry, known)
    known.finish()
    return projection


def _look_up(table: Table, given: list[Any], keys: list[Item]) -> list[tuple[Any, StoredItem | None]]:
    schema = table.definition.schema
    encoded = [schema.encode(schema.fitting_key(key)) for key in keys]
    if len(set(encoded)) < len(encoded):
        raise errors.BATCH_DUPLICATES()
    return [(key, table.items.get(place)) for key, place in zip(given, encoded, strict=True)]


def _answer(request: Mapping[str, Any], readings: list[_Reading]) -> dict[str, Any]:
    level = request.get("ReturnConsumedCapacity", "NONE")
    responses: dict[str, Any] = {}
    unprocessed: dict[str, Any] = {}
    consumed = []
    left = limits.BATCH_GET_BYTES_MAX
    for reading in readings:
        shown = responses[reading.name] = []
        units = Consumed()
        skipped = []
        for key, stored in reading.found:
            size = 0 if stored is None else stored[1]
            if size > left:
                skipped.append(key)
                continue
            left -= size
            units.table += read_units(size, consistent=reading.entry.get("ConsistentRead", False))
            if stored is not None:
                shown.append(stored[0] if reading.projection is None else reading.projection.of(decoded(stored)))
        if skipped:
            unprocessed[reading.name] = {**reading.entry, "Keys": skipped}
        if level != "NONE":
            consumed.append(units.shown(reading.name, level))
    response: dict[str, Any] = {"Responses": responses, "UnprocessedKeys": unprocessed}
    if level != "NONE":
        response["ConsumedCapacity"] = consumed
    return response
