"""Access control lists that requests set: which ones a bucket takes. They are kept, nobody's access depends on them.

A bucket that is made with ``ObjectOwnership=BucketOwnerEnforced`` refuses requests that would give anybody but its
owner something. AWS takes that for granted since April 2023. Here access is open, so a bucket that doesn't say takes
every list, as AWS's older buckets do, and as whoever comes from Kumo is used to.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.context import Context
from services.s3 import errors
from services.s3.bucket import Bucket
from services.s3.names import canonical_user_id

ENFORCED = "BucketOwnerEnforced"
_OWNERSHIPS = (ENFORCED, "BucketOwnerPreferred", "ObjectWriter")

_CANNED_ACLS = frozenset(
    "private public-read public-read-write authenticated-read aws-exec-read bucket-owner-read "
    "bucket-owner-full-control log-delivery-write".split()
)
_FOR_THE_BUCKETS_OWNER = "bucket-owner-full-control"
_FOR_THE_WRITER_AND_THE_BUCKETS_OWNER = frozenset({"private", "bucket-owner-read", _FOR_THE_BUCKETS_OWNER})
_GRANTS: Mapping[str, str] = {
    "GrantFullControl": "x-amz-grant-full-control",
    "GrantRead": "x-amz-grant-read",
    "GrantReadACP": "x-amz-grant-read-acp",
    "GrantWrite": "x-amz-grant-write",
    "GrantWriteACP": "x-amz-grant-write-acp",
}
_NAMES = frozenset({"ACL", *_GRANTS})


def check_object_acl(ctx: Context, request: Mapping[str, Any], bucket: Bucket) -> None:
    """The list that a request gives to an object.

    Errors: AccessControlListNotSupported, InvalidArgument, InvalidRequest; NotImplemented for grants in a bucket that
    takes lists.
    """
    if _NAMES.isdisjoint(request):
        return
    _check_form(request)
    settings = bucket.settings
    if settings.kept.get("ObjectOwnership") == ENFORCED:
        is_owner = ctx.account == settings.account
        if not _is_without_effect(request, settings.account, writer_is_owner=is_owner):
            ctx.refuse(errors.ACL_NOT_SUPPORTED)
    else:
        _refuse_grants(request)


def check_bucket_acl(ctx: Context, request: Mapping[str, Any]) -> None:
    """The list that CreateBucket gives to a bucket, and the object ownership that it asks for.

    Errors: InvalidBucketAclWithObjectOwnership, InvalidArgument, InvalidRequest; NotImplemented for grants to a bucket
    that takes lists.
    """
    ownership: str | None = request.get("ObjectOwnership")
    if ownership is not None and ownership not in _OWNERSHIPS:
        raise errors.INVALID_ARGUMENT(
            problem=f"Invalid x-amz-object-ownership header: {ownership}", name="x-amz-object-ownership"
        )
    _check_form(request)
    if ownership != ENFORCED:
        _refuse_grants(request)
    elif not _is_without_effect(request, ctx.account, writer_is_owner=True):
        ctx.refuse(errors.BUCKET_ACL_NOT_SUPPORTED)


def _check_form(request: Mapping[str, Any]) -> None:
    acl = request.get("ACL")
    if acl is None:
        return
    if acl not in _CANNED_ACLS:
        # AWS gives this one no text.
        raise errors.INVALID_ARGUMENT(problem="", name="x-amz-acl", value=acl)
    if not _GRANTS.keys().isdisjoint(request):
        raise errors.INVALID_REQUEST(problem="Specifying both Canned ACLs and Header Grants is not allowed")


def _is_without_effect(request: Mapping[str, Any], bucket_owner: str, *, writer_is_owner: bool) -> bool:
    """Whether nobody but the bucket's owner gets anything."""
    if "ACL" in request:
        acl = request["ACL"]
        return acl == _FOR_THE_BUCKETS_OWNER or (writer_is_owner and acl in _FOR_THE_WRITER_AND_THE_BUCKETS_OWNER)
    owner = f'id="{canonical_user_id(bucket_owner)}"'
    return all(request[member] in (owner, owner.replace('"', "")) for member in _GRANTS if member in request)


def _refuse_grants(request: Mapping[str, Any]) -> None:
    for member, header in _GRANTS.items():
        if member in request:
            raise errors.NOT_IMPLEMENTED(header=header)
