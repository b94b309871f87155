"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html"""

from __future__ import annotations

from typing import Any

import pytest

from services.errors import ServiceError
from services.s3.names import canonical_user_id

OWNER = canonical_user_id("000000000000")
OTHER_ACCOUNT = "111122223333"


@pytest.fixture
def enforced(s3: Any) -> Any:
    """An S3 with a bucket that takes no lists."""
    s3("DeleteBucket", Bucket="bucket")
    s3("CreateBucket", Bucket="bucket", ObjectOwnership="BucketOwnerEnforced")
    return s3


def _calls(s3: Any, **request: Any) -> list[str | None]:
    """What PutObject, CreateMultipartUpload and CopyObject are refused with, or None."""
    s3.put("source", b"x")
    codes: list[str | None] = []
    for operation, more in (
        ("PutObject", {"Key": "a"}),
        ("CreateMultipartUpload", {"Key": "b"}),
        ("CopyObject", {"Key": "c", "CopySource": "bucket/source"}),
    ):
        try:
            s3(operation, Bucket="bucket", **more, **request)
        except ServiceError as error:
            codes.append(error.code)
        else:
            codes.append(None)
    return codes


@pytest.mark.parametrize(
    "request_",
    [
        {"ACL": "public-read"},
        {"ACL": "authenticated-read"},
        {"ACL": "aws-exec-read"},
        {"GrantRead": 'uri="http://acs.amazonaws.com/groups/global/AllUsers"'},
        {"GrantFullControl": f'id="{OWNER}"', "GrantRead": 'id="somebody"'},
    ],
)
def test_a_bucket_of_its_owner_takes_no_lists(enforced: Any, request_: dict[str, str]) -> None:
    assert _calls(enforced, **request_) == ["AccessControlListNotSupported"] * 3
    assert enforced.keys() == ["source"]
    error = enforced.refusal("PutObject", Bucket="bucket", Key="a", **request_)
    assert (error.status, error.message) == (400, "The bucket does not allow ACLs")


@pytest.mark.parametrize(
    "request_",
    [
        {"ACL": "private"},
        {"ACL": "bucket-owner-read"},
        {"ACL": "bucket-owner-full-control"},
        {"GrantFullControl": f'id="{OWNER}"'},
        {"GrantFullControl": f"id={OWNER}"},
    ],
)
def test_what_gives_nobody_but_the_owner_anything_is_fine(enforced: Any, request_: dict[str, str]) -> None:
    assert _calls(enforced, **request_) == [None] * 3


def test_what_is_private_to_another_account_is_not_the_owners(enforced: Any) -> None:
    s3 = enforced
    with s3.as_account(OTHER_ACCOUNT):
        assert s3.refused("PutObject", Bucket="bucket", Key="a", ACL="private") == "AccessControlListNotSupported"
        s3.put("a", b"x", ACL="bucket-owner-full-control")
    assert s3.keys() == ["a"]


@pytest.mark.parametrize("ownership", ["ObjectWriter", "BucketOwnerPreferred"])
def test_a_bucket_that_wants_lists_takes_them(s3: Any, ownership: str) -> None:
    s3("CreateBucket", Bucket="shared", ObjectOwnership=ownership, ACL="public-read")
    s3("PutObject", Bucket="shared", Key="a", Body=b"x", ACL="public-read")
    assert s3.refused("PutObject", Bucket="shared", Key="a", GrantRead="id=1") == "NotImplemented"
    assert s3.refused("CreateBucket", Bucket="other", ObjectOwnership=ownership, GrantRead="id=1") == "NotImplemented"


def test_a_bucket_that_does_not_say_takes_lists(s3: Any) -> None:
    s3("CreateBucket", Bucket="public", ACL="public-read")
    assert _calls(s3, ACL="public-read") == [None] * 3


@pytest.mark.parametrize("request_", [{"ACL": "public-read"}, {"GrantWrite": "id=1"}])
def test_a_list_is_no_part_of_a_bucket_of_its_owner(s3: Any, request_: dict[str, str]) -> None:
    error = s3.refusal("CreateBucket", Bucket="abc", ObjectOwnership="BucketOwnerEnforced", **request_)
    assert (error.code, error.status) == ("InvalidBucketAclWithObjectOwnership", 400)
    assert error.message == "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"
    assert "abc" not in s3.state.buckets
    s3("CreateBucket", Bucket="abc", ObjectOwnership="BucketOwnerEnforced", ACL="private")


def test_a_canned_list_and_grants_are_too_much(s3: Any) -> None:
    error = s3.refusal("PutObject", Bucket="bucket", Key="a", ACL="private", GrantRead="id=1")
    assert (error.code, error.message) == (
        "InvalidRequest",
        "Specifying both Canned ACLs and Header Grants is not allowed",
    )
