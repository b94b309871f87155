"""DescribeTable. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html"""

from __future__ import annotations

from typing import Any

from services.context import Context
from services.dynamodb import constraints, errors, tables
from services.dynamodb.description import describe


def describe_table(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    constraints.check("DescribeTable", request)
    return {"Table": describe(ctx, tables.find(ctx, request["TableName"], errors.TABLE_NOT_FOUND))}
