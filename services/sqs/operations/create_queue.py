"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from services.context import Context
from services.sqs import attributes, errors, limits
from services.sqs.handles import new_queue_id
from services.sqs.queue import Queue
from services.sqs.redrive import check_target
from services.sqs.settings import FIFO_DEFAULTS, STANDARD_DEFAULTS
from services.sqs.urls import queue_url

_NAME = re.compile(r"[A-Za-z0-9_-]+")
_FIFO_SUFFIX = ".fifo"


def create_queue(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Makes a queue, or finds one of that name whose attributes are the same as far as the request gives them."""
    name = request.get("QueueName")
    if not name:
        raise errors.MISSING_PARAMETER(name="QueueName")
    given: Mapping[str, str] = request.get("Attributes") or {}
    fifo = _checked_name(ctx, name, given)
    checked = attributes.canonical(ctx, given, fifo=fifo)
    existing: Queue | None = ctx.state.find(ctx.account, ctx.region, name)
    if existing is not None:
        for attribute, value in checked.items():
            if not attributes.same(attribute, value, existing.settings.values.get(attribute)):
                ctx.refuse(errors.QUEUE_NAME_EXISTS, attribute=attribute)
        return {"QueueUrl": queue_url(ctx, existing)}
    defaults = FIFO_DEFAULTS if fifo else STANDARD_DEFAULTS
    values = {**defaults, **attributes.with_consequences(ctx, checked, defaults)}
    redrive = values.get("RedrivePolicy")
    if redrive is not None:
        check_target(ctx, redrive, f"arn:aws:sqs:{ctx.region}:{ctx.account}:{name}", fifo=fifo)
    change = ctx.change(
        "create_queue",
        {
            "queue": name,
            "id": new_queue_id(ctx.ids),
            "at": ctx.now_ms(),
            "attributes": {attribute: value for attribute, value in values.items() if value is not None},
            "tags": dict(request.get("tags") or {}),
        },
    )
    ctx.commit(change)
    return {"QueueUrl": queue_url(ctx, ctx.state.find(ctx.account, ctx.region, name))}


def _checked_name(ctx: Context, name: str, given: Mapping[str, str]) -> bool:
    """Whether it is to be a FIFO queue. Names with a slash couldn't be told apart in a URL, whatever a profile says."""
    asked = given.get("FifoQueue", "false").lower() == "true"
    stem = name.removesuffix(_FIFO_SUFFIX)
    refusal = errors.FIFO_QUEUE_NAME if asked else errors.QUEUE_NAME
    if "/" in name:
        raise refusal()
    is_fifo = stem != name
    if asked and not is_fifo:
        raise refusal()
    if is_fifo != asked or not _NAME.fullmatch(stem) or len(name) > limits.QUEUE_NAME_LENGTH_MAX:
        ctx.refuse(refusal)
    return is_fifo
