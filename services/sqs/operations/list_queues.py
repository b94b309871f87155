"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html"""

from __future__ import annotations

from base64 import b64decode, urlsafe_b64encode
from itertools import islice
from typing import Any

from services.context import Context
from services.sqs import errors, limits
from services.sqs.queue import Queue
from services.sqs.urls import queue_url


def list_queues(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """The caller's queues by name. There is a NextToken only where MaxResults was given; without it 1,000 are the
    most."""
    wanted = request.get("MaxResults")
    if wanted is not None and not 1 <= wanted <= limits.LIST_QUEUES_RESULTS_MAX:
        ctx.refuse(errors.LIST_QUEUES_MAX_RESULTS, value=wanted)
    number_max = min(max(wanted or limits.LIST_QUEUES_RESULTS_MAX, 1), limits.LIST_QUEUES_RESULTS_MAX)
    matching = ctx.state.queues(
        ctx.account,
        ctx.region,
        after=_position(request.get("NextToken")),
        prefix=request.get("QueueNamePrefix", ""),
    )
    found: list[Queue] = list(islice(matching, number_max + 1))
    page = found[:number_max]
    response: dict[str, Any] = {"QueueUrls": [queue_url(ctx, queue) for queue in page]} if page else {}
    if wanted is not None and len(found) > number_max:
        response["NextToken"] = urlsafe_b64encode(page[-1].name.encode()).decode()
    return response


def _position(token: str | None) -> str:
    """The name behind which a page begins."""
    try:
        return b64decode(token, altchars=b"-_", validate=True).decode() if token else ""
    except ValueError:
        raise errors.LIST_QUEUES_NEXT_TOKEN() from None
