"""Query. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.context import Context
from services.dynamodb import constraints, errors, legacy, paging, reads, requests, tables
from services.dynamodb.expressions import key_conditions, parser
from services.dynamodb.expressions.conditions import Bound
from services.dynamodb.expressions.key_conditions import KeyRange, KeyTest
from services.dynamodb.expressions.placeholders import Placeholders
from services.dynamodb.keys import KeySchema
from services.dynamodb.values import shown


def query(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    constraints.check("Query", request)
    known = requests.placeholders(request, requests.QUERY)
    reads.check_select(request)
    tests = _key_tests(request, known)
    row_filter = requests.row_filter(request, known, "QueryFilter")
    projection = requests.projection(request, known)
    known.finish()
    table = tables.find(ctx, request["TableName"])
    found = reads.source(request, table)
    if "KeyConditions" in request and len(tests) > max(2, len(found.schema.names)):
        raise errors.KEY_CONDITION_COUNT()
    keys = key_conditions.key_range(tests, found.schema)
    _check_filter(row_filter, found.schema)
    chosen = reads.selection(request, found, projection, row_filter)
    reverse = not request.get("ScanIndexForward", True)
    start = found.start(request)
    if start is not None and len(found.key_names) == 1:
        # One item at most stands there, so that there is nothing behind it.
        name, value = next(iter(request["ExclusiveStartKey"].items()))
        raise errors.START_KEY_WITHOUT_SORT_KEY(key=f"{name}=AttributeValue: {shown(value)}")
    low, high = _after_start(keys, start, reverse=reverse)
    page = paging.read(
        found,
        paging.Walk(
            low,
            high,
            reverse,
            request.get("Limit"),
            None if row_filter is None else row_filter.holds,
            chosen.show,
            chosen.count_only,
            chosen.fetch,
        ),
    )
    if len(found.key_names) == 1:
        page.last_key = None
    return reads.answer(request, found, page, chosen)


def _key_tests(request: Mapping[str, Any], known: Placeholders) -> list[KeyTest]:
    text = request.get("KeyConditionExpression")
    if text is not None:
        return key_conditions.bind(parser.condition(text, "KeyConditionExpression"), known)
    if "KeyConditions" not in request:
        raise errors.KEY_CONDITION_MISSING()
    return legacy.key_tests(request["KeyConditions"])


def _check_filter(row_filter: Bound | None, schema: KeySchema) -> None:
    for name in schema.names:
        if row_filter is not None and name in row_filter.names:
            raise errors.FILTER_ON_KEY(key=name)


def _after_start(keys: KeyRange, start: bytes | None, *, reverse: bool) -> tuple[bytes, bytes | None]:
    """The range without what lies up to the start key."""
    if start is None:
        return keys.low, keys.high
    if not start.startswith(keys.partition) or start < keys.low or (keys.high is not None and start >= keys.high):
        raise errors.START_KEY_OUTSIDE()
    return (keys.low, start) if reverse else (start + b"\0", keys.high)
