"""What Query and Scan share: which attributes are shown, and the answer.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html (Select)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.dynamodb import errors
from services.dynamodb.capacity import Consumed, read_units
from services.dynamodb.expressions.conditions import Bound
from services.dynamodb.expressions.projections import Projection
from services.dynamodb.paging import Page, Show, Source
from services.dynamodb.table import Table
from services.dynamodb.values import Item


@dataclass(frozen=True, slots=True)
class Selection:
    """show: what is shown of an item, None for all of it. fetch: a local index has to fetch items from its table."""

    show: Show | None
    count_only: bool
    fetch: bool


def check_select(request: Mapping[str, Any]) -> None:
    """Refuses a Select that doesn't go with the other parameters."""
    select = request.get("Select")
    member = next((name for name in ("ProjectionExpression", "AttributesToGet") if name in request), None)
    if select == "ALL_PROJECTED_ATTRIBUTES" and "IndexName" not in request:
        raise errors.SELECT_PROJECTED_WITHOUT_INDEX()
    if select == "SPECIFIC_ATTRIBUTES" and member is None:
        raise errors.SELECT_SPECIFIC_WITHOUT_PROJECTION()
    if select not in (None, "SPECIFIC_ATTRIBUTES") and member is not None:
        shown = "only the Count" if select == "COUNT" else select
        raise errors.SELECT_WITH_PROJECTION(member=member, select=shown)


def source(request: Mapping[str, Any], table: Table) -> Source:
    """What the request reads. Refuses an unknown index, and a consistent read of a global one."""
    name = request.get("IndexName")
    if name is None:
        return Source(table, None)
    index = table.indexes.get(name)
    if index is None:
        raise errors.INDEX_NOT_FOUND(index=name)
    if index.definition.is_global and request.get("ConsistentRead"):
        raise errors.GLOBAL_INDEX_CONSISTENT()
    if not index.complete:
        raise errors.INDEX_BACKFILLING(index=name)
    return Source(table, index)


def selection(
    request: Mapping[str, Any], found: Source, projection: Projection | None, row_filter: Bound | None
) -> Selection:
    """What is shown of each item. Refuses attributes that a global index doesn't project."""
    select = request.get("Select")
    count_only = select == "COUNT"
    projected = None if found.index is None else found.index.definition.projected
    show = None if projection is None else projection.of
    if found.index is None or projected is None:
        return Selection(show, count_only, False)
    asked: frozenset[str] = frozenset() if projection is None else projection.names
    filtered: frozenset[str] = frozenset() if row_filter is None else row_filter.names
    if found.index.definition.is_global:
        name = found.index.definition.name
        if select == "ALL_ATTRIBUTES":
            raise errors.SELECT_ALL_ON_INDEX(index=name)
        if asked - projected:
            raise errors.INDEX_NOT_PROJECTED(index=name, attributes=_listed(asked - projected))
        if filtered - projected:
            raise errors.INDEX_FILTER_NOT_PROJECTED(index=name, attributes=_listed(filtered - projected))
    if select == "ALL_ATTRIBUTES":
        return Selection(None, count_only, True)
    if projection is None:

        def show_projected(item: Item) -> Item:
            return {name: value for name, value in item.items() if name in projected}

        show = show_projected
    return Selection(show, count_only, not (asked | filtered) <= projected)


def _listed(names: frozenset[str]) -> str:
    return f"[{', '.join(sorted(names))}]"


def answer(request: Mapping[str, Any], found: Source, page: Page, chosen: Selection) -> dict[str, Any]:
    """The response of a Query or Scan."""
    response: dict[str, Any] = {} if chosen.count_only else {"Items": page.items}
    response |= {"Count": page.count, "ScannedCount": page.scanned}
    if page.last_key is not None:
        response["LastEvaluatedKey"] = page.last_key
    level = request.get("ReturnConsumedCapacity", "NONE")
    if level != "NONE":
        response["ConsumedCapacity"] = _consumed(request, found, page).shown(request["TableName"], level)
    return response


def _consumed(request: Mapping[str, Any], found: Source, page: Page) -> Consumed:
    consistent = request.get("ConsistentRead", False)
    units = read_units(page.read_bytes, consistent=consistent)
    if found.index is None:
        return Consumed(units)
    consumed = Consumed(sum((read_units(size, consistent=consistent) for size in page.fetched), 0.0))
    consumed.add_index(found.index, units)
    return consumed
