"""The rules for a bucket's notification configuration.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import combinations
from typing import Any
from urllib.parse import unquote_plus

from services.context import Context
from services.errors import ServiceError
from services.ids import uuid4
from services.s3 import errors, limits
from services.s3.settings import QueueConfiguration

_KINDS: dict[str, tuple[str, ...]] = {
    "s3:ObjectCreated": ("Put", "Post", "Copy", "CompleteMultipartUpload"),
    "s3:ObjectRemoved": ("Delete", "DeleteMarkerCreated"),
    "s3:ObjectRestore": ("Post", "Completed", "Delete"),
    "s3:Replication": (
        "OperationFailedReplication",
        "OperationMissedThreshold",
        "OperationReplicatedAfterThreshold",
        "OperationNotTracked",
    ),
    "s3:LifecycleExpiration": ("Delete", "DeleteMarkerCreated"),
    "s3:ObjectTagging": ("Put", "Delete"),
    "s3:ObjectAnnotation": ("Put", "Delete"),
}
_SINGLE = (
    "s3:ReducedRedundancyLostObject",
    "s3:LifecycleTransition",
    "s3:IntelligentTiering",
    "s3:ObjectAcl:Put",
    "s3:ObjectRetention:Put",
)
EVENTS: frozenset[str] = frozenset(
    {f"{kind}:{name}" for kind, names in _KINDS.items() for name in (*names, "*")} | set(_SINGLE)
)
"""What a configuration may name. emu has the operations for those of ObjectCreated and ObjectRemoved."""

_ELSEWHERE = {
    "TopicConfigurations": "TopicArn",
    "LambdaFunctionConfigurations": "LambdaFunctionArn",
}


def queue_configurations(ctx: Context, configuration: dict[str, Any]) -> tuple[QueueConfiguration, ...]:
    """The configurations of a request, checked among themselves; those without an id get one.

    Errors: InvalidArgument, TooManyConfigurations.
    """
    requested = configuration.get("QueueConfigurations", ())
    if len(requested) > limits.NOTIFICATION_CONFIGURATIONS_MAX:
        raise errors.TOO_MANY_CONFIGURATIONS(limit=limits.NOTIFICATION_CONFIGURATIONS_MAX)
    found = tuple(_queue_configuration(ctx, entry) for entry in requested)
    if len({entry.id for entry in found}) != len(found):
        raise _invalid("Same ID used for multiple configurations. IDs must be unique.", "Id", "")
    _check_overlaps(found)
    return found


def refuse_other_targets(configuration: dict[str, Any]) -> None:
    """emu has no topics and no functions, so none that is named exists.

    Errors: InvalidArgument as AWS's for a destination that isn't there.
    """
    missing = {
        entry.get(arn, ""): "The destination does not exist"
        for member, arn in _ELSEWHERE.items()
        for entry in configuration.get(member, ())
    }
    if missing:
        raise unknown_destinations(missing)


def unknown_destinations(problems: Mapping[str, str]) -> ServiceError:
    """The refusal of destinations: what is wrong with each, by ARN."""
    error = errors.UNKNOWN_DESTINATIONS()
    for number, (arn, problem) in enumerate(problems.items(), 1):
        error.members |= {f"ArgumentName{number}": arn, f"ArgumentValue{number}": problem}
    return error


def _queue_configuration(ctx: Context, entry: dict[str, Any]) -> QueueConfiguration:
    arn: str = entry.get("QueueArn", "")
    if not arn.startswith("arn:aws:sqs:") or arn.count(":") != 5:
        raise _invalid("The ARN could not be parsed", "Queue", arn)
    events: list[str] = entry.get("Events", [])
    if not events:
        raise errors.MALFORMED_XML()
    for event in events:
        if event not in EVENTS:
            raise _invalid("A specified event is not supported for notifications.", "Event", event)
    prefix, suffix = _filter(entry.get("Filter") or {})
    return QueueConfiguration(entry.get("Id") or uuid4(ctx.ids), arn, tuple(events), prefix, suffix)


def _filter(rules_of: dict[str, Any]) -> tuple[str, str]:
    found: dict[str, str] = {}
    for rule in (rules_of.get("Key") or {}).get("FilterRules", ()):
        if "Name" not in rule or "Value" not in rule:
            raise errors.MALFORMED_XML()
        name = rule["Name"].lower()
        if name not in ("prefix", "suffix"):
            raise _invalid("filter rule name must be either prefix or suffix", "FilterRule.Name", rule["Name"])
        if name in found:
            raise _invalid(f"Cannot specify more than one {name} rule in a filter.", "FilterRule.Name", name)
        found[name] = rule["Value"]
        if len(found[name].encode()) > limits.KEY_BYTES_MAX:
            raise _invalid(
                f"Size of filter rule value cannot exceed {limits.KEY_BYTES_MAX} bytes in UTF-8",
                "FilterRule.Value",
                found[name],
            )
    return found.get("prefix", ""), found.get("suffix", "")


@lru_cache(maxsize=1024)
def filter_text(value: str) -> str:
    """What a filter's value stands for: it is URL-encoded, with ``+`` for a space.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html
    """
    return unquote_plus(value)


def _check_overlaps(found: Sequence[QueueConfiguration]) -> None:
    """No event may concern two configurations: they may share one only where no key fits the filters of both."""
    for one, other in combinations(found, 2):
        if not _share_event(one.events, other.events):
            continue
        if one.prefix == one.suffix == other.prefix == other.suffix == "":
            raise _invalid(
                "Configurations overlap. Configurations on the same bucket cannot share a common event type.",
                "Event",
                one.events[0],
            )
        if _nested_prefixes(one, other) and _nested_suffixes(one, other):
            raise _invalid(
                "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes "
                "are overlapping for the same event type.",
                "FilterRule",
                one.id,
            )


def _share_event(some: Sequence[str], others: Sequence[str]) -> bool:
    return any(
        one == other
        or (one.endswith("*") and other.startswith(one[:-1]))
        or (other.endswith("*") and one.startswith(other[:-1]))
        for one in some
        for other in others
    )


def _nested_prefixes(one: QueueConfiguration, other: QueueConfiguration) -> bool:
    some, others = filter_text(one.prefix), filter_text(other.prefix)
    return some.startswith(others) or others.startswith(some)


def _nested_suffixes(one: QueueConfiguration, other: QueueConfiguration) -> bool:
    some, others = filter_text(one.suffix), filter_text(other.suffix)
    return some.endswith(others) or others.endswith(some)


def _invalid(problem: str, name: str, value: str) -> ServiceError:
    return errors.INVALID_ARGUMENT(problem=problem, name=name, value=value)
