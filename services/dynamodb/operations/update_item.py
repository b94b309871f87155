"""UpdateItem. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html

The change holds the whole new item: what an expression makes of an item is decided once.
"""

from __future__ import annotations

from typing import Any

from services.context import Context
from services.dynamodb import constraints, errors, requests, tables, writes
from services.dynamodb.values import checked_item
from services.errors import ServiceError


def update_item(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    constraints.check("UpdateItem", request)
    try:
        known = requests.placeholders(request, requests.UPDATE)
        update = requests.update(request, known)
        condition = requests.condition(request, known)
        known.finish()
        key = checked_item(request["Key"])
    except ServiceError as error:
        raise errors.as_new_validator(error) from None
    table = tables.find(ctx, request["TableName"])
    on_failure = request.get("ReturnValuesOnConditionCheckFailure")
    write = writes.update(table, key, update, condition, on_failure)
    response = writes.answer(request, write, update)
    ctx.commit(*write.changes(ctx))
    return response
