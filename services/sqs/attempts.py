"""What a FIFO queue gave out under a ReceiveRequestAttemptId, so that a repeated call gets the same.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-receiverequestattemptid-request-parameter.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from services.sqs.limits import RECEIVE_ATTEMPT_INTERVAL_MS
from services.sqs.recent import Recent


@dataclass(frozen=True, slots=True)
class Attempt:
    """``receipts``: sequence and receipt of each message, with the moment until which it was made invisible."""

    attempt_id: str
    received_at: int
    receipts: tuple[tuple[int, str, int], ...]


Attempts = Recent[str, Attempt]


def attempts(entries: Iterable[Attempt] = ()) -> Attempts:
    """The latest receive under each attempt id."""
    return Recent(
        RECEIVE_ATTEMPT_INTERVAL_MS,
        key=lambda attempt: attempt.attempt_id,
        moment=lambda attempt: attempt.received_at,
        entries=entries,
    )
