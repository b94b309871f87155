"""Batches of which a part isn't carried out. What is withheld is the end of the batch, so that a run repeats itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from emu.faults.call import Call
from emu.faults.delivery import queue_of
from emu.faults.rules import Rule
from emu.resources import addressed

_REASON = "We encountered an internal error. Please try again."


def _kept(rule: Rule, total: int) -> int:
    """How many of a batch's entries are carried out."""
    withheld = rule.options.get("entries") or max(1, total // 2)
    return max(0, total - withheld)


def can_be_split(call: Call) -> bool:
    """Whether the batch as a whole is one that would be carried out. One of a queue, bucket or table that isn't there
    is refused as ever, and so is one whose entries have an id in common."""
    state, members = call.ctx.state, call.members
    if call.ctx.service == "s3":
        return members["Bucket"] in state.buckets
    if call.ctx.service == "sqs":
        ids = [entry.get("Id") for entry in members.get("Entries") or ()]
        return queue_of(call) is not None and len(set(ids)) == len(ids)
    return all(state.table(call.ctx.account, call.ctx.region, name) for name in addressed("dynamodb", members).names)


def fail_partly(rule: Rule, call: Call) -> dict[str, Any]:
    """The batches of SQS and S3's DeleteObjects: the last entries fail."""
    if call.ctx.service == "s3":
        return _fail_objects(rule, call)
    entries: Sequence[Any] = call.members.get("Entries") or ()
    kept = _kept(rule, len(entries))
    result = _run_with(call, {**call.members, "Entries": entries[:kept]}) if kept else {"Successful": []}
    failed = [
        {"Id": entry.get("Id"), "SenderFault": False, "Code": "InternalError", "Message": _REASON}
        for entry in entries[kept:]
    ]
    return {**result, "Failed": [*result.get("Failed", ()), *failed]}


def _fail_objects(rule: Rule, call: Call) -> dict[str, Any]:
    deletion = call.members["Delete"]
    objects: Sequence[Any] = deletion.get("Objects") or ()
    kept = _kept(rule, len(objects))
    result = _run_with(call, {**call.members, "Delete": {**deletion, "Objects": objects[:kept]}}) if kept else {}
    failed = [{**entry, "Code": "InternalError", "Message": _REASON} for entry in objects[kept:]]
    return {**result, "Errors": [*result.get("Errors", ()), *failed]}


def leave_unprocessed(rule: Rule, call: Call) -> dict[str, Any]:
    """DynamoDB's batches: the last entries come back unprocessed."""
    items = call.members.get("RequestItems") or {}
    writing = call.ctx.operation == "BatchWriteItem"
    flat = [(name, entry) for name, part in items.items() for entry in (part if writing else part["Keys"])]
    kept = _kept(rule, len(flat))
    member = "UnprocessedItems" if writing else "UnprocessedKeys"
    carried_out = _gathered(items, flat[:kept], writing=writing)
    nothing: dict[str, Any] = {} if writing else {"Responses": {name: [] for name in items}}
    result = _run_with(call, {**call.members, "RequestItems": carried_out}) if carried_out else nothing
    return {**result, member: {**result.get(member, {}), **_gathered(items, flat[kept:], writing=writing)}}


def _gathered(items: dict[str, Any], flat: Sequence[tuple[str, Any]], *, writing: bool) -> dict[str, Any]:
    """Entries by table again, with what else the request says of the table."""
    gathered: dict[str, list[Any]] = {}
    for name, entry in flat:
        gathered.setdefault(name, []).append(entry)
    return gathered if writing else {name: {**items[name], "Keys": keys} for name, keys in gathered.items()}


def _run_with(call: Call, members: dict[str, Any]) -> dict[str, Any]:
    result = call.operation.run(call.ctx, members)
    assert isinstance(result, dict), "no batch waits"
    return result
