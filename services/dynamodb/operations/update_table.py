"""UpdateTable. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html

Billing mode, throughput (of the table and of indexes), table class, deletion protection, and global indexes that come
or go. Streams are refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.context import Context
from services.dynamodb import constraints, errors, index_updates, table_rules, tables
from services.dynamodb.description import describe

_UNSUPPORTED = (
    "ReplicaUpdates",
    "GlobalTableWitnessUpdates",
    "MultiRegionConsistency",
    "VectorIndexUpdates",
)
_SETTINGS = (
    "BillingMode",
    "ProvisionedThroughput",
    "OnDemandThroughput",
    "TableClass",
    "DeletionProtectionEnabled",
    "GlobalSecondaryIndexUpdates",
    "SSESpecification",
)


def update_table(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """The settings have effect at once; only the answer says UPDATING."""
    constraints.check("UpdateTable", request)
    table_rules.check_unsupported(request, _UNSUPPORTED)
    if not any(request.get(member) not in (None, []) for member in _SETTINGS):
        raise errors.UPDATE_NOTHING()
    updates = request.get("GlobalSecondaryIndexUpdates", ())
    index_updates.check(updates)
    table = tables.find(ctx, request["TableName"], errors.TABLE_NOT_FOUND)
    before = describe(ctx, table).get("GlobalSecondaryIndexes", [])
    changed = _changed(table.definition.settings, request, ctx.now_ms())
    ctx.commit(ctx.change("update_table", {"Table": table.definition.name, "Set": changed}))
    description = describe(ctx, table, "UPDATING")
    for update in updates:
        _show_change(description, update, before)
    return {"TableDescription": description}


def _show_change(description: dict[str, Any], update: Mapping[str, Any], before: list[dict[str, Any]]) -> None:
    """An index that comes is shown as still to be filled, and one that goes as still there."""
    if "Create" in update:
        for index in description["GlobalSecondaryIndexes"]:
            if index["IndexName"] == update["Create"]["IndexName"]:
                index |= {"IndexStatus": "CREATING", "Backfilling": False}
    elif "Delete" in update:
        gone = [index for index in before if index["IndexName"] == update["Delete"]["IndexName"]]
        kept = description.get("GlobalSecondaryIndexes", [])
        description["GlobalSecondaryIndexes"] = [*kept, *({**index, "IndexStatus": "DELETING"} for index in gone)]


def _changed(current: Mapping[str, Any], request: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    mode = request.get("BillingMode", current["BillingMode"])
    changed: dict[str, Any] = {}
    if "DeletionProtectionEnabled" in request:
        changed["DeletionProtectionEnabled"] = request["DeletionProtectionEnabled"] or None
    if "SSESpecification" in request:
        changed["SSESpecification"] = request["SSESpecification"]
    if "TableClass" in request:
        changed |= {"TableClass": request["TableClass"], "TableClassAt": now_ms}
    if "OnDemandThroughput" in request:
        if mode == "PROVISIONED":
            raise errors.TABLE_DEFINITION(
                problem="OnDemandThroughput cannot be specified when BillingMode is PROVISIONED"
            )
        changed["OnDemandThroughput"] = request["OnDemandThroughput"]
    if mode == "PAY_PER_REQUEST":
        changed |= _on_demand(current, request, now_ms)
    else:
        changed |= _provisioned(current, request, now_ms)
    return changed | index_updates.changed({**current, **changed}, request, mode)


def _on_demand(current: Mapping[str, Any], request: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    if "ProvisionedThroughput" in request:
        raise errors.TABLE_DEFINITION(
            problem="Neither ReadCapacityUnits nor WriteCapacityUnits can be specified "
            "when BillingMode is PAY_PER_REQUEST"
        )
    if current["BillingMode"] == "PAY_PER_REQUEST":
        return {}
    changed = {"BillingMode": "PAY_PER_REQUEST", "BillingModeAt": now_ms, "ProvisionedThroughput": None}
    if "GlobalSecondaryIndexes" in current:
        changed["GlobalSecondaryIndexes"] = [
            {name: value for name, value in index.items() if name != "ProvisionedThroughput"}
            for index in current["GlobalSecondaryIndexes"]
        ]
    return changed


def _provisioned(current: Mapping[str, Any], request: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    if current["BillingMode"] != "PROVISIONED":
        if "ProvisionedThroughput" not in request:
            raise errors.TABLE_DEFINITION(
                problem="ProvisionedThroughput must be specified when BillingMode is PROVISIONED"
            )
        changed |= {"BillingMode": "PROVISIONED", "OnDemandThroughput": None}
    new, old = request.get("ProvisionedThroughput"), current.get("ProvisionedThroughput")
    if new is not None:
        changed |= _throughput(new, old, now_ms)
    updates = {
        update["Update"]["IndexName"]: update["Update"]["ProvisionedThroughput"]
        for update in request.get("GlobalSecondaryIndexUpdates", ())
        if "ProvisionedThroughput" in update.get("Update", ())
    }
    indexes = current.get("GlobalSecondaryIndexes", [])
    for name in updates:
        if name not in {index["IndexName"] for index in indexes}:
            raise errors.INDEX_NOT_FOUND(index=name)
    if "BillingMode" in changed or updates:
        changed["GlobalSecondaryIndexes"] = [_index(index, updates) for index in indexes] or None
    return changed


def _throughput(new: Mapping[str, int], old: Mapping[str, int] | None, now_ms: int) -> dict[str, Any]:
    changed: dict[str, Any] = {"ProvisionedThroughput": new}
    if old is None:
        return changed
    pairs = [(new[name], old[name]) for name in ("ReadCapacityUnits", "WriteCapacityUnits")]
    if all(wanted == present for wanted, present in pairs):
        raise errors.UPDATE_SAME_THROUGHPUT(reads=pairs[0][0], writes=pairs[1][0])
    if any(wanted > present for wanted, present in pairs):
        changed["ThroughputIncreasedAt"] = now_ms
    if any(wanted < present for wanted, present in pairs):
        changed["ThroughputDecreasedAt"] = now_ms
    return changed


def _index(index: Mapping[str, Any], updates: Mapping[str, Any]) -> dict[str, Any]:
    throughput = updates.get(index["IndexName"], index.get("ProvisionedThroughput"))
    if throughput is None:
        raise errors.TABLE_DEFINITION(
            problem=f"ProvisionedThroughput must be specified for index: {index['IndexName']}"
        )
    return {**index, "ProvisionedThroughput": throughput}
