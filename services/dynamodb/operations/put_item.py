"""PutItem. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html"""

from __future__ import annotations

from typing import Any

from services.context import Context
from services.dynamodb import constraints, errors, requests, tables, writes
from services.dynamodb.values import checked_item
from services.errors import ServiceError


def put_item(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    constraints.check("PutItem", request)
    try:
        known = requests.placeholders(request, requests.PUT)
        if request.get("ReturnValues", "NONE") not in ("NONE", "ALL_OLD"):
            raise errors.RETURN_VALUES_OLD()
        item = checked_item(request["Item"])
        condition = requests.condition(request, known)
        known.finish()
    except ServiceError as error:
        raise errors.as_new_validator(error) from None
    table = tables.find(ctx, request["TableName"])
    write = writes.put(table, item, condition, request.get("ReturnValuesOnConditionCheckFailure"))
    response = writes.answer(request, write)
    ctx.commit(*write.changes(ctx))
    return response
