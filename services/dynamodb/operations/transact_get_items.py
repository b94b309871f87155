"""TransactGetItems. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactGetItems.html"""

from __future__ import annotations

from typing import Any

from services.context import Context
from services.dynamodb import constraints, errors, limits, requests, tables, transactions
from services.dynamodb.capacity import Consumed, read_units
from services.dynamodb.table import StoredItem, Table, decoded
from services.dynamodb.values import Item, checked_item
from services.errors import ServiceError


def transact_get_items(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    constraints.check("TransactGetItems", request)
    gets = [entry["Get"] for entry in request["TransactItems"]]
    projections = []
    for get in gets:
        known = requests.placeholders(get, requests.GET)
        projections.append(requests.projection(get, known))
        known.finish()
    keys = [_checked(get["Key"]) for get in gets]
    found = _look_up([(tables.find(ctx, get["TableName"]), key) for get, key in zip(gets, keys, strict=True)])
    if sum(stored[1] for stored in found if stored is not None) > limits.TRANSACTION_BYTES_MAX:
        raise errors.TRANSACTION_TOO_LARGE()
    responses: list[dict[str, Any]] = []
    for stored, projection in zip(found, projections, strict=True):
        if stored is None:
            responses.append({})
        else:
            responses.append({"Item": stored[0] if projection is None else projection.of(decoded(stored))})
    response: dict[str, Any] = {"Responses": responses}
    level = request.get("ReturnConsumedCapacity", "NONE")
    if level != "NONE":
        consumed: dict[str, Consumed] = {}
        for get, stored in zip(gets, found, strict=True):
            units = read_units(0 if stored is None else stored[1], consistent=True)
            consumed.setdefault(get["TableName"], Consumed()).add(Consumed(units).doubled())
        response["ConsumedCapacity"] = transactions.shown(consumed, level, "Read")
    return response


def _checked(key: Any) -> Item:
    try:
        return checked_item(key)
    except ServiceError as error:
        raise errors.as_older_validator(error) from None


def _look_up(places: list[tuple[Table, Item]]) -> list[StoredItem | None]:
    """The items. A key that doesn't fit its table cancels the transaction, one that comes twice is refused."""
    found: list[StoredItem | None] = []
    targets: set[tuple[int, bytes]] = set()
    for position, (table, key) in enumerate(places):
        schema = table.definition.schema
        try:
            encoded = schema.encode(schema.fitting_key(key))
        except ServiceError as error:
            raise transactions.cancelled(error, position, len(places)) from None
        if (id(table), encoded) in targets:
            raise errors.TRANSACTION_DUPLICATES()
        targets.add((id(table), encoded))
        found.append(table.items.get(encoded))
    return found
