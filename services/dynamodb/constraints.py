"""The shapes that requests must have, one declarative table: what AWS checks before it looks at anything else.

All that is wrong is reported together: ``2 validation errors detected: Value 'X' at 'returnValues' failed to
satisfy constraint: …; …``. A member that fails ``alone`` is reported by itself. The value sets stand in AWS's
own order. PutItem, DeleteItem and UpdateItem word some of it anew since 2026; Query's Limit too.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from services.dynamodb import errors, limits


@dataclass(frozen=True, slots=True)
class Member:
    """What one member must be.

    values: the value set. minimum, maximum: of the length of a text, list or map, or of a number.
    pattern: what the whole text must match. members: those of a structure; each: of every element of a list or
    map; lists: of every element of the lists in a map.
    check: in place of all that, gives complaints for a value itself.
    """

    name: str
    required: bool = False
    values: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    pattern: str | None = None
    members: tuple[Member, ...] = ()
    each: tuple[Member, ...] = ()
    lists: tuple[Member, ...] = ()
    check: Callable[[Any], str | None] | None = None
    alone: bool = False


_NAME_PATTERN = "[a-zA-Z0-9_.-]+"


def check(operation: str, request: Mapping[str, Any]) -> None:
    """Refuses a request that doesn't have the operation's shape."""
    complaints: list[str] = []
    for member in _OPERATIONS[operation]:
        value = request.get(member.name)
        if value is None and not member.required:
            continue
        found = list(_complaints(member, value, ""))
        if found and member.alone and value is not None:
            raise _refusal(found)
        complaints += found
    if complaints:
        raise _refusal(complaints)


def _refusal(complaints: list[str]) -> Exception:
    plural = "s" if len(complaints) > 1 else ""
    text = f"{len(complaints)} validation error{plural} detected: {'; '.join(complaints)}"
    return errors.CONSTRAINTS(message=text)


def _complaints(member: Member, value: Any, path: str) -> Iterator[str]:
    where = path + member.name[0].lower() + member.name[1:]
    if value is None:
        if member.required:
            yield _failed("null", where, "Member must not be null", quoted=False)
        return
    if member.check is not None:
        complaint = member.check(value)
        if complaint is not None:
            yield complaint
        return
    yield from _own_complaints(member, value, where)
    for part in member.members:
        yield from _complaints(part, value.get(part.name), f"{where}.")
    if member.each:
        entries = value.items() if isinstance(value, dict) else enumerate(value, 1)
        for key, entry in entries:
            for part in member.each:
                yield from _complaints(part, entry.get(part.name), f"{where}.{key}.member.")
    if member.lists:
        for key, entries in value.items():
            inner = Member(key, each=member.lists)
            yield from _complaints(inner, entries, f"{where}.")


def _own_complaints(member: Member, value: Any, where: str) -> Iterator[str]:
    if member.values and value not in member.values:
        yield _failed(value, where, f"Member must satisfy enum value set: [{', '.join(member.values)}]")
    if member.minimum is not None or member.maximum is not None:
        noun, measured = ("value", value) if isinstance(value, int) else ("length", len(value))
        if member.minimum is not None and measured < member.minimum:
            yield _failed(value, where, f"Member must have {noun} greater than or equal to {member.minimum}")
        if member.maximum is not None and measured > member.maximum:
            yield _failed(value, where, f"Member must have {noun} less than or equal to {member.maximum}")
    if member.pattern is not None and value and not re.fullmatch(member.pattern, value):
        yield _failed(value, where, f"Member must satisfy regular expression pattern: {member.pattern}")


def _failed(value: Any, where: str, rule: str, *, quoted: bool = True) -> str:
    written = f"'{shown(value)}'" if quoted else value
    return f"Value {written} at '{where}' failed to satisfy constraint: {rule}"


def shown(value: Any) -> str:
    """As AWS's Java writes a value."""
    if isinstance(value, list):
        return f"[{', '.join(map(shown, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}={shown(entry)}" for name, entry in value.items()) + "}"
    return str(value)


def _table_name_rules(name: str, minimum: int) -> str | None:
    if name.startswith("arn:"):
        return None
    if not name:
        return _failed(name, "tableName", f"Member must have length greater than or equal to {max(minimum, 1)}")
    if not re.fullmatch(_NAME_PATTERN, name):
        return _failed(name, "tableName", f"Member must satisfy regular expression pattern: {_NAME_PATTERN}")
    if len(name) < minimum:
        return _failed(name, "tableName", f"Member must have length greater than or equal to {minimum}")
    if len(name) > 255:
        return _failed(name, "tableName", "Member must have length less than or equal to 255")
    return None


def _item_table_name(name: str) -> str | None:
    """PutItem's, UpdateItem's and DeleteItem's way with an empty name."""
    if not name:
        return "Value at 'TableName' failed to satisfy constraint: Member must have length greater than or equal to 1"
    return _table_name_rules(name, 1)


