"""DescribeTimeToLive. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTimeToLive.html"""

from __future__ import annotations

from typing import Any

from services.context import Context
from services.dynamodb import constraints, errors, tables


def describe_time_to_live(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    constraints.check("DescribeTimeToLive", request)
    attribute = tables.find(ctx, request["TableName"], errors.TABLE_NOT_FOUND).definition.ttl_attribute
    if attribute is None:
        return {"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}}
    return {"TimeToLiveDescription": {"TimeToLiveStatus": "ENABLED", "AttributeName": attribute}}
