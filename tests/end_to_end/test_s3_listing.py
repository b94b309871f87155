"""Listings, page by page.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/ListingKeysUsingAPIs.html
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.end_to_end.asking import refused

KEYS = ["a/1", "a/2", "a/b/3", "c", "d/4", "d/5", "e f", "ä"]


@pytest.fixture
def listed(s3: Any, bucket: str) -> str:
    """A bucket with KEYS."""
    for key in KEYS:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    return bucket


def entries(page: dict[str, Any]) -> list[str]:
    """Keys and common prefixes of a page."""
    return [entry["Key"] for entry in page.get("Contents", [])] + [
        entry["Prefix"] for entry in page.get("CommonPrefixes", [])
    ]


def test_a_listing_names_the_buckets_region(s3: Any, bucket: str, name: str) -> None:
    european = f"{name}-eu"
    s3.create_bucket(Bucket=european, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    for call in (s3.list_objects, s3.list_objects_v2, s3.head_bucket):
        for asked, region in ((bucket, "us-east-1"), (european, "eu-west-1")):
            assert call(Bucket=asked)["ResponseMetadata"]["HTTPHeaders"]["x-amz-bucket-region"] == region


def test_an_empty_bucket(s3: Any, bucket: str) -> None:
    page = s3.list_objects_v2(Bucket=bucket)
    assert (page["KeyCount"], page["IsTruncated"], page["Name"], page["MaxKeys"]) == (0, False, bucket, 1000)
    assert "Contents" not in page


def test_an_entry_says_what_it_is(s3: Any, bucket: str) -> None:
    etag = s3.put_object(Bucket=bucket, Key="page", Body=b"12345")["ETag"]
    (entry,) = s3.list_objects_v2(Bucket=bucket, FetchOwner=True)["Contents"]
    assert (entry["Key"], entry["Size"], entry["ETag"], entry["StorageClass"]) == ("page", 5, etag, "STANDARD")
    assert entry["LastModified"] == s3.head_object(Bucket=bucket, Key="page")["LastModified"]
    assert entry["Owner"]["ID"]
    assert "Owner" not in s3.list_objects_v2(Bucket=bucket)["Contents"][0]
    assert "Owner" in s3.list_objects(Bucket=bucket)["Contents"][0]


@pytest.mark.parametrize("operation", ["list_objects_v2", "list_objects"])
@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_pages_add_up(s3: Any, listed: str, operation: str, size: int) -> None:
    pages = list(s3.get_paginator(operation).paginate(Bucket=listed, PaginationConfig={"PageSize": size}))
    assert [entry for page in pages for entry in entries(page)] == KEYS
    assert len(pages) == -(-len(KEYS) // size)
    assert all(len(entries(page)) <= size for page in pages)


@pytest.mark.parametrize("operation", ["list_objects_v2", "list_objects"])
@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_pages_of_a_folder_add_up(s3: Any, listed: str, operation: str, size: int) -> None:
    """A common prefix counts as one entry, and stands on one page only."""
    paginator = s3.get_paginator(operation)
    pages = list(paginator.paginate(Bucket=listed, Delimiter="/", PaginationConfig={"PageSize": size}))
    assert sorted(entry for page in pages for entry in entries(page)) == ["a/", "c", "d/", "e f", "ä"]
    assert all(len(entries(page)) <= size for page in pages)


def test_prefix_and_delimiter(s3: Any, listed: str) -> None:
    page = s3.list_objects_v2(Bucket=listed, Prefix="a/", Delimiter="/")
    assert (entries(page), page["KeyCount"], page["Prefix"]) == (["a/1", "a/2", "a/b/"], 3, "a/")
    assert entries(s3.list_objects_v2(Bucket=listed, Prefix="zz")) == []


def test_starting_behind_a_key(s3: Any, listed: str) -> None:
    assert entries(s3.list_objects_v2(Bucket=listed, StartAfter="c")) == ["d/4", "d/5", "e f", "ä"]
    assert entries(s3.list_objects(Bucket=listed, Marker="d/4", MaxKeys=2)) == ["d/5", "e f"]


def test_a_page_of_none(s3: Any, listed: str) -> None:
    page = s3.list_objects_v2(Bucket=listed, MaxKeys=0)
    assert (page["KeyCount"], page["IsTruncated"]) == (0, False)


def test_a_token_that_nobody_gave(s3: Any, listed: str) -> None:
    with refused("InvalidArgument", 400):
        s3.list_objects_v2(Bucket=listed, ContinuationToken="made up")


def test_a_listing_goes_on_though_what_it_stands_on_is_deleted(s3: Any, listed: str) -> None:
    first = s3.list_objects_v2(Bucket=listed, MaxKeys=2)
    s3.delete_object(Bucket=listed, Key="a/2")
    rest = s3.list_objects_v2(Bucket=listed, ContinuationToken=first["NextContinuationToken"])
    assert entries(rest) == KEYS[2:]


def test_a_page_holds_a_thousand_at_most(s3: Any, listed: str) -> None:
    assert s3.list_objects_v2(Bucket=listed, MaxKeys=5000)["MaxKeys"] == 1000
    assert s3.list_objects(Bucket=listed, MaxKeys=5000)["MaxKeys"] == 1000
    with refused("InvalidArgument", 400):
        s3.list_objects_v2(Bucket=listed, MaxKeys=-1)


def test_buckets_page_by_page(s3: Any, name: str) -> None:
    names = [f"{name}-{number}" for number in range(5)]
    for bucket in names:
        s3.create_bucket(Bucket=bucket)
    pages = list(s3.get_paginator("list_buckets").paginate(Prefix=name, PaginationConfig={"PageSize": 2}))
    assert [[bucket["Name"] for bucket in page["Buckets"]] for page in pages] == [names[:2], names[2:4], names[4:]]