def _item_return_values(value: str) -> str | None:
    if value in ("ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW", "NONE"):
        return None
    # UPDATE_NEW is AWS's own slip.
    return (
        "Failed to satisfy constraint: "
        "Member must satisfy enum value set: [ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]"
    )


def _item_collection_metrics(value: str) -> str | None:
    return None if value in ("SIZE", "NONE") else "ReturnItemCollectionMetrics can only be SIZE or NONE"


def _query_limit(value: int) -> str | None:
    if value >= 1:
        return None
    return "Value at 'Limit' failed to satisfy constraint: Member must have value greater than or equal to 1"


_TABLE_NAME = Member("TableName", required=True, check=lambda name: _table_name_rules(name, 1), alone=True)
_NEW_TABLE_NAME = Member("TableName", required=True, check=lambda name: _table_name_rules(name, 3), alone=True)
_ITEM_TABLE_NAME = Member("TableName", required=True, check=_item_table_name, alone=True)
_CAPACITY = Member("ReturnConsumedCapacity", values=("INDEXES", "TOTAL", "NONE"))
_METRICS = Member("ReturnItemCollectionMetrics", values=("SIZE", "NONE"))
_ITEM_METRICS = Member("ReturnItemCollectionMetrics", check=_item_collection_metrics)
_RETURN_VALUES = Member("ReturnValues", check=_item_return_values)
_FAILURE_VALUES = Member("ReturnValuesOnConditionCheckFailure", values=("ALL_OLD", "NONE"))
_OPERATOR = Member("ConditionalOperator", values=("OR", "AND"))
_KEY = Member("Key", required=True)
_COMPARISONS = (
    "IN",
    "NULL",
    "BETWEEN",
    "LT",
    "NOT_CONTAINS",
    "EQ",
    "GT",
    "NOT_NULL",
    "NE",
    "LE",
    "BEGINS_WITH",
    "GE",
    "CONTAINS",
)
_EXPECTED = Member("Expected", each=(Member("ComparisonOperator", values=_COMPARISONS),))
_CONDITIONS = (Member("ComparisonOperator", required=True, values=_COMPARISONS),)
_SELECT = Member("Select", values=("SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"))
_INDEX_NAME_RULES: dict[str, Any] = {"minimum": 3, "maximum": 255, "pattern": _NAME_PATTERN}
_READ_INDEX_NAME = Member("IndexName", **_INDEX_NAME_RULES)
_ATTRIBUTES_TO_GET = Member("AttributesToGet", minimum=1)
_KEY_SCHEMA = Member(
    "KeySchema",
    required=True,
    minimum=1,
    maximum=2,
    each=(
        Member("AttributeName", required=True, minimum=1, maximum=limits.KEY_NAME_LENGTH_MAX),
        Member("KeyType", required=True, values=("HASH", "RANGE")),
    ),
)
# How many attributes a global index's key may have is told apart by their part, in table_rules.py.
_INDEX_KEY_SCHEMA = replace(_KEY_SCHEMA, maximum=None)
_ATTRIBUTE_DEFINITIONS = Member(
    "AttributeDefinitions",
    each=(
        Member("AttributeName", required=True, minimum=1, maximum=limits.KEY_NAME_LENGTH_MAX),
        Member("AttributeType", required=True, values=("B", "N", "S")),
    ),
)
_THROUGHPUT = Member(
    "ProvisionedThroughput",
    members=(
        Member("ReadCapacityUnits", required=True, minimum=1),
        Member("WriteCapacityUnits", required=True, minimum=1),
    ),
)
_INDEX_NAME = Member("IndexName", required=True, **_INDEX_NAME_RULES)
_PROJECTION = Member(
    "Projection",
    required=True,
    members=(
        Member("ProjectionType", values=("ALL", "INCLUDE", "KEYS_ONLY")),
        Member("NonKeyAttributes", minimum=1, maximum=20),
    ),
)
_LOCAL_INDEX = (_INDEX_NAME, _KEY_SCHEMA, _PROJECTION)
_GLOBAL_INDEX = (_INDEX_NAME, _INDEX_KEY_SCHEMA, _PROJECTION, _THROUGHPUT)
_TABLE_SETTINGS = (
    Member("BillingMode", values=("PROVISIONED", "PAY_PER_REQUEST")),
    _THROUGHPUT,
)
_TRANSACTION_WRITE = tuple(
    Member(action, members=(_KEY if action != "Put" else Member("Item", required=True), *more, _FAILURE_VALUES))
    for action, more in {
        "ConditionCheck": (Member("ConditionExpression", required=True), Member("TableName", required=True)),
        "Delete": (Member("TableName", required=True),),
        "Put": (Member("TableName", required=True),),
        "Update": (Member("UpdateExpression", required=True), Member("TableName", required=True)),
    }.items()
)
_WRITE_REQUEST = (
    Member("DeleteRequest", members=(_KEY,)),
    Member("PutRequest", members=(Member("Item", required=True),)),
)

