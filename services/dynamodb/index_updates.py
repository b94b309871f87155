"""UpdateTable's GlobalSecondaryIndexUpdates: an index that comes or goes, and other throughput.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.OnlineOps.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.dynamodb import errors, limits, table_rules

_ACTIONS = ("Create", "Update", "Delete")
_CREATED = ("IndexName", "KeySchema", "Projection", "ProvisionedThroughput", "OnDemandThroughput")


def check(updates: Sequence[Mapping[str, Any]]) -> None:
    """Refuses updates that can't go together; no table is looked at."""
    seen: set[str] = set()
    for update in updates:
        named = [update[action]["IndexName"] for action in _ACTIONS if action in update]
        if not named:
            raise errors.INDEX_UPDATE_EMPTY()
        if len(named) > 1:
            raise errors.INDEX_UPDATE_AMBIGUOUS()
        if named[0] in seen:
            raise errors.INDEX_UPDATE_TWICE(index=named[0])
        seen.add(named[0])
        if update.get("Create", {}).get("WarmThroughput") or update.get("Update", {}).get("WarmThroughput"):
            raise errors.NOT_YET(what="WarmThroughput")
    if sum("Update" not in update for update in updates) > 1:
        raise errors.INDEX_UPDATE_LIMIT()


def changed(current: Mapping[str, Any], request: Mapping[str, Any], mode: str) -> dict[str, Any]:
    """The settings that an index that comes or goes changes; ``mode`` is the billing mode from now on."""
    for update in request.get("GlobalSecondaryIndexUpdates", ()):
        if "Create" in update:
            return _with_index(current, request, update["Create"], mode)
        if "Delete" in update:
            return _without_index(current, update["Delete"]["IndexName"])
    return {}


def _with_index(
    current: Mapping[str, Any], request: Mapping[str, Any], index: Mapping[str, Any], mode: str
) -> dict[str, Any]:
    present = current.get("GlobalSecondaryIndexes") or []
    names = {other["IndexName"] for other in (*present, *current.get("LocalSecondaryIndexes", ()))}
    if index["IndexName"] in names:
        raise errors.INDEX_EXISTS()
    given = {entry["AttributeName"]: entry["AttributeType"] for entry in request.get("AttributeDefinitions", ())}
    types = {entry["AttributeName"]: entry["AttributeType"] for entry in current["AttributeDefinitions"]}
    table_rules.check_index(current, index, True, list(given))
    for element in index["KeySchema"]:
        name = element["AttributeName"]
        if types.setdefault(name, given[name]) != given[name]:
            raise errors.INDEX_REDEFINES(
                attribute=name, present=types[name], wanted=given[name], role=element["KeyType"]
            )
    table_rules.check_index_throughput(mode, index)
    if len(present) >= limits.GLOBAL_INDEXES_MAX:
        raise errors.TABLE_DEFINITION(problem=f"{table_rules.TOO_MANY_GLOBAL_INDEXES} of {limits.GLOBAL_INDEXES_MAX}")
    indexes = [*present, {name: index[name] for name in _CREATED if name in index}]
    table_rules.check_projected_count([*indexes, *current.get("LocalSecondaryIndexes", ())])
    return {"AttributeDefinitions": _definitions(types), "GlobalSecondaryIndexes": indexes}


def _without_index(current: Mapping[str, Any], name: str) -> dict[str, Any]:
    present = current.get("GlobalSecondaryIndexes") or []
    left = [index for index in present if index["IndexName"] != name]
    if len(left) == len(present):
        raise errors.RESOURCE_NOT_FOUND()
    used = {element["AttributeName"] for element in current["KeySchema"]}
    for index in (*left, *current.get("LocalSecondaryIndexes", ())):
        used |= {element["AttributeName"] for element in index["KeySchema"]}
    definitions = [entry for entry in current["AttributeDefinitions"] if entry["AttributeName"] in used]
    return {"AttributeDefinitions": definitions, "GlobalSecondaryIndexes": left or None}


def _definitions(types: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"AttributeName": name, "AttributeType": kind} for name, kind in types.items()]
