"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html"""

from __future__ import annotations

from typing import Any

from services.context import Context
from services.sqs import attributes
from services.sqs.urls import addressed


def get_queue_attributes(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """The attributes asked for; none for a request without names. Counts are exact."""
    queue = addressed(ctx, request)
    told = attributes.told(queue, request.get("AttributeNames") or (), ctx.now_ms())
    return {"Attributes": told} if told else {}
