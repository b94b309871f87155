"""How long a presigned URL may be used.

Its signature isn't verified, but the time it carries is kept: that is what its users test.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html, and for URLs of signature version 2
https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html#RESTAuthenticationQueryStringAuth
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

from emu.errors import PRESIGNED_EXPIRED, PRESIGNED_MALFORMED
from services.errors import Refusal, ServiceError

EXPIRES_SECONDS_MAX = 604_800
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html: seven days."""

_DENIED = Refusal("emu.presigned-parameters", "AccessDenied", 403, "{problem}")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_VERSION_4 = (
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Signature",
    "X-Amz-Date",
    "X-Amz-SignedHeaders",
    "X-Amz-Expires",
)
_VERSION_2 = ("Signature", "Expires", "AWSAccessKeyId")
_MISSING = (
    "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, "
    "X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."
)


def check_expiry(query: str, now_ms: int) -> None:
    """Does nothing for a query string that holds no signature.

    Errors: AccessDenied for a URL that has expired, and for one of version 2 that lacks a part of its signature;
    AuthorizationQueryParametersError for such a one of version 4.
    """
    if "Signature=" not in query and "X-Amz-Algorithm=" not in query and "AWSAccessKeyId=" not in query:
        return
    parameters = dict(parse_qsl(query, keep_blank_values=True))
    if "X-Amz-Signature" in parameters or "X-Amz-Algorithm" in parameters:
        shown = {"X-Amz-Expires": parameters.get("X-Amz-Expires", "")}
        expires = _version_4(parameters)
    elif "Signature" in parameters or "AWSAccessKeyId" in parameters:
        shown = {}
        expires = _version_2(parameters)
    else:
        return
    now = _EPOCH + timedelta(milliseconds=now_ms)
    if expires < now:
        expired = PRESIGNED_EXPIRED()
        expired.members.update(shown, Expires=_text(expires), ServerTime=_text(now))
        raise expired


def _version_2(parameters: Mapping[str, str]) -> datetime:
    if any(name not in parameters for name in _VERSION_2):
        raise _DENIED(
            problem="Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters"
        )
    try:
        return _EPOCH + timedelta(seconds=int(parameters["Expires"]))
    except (ValueError, OverflowError):
        raise _DENIED(problem=f"Invalid date (should be seconds since epoch): {parameters['Expires']}") from None


def _version_4(parameters: Mapping[str, str]) -> datetime:
    if any(name not in parameters for name in _VERSION_4):
        raise _malformed(_MISSING)
    try:
        signed = datetime.strptime(parameters["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise _malformed("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"") from None
    try:
        seconds = int(parameters["X-Amz-Expires"])
    except ValueError:
        raise _malformed("X-Amz-Expires should be a number") from None
    if seconds < 0:
        raise _malformed("X-Amz-Expires must be non-negative")
    if seconds > EXPIRES_SECONDS_MAX:
        raise _malformed(
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than "
            f"{EXPIRES_SECONDS_MAX} seconds"
        )
    return signed + timedelta(seconds=seconds)


def _malformed(problem: str) -> ServiceError:
    return PRESIGNED_MALFORMED(problem=problem)


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
