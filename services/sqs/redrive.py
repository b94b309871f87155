"""Redrive policies: who sends its dead letters where, and who lets whom.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from services.context import Context
from services.sqs import errors, limits
from services.sqs.queue import Queue
from services.sqs.settings import Redrive


def _members(value: str) -> dict[str, Any] | None:
    try:
        members = json.loads(value)
    except ValueError:
        return None
    return members if isinstance(members, dict) else None


def redrive_policy(ctx: Context, name: str, value: str) -> str:
    """The policy in canonical form; ``maxReceiveCount`` may be given as a string and is a number then."""
    members = _members(value)
    if members is None:
        raise errors.REDRIVE_POLICY_FORM(value=value)
    for member in ("deadLetterTargetArn", "maxReceiveCount"):
        if member not in members:
            raise errors.REDRIVE_POLICY_MEMBER(value=value, member=member)
    target, count = members["deadLetterTargetArn"], members["maxReceiveCount"]
    if not isinstance(target, str):
        raise errors.REDRIVE_TARGET_MISSING(value=value)
    number = int(count) if str(count).isdecimal() else 0
    if not limits.RECEIVE_COUNT[0] <= number <= limits.RECEIVE_COUNT[1]:
        raise errors.REDRIVE_POLICY_COUNT(value=value, count=count)
    return canonical_redrive_policy(Redrive(target, number))


def canonical_redrive_policy(redrive: Redrive) -> str:
    return json.dumps(
        {"deadLetterTargetArn": redrive.target_arn, "maxReceiveCount": redrive.max_receive_count},
        separators=(",", ":"),
    )


def allow_policy(ctx: Context, name: str, value: str) -> str:
    """The policy as it was given, once it is known to be one."""
    members = _members(value)
    if members is None:
        raise errors.REDRIVE_ALLOW_POLICY(value=value, reason="Redrive allow policy is not a valid JSON map.")
    permission = members.get("redrivePermission")
    sources = members.get("sourceQueueArns")
    if permission not in ("allowAll", "denyAll", "byQueue"):
        raise errors.REDRIVE_ALLOW_POLICY(
            value=value, reason="redrivePermission must be one of allowAll, denyAll and byQueue."
        )
    if (permission == "byQueue") != isinstance(sources, list):
        raise errors.REDRIVE_ALLOW_POLICY(
            value=value, reason="sourceQueueArns goes together with the redrivePermission byQueue."
        )
    if isinstance(sources, list) and not 1 <= len(sources) <= limits.REDRIVE_SOURCE_ARNS_MAX:
        raise errors.REDRIVE_ALLOW_POLICY(value=value, reason="sourceQueueArns must hold 1 to 10 ARNs.")
    return value


def check_target(ctx: Context, policy: str, source_arn: str, *, fifo: bool) -> None:
    """Refuses a policy whose target can't be the dead-letter queue of ``source_arn``, a queue that may not exist
    yet."""
    target_arn = json.loads(policy)["deadLetterTargetArn"]
    target: Queue | None = ctx.state.by_arn(target_arn)
    if target is None or target_arn.rpartition(":")[0] != source_arn.rpartition(":")[0]:
        ctx.refuse(errors.REDRIVE_TARGET_MISSING, value=policy)
    elif target.settings.fifo != fifo:
        ctx.refuse(errors.REDRIVE_TARGET_TYPE, value=policy)
    elif not _allows(target.settings.values, source_arn):
        ctx.refuse(errors.REDRIVE_TARGET_DENIES, value=policy)


def _allows(target: Mapping[str, str], source_arn: str) -> bool:
    policy = target.get("RedriveAllowPolicy")
    if policy is None:
        return True
    members = json.loads(policy)
    if members["redrivePermission"] == "byQueue":
        return source_arn in members["sourceQueueArns"]
    return bool(members["redrivePermission"] == "allowAll")


def dead_letter_queue(ctx: Context, queue: Queue) -> Queue | None:
    """Where the queue's messages go in the end. None if nowhere: then they stay, and are received again and again."""
    redrive = queue.settings.redrive
    if redrive is None:
        return None
    target: Queue | None = ctx.state.by_arn(redrive.target_arn)
    if target is None or (target.account, target.region) != (queue.account, queue.region):
        return None
    return target if target.settings.fifo == queue.settings.fifo else None
