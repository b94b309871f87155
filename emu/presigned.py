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
from services.errors import ServiceError

EXPIRES_SECONDS_MAX = 604_800
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html: seven days."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MISSING = (
    "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, "
    "X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."
)


def check_expiry(query: str, now_ms: int) -> None:
    """Does nothing for a query string that holds no signature.

    Errors: AccessDenied for a URL that has expired, AuthorizationQueryParametersError for one that doesn't say when.
    """
    if "Signature=" not in query:
        return
    parameters = dict(parse_qsl(query, keep_blank_values=True))
    if "X-Amz-Signature" in parameters:
        shown = {"X-Amz-Expires": parameters.get("X-Amz-Expires", "")}
        expires = _version_4(parameters)
    elif "Signature" in parameters and parameters.get("Expires", "").isdecimal():
        shown = {}
        expires = _EPOCH + timedelta(seconds=int(parameters["Expires"]))
    else:
        return
    now = _EPOCH + timedelta(milliseconds=now_ms)
    if expires < now:
        expired = PRESIGNED_EXPIRED()
        expired.members.update(shown, Expires=_text(expires), ServerTime=_text(now))
        raise expired


def _version_4(parameters: Mapping[str, str]) -> datetime:
    if "X-Amz-Expires" not in parameters or "X-Amz-Date" not in parameters:
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
