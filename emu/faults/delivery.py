"""What a standard queue may do and rarely does: deliver a message twice, deliver messages out of order.

Both are ordinary changes of the queue, so that they are in the journal and a restart doesn't take them back.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues-at-least-once-delivery.html
"""

from __future__ import annotations

from itertools import islice
from typing import Any

from emu.faults.call import Call
from emu.faults.rules import Rule
from services.sqs.changes import change
from services.sqs.message import Message
from services.sqs.queue import Queue
from services.sqs.urls import addressed

_LOOKED_AT = 100
"""A receive picks among at most so many messages."""


def queue_of(call: Call) -> Queue | None:
    """The queue that the call is about; None where it will be refused."""
    name = str(call.members.get("QueueUrl", "")).rsplit("/", 2)
    return call.ctx.state.find(name[-2], call.ctx.region, name[-1]) if len(name) == 3 else None


def standard_queue_of(call: Call) -> Queue | None:
    """The standard queue that is received from; None for a FIFO queue too."""
    found = queue_of(call)
    return None if found is None or found.settings.fifo else found


def can_be_disordered(call: Call) -> bool:
    """Whether there are two messages to choose between."""
    queue = standard_queue_of(call)
    return queue is not None and len(list(islice(queue.available(call.ctx.now_ms()), 2))) == 2


def disorder(rule: Rule, call: Call) -> Any:
    """Brings others to the front than those whose turn it is, in an order drawn from the rule's seed."""
    ctx = call.ctx
    queue = addressed(ctx, call.members)
    waiting = list(islice(queue.available(ctx.now_ms()), _LOOKED_AT))
    wanted = min(call.members.get("MaxNumberOfMessages", 1), len(waiting))
    chosen = sorted(waiting, key=lambda message: rule.chance())[:wanted]
    if chosen == waiting[:wanted]:
        chosen = [*waiting[1 : wanted + 1], waiting[0]][:wanted]
    front = waiting[0].visible_at - len(chosen)
    rows = [[message.sequence, front + place] for place, message in enumerate(chosen)]
    ctx.commit(change(queue, "change_visibility", messages=rows))
    return call.run()


def duplicate(rule: Rule, call: Call, result: dict[str, Any]) -> None:
    """Puts a copy of each received message into the queue, visible at once, under its own message id."""
    queue = addressed(call.ctx, call.members)
    ids = {message["MessageId"] for message in result["Messages"]}
    now_ms = call.ctx.now_ms()
    received = [message for message in queue.messages.values() if message.content.message_id in ids]
    # A receive stamps what it gives out; an older copy of the same message may be in the queue as well.
    latest = {message.content.message_id: message for message in received}
    copies = [_copy(message, now_ms) for message in latest.values()]
    call.ctx.commit(change(queue, "send", messages=copies))


def _copy(message: Message, now_ms: int) -> dict[str, Any]:
    content = message.content
    optional = {
        "attributes": content.attributes,
        "trace": content.trace_header,
        "group": content.group_id,
    }
    return {
        "id": content.message_id,
        "body": content.body,
        "md5": content.md5,
        "sender": content.sender_id,
        "sent_at": message.sent_at,
        "visible_at": now_ms,
        **{name: value for name, value in optional.items() if value is not None},
    }
