"""UpdateTable's GlobalSecondaryIndexUpdates: an index that comes or goes, and other throughput.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.OnlineOps.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.dynamodb import errors, limits, table_errors, table_rules, table_settings

_ACTIONS = ("Create", "Update", "Delete")
_CREATED = ("IndexName", "KeySchema", "Projection", "ProvisionedThroughput", "OnDemandThroughput")


def check(updates: Sequence[Mapping[str, Any]]) -> None:
    """Refuses updates that can't go together; no table is looked at."""
    if not updates:
        raise table_settings.invalid("List of GlobalSecondaryIndexUpdates is empty")
    seen: set[str] = set()
    for update in updates:
        named = [update[action]["IndexName"] for action in _ACTIONS if action in update]
        if not named:
            raise table_errors.INDEX_UPDATE_EMPTY()
        if len(named) > 1:
            raise table_errors.INDEX_UPDATE_AMBIGUOUS()
        if named[0] in seen:
            raise table_errors.INDEX_UPDATE_TWICE(index=named[0])
        seen.add(named[0])
        if update.get("Create", {}).get("WarmThroughput") or update.get("Update", {}).get("WarmThroughput"):
            raise errors.NOT_YET(what="WarmThroughput")
    if sum("Update" not in update for update in updates) > 1:
        raise table_errors.INDEX_UPDATE_LIMIT()


def changed(
    current: Mapping[str, Any],
    updates: Sequence[Mapping[str, Any]],
    definitions: Sequence[Mapping[str, Any]],
    now_ms: int,
) -> dict[str, Any]:
    """What the updates make of the table's settings. ``current`` has the billing mode from now on and indexes that go
    with it; ``definitions`` are the request's AttributeDefinitions."""
    settings = dict(current)
    for update in updates:
        if "Update" in update:
            settings["GlobalSecondaryIndexes"] = _updated(settings, update["Update"], now_ms)
    for update in updates:
        if "Create" in update:
            settings |= _with_index(settings, definitions, update["Create"])
        elif "Delete" in update:
            settings |= _without_index(settings, update["Delete"]["IndexName"])
    names = ("AttributeDefinitions", "GlobalSecondaryIndexes")
    return {name: settings[name] for name in names if settings.get(name) != current.get(name)}


def _check_global(current: Mapping[str, Any], name: str, action: str) -> None:
    """Refuses the name of an index that the table doesn't have, or that is local."""
    if name in _names(current.get("GlobalSecondaryIndexes")):
        return
    if name in _names(current.get("LocalSecondaryIndexes")):
        raise table_errors.INDEX_IS_LOCAL(action=action, index=name)
    raise table_errors.UPDATED_INDEX_NOT_FOUND(index=name, table=current["TableName"])


def _names(indexes: Sequence[Mapping[str, Any]] | None) -> set[str]:
    return {index["IndexName"] for index in indexes or ()}


def _updated(current: Mapping[str, Any], update: Mapping[str, Any], now_ms: int) -> list[Mapping[str, Any]]:
    """The global indexes with one's other throughput."""
    name, mode = update["IndexName"], current["BillingMode"]
    _check_global(current, name, "update")
    if mode == "PAY_PER_REQUEST" and ("ProvisionedThroughput" in update or not update.get("OnDemandThroughput")):
        raise table_settings.invalid(
            f"The only Updates for index: {name} when TableThroughputMode is PAY_PER_REQUEST can be to "
            "OnDemandThroughput, WarmThroughput"
        )
    table_settings.check_updated_on_demand(mode, update, name)
    indexes = []
    for index in current["GlobalSecondaryIndexes"]:
        if index["IndexName"] == name:
            given = {member: update[member] for member in ("OnDemandThroughput",) if member in update}
            index = {**index, **given, **_throughput(index, update, now_ms)}
        indexes.append(index)
    return indexes


def _throughput(index: Mapping[str, Any], update: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
    new, old = update.get("ProvisionedThroughput"), index.get("ProvisionedThroughput")
    if new is None:
        return {}
    if new == old:
        raise table_errors.SAME_INDEX_THROUGHPUT(
            index=index["IndexName"], reads=new["ReadCapacityUnits"], writes=new["WriteCapacityUnits"]
        )
    return {"ProvisionedThroughput": new, **table_settings.throughput_moments(new, old, now_ms)}


def _with_index(
    current: Mapping[str, Any], definitions: Sequence[Mapping[str, Any]], index: Mapping[str, Any]
) -> dict[str, Any]:
    present = current.get("GlobalSecondaryIndexes") or []
    name = index["IndexName"]
    if name in _names(present) | _names(current.get("LocalSecondaryIndexes")):
        raise table_errors.INDEX_EXISTS()
    if not definitions:
        raise table_settings.invalid(f"AttributeDefinitions is not specified for index: {name}")
    given = {entry["AttributeName"]: entry["AttributeType"] for entry in definitions}
    types = {entry["AttributeName"]: entry["AttributeType"] for entry in current["AttributeDefinitions"]}
    table_rules.check_index(current, index, True, list(given))
    for element in index["KeySchema"]:
        key = element["AttributeName"]
        if types.setdefault(key, given[key]) != given[key]:
            raise table_errors.INDEX_REDEFINES(
                attribute=key, present=types[key], wanted=given[key], role=element["KeyType"]
            )
    _check_created_throughput(current["BillingMode"], index)
    if len(present) >= limits.GLOBAL_INDEXES_MAX:
        raise table_errors.TOO_MANY_GLOBAL_INDEXES(limit=limits.GLOBAL_INDEXES_MAX)
    indexes = [*present, {member: index[member] for member in _CREATED if member in index}]
    table_rules.check_projected_count([*indexes, *current.get("LocalSecondaryIndexes", ())])
    return {"AttributeDefinitions": _definitions(types), "GlobalSecondaryIndexes": indexes}


def _check_created_throughput(mode: str, index: Mapping[str, Any]) -> None:
    name = index["IndexName"]
    if mode == "PAY_PER_REQUEST" and "ProvisionedThroughput" in index:
        raise table_settings.invalid(
            f"Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: {name} "
            "when BillingMode is PAY_PER_REQUEST"
        )
    if mode == "PROVISIONED" and "ProvisionedThroughput" not in index:
        raise table_settings.invalid(
            f"Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: {name}"
        )
    table_settings.check_updated_on_demand(mode, index, name)


def _without_index(current: Mapping[str, Any], name: str) -> dict[str, Any]:
    present = current.get("GlobalSecondaryIndexes") or []
    _check_global(current, name, "delete")
    left = [index for index in present if index["IndexName"] != name]
    used = {element["AttributeName"] for element in current["KeySchema"]}
    for index in (*left, *current.get("LocalSecondaryIndexes", ())):
        used |= {element["AttributeName"] for element in index["KeySchema"]}
    definitions = [entry for entry in current["AttributeDefinitions"] if entry["AttributeName"] in used]
    return {"AttributeDefinitions": definitions, "GlobalSecondaryIndexes": left or None}


def _definitions(types: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"AttributeName": name, "AttributeType": kind} for name, kind in types.items()]
