"""What TransactWriteItems and TransactGetItems share: the reasons for which a transaction is cancelled, and
its capacity.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html (CancellationReasons)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.dynamodb import errors
from services.dynamodb.capacity import Consumed
from services.errors import ServiceError

NO_REASON: dict[str, Any] = {"Code": "None"}
_CODES = {"ConditionalCheckFailedException": "ConditionalCheckFailed", "ValidationException": "ValidationError"}


def reason(error: ServiceError) -> dict[str, Any]:
    """Why one action can't be carried out. An error that isn't the action's own is raised again."""
    code = _CODES.get(error.code)
    if code is None:
        raise error
    return {"Code": code, "Message": error.message, **error.members}


def check(reasons: Sequence[dict[str, Any]]) -> None:
    """Cancels the transaction if any action has a reason."""
    if any(entry is not NO_REASON for entry in reasons):
        codes = ", ".join(entry["Code"] for entry in reasons)
        raise errors.TRANSACTION_CANCELLED(codes=codes, reasons=list(reasons))


def shown(consumed: Mapping[str, Consumed], level: str, kind: str) -> list[dict[str, Any]]:
    """ConsumedCapacity of a transaction, by table; ``kind`` is ``Read`` or ``Write``."""
    return [units.shown(name, level, kind) for name, units in consumed.items()]
