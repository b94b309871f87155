"""SQS's changes: each names its queue in the value, and carries the account and region of the queue's owner."""

from __future__ import annotations

from typing import Any

from services.machine import Change
from services.sqs.queue import Queue


def change(queue: Queue, kind: str, **value: Any) -> Change:
    """A change of the queue; ``kind`` without the service's name."""
    return (f"sqs.{kind}", queue.account, queue.region, {"queue": queue.name, **value})
