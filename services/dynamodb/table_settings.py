"""What CreateTable and UpdateTable take for a table's settings: billing, throughput, encryption, class and tags.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from services.dynamodb import limits, table_errors
from services.errors import ServiceError

_TABLE_CLASSES = ("STANDARD", "STANDARD_INFREQUENT_ACCESS")
_ON_DEMAND_LIMITS = ("MaxReadRequestUnits", "MaxWriteRequestUnits")
# Letters and digits of any script, spaces, and these.
_TAG_TEXT = re.compile(r"[\w\s.:/=+@-]*")


def billing_mode(request: Mapping[str, Any]) -> str:
    return str(request.get("BillingMode", "PROVISIONED"))


def invalid(problem: str) -> ServiceError:
    return table_errors.TABLE_DEFINITION(problem=problem)


def check_requested(request: Mapping[str, Any]) -> None:
    """Refuses settings that CreateTable doesn't take, beside those of :func:`check_throughputs`."""
    check_class(request)
    check_encryption(request.get("SSESpecification"))
    _check_units(request, "table", lowest=1)
    for index in request.get("GlobalSecondaryIndexes", ()):
        _check_units(index, f"index : {index['IndexName']}", lowest=1)
    _check_tags(request.get("Tags", ()))


def check_throughputs(settings: Mapping[str, Any]) -> None:
    """Refuses throughput, of a table to be made and of its global indexes, that doesn't go with the billing mode."""
    mode = billing_mode(settings)
    check_throughput(mode, settings)
    if mode == "PROVISIONED" and "ProvisionedThroughput" not in settings:
        raise invalid("ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED")
    _check_on_demand(mode, settings, "", "table BillingMode is PROVISIONED.")
    for index in settings.get("GlobalSecondaryIndexes", ()):
        name = index["IndexName"]
        if mode == "PAY_PER_REQUEST" and "ProvisionedThroughput" in index:
            raise invalid(
                f"ProvisionedThroughput should not be specified for index: {name} when BillingMode is PAY_PER_REQUEST"
            )
        if mode == "PROVISIONED" and "ProvisionedThroughput" not in index:
            raise invalid(f"ProvisionedThroughput is not specified for index: {name}")
        _check_on_demand(mode, index, f" for index: {name}", "table BillingMode is PROVISIONED.")


def check_throughput(mode: str, request: Mapping[str, Any]) -> None:
    """Refuses throughput for a table that has none."""
    if mode == "PAY_PER_REQUEST" and "ProvisionedThroughput" in request:
        raise invalid(
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
        )


def check_updated_on_demand(mode: str, values: Mapping[str, Any], index: str | None = None) -> None:
    """Refuses on-demand limits that UpdateTable doesn't take, for the table or an index; -1 takes a limit away."""
    _check_on_demand(
        mode, values, "" if index is None else f" for index : {index}", "the table BillingMode is PROVISIONED"
    )
    _check_units(values, "table" if index is None else f"index : {index}", lowest=-1)


def _check_on_demand(mode: str, values: Mapping[str, Any], of: str, while_it_is: str) -> None:
    given = values.get("OnDemandThroughput", {})
    for member in _ON_DEMAND_LIMITS:
        if mode == "PROVISIONED" and member in given:
            raise invalid(f"{member} for OnDemandThroughput{of} cannot be specified when {while_it_is}")


def _check_units(values: Mapping[str, Any], of: str, *, lowest: int) -> None:
    given = values.get("OnDemandThroughput", {})
    for member in _ON_DEMAND_LIMITS:
        units = given.get(member, 1)
        if units < lowest or units == 0:
            raise invalid(f"Requested {member} for OnDemandThroughput for {of} is outside of valid range")


def check_stream_view(specification: Mapping[str, Any] | None, problem: str) -> None:
    """Refuses what a stream is to show where there is to be no stream."""
    if specification is not None and "StreamViewType" in specification:
        raise invalid(problem)


def check_encryption(specification: Mapping[str, Any] | None) -> None:
    """Refuses an SSESpecification whose members don't go together."""
    if specification is None:
        return
    kind = specification.get("SSEType")
    if not specification.get("Enabled"):
        for member in ("SSEType", "KMSMasterKeyId"):
            if member in specification:
                raise invalid(f"{member} can not be specified if Enabled is false")
    if kind not in (None, "KMS"):
        raise invalid(f"SSEType {kind} is not supported")
    if kind is None and "KMSMasterKeyId" in specification:
        raise invalid("SSEType KMS is required if KMSMasterKeyId is specified")


def check_changed_encryption(specification: Mapping[str, Any], current: Mapping[str, Any] | None) -> None:
    """Refuses an encryption that the table has already: AWS's own key, or the key with this very ARN."""
    present = current if current is not None and current.get("Enabled") else None
    if not specification.get("Enabled"):
        if present is None:
            raise invalid("Table is already encrypted by default")
        return
    key = str(specification.get("KMSMasterKeyId", ""))
    if present is not None and key.startswith("arn:") and key == present.get("KMSMasterKeyId"):
        raise invalid(
            "Table is already encrypted with given KMSMasterKeyId. "
            "Use KMSMasterKeyId parameter if you want to change Master Key"
        )


def check_class(request: Mapping[str, Any]) -> None:
    """Refuses a TableClass that there isn't."""
    if request.get("TableClass", "STANDARD") not in _TABLE_CLASSES:
        raise table_errors.TABLE_CLASS()


def _check_tags(tags: Sequence[Mapping[str, Any]]) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Tagging.html"""
    seen: set[str] = set()
    for tag in tags:
        key, value = tag.get("Key"), tag.get("Value")
        if not key or len(key) > limits.TAG_KEY_LENGTH_MAX or not _TAG_TEXT.fullmatch(key):
            raise table_errors.TAG_KEY(key="null" if key is None else key)
        if value is None or len(value) > limits.TAG_VALUE_LENGTH_MAX or not _TAG_TEXT.fullmatch(value):
            raise table_errors.TAG_VALUE(value="null" if value is None else value)
        if key.startswith("aws:"):
            raise table_errors.TAG_KEY_PREFIX(key=key)
        if key in seen:
            raise table_errors.TAG_TWICE(key=key)
        seen.add(key)
    if len(tags) > limits.TAGS_MAX:
        raise table_errors.TOO_MANY_TAGS()


def throughput_moments(new: Mapping[str, int], old: Mapping[str, int] | None, now_ms: int) -> dict[str, int]:
    """When throughput was last increased and decreased, as far as it is now."""
    pairs = [(new[name], old[name]) for name in ("ReadCapacityUnits", "WriteCapacityUnits")] if old else []
    moments = {}
    if any(wanted > present for wanted, present in pairs):
        moments["ThroughputIncreasedAt"] = now_ms
    if any(wanted < present for wanted, present in pairs):
        moments["ThroughputDecreasedAt"] = now_ms
    return moments
