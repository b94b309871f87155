"""ListTables. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTables.html"""

from __future__ import annotations

from itertools import islice
from typing import Any

from sortedcontainers import SortedDict

from services.context import Context
from services.dynamodb import constraints, limits
from services.dynamodb.state import State


def list_tables(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    constraints.check("ListTables", request)
    state: State = ctx.state
    tables = state.tables.get((ctx.account, ctx.region), SortedDict())
    limit = request.get("Limit", limits.LIST_TABLES_MAX)
    following = tables.irange(minimum=request.get("ExclusiveStartTableName"), inclusive=(False, True))
    names = list(islice(following, limit + 1))
    response: dict[str, Any] = {"TableNames": names[:limit]}
    if len(names) > limit:
        response["LastEvaluatedTableName"] = names[limit - 1]
    return response
