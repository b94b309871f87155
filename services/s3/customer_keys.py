"""Encryption with customers' own keys. Nothing is written as if it were encrypted so, and nothing that is read was.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

from services.s3 import errors

_PARTS: Mapping[str, str] = {"Algorithm": "algorithm", "Key": "key", "KeyMD5": "key-MD5"}
_OF_OBJECT: Mapping[str, str] = {
    f"SSECustomer{member}": f"x-amz-server-side-encryption-customer-{header}" for member, header in _PARTS.items()
}
_OF_SOURCE = frozenset(f"CopySource{member}" for member in _OF_OBJECT)


def refuse_customer_key(request: Mapping[str, Any]) -> None:
    """For what writes an object, or a part of one. Errors: NotImplemented."""
    for member, header in _OF_OBJECT.items():
        if member in request:
            raise errors.NOT_IMPLEMENTED(header=header)


def check_customer_key(request: Mapping[str, Any]) -> None:
    """For what reads an object, all of which are encrypted otherwise. Errors: InvalidRequest."""
    _check_without(_OF_OBJECT.keys(), request)


def check_source_customer_key(request: Mapping[str, Any]) -> None:
    """For what copies an object. Errors: InvalidRequest."""
    _check_without(_OF_SOURCE, request)


def _check_without(members: Set[str], request: Mapping[str, Any]) -> None:
    if not members.isdisjoint(request):
        raise errors.INVALID_REQUEST(problem="The encryption parameters are not applicable to this object.")
