"""DeleteItem. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteItem.html"""

from __future__ import annotations

from typing import Any

from services.context import Context
from services.dynamodb import constraints, errors, requests, tables, writes
from services.dynamodb.values import checked_item
from services.errors import ServiceError


def delete_item(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    constraints.check("DeleteItem", request)
    try:
        known = requests.placeholders(request, requests.DELETE)
        if request.get("ReturnValues", "NONE") not in ("NONE", "ALL_OLD"):
            raise errors.RETURN_VALUES_OLD()
        condition = requests.condition(request, known)
        known.finish()
        key = checked_item(request["Key"])
    except ServiceError as error:
        raise errors.as_new_validator(error) from None
    table = tables.find(ctx, request["TableName"])
    write = writes.delete(table, key, condition, request.get("ReturnValuesOnConditionCheckFailure"))
    response = writes.answer(request, write)
    ctx.commit(*write.changes(ctx))
    return response