_OPERATIONS: Mapping[str, tuple[Member, ...]] = {
    "CreateTable": (
        _NEW_TABLE_NAME,
        _ATTRIBUTE_DEFINITIONS,
        _KEY_SCHEMA,
        Member("GlobalSecondaryIndexes", each=_GLOBAL_INDEX),
        Member("LocalSecondaryIndexes", each=_LOCAL_INDEX),
        *_TABLE_SETTINGS,
    ),
    "DescribeTable": (_TABLE_NAME,),
    "ListTables": (
        Member("ExclusiveStartTableName", minimum=3, maximum=255, pattern=_NAME_PATTERN),
        Member("Limit", minimum=1, maximum=limits.LIST_TABLES_MAX),
    ),
    "DeleteTable": (_TABLE_NAME,),
    "UpdateTable": (
        _TABLE_NAME,
        _ATTRIBUTE_DEFINITIONS,
        *_TABLE_SETTINGS,
        Member(
            "GlobalSecondaryIndexUpdates",
            each=(
                Member("Create", members=_GLOBAL_INDEX),
                Member("Update", members=(_INDEX_NAME, _THROUGHPUT)),
                Member("Delete", members=(_INDEX_NAME,)),
            ),
        ),
    ),
    "UpdateTimeToLive": (
        _TABLE_NAME,
        Member(
            "TimeToLiveSpecification",
            required=True,
            members=(
                Member("Enabled", required=True),
                Member("AttributeName", required=True, minimum=1, maximum=255),
            ),
        ),
    ),
    "DescribeTimeToLive": (_TABLE_NAME,),
    "PutItem": (
        _ITEM_TABLE_NAME,
        Member("Item", required=True),
        _EXPECTED,
        _OPERATOR,
        _CAPACITY,
        _RETURN_VALUES,
        _ITEM_METRICS,
        _FAILURE_VALUES,
    ),
    "DeleteItem": (
        _ITEM_TABLE_NAME,
        _KEY,
        _EXPECTED,
        _OPERATOR,
        _CAPACITY,
        _RETURN_VALUES,
        _ITEM_METRICS,
        _FAILURE_VALUES,
    ),
    "UpdateItem": (
        _ITEM_TABLE_NAME,
        _KEY,
        Member("ReturnValues", check=_item_return_values, alone=True),
        Member("AttributeUpdates", each=(Member("Action", values=("ADD", "DELETE", "PUT")),)),
        _EXPECTED,
        _OPERATOR,
        _CAPACITY,
        _ITEM_METRICS,
        _FAILURE_VALUES,
    ),
    "GetItem": (_TABLE_NAME, _KEY, _ATTRIBUTES_TO_GET, _CAPACITY),
    "Query": (
        _TABLE_NAME,
        _READ_INDEX_NAME,
        _SELECT,
        _ATTRIBUTES_TO_GET,
        Member("Limit", check=_query_limit),
        Member("KeyConditions", each=_CONDITIONS),
        Member("QueryFilter", each=_CONDITIONS),
        _OPERATOR,
        _CAPACITY,
    ),
    "Scan": (
        _TABLE_NAME,
        _READ_INDEX_NAME,
        _SELECT,
        _ATTRIBUTES_TO_GET,
        Member("Limit", minimum=1),
        Member("ScanFilter", each=_CONDITIONS),
        _OPERATOR,
        _CAPACITY,
        Member("TotalSegments", minimum=1, maximum=limits.SCAN_SEGMENTS_MAX),
        Member("Segment", minimum=0, maximum=limits.SCAN_SEGMENTS_MAX - 1),
    ),
    "BatchGetItem": (
        Member("RequestItems", each=(Member("Keys", required=True, minimum=1), _ATTRIBUTES_TO_GET)),
        _CAPACITY,
    ),
    "BatchWriteItem": (Member("RequestItems", lists=_WRITE_REQUEST), _CAPACITY, _METRICS),
    "TransactGetItems": (
        Member(
            "TransactItems",
            required=True,
            minimum=1,
            maximum=limits.TRANSACTION_ACTIONS_MAX,
            each=(Member("Get", required=True, members=(_KEY, Member("TableName", required=True))),),
        ),
        _CAPACITY,
    ),
    "TransactWriteItems": (
        Member(
            "TransactItems",
            required=True,
            minimum=1,
            maximum=limits.TRANSACTION_ACTIONS_MAX,
            each=_TRANSACTION_WRITE,
        ),
        _CAPACITY,
        _METRICS,
        Member("ClientRequestToken", minimum=1, maximum=36),
    ),
}
