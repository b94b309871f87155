"""The errors that a fault may answer with: those that AWS's model lists for the operation, those that emu itself
answers with, and those that every operation of a service may meet.

https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec

from emu.wire.model import error_statuses
from services.errors import Refusal, ServiceError

_COMMON: Mapping[str, Mapping[str, int]] = {
    "s3": {
        "AccessDenied": 403,
        "ExpiredToken": 400,
        "InternalError": 500,
        "OperationAborted": 409,
        "RequestTimeTooSkewed": 403,
        "RequestTimeout": 400,
        "ServiceUnavailable": 503,
        "SlowDown": 503,
    },
    "sqs": {
        "AccessDeniedException": 400,
        "ExpiredTokenException": 403,
        "InternalError": 500,
        "InternalFailure": 500,
        "RequestThrottled": 400,
        "ServiceUnavailable": 503,
        "ThrottlingException": 400,
    },
    "dynamodb": {
        "AccessDeniedException": 400,
        "ExpiredTokenException": 400,
        "InternalServerError": 500,
        "ProvisionedThroughputExceededException": 400,
        "RequestLimitExceeded": 400,
        "ServiceUnavailable": 503,
        "ThrottlingException": 400,
    },
    "sts": {"ExpiredToken": 403, "InternalFailure": 500, "ServiceUnavailable": 503, "Throttling": 400},
}

THROTTLING = {
    "s3": Refusal("emu.fault", "SlowDown", 503, "Please reduce your request rate."),
    "sqs": Refusal("emu.fault", "RequestThrottled", 400, "The request was denied due to request throttling."),
    "dynamodb": Refusal(
        "emu.fault",
        "ProvisionedThroughputExceededException",
        400,
        "The level of configured provisioned throughput for the table was exceeded. Consider increasing your "
        "provisioning level with the UpdateTable API.",
    ),
    "sts": Refusal("emu.fault", "Throttling", 400, "Rate exceeded"),
}
"""How each service throttles."""


def known(service: str, operation: str | None) -> Mapping[str, Refusal]:
    """By code, every error that a call may be refused with; of the whole service without an operation."""
    codes = {**error_statuses(service, operation), **_COMMON.get(service, {})}  # the model lacks some statuses
    found = {code: Refusal("emu.fault", code, status, "") for code, status in codes.items()}
    if find_spec(f"services.{service}.errors") is not None:
        catalogue = vars(import_module(f"services.{service}.errors"))
        found |= {entry.code: entry for entry in catalogue.values() if isinstance(entry, Refusal)}
    return found


def injected(refusal: Refusal, rule_id: str, status: int | None, message: str | None) -> ServiceError:
    """The error with a text of its own, since the catalogue's may hold what only the real error knows."""
    text = message or f"{refusal.code}, injected by emu's fault {rule_id}."
    return Refusal("emu.fault", refusal.code, status or refusal.status, "{text}", refusal.query_code)(text=text)
