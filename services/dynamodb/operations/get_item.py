"""GetItem. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html"""

from __future__ import annotations

from typing import Any

from services.context import Context
from services.dynamodb import constraints, requests, tables
from services.dynamodb.capacity import Consumed, read_units
from services.dynamodb.table import decoded


def get_item(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    constraints.check("GetItem", request)
    known = requests.placeholders(request, requests.GET)
    projection = requests.projection(request, known)
    known.finish()
    table = tables.find(ctx, request["TableName"])
    schema = table.definition.schema
    stored = table.items.get(schema.encode(schema.checked_key(request["Key"])))
    response: dict[str, Any] = {}
    if stored is not None:
        response["Item"] = stored[0] if projection is None else projection.of(decoded(stored))
    level = request.get("ReturnConsumedCapacity", "NONE")
    if level != "NONE":
        units = read_units(0 if stored is None else stored[1], consistent=request.get("ConsistentRead", False))
        response["ConsumedCapacity"] = Consumed(units).shown(request["TableName"], level)
    return response
