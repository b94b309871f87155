"""What the gateway itself refuses, for every service."""

from __future__ import annotations

from services.errors import Refusal

NOT_IMPLEMENTED = Refusal(
    "emu.not-implemented", "NotImplemented", 501, "emu does not implement the operation {operation} of {title}."
)
UNKNOWN_SERVICE = Refusal(
    "emu.unknown-service", "UnknownService", 501, "emu does not serve {service}. It serves {served}."
)
INTERNAL_ERROR = Refusal(
    "emu.internal-error",
    "InternalError",
    500,
    "emu met an error of its own; the server's log has it under this request id.",
)
SERVICE_UNAVAILABLE = Refusal("emu.service-unavailable", "ServiceUnavailable", 503, "{reason}")
REQUEST_TOO_LARGE = Refusal(
    "emu.request-too-large",
    "RequestEntityTooLargeException",
    413,
    "The request's body is larger than {limit_bytes} bytes.",
)
"""https://docs.aws.amazon.com/awsconsolehelpdocs/latest/gsg/common-errors.html"""
MESSAGE_TOO_LARGE = Refusal(
    "emu.message-too-large",
    "MaxMessageLengthExceeded",
    400,
    "Your request was too large.",
    members={"MaxMessageLengthBytes": "limit_bytes"},
)
"""S3's. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"""
PRESIGNED_EXPIRED = Refusal("emu.presigned-expired", "AccessDenied", 403, "Request has expired")
PRESIGNED_MALFORMED = Refusal("emu.presigned-malformed", "AuthorizationQueryParametersError", 400, "{problem}")
