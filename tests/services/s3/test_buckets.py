"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingBucket.html"""

from __future__ import annotations

from typing import Any

import pytest

from services.s3.names import is_bucket_name


@pytest.mark.parametrize("name", ["docexamplebucket", "log-delivery-march-2020", "example.com", "abc", "a" * 63, "1a2"])
def test_valid_names(name: str) -> None:
    assert is_bucket_name(name)


@pytest.mark.parametrize(
    "name",
    [
        *("doc_example_bucket", "DocExampleBucket", "doc-example-bucket-", "-doc", "ab", "a" * 64, "192.168.5.4"),
        *(
            "example..com",
            "xn--bucket",
            "sthree-bucket",
            "bucket-s3alias",
            "bucket--ol-s3",
            "bücket",
            "",
            "data-000000000000-us-east-1-an",
        ),
    ],
)
def test_invalid_names(name: str) -> None:
    assert not is_bucket_name(name)


def test_create_head_and_delete(s3: Any) -> None:
    assert s3("CreateBucket", Bucket="fresh")["Location"] == "/fresh"
    assert s3("HeadBucket", Bucket="fresh")["BucketRegion"] == "us-east-1"
    s3("DeleteBucket", Bucket="fresh")
    error = s3.refusal("HeadBucket", Bucket="fresh")
    assert (error.code, error.status, error.members) == ("NoSuchBucket", 404, {"BucketName": "fresh"})


def test_an_invalid_name_is_refused(s3: Any) -> None:
    assert s3.refused("CreateBucket", Bucket="No_Good") == "InvalidBucketName"


