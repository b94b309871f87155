"""TransactGetItems. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactGetItems.html"""

from __future__ import annotations

from typing import Any

from services.context import Context
from services.dynamodb import constraints, errors, limits, requests, tables, transactions
from services.dynamodb.capacity import Consumed, read_units
from services.dynamodb.table import StoredItem, Table, decoded
from services.errors import ServiceError


def transact_get_items(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    constraints.check("TransactGetItems", request)
    gets = [entry["Get"] for entry in request["TransactItems"]]
    projections = []
    for get in gets:
        known = requests.placeholders(get, requests.GET)
        projections.append(requests.projection(get, known))
        known.finish()
    found = _look_up([(tables.find(ctx, get["TableName"]), get["Key"]) for get in gets])
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


def _look_up(places: list[tuple[Table, Any]]) -> list[StoredItem | None]:
    """The items. A key that doesn't fit its table cancels the transaction."""
    found: list[StoredItem | None] = []
    reasons: list[dict[str, Any]] = []
    for table, key in places:
        schema = table.definition.schema
        try:
            found.append(table.items.get(schema.encode(schema.checked_key(key))))
            reasons.append(transactions.NO_REASON)
        except ServiceError as error:
            reasons.append(transactions.reason(error))
    transactions.check(reasons)
    return found
