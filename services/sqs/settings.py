"""A queue's settable attributes, as they are kept: AWS's strings, and the ones that operations need parsed once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

STANDARD_DEFAULTS: Mapping[str, str] = {
    "VisibilityTimeout": "30",
    "MaximumMessageSize": "1048576",
    "MessageRetentionPeriod": "345600",
    "DelaySeconds": "0",
    "ReceiveMessageWaitTimeSeconds": "0",
    "SqsManagedSseEnabled": "true",
}
FIFO_DEFAULTS: Mapping[str, str] = {
    **STANDARD_DEFAULTS,
    "FifoQueue": "true",
    "ContentBasedDeduplication": "false",
    "DeduplicationScope": "queue",
    "FifoThroughputLimit": "perQueue",
}


@dataclass(frozen=True, slots=True)
class Redrive:
    """A redrive policy: after ``max_receive_count`` receives a message moves to the queue ``target_arn``."""

    target_arn: str
    max_receive_count: int

    @property
    def target_name(self) -> str:
        return self.target_arn.rpartition(":")[2]


@dataclass(frozen=True, slots=True)
class Settings:
    """values: every settable attribute that has a value, defaults included, in canonical form.

    Times are in milliseconds, the size in bytes.
    """

    values: Mapping[str, str]
    fifo: bool
    visibility_timeout_ms: int
    delay_ms: int
    receive_wait_ms: int
    retention_ms: int
    message_size_max: int
    content_based_deduplication: bool
    deduplicates_in_group: bool
    redrive: Redrive | None

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Settings:
        return cls(
            values=values,
            fifo="FifoQueue" in values,
            visibility_timeout_ms=int(values["VisibilityTimeout"]) * 1000,
            delay_ms=int(values["DelaySeconds"]) * 1000,
            receive_wait_ms=int(values["ReceiveMessageWaitTimeSeconds"]) * 1000,
            retention_ms=int(values["MessageRetentionPeriod"]) * 1000,
            message_size_max=int(values["MaximumMessageSize"]),
            content_based_deduplication=values.get("ContentBasedDeduplication") == "true",
            deduplicates_in_group=values.get("DeduplicationScope") == "messageGroup",
            redrive=_redrive(values.get("RedrivePolicy")),
        )

    def changed(self, values: Mapping[str, str | None]) -> Settings:
        """With other values; None removes one."""
        merged = {**self.values, **values}
        return Settings.of({name: value for name, value in merged.items() if value is not None})


def _redrive(policy: str | None) -> Redrive | None:
    if policy is None:
        return None
    members = json.loads(policy)
    return Redrive(members["deadLetterTargetArn"], members["maxReceiveCount"])
