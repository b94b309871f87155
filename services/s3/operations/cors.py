"""Cross-origin resource sharing: PutBucketCors, GetBucketCors, DeleteBucketCors. The rules are kept, no answer has the
headers that they speak of.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html
"""

from __future__ import annotations

from typing import Any

from services.context import Context
from services.s3 import errors
from services.s3.cors import cors_rules
from services.s3.lookup import bucket_of, payload
from services.s3.settings import CorsRule
from services.s3.writing import bucket_change


def put_bucket_cors(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Takes the place of the whole configuration.

    Errors: MalformedXML, InvalidRequest. https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketCors.html
    """
    bucket = bucket_of(ctx, request)
    rules = cors_rules(ctx, payload(request, "CORSConfiguration"))
    ctx.commit(bucket_change(bucket, "put_cors", rules=[rule.encode() for rule in rules]))
    return {}


def get_bucket_cors(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Errors: NoSuchCORSConfiguration. https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketCors.html"""
    bucket = bucket_of(ctx, request)
    if not bucket.settings.cors_rules:
        raise errors.NO_SUCH_CORS_CONFIGURATION(bucket=bucket.name)
    return {"CORSRules": [_shown(rule) for rule in bucket.settings.cors_rules]}


def delete_bucket_cors(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Succeeds too where there is no configuration.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketCors.html
    """
    ctx.commit(bucket_change(bucket_of(ctx, request), "put_cors", rules=None))
    return {}


def _shown(rule: CorsRule) -> dict[str, Any]:
    answer: dict[str, Any] = {"AllowedMethods": list(rule.methods), "AllowedOrigins": list(rule.origins)}
    optional = {"ID": rule.id, "AllowedHeaders": list(rule.headers), "ExposeHeaders": list(rule.expose_headers)}
    answer |= {name: value for name, value in optional.items() if value}
    if rule.max_age_seconds is not None:
        answer["MaxAgeSeconds"] = rule.max_age_seconds
    return answer
