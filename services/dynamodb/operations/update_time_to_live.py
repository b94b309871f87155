"""UpdateTimeToLive. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html"""

from __future__ import annotations

from typing import Any

from services.context import Context
from services.dynamodb import constraints, errors, tables


def update_time_to_live(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """The setting has effect at once."""
    constraints.check("UpdateTimeToLive", request)
    table = tables.find(ctx, request["TableName"], errors.TABLE_NOT_FOUND)
    wanted = request["TimeToLiveSpecification"]
    current = table.definition.ttl_attribute
    if wanted["Enabled"]:
        if current == wanted["AttributeName"]:
            raise errors.TTL_ALREADY(state="enabled")
        if current is not None:
            raise errors.TTL_OTHER_ATTRIBUTE(attribute=current)
    elif current is None:
        raise errors.TTL_ALREADY(state="disabled")
    elif current != wanted["AttributeName"]:
        raise errors.TTL_OTHER_ATTRIBUTE(attribute=current)
    attribute = wanted["AttributeName"] if wanted["Enabled"] else None
    ctx.commit(ctx.change("update_ttl", {"Table": table.definition.name, "AttributeName": attribute}))
    return {"TimeToLiveSpecification": {"Enabled": wanted["Enabled"], "AttributeName": wanted["AttributeName"]}}