def test_making_ones_own_bucket_again_succeeds_in_us_east_1_only(s3: Any) -> None:
    s3.put("kept", b"x")
    s3("CreateBucket", Bucket="bucket")
    assert s3.keys() == ["kept"]
    with s3.as_account("000000000000", "eu-west-1"):
        request = {"Bucket": "irish", "CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
        s3("CreateBucket", **request)
        assert s3.refused("CreateBucket", **request) == "BucketAlreadyOwnedByYou"


def test_names_are_global(s3: Any) -> None:
    with s3.as_account("111111111111"):
        assert s3.refused("CreateBucket", Bucket="bucket") == "BucketAlreadyExists"


def test_another_account_may_use_a_bucket_and_the_change_is_its_owners(s3: Any) -> None:
    with s3.as_account("111111111111"):
        s3.put("theirs", b"data")
        assert s3("ListBuckets")["Buckets"] == []
    assert s3.read("theirs") == b"data"
    assert list(s3.state.namespaces()) == [("000000000000", "us-east-1")]


@pytest.mark.parametrize(
    ("region", "constraint", "code"),
    [
        ("eu-west-1", None, "IllegalLocationConstraintException"),
        ("eu-west-1", "eu-central-1", "IllegalLocationConstraintException"),
        ("us-east-1", "us-east-1", "InvalidLocationConstraint"),
        ("us-east-1", "mars", "InvalidLocationConstraint"),
    ],
)
def test_location_constraints_that_are_refused(s3: Any, region: str, constraint: str | None, code: str) -> None:
    with s3.as_account("000000000000", region):
        assert s3.refused("CreateBucket", Bucket="abc", **_located(constraint)) == code


@pytest.mark.parametrize(
    ("region", "constraint", "location"),
    [
        ("us-east-1", None, None),
        ("us-east-1", "eu-central-1", "eu-central-1"),
        ("eu-west-1", "eu-west-1", "eu-west-1"),
    ],
)
def test_location(s3: Any, region: str, constraint: str | None, location: str | None) -> None:
    with s3.as_account("000000000000", region):
        s3("CreateBucket", Bucket="abc", **_located(constraint))
    assert s3("GetBucketLocation", Bucket="abc").get("LocationConstraint") == location
    assert s3("HeadBucket", Bucket="abc")["BucketRegion"] == (location or "us-east-1")


def test_where_a_new_bucket_is(s3: Any) -> None:
    """A path in us-east-1, an address elsewhere."""
    assert s3("CreateBucket", Bucket="abc")["Location"] == "/abc"
    assert s3("CreateBucket", Bucket="irish", **_located("eu-west-1"))["Location"] == "http://localhost:4566/irish/"


def test_the_old_name_of_europe_comes_back(s3: Any) -> None:
    s3("CreateBucket", Bucket="abc", **_located("EU"))
    assert s3("GetBucketLocation", Bucket="abc")["LocationConstraint"] == "EU"
    assert s3("HeadBucket", Bucket="abc")["BucketRegion"] == "eu-west-1"


@pytest.mark.parametrize(
    ("request_", "message", "members"),
    [
        ({"ACL": "fake"}, "", {"ArgumentName": "x-amz-acl", "ArgumentValue": "fake"}),
        (
            {"ObjectOwnership": "Mine"},
            "Invalid x-amz-object-ownership header: Mine",
            {"ArgumentName": "x-amz-object-ownership"},
        ),
    ],
)
def test_settings_that_are_refused(s3: Any, request_: dict[str, str], message: str, members: dict[str, str]) -> None:
    error = s3.refusal("CreateBucket", Bucket="abc", **request_)
    assert (error.code, error.message, error.members) == ("InvalidArgument", message, members)
    assert "abc" not in s3.state.buckets


@pytest.mark.parametrize("account", ["", "0000", "00000000000a", "0000000000000"])
def test_an_expected_owner_that_is_no_account(s3: Any, account: str) -> None:
    error = s3.refusal("HeadBucket", Bucket="bucket", ExpectedBucketOwner=account)
    assert (error.code, error.status) == ("InvalidBucketOwnerAWSAccountID", 400)
    assert error.message.endswith(f"must be an AWS Account ID... [{account}]")


def test_a_region_that_is_none(s3: Any) -> None:
    error = s3.refusal("ListBuckets", BucketRegion="somewhere")
    assert error.message == "Argument value somewhere is not a valid AWS Region"
    assert error.members == {"ArgumentName": "bucket-region"}


def _located(constraint: str | None) -> dict[str, Any]:
    return {"CreateBucketConfiguration": {"LocationConstraint": constraint}} if constraint else {}


@pytest.mark.parametrize(
    "request_",
    [{"ObjectLockEnabledForBucket": True}, {"CreateBucketConfiguration": {"Tags": [{}]}}],
)
def test_what_would_have_no_effect_is_refused(s3: Any, request_: dict[str, Any]) -> None:
    assert s3.refused("CreateBucket", Bucket="abc", **request_) == "NotImplemented"


def test_a_bucket_that_is_not_empty_stays(s3: Any) -> None:
    s3.put("k")
    assert s3.refused("DeleteBucket", Bucket="bucket") == "BucketNotEmpty"
    s3.set_versioning("Enabled")
    s3("DeleteObject", Bucket="bucket", Key="k")
    assert s3.keys() == []
    error = s3.refusal("DeleteBucket", Bucket="bucket")
    assert "all versions" in error.message


def test_uploads_do_not_keep_a_bucket_alive_and_their_parts_go_with_it(s3: Any) -> None:
    upload = s3("CreateMultipartUpload", Bucket="bucket", Key="k")["UploadId"]
    s3("UploadPart", Bucket="bucket", Key="k", UploadId=upload, PartNumber=1, Body=b"part")
    s3("DeleteBucket", Bucket="bucket")
    s3("CreateBucket", Bucket="bucket")
    assert s3("ListMultipartUploads", Bucket="bucket")["Uploads"] == []


def test_expected_owner(s3: Any) -> None:
    s3("HeadBucket", Bucket="bucket", ExpectedBucketOwner="000000000000")
    assert s3.refused("HeadBucket", Bucket="bucket", ExpectedBucketOwner="111111111111") == "AccessDenied"


def test_listing_buckets_page_by_page(s3: Any) -> None:
    for name in ("log-b", "log-a", "zoo"):
        s3("CreateBucket", Bucket=name)
    s3("CreateBucket", Bucket="log-eu", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    everything = s3("ListBuckets")
    assert [entry["Name"] for entry in everything["Buckets"]] == ["bucket", "log-a", "log-b", "log-eu", "zoo"]
    assert "BucketRegion" not in everything["Buckets"][0]
    first = s3("ListBuckets", Prefix="log-", MaxBuckets=2)
    assert [entry["Name"] for entry in first["Buckets"]] == ["log-a", "log-b"]
    rest = s3("ListBuckets", Prefix="log-", MaxBuckets=2, ContinuationToken=first["ContinuationToken"])
    assert [(entry["Name"], entry["BucketRegion"]) for entry in rest["Buckets"]] == [("log-eu", "eu-west-1")]
    assert "ContinuationToken" not in rest
    assert [entry["Name"] for entry in s3("ListBuckets", BucketRegion="eu-west-1")["Buckets"]] == ["log-eu"]


@pytest.mark.parametrize("request_", [{"MaxBuckets": 0}, {"MaxBuckets": 10_001}, {"ContinuationToken": "?"}])
def test_arguments_of_list_buckets(s3: Any, request_: dict[str, Any]) -> None:
    assert s3.refused("ListBuckets", **request_) == "InvalidArgument"
