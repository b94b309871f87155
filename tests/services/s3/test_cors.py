"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html"""

from __future__ import annotations

from typing import Any

import pytest

RULE: dict[str, Any] = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://example.com"]}
FULL: dict[str, Any] = {
    "ID": "site",
    "AllowedMethods": ["GET", "PUT", "POST", "DELETE", "HEAD"],
    "AllowedOrigins": ["https://*.example.com", "*"],
    "AllowedHeaders": ["x-amz-*", "*"],
    "ExposeHeaders": ["ETag", "x-amz-request-id"],
    "MaxAgeSeconds": 3000,
}


def _put(s3: Any, *rules: dict[str, Any], **request: Any) -> None:
    s3("PutBucketCors", Bucket="bucket", CORSConfiguration={"CORSRules": list(rules)}, **request)


def test_rules_come_back_as_they_were_put_in_their_order(s3: Any) -> None:
    _put(s3, FULL, RULE)
    assert s3("GetBucketCors", Bucket="bucket") == {"CORSRules": [FULL, RULE]}


def test_an_age_of_zero_is_one(s3: Any) -> None:
    _put(s3, {**RULE, "MaxAgeSeconds": 0})
    assert s3("GetBucketCors", Bucket="bucket")["CORSRules"] == [{**RULE, "MaxAgeSeconds": 0}]


def test_a_new_configuration_takes_the_place_of_the_old(s3: Any) -> None:
    _put(s3, FULL)
    _put(s3, RULE)
    assert s3("GetBucketCors", Bucket="bucket") == {"CORSRules": [RULE]}


def test_without_a_configuration(s3: Any) -> None:
    error = s3.refusal("GetBucketCors", Bucket="bucket")
    assert (error.code, error.status) == ("NoSuchCORSConfiguration", 404)
    assert error.message == "The CORS configuration does not exist"
    assert error.members["BucketName"] == "bucket"


def test_deleting_it_twice(s3: Any) -> None:
    _put(s3, RULE)
    for _ in range(2):
        s3("DeleteBucketCors", Bucket="bucket")
        assert s3.refused("GetBucketCors", Bucket="bucket") == "NoSuchCORSConfiguration"
    assert s3("HeadBucket", Bucket="bucket")["BucketRegion"] == "us-east-1", "the bucket itself stays"


@pytest.mark.parametrize("operation", ["PutBucketCors", "GetBucketCors", "DeleteBucketCors"])
def test_whose_bucket(s3: Any, operation: str) -> None:
    configuration = {"CORSConfiguration": {"CORSRules": [RULE]}} if operation == "PutBucketCors" else {}
    assert s3.refused(operation, Bucket="missing", **configuration) == "NoSuchBucket"
    other = {"ExpectedBucketOwner": "111111111111"}
    assert s3.refused(operation, Bucket="bucket", **configuration, **other) == "AccessDenied"


@pytest.mark.parametrize(
    "rules",
    [
        [],
        [{"AllowedMethods": ["GET"]}],
        [{"AllowedOrigins": ["*"]}],
        [{**RULE, "AllowedMethods": []}],
        [{**RULE, "AllowedOrigins": []}],
        [{**RULE, "AllowedOrigins": [""]}],
        [RULE, {}],
    ],
)
def test_rules_that_are_not_whole(s3: Any, rules: list[dict[str, Any]]) -> None:
    _put(s3, FULL)
    request = {"Bucket": "bucket", "CORSConfiguration": {"CORSRules": rules}}
    assert s3.refused("PutBucketCors", **request) == "MalformedXML"
    assert s3("GetBucketCors", Bucket="bucket") == {"CORSRules": [FULL]}


def test_a_request_without_a_configuration(s3: Any) -> None:
    assert s3.refused("PutBucketCors", Bucket="bucket") == "MissingRequestBodyError"


@pytest.mark.parametrize(
    ("members", "message"),
    [
        (
            {"AllowedMethods": ["GET", "PATCH"]},
            "Found unsupported HTTP method in CORS config. Unsupported method is PATCH",
        ),
        ({"AllowedMethods": ["get"]}, "Found unsupported HTTP method in CORS config. Unsupported method is get"),
        ({"AllowedMethods": ["*"]}, "Found unsupported HTTP method in CORS config. Unsupported method is *"),
        ({"AllowedOrigins": ["http://*.*"]}, 'AllowedOrigin "http://*.*" can not have more than one wildcard.'),
        ({"AllowedHeaders": ["*-amz-*"]}, 'AllowedHeader "*-amz-*" can not have more than one wildcard.'),
        (
            {"ExposeHeaders": ["x-amz-*"]},
            'ExposeHeader "x-amz-*" contains wildcard. We currently do not support wildcard for ExposeHeader.',
        ),
        ({"ID": "i" * 256}, "ID length should not exceed allowed limit of 255"),
    ],
)
def test_values_that_a_rule_cannot_have(s3: Any, members: dict[str, Any], message: str) -> None:
    error = s3.refusal("PutBucketCors", Bucket="bucket", CORSConfiguration={"CORSRules": [RULE, {**RULE, **members}]})
    assert (error.code, error.status, error.message) == ("InvalidRequest", 400, message)
    assert s3.refused("GetBucketCors", Bucket="bucket") == "NoSuchCORSConfiguration"


def test_at_most_a_hundred_rules(s3: Any) -> None:
    _put(s3, *[RULE] * 100)
    request = {"Bucket": "bucket", "CORSConfiguration": {"CORSRules": [RULE] * 101}}
    error = s3.refusal("PutBucketCors", **request)
    assert error.code == "InvalidRequest"
    assert error.message == "The number of CORS rules should not exceed allowed limit of 100 rules."
