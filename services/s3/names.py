"""Names: of buckets, keys, versions, uploads, owners, and how AWS writes a time.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from datetime import UTC, datetime
from email.utils import formatdate
from functools import lru_cache

from services.ids import Ids
from services.s3 import limits
from services.s3.model import NULL_VERSION

_BUCKET_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")
_IP_ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+")
_BUCKET_NAME_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
_BUCKET_NAME_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3", "-an")
"""The last one is that of buckets in an account's regional namespace, which can't be made here."""

# Ours and AWS's have 32 characters, Kumo's are "v1", "v2", …
_VERSION_ID = re.compile(r"[A-Za-z0-9._]{32}|v[0-9]+")


def is_bucket_name(name: str) -> bool:
    """Whether a new bucket may have this name.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    """
    return (
        limits.BUCKET_NAME_LENGTH_MIN <= len(name) <= limits.BUCKET_NAME_LENGTH_MAX
        and _BUCKET_NAME.fullmatch(name) is not None
        and ".." not in name
        and _IP_ADDRESS.fullmatch(name) is None
        and not name.startswith(_BUCKET_NAME_PREFIXES)
        and not name.endswith(_BUCKET_NAME_SUFFIXES)
    )


def is_version_id(version_id: str) -> bool:
    """Whether a version could have this id at all."""
    return version_id == NULL_VERSION or _VERSION_ID.fullmatch(version_id) is not None


def is_account_id(text: str) -> bool:
    """Whether an account could have this id."""
    return len(text) == limits.ACCOUNT_ID_DIGITS and text.isascii() and text.isdigit()


def key_size(key: str) -> int:
    """Bytes of a key in UTF-8."""
    return len(key) if key.isascii() else len(key.encode("utf-8", "surrogatepass"))


def leads_out(key: str) -> bool:
    """Whether a key has, read from left to right, more ``..`` segments than others at any point."""
    depth = 0
    for segment in key.split("/"):
        if segment == "..":
            depth -= 1
            if depth < 0:
                return True
        elif segment not in ("", "."):
            depth += 1
    return False


def _token(ids: Ids, length: int) -> str:
    """``length`` (a multiple of 4, at most 84) characters that mean nothing."""
    return b64encode(ids.random_bytes(length * 3 // 4), b"._").decode()


def new_version_id(ids: Ids) -> str:
    return _token(ids, 32)


def new_upload_id(ids: Ids, now_ms: int) -> str:
    """Begins with the time, because uploads of one key are listed in the order in which they were begun *and* paged
    by their ids."""
    return f"{now_ms:012x}{_token(ids, 52)}"


@lru_cache(maxsize=256)
def canonical_user_id(account: str) -> str:
    """64 hexadecimal characters that stand for an account, always the same."""
    return hashlib.sha256(f"canonical user of {account}".encode()).hexdigest()


def owner(account: str) -> dict[str, str]:
    """An ``Owner``. AWS no longer gives a DisplayName."""
    return {"ID": canonical_user_id(account)}


@lru_cache(maxsize=16)  # a request may tell of a thousand events
def host_id(request_id: str) -> str:
    """The extended request id (``x-amz-id-2``) that goes with a request id; the wire derives it in the same way."""
    return b64encode(hashlib.blake2b(request_id.encode(), digest_size=57).digest()).decode()


def whole_seconds(time_ms: int) -> int:
    """S3 shows an object's time, and compares it, in whole seconds."""
    return time_ms - time_ms % 1000


def http_date(time_ms: int) -> str:
    """``Wed, 21 Oct 2015 07:28:00 GMT``"""
    return formatdate(time_ms // 1000, usegmt=True)


@lru_cache(maxsize=16)
def iso_date(time_ms: int) -> str:
    """``2015-10-21T07:28:00.000Z``"""
    moment = datetime.fromtimestamp(time_ms / 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{time_ms % 1000:03d}Z"
