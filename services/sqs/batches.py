"""What all batches share: the rules for their entries' number and ids, and answers entry by entry.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-batch-api-actions.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from services.context import Context
from services.errors import ServiceError
from services.sqs import errors, limits

Entry = Mapping[str, Any]

_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")


def checked_entries(ctx: Context, request: Mapping[str, Any], shape: str) -> list[Entry]:
    """The request's entries. ``shape``: what AWS calls one of them, for messages."""
    entries: list[Entry] = request.get("Entries") or []
    if not entries:
        raise errors.EMPTY_BATCH(entry=shape)
    if len(entries) > limits.BATCH_ENTRIES_MAX:
        ctx.refuse(errors.TOO_MANY_ENTRIES, count=len(entries))
    seen: set[str] = set()
    for number, entry in enumerate(entries, 1):
        entry_id = entry.get("Id")
        if not entry_id:
            raise errors.MISSING_PARAMETER(name=f"{shape}.{number}.Id")
        if not _ID.fullmatch(entry_id):
            ctx.refuse(errors.BATCH_ENTRY_ID)
        if entry_id in seen:
            raise errors.BATCH_ENTRY_IDS(id=entry_id)
        seen.add(entry_id)
    return entries


def each(entries: list[Entry], shape: str, carry_out: Callable[[Entry, str], dict[str, Any]]) -> dict[str, Any]:
    """Carries out entry after entry: ``(entry, prefix of its parameters' names) -> answer``. One that is refused fails
    alone."""
    answer: dict[str, list[dict[str, Any]]] = {"Successful": [], "Failed": []}
    for number, entry in enumerate(entries, 1):
        try:
            result = carry_out(entry, f"{shape}.{number}.")
        except ServiceError as error:
            answer["Failed"].append(failure(entry["Id"], error))
        else:
            answer["Successful"].append({"Id": entry["Id"], **result})
    return {name: value for name, value in answer.items() if value or name == "Successful"}


def failure(entry_id: str, error: ServiceError) -> dict[str, Any]:
    return {
        "Id": entry_id,
        "SenderFault": True,
        "Code": error.refusal.query_code or error.code,
        "Message": error.message,
    }
