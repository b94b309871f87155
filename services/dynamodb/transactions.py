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
# What is wrong with the request itself, whatever the items are.
_BEFORE_THE_TRANSACTION = (errors.KEY_EMPTY, errors.INDEX_KEY_EMPTY, errors.ITEM_TOO_LARGE)
_CODES = {"ConditionalCheckFailedException": "ConditionalCheckFailed", "ValidationException": "ValidationError"}


def reason(error: ServiceError) -> dict[str, Any]:
    """Why one action can't be carried out. An error that isn't the action's own is raised again."""
    code = _CODES.get(error.code)
    if code is None or error.refusal in _BEFORE_THE_TRANSACTION:
        raise error
    return {"Code": code, "Message": error.message, **error.members}


def cancelled(error: ServiceError, position: int, count: int) -> ServiceError:
    """The cancellation for one of ``count`` actions that doesn't fit its table; the others aren't looked at."""
    reasons = [NO_REASON] * count
    reasons[position] = reason(error)
    return _cancellation(reasons)


def check(reasons: Sequence[dict[str, Any]]) -> None:
    """Cancels the transaction if any action has a reason."""
    if any(entry is not NO_REASON for entry in reasons):
        raise _cancellation(reasons)


def _cancellation(reasons: Sequence[dict[str, Any]]) -> ServiceError:
    codes = ", ".join(entry["Code"] for entry in reasons)
    return errors.TRANSACTION_CANCELLED(codes=codes, reasons=list(reasons))


def shown(consumed: Mapping[str, Consumed], level: str, kind: str) -> list[dict[str, Any]]:
    """ConsumedCapacity of a transaction, by table; ``kind`` is ``Read`` or ``Write``."""
    return [units.shown(name, level, kind) for name, units in consumed.items()]
