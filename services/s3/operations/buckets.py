"""Buckets: CreateBucket, HeadBucket, DeleteBucket, ListBuckets, GetBucketLocation."""

from __future__ import annotations

import re
from typing import Any

from services.context import Context
from services.s3 import errors, limits
from services.s3.access_lists import check_bucket_acl
from services.s3.listing import Position, continuation_token, continued
from services.s3.lookup import bucket_of, bucket_url
from services.s3.names import is_bucket_name, owner
from services.s3.settings import BucketSettings
from services.s3.writing import bucket_change

_CLASSIC_REGION = "us-east-1"
_OLD_EUROPE = "EU"
"""What eu-west-1 was called in location constraints; a bucket that was made so still says it."""
_REGION = re.compile(r"[a-z]{2,}(?:-[a-z]+)+-\d+")


def bucket_arn(name: str) -> str:
    return f"arn:aws:s3:::{name}"


def create_bucket(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html

    Errors: NotImplemented, InvalidBucketName, IllegalLocationConstraintException, InvalidLocationConstraint, those of
    :func:`~services.s3.access_lists.check_bucket_acl`, BucketAlreadyExists, BucketAlreadyOwnedByYou (not in us-east-1,
    where making one's own bucket again succeeds).
    """
    name: str = request["Bucket"]
    _refuse_unsupported(request)
    if not is_bucket_name(name):
        ctx.refuse(errors.INVALID_BUCKET_NAME, bucket=name)
    check_bucket_acl(ctx, request)
    configuration = request.get("CreateBucketConfiguration") or {}
    location = _location(ctx, configuration)
    kept: dict[str, str] = {name: request[name] for name in ("ObjectOwnership", "ACL") if name in request}
    if configuration.get("LocationConstraint") == _OLD_EUROPE:
        kept["LocationConstraint"] = _OLD_EUROPE
    answer = {
        "Location": f"/{name}" if location == _CLASSIC_REGION else bucket_url(ctx, name),
        "BucketArn": bucket_arn(name),
    }
    existing = ctx.state.buckets.get(name)
    if existing is not None:
        if existing.settings.account != ctx.account:
            raise errors.BUCKET_ALREADY_EXISTS(bucket=name)
        if not location == existing.settings.location == _CLASSIC_REGION:
            raise errors.BUCKET_ALREADY_OWNED_BY_YOU(bucket=name)
        return answer
    settings = BucketSettings(
        name=name,
        account=ctx.account,
        region=ctx.region,
        location=location,
        created_ms=ctx.now_ms(),
        kept=kept,
    )
    ctx.commit(ctx.change("create_bucket", settings.encode()))
    return answer


def _refuse_unsupported(request: dict[str, Any]) -> None:
    if request.get("ObjectLockEnabledForBucket"):
        raise errors.NOT_IMPLEMENTED(header="x-amz-bucket-object-lock-enabled")
    if request.get("BucketNamespace", "global") != "global":
        raise errors.NOT_IMPLEMENTED(header="x-amz-bucket-namespace")
    configuration = request.get("CreateBucketConfiguration") or {}
    for member in ("Location", "Bucket", "Tags"):
        if configuration.get(member):
            raise errors.NOT_IMPLEMENTED(header=f"CreateBucketConfiguration/{member}")


def _location(ctx: Context, configuration: dict[str, Any]) -> str:
    """The Region that the bucket says it lies in. The endpoint of us-east-1 makes buckets in every Region, each other
    endpoint in its own only, and wants to be told so."""
    constraint: str = configuration.get("LocationConstraint") or ""
    if not constraint:
        if ctx.region != _CLASSIC_REGION:
            ctx.refuse(errors.ILLEGAL_LOCATION_CONSTRAINT, constraint="unspecified")
        return ctx.region
    region = "eu-west-1" if constraint == _OLD_EUROPE else constraint
    if ctx.region not in (_CLASSIC_REGION, region):
        ctx.refuse(errors.ILLEGAL_LOCATION_CONSTRAINT, constraint=constraint)
    if region == _CLASSIC_REGION or _REGION.fullmatch(region) is None:
        ctx.refuse(errors.INVALID_LOCATION_CONSTRAINT, constraint=constraint)
    return region


def head_bucket(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html"""
    bucket = bucket_of(ctx, request)
    ctx.headers["content-type"] = "application/xml"  # as if there were a document
    return {
        "BucketRegion": bucket.settings.location,
        "BucketArn": bucket_arn(bucket.name),
        "AccessPointAlias": False,
    }


def delete_bucket(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Uploads on their way don't keep a bucket alive.

    Errors: BucketNotEmpty. https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html
    """
    bucket = bucket_of(ctx, request)
    if not bucket.is_empty():
        refusal = errors.VERSIONED_BUCKET_NOT_EMPTY if bucket.is_versioned else errors.BUCKET_NOT_EMPTY
        raise refusal(bucket=bucket.name)
    ctx.commit(bucket_change(bucket, "delete_bucket"))
    return {}


def list_buckets(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """The caller's own buckets in all Regions.

    Errors: InvalidArgument. https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html
    """
    prefix: str = request.get("Prefix", "")
    location = request.get("BucketRegion")
    if location is not None and _REGION.fullmatch(location) is None:
        raise errors.INVALID_ARGUMENT(
            problem=f"Argument value {location} is not a valid AWS Region", name="bucket-region"
        )
    limit: int = request.get("MaxBuckets", limits.BUCKETS_A_PAGE_MAX)
    if not 1 <= limit <= limits.BUCKETS_A_PAGE_MAX:
        raise errors.INVALID_ARGUMENT(
            problem=f"Argument max-buckets must be an integer between 1 and {limits.BUCKETS_A_PAGE_MAX}",
            name="max-buckets",
            value=str(limit),
        )
    token = request.get("ContinuationToken")
    position = continued(token) if token else Position(prefix, True)
    # With a parameter, AWS also says where each bucket lies.
    shows_region = any(member in request for member in ("MaxBuckets", "ContinuationToken", "Prefix", "BucketRegion"))
    found: list[dict[str, Any]] = []
    answer: dict[str, Any] = {"Buckets": found, "Owner": owner(ctx.account)}
    if prefix:
        answer["Prefix"] = prefix
    for name in ctx.state.buckets.irange(position.start, inclusive=(position.inclusive, True)):
        if not name.startswith(prefix):
            break
        settings = ctx.state.buckets[name].settings
        if settings.account != ctx.account or location not in (None, settings.location):
            continue
        if len(found) == limit:
            answer["ContinuationToken"] = continuation_token(found[-1]["Name"])
            break
        entry = {"Name": name, "CreationDate": settings.created_ms, "BucketArn": bucket_arn(name)}
        found.append({**entry, "BucketRegion": settings.location} if shows_region else entry)
    return answer


def get_bucket_location(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """us-east-1 has no name here.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
    """
    settings = bucket_of(ctx, request).settings
    location = settings.kept.get("LocationConstraint", settings.location)
    return {} if location == _CLASSIC_REGION else {"LocationConstraint": location}
