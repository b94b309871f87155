"""TransactWriteItems. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html

All of a transaction, with its client token, is one record.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from services.context import Context
from services.dynamodb import constraints, errors, limits, requests, tables, transactions, writes
from services.dynamodb.capacity import Consumed, read_units
from services.dynamodb.expressions.conditions import Bound
from services.dynamodb.expressions.updates import BoundUpdate
from services.dynamodb.item_size import item_size
from services.dynamodb.operations.batch_write_item import collection_metrics
from services.dynamodb.state import State
from services.dynamodb.table import Table
from services.dynamodb.values import Item, checked_item
from services.dynamodb.writes import Write
from services.errors import ServiceError


@dataclass(frozen=True, slots=True)
class _Action:
    """One action, bound but not yet met with the items. ``item`` is a Put's item or the others' key; ``size`` counts
    it and the values of its expressions, in bytes; ``update`` belongs to Update."""

    kind: str
    parameters: Mapping[str, Any]
    condition: Bound | None
    item: Item
    size: int
    update: BoundUpdate | None = None

    def compute(self, table: Table) -> Write:
        return _COMPUTE[self.kind](self, table, self.parameters.get("ReturnValuesOnConditionCheckFailure"))


def _put(action: _Action, table: Table, on_failure: str | None) -> Write:
    return writes.put(table, action.item, action.condition, on_failure)


def _update(action: _Action, table: Table, on_failure: str | None) -> Write:
    return writes.update(table, action.item, action.update, action.condition, on_failure)


def _delete(action: _Action, table: Table, on_failure: str | None) -> Write:
    return writes.delete(table, action.item, action.condition, on_failure)


_COMPUTE: dict[str, Callable[[_Action, Table, str | None], Write]] = {
    "ConditionCheck": _delete,
    "Delete": _delete,
    "Put": _put,
    "Update": _update,
}
_PARAMETERS = {
    "ConditionCheck": requests.DELETE.transacted(),
    "Delete": requests.DELETE.transacted(),
    "Put": requests.PUT.transacted(),
    "Update": requests.UPDATE.transacted(),
}


def transact_write_items(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    constraints.check("TransactWriteItems", request)
    actions = [_bind(entry) for entry in request["TransactItems"]]
    found = [tables.find(ctx, action.parameters["TableName"]) for action in actions]
    digest = _digest(request)
    if _seen(ctx, request, digest):
        return _repeated(request, actions, found)
    computed = _compute(actions, found)
    response = _answer(request, actions, computed)
    changes = [
        change
        for action, write in zip(actions, computed, strict=True)
        if action.kind != "ConditionCheck"
        for change in write.changes(ctx)
    ]
    token = request.get("ClientRequestToken")
    if token is not None:
        now = ctx.now_ms()
        changes.append(
            ctx.change(
                "remember_token",
                {"Token": token, "Request": digest, "Until": now + limits.IDEMPOTENCY_TOKEN_MS, "Now": now},
            )
        )
    ctx.commit(*changes)
    return response


def _bind(entry: Mapping[str, Any]) -> _Action:
    """The action of one entry; what doesn't depend on items is checked."""
    kinds = [kind for kind in _COMPUTE if entry.get(kind) is not None]
    if len(kinds) != 1:
        raise errors.TRANSACTION_ACTION()
    kind = kinds[0]
    parameters = entry[kind]
    known = requests.placeholders(parameters, _PARAMETERS[kind])
    try:
        item = checked_item(parameters["Item" if kind == "Put" else "Key"])
    except ServiceError as error:
        raise errors.as_older_validator(error) from None
    update = requests.update(parameters, known) if kind == "Update" else None
    condition = requests.condition(parameters, known)
    known.finish()
    return _Action(kind, parameters, condition, item, item_size(item) + known.size(), update)


def _digest(request: Mapping[str, Any]) -> str:
    actions = orjson.dumps(request["TransactItems"], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(actions).hexdigest()


def _seen(ctx: Context, request: Mapping[str, Any], digest: str) -> bool:
    """Whether this very request was carried out. Refuses a token that came with another one."""
    state: State = ctx.state
    token, tokens = request.get("ClientRequestToken"), state.tokens.get((ctx.account, ctx.region))
    before = None if token is None or tokens is None else tokens.request(token, ctx.now_ms())
    if before is not None and before != digest:
        raise errors.TOKEN_MISMATCH()
    return before is not None


def _repeated(request: Mapping[str, Any], actions: list[_Action], found: list[Table]) -> dict[str, Any]:
    """The answer to a request that was carried out before: it consumes reads."""
    level = request.get("ReturnConsumedCapacity", "NONE")
    if level == "NONE":
        return {}
    consumed: dict[str, Consumed] = {}
    for action, table in zip(actions, found, strict=True):
        schema = table.definition.schema
        stored = table.items.get(schema.encode(schema.pick(action.item)))
        units = Consumed(read_units(0 if stored is None else stored[1], consistent=True)).doubled()
        consumed.setdefault(action.parameters["TableName"], Consumed()).add(units)
    return {"ConsumedCapacity": transactions.shown(consumed, level, "Read")}


def _compute(actions: list[_Action], found: list[Table]) -> list[Write]:
    """The writes. Actions that can't be carried out cancel the transaction."""
    computed: list[Write] = []
    reasons: list[dict[str, Any]] = []
    targets: set[tuple[int, bytes]] = set()
    for position, (action, table) in enumerate(zip(actions, found, strict=True)):
        try:
            target = (id(table), _target(action, table))
        except ServiceError as error:
            raise transactions.cancelled(error, position, len(actions)) from None
        if target in targets:
            raise errors.TRANSACTION_DUPLICATES()
        targets.add(target)
    # What the request brings counts, not the items that it finds.
    if sum(action.size for action in actions) > limits.TRANSACTION_BYTES_MAX:
        raise errors.TRANSACTION_TOO_LARGE()
    for action, table in zip(actions, found, strict=True):
        try:
            computed.append(action.compute(table))
            reasons.append(transactions.NO_REASON)
        except ServiceError as error:
            reasons.append(transactions.reason(error))
    transactions.check(reasons)
    return computed


def _target(action: _Action, table: Table) -> bytes:
    """The key of the item. Refuses one that doesn't fit the table."""
    schema = table.definition.schema
    if action.kind != "Put":
        return schema.encode(schema.fitting_key(action.item))
    schema.check_item(action.item)
    return schema.encode(action.item)


def _answer(request: Mapping[str, Any], actions: list[_Action], computed: list[Write]) -> dict[str, Any]:
    response: dict[str, Any] = {}
    level = request.get("ReturnConsumedCapacity", "NONE")
    if level != "NONE":
        consumed: dict[str, Consumed] = {}
        for action, write in zip(actions, computed, strict=True):
            name = action.parameters["TableName"]
            consumed.setdefault(name, Consumed()).add(write.consumed().doubled())
        response["ConsumedCapacity"] = transactions.shown(consumed, level, "Write")
    if request.get("ReturnItemCollectionMetrics", "NONE") != "NONE":
        by_table: dict[str, list[Write]] = {}
        for action, write in zip(actions, computed, strict=True):
            if action.kind != "ConditionCheck":
                by_table.setdefault(action.parameters["TableName"], []).append(write)
        response["ItemCollectionMetrics"] = collection_metrics(by_table)
    return response
