"""Queue attributes as clients give them: which there are, what they may be, how they are told.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping

from services.context import Context
from services.sqs import errors, limits
from services.sqs.queue import Queue
from services.sqs.redrive import allow_policy, redrive_policy

Values = Mapping[str, str]

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")


def _integer(bounds: tuple[int, int]) -> Callable[[Context, str, str], str]:
    def check(ctx: Context, name: str, value: str) -> str:
        if not _INTEGER.fullmatch(value):
            raise errors.ATTRIBUTE_VALUE(name=name)
        number = int(value)
        if not bounds[0] <= number <= bounds[1]:
            ctx.refuse(errors.ATTRIBUTE_VALUE, name=name)
        return str(number)

    return check


def _boolean(ctx: Context, name: str, value: str) -> str:
    """AWS takes any case."""
    if value.lower() not in ("true", "false"):
        raise errors.ATTRIBUTE_VALUE(name=name)
    return value.lower()


def _one_of(*allowed: str) -> Callable[[Context, str, str], str]:
    def check(ctx: Context, name: str, value: str) -> str:
        if value not in allowed:
            raise errors.ATTRIBUTE_VALUE(name=name)
        return value

    return check


def _json_object(ctx: Context, name: str, value: str) -> str:
    try:
        is_object = isinstance(json.loads(value), dict)
    except ValueError:
        is_object = False
    if not is_object:
        raise errors.ATTRIBUTE_VALUE(name=name)
    return value


def _text(ctx: Context, name: str, value: str) -> str:
    return value


_COMMON: Mapping[str, Callable[[Context, str, str], str]] = {
    "DelaySeconds": _integer(limits.DELAY_SECONDS),
    "MaximumMessageSize": _integer(limits.MAXIMUM_MESSAGE_SIZE_BYTES),
    "MessageRetentionPeriod": _integer(limits.MESSAGE_RETENTION_PERIOD_SECONDS),
    "ReceiveMessageWaitTimeSeconds": _integer(limits.RECEIVE_WAIT_SECONDS),
    "VisibilityTimeout": _integer(limits.VISIBILITY_TIMEOUT_SECONDS),
    "Policy": _json_object,
    "RedrivePolicy": redrive_policy,
    "RedriveAllowPolicy": allow_policy,
    "KmsMasterKeyId": _text,
    "KmsDataKeyReusePeriodSeconds": _integer(limits.KMS_REUSE_PERIOD_SECONDS),
    "SqsManagedSseEnabled": _boolean,
}

_FIFO: Mapping[str, Callable[[Context, str, str], str]] = {
    "FifoQueue": _boolean,
    "ContentBasedDeduplication": _boolean,
    "DeduplicationScope": _one_of("messageGroup", "queue"),
    "FifoThroughputLimit": _one_of("perQueue", "perMessageGroupId"),
}

REMOVABLE = frozenset({"Policy", "RedrivePolicy", "RedriveAllowPolicy", "KmsMasterKeyId"})
"""Attributes that an empty value removes."""

_DERIVED = frozenset(
    {
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesDelayed",
        "ApproximateNumberOfMessagesNotVisible",
        "CreatedTimestamp",
        "LastModifiedTimestamp",
        "QueueArn",
    }
)


def canonical(ctx: Context, given: Values, *, fifo: bool) -> dict[str, str | None]:
    """Checked values in the form they are kept in; None for one to be removed. A redrive policy's target isn't
    looked up."""
    checked: dict[str, str | None] = {}
    for name, value in given.items():
        check = _COMMON.get(name) or _FIFO.get(name)
        if check is None:
            raise errors.UNKNOWN_ATTRIBUTE(name=name)
        if name in _FIFO and not fifo:
            if name in ("DeduplicationScope", "FifoThroughputLimit"):
                raise errors.FIFO_ONLY_ATTRIBUTE(name=name)
            raise errors.UNKNOWN_ATTRIBUTE(name=name)
        checked[name] = None if value == "" and name in REMOVABLE else check(ctx, name, value)
    if checked.get("FifoQueue") == "false":
        raise errors.QUEUE_TYPE_CHANGED()
    return checked


def with_consequences(ctx: Context, changes: Mapping[str, str | None], before: Values) -> dict[str, str | None]:
    """The changes together with what follows from them; refuses combinations that AWS doesn't have."""
    result = dict(changes)
    after = {**before, **changes}
    if after.get("FifoThroughputLimit") == "perMessageGroupId" and after["DeduplicationScope"] != "messageGroup":
        ctx.refuse(errors.THROUGHPUT_LIMIT)
    if changes.get("KmsMasterKeyId") is not None:
        if changes.get("SqsManagedSseEnabled") == "true":
            ctx.refuse(errors.TWO_ENCRYPTIONS)
        result["SqsManagedSseEnabled"] = "false"
        if after.get("KmsDataKeyReusePeriodSeconds") is None:
            result["KmsDataKeyReusePeriodSeconds"] = "300"
    elif changes.get("SqsManagedSseEnabled") == "true" and before.get("KmsMasterKeyId") is not None:
        result["KmsMasterKeyId"] = None
        result["KmsDataKeyReusePeriodSeconds"] = None
    return result


def same(name: str, one: str | None, other: str | None) -> bool:
    """Whether two values of an attribute mean the same."""
    if one is None or other is None or name not in ("Policy", "RedriveAllowPolicy"):
        return one == other
    return bool(json.loads(one) == json.loads(other))


def check_names(names: Iterable[str], *, also: Collection[str] = ()) -> None:
    """Refuses names that are neither of a queue attribute nor among ``also``."""
    for name in names:
        if not (name == "All" or name in also or name in _DERIVED or name in _COMMON or name in _FIFO):
            raise errors.UNKNOWN_ATTRIBUTE(name=name)


def told(queue: Queue, names: Iterable[str], now: int) -> dict[str, str]:
    """The attributes that were asked for. One that this queue doesn't have is left out."""
    wanted = set(names)
    check_names(wanted)
    everything = {
        **queue.settings.values,
        "ApproximateNumberOfMessages": str(queue.visible(now)),
        "ApproximateNumberOfMessagesDelayed": str(queue.delayed(now)),
        "ApproximateNumberOfMessagesNotVisible": str(queue.in_flight(now)),
        "CreatedTimestamp": str(queue.created_at // 1000),
        "LastModifiedTimestamp": str(queue.modified_at // 1000),
        "QueueArn": queue.arn,
    }
    if "All" in wanted:
        return everything
    return {name: value for name, value in everything.items() if name in wanted}
