"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-prefixes.html"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sortedcontainers import SortedSet

from services.s3.listing import Entry, Position, behind_prefix, take, url_encoded, walk

SAMPLE = ["photos/2006/feb/1.jpg", "photos/2006/jan/1.jpg", "photos/2006/jan/2.jpg", "photos/x", "readme", "zoo/a"]

keys_ = st.lists(st.text(alphabet="ab/\U0010ffff", min_size=1, max_size=5), max_size=12, unique=True)
texts = st.text(alphabet="ab/", max_size=3)


def _walked(keys: list[str], prefix: str, delimiter: str, position: Position) -> list[Entry]:
    ordered = SortedSet(keys)

    def keys_from(start: Position) -> Iterator[str]:
        return ordered.irange(start.start, inclusive=(start.inclusive, True))

    return list(walk(keys_from, prefix, delimiter, position))


def _expected(keys: list[str], prefix: str, delimiter: str) -> list[Entry]:
    """The definition, by going through all keys."""
    found: list[Entry] = []
    for key in sorted(keys, key=str.encode):
        if not key.startswith(prefix):
            continue
        head, cut, _ = key[len(prefix) :].partition(delimiter) if delimiter else (key, "", "")
        entry = Entry(prefix + head + cut, True) if cut else Entry(key, False)
        if entry not in found:
            found.append(entry)
    return found


@given(keys_, texts, st.sampled_from(["", "/", "a", "ab", "\U0010ffff"]))
def test_a_walk_is_what_the_definition_says(keys: list[str], prefix: str, delimiter: str) -> None:
    assert _walked(keys, prefix, delimiter, Position("", True)) == _expected(keys, prefix, delimiter)


@given(keys_, texts, st.sampled_from(["", "/"]), st.integers(1, 4))
def test_pages_put_together_are_the_whole(keys: list[str], prefix: str, delimiter: str, size: int) -> None:
    position, found = Position("", True), []
    while True:
        page = take(_walked(keys, prefix, delimiter, position), size, lambda key: (key,))
        found += sorted([(key, False) for key in page.items] + [(text, True) for text in page.prefixes])
        if not page.is_truncated:
            break
        position = behind_prefix(page.last_prefix) if page.last_prefix else Position(page.last or "", False)
    assert found == _expected(keys, prefix, delimiter)


@given(st.text(min_size=1, max_size=4), st.text(max_size=4))
def test_behind_a_prefix_is_behind_all_that_begin_with_it(prefix: str, rest: str) -> None:
    position = behind_prefix(prefix)
    assert prefix + rest < position.start or (prefix + rest == position.start and not position.inclusive)


def test_v2_with_a_delimiter(s3: Any) -> None:
    for key in SAMPLE:
        s3.put(key, b"x")
    answer = s3("ListObjectsV2", Bucket="bucket", Prefix="photos/2006/", Delimiter="/")
    assert answer["CommonPrefixes"] == [{"Prefix": "photos/2006/feb/"}, {"Prefix": "photos/2006/jan/"}]
    assert (answer["Contents"], answer["KeyCount"], answer["IsTruncated"]) == ([], 2, False)


def test_v2_pages_count_common_prefixes(s3: Any) -> None:
    for key in SAMPLE:
        s3.put(key, b"x")
    first = s3("ListObjectsV2", Bucket="bucket", Delimiter="/", MaxKeys=2)
    assert (first["CommonPrefixes"], [entry["Key"] for entry in first["Contents"]]) == (
        [{"Prefix": "photos/"}],
        ["readme"],
    )
    assert (first["KeyCount"], first["MaxKeys"], first["IsTruncated"]) == (2, 2, True)
    rest = s3("ListObjectsV2", Bucket="bucket", Delimiter="/", ContinuationToken=first["NextContinuationToken"])
    assert (rest["CommonPrefixes"], rest["Contents"], rest["IsTruncated"]) == ([{"Prefix": "zoo/"}], [], False)
    assert rest["ContinuationToken"] == first["NextContinuationToken"]


def test_a_token_behind_a_common_prefix_skips_what_was_put_below_it(s3: Any) -> None:
    s3.put("a/1")
    s3.put("b")
    first = s3("ListObjectsV2", Bucket="bucket", Delimiter="/", MaxKeys=1)
    s3.put("a/2")
    rest = s3("ListObjectsV2", Bucket="bucket", Delimiter="/", ContinuationToken=first["NextContinuationToken"])
    assert rest["CommonPrefixes"] == []


def test_start_after_is_a_key(s3: Any) -> None:
    for key in SAMPLE:
        s3.put(key)
    assert s3.keys(StartAfter="photos/x") == ["readme", "zoo/a"]
    assert s3.keys(StartAfter="photos/y") == ["readme", "zoo/a"]
    assert s3("ListObjectsV2", Bucket="bucket", StartAfter="a")["StartAfter"] == "a"


def test_an_entry(s3: Any) -> None:
    s3.put("k", b"hello", StorageClass="STANDARD_IA")
    (entry,) = s3("ListObjectsV2", Bucket="bucket")["Contents"]
    assert entry == {
        "Key": "k",
        "LastModified": s3.clock.now_ms(),
        "ETag": '"5d41402abc4b2a76b9719d911017c592"',
        "Size": 5,
        "StorageClass": "STANDARD_IA",
        "ChecksumAlgorithm": ["CRC64NVME"],
        "ChecksumType": "FULL_OBJECT",
    }
    (owned,) = s3("ListObjectsV2", Bucket="bucket", FetchOwner=True)["Contents"]
    assert len(owned["Owner"]["ID"]) == 64


def test_v1_markers(s3: Any) -> None:
    for key in SAMPLE:
        s3.put(key)
    first = s3("ListObjects", Bucket="bucket", Delimiter="/", MaxKeys=1)
    assert (first["CommonPrefixes"], first["NextMarker"]) == ([{"Prefix": "photos/"}], "photos/")
    second = s3("ListObjects", Bucket="bucket", Delimiter="/", MaxKeys=1, Marker=first["NextMarker"])
    assert [entry["Key"] for entry in second["Contents"]] == ["readme"]
    assert second["Marker"] == "photos/"
    plain = s3("ListObjects", Bucket="bucket", MaxKeys=1)
    assert plain["IsTruncated"]
    assert "NextMarker" not in plain, "only with a delimiter"
    assert "Owner" in plain["Contents"][0]


def test_keys_come_in_the_order_of_their_utf8_bytes(s3: Any) -> None:
    keys = ["Z", "a", "z", "ä", "\uffee", "\U0001f600", "a/b", "a-b", "a b"]
    for key in keys:
        s3.put(key)
    assert s3.keys() == sorted(keys, key=str.encode)


def test_url_encoding(s3: Any) -> None:
    s3.put("a b/ü+&.txt")
    s3.put("dir x/1")
    answer = s3("ListObjectsV2", Bucket="bucket", EncodingType="url", Delimiter="/", Prefix="a b/")
    assert answer["Contents"][0]["Key"] == "a+b/%C3%BC%2B%26.txt"
    assert (answer["Prefix"], answer["EncodingType"]) == ("a+b/", "url")
    assert url_encoded("a/b c*~") == "a/b+c*~"


def test_at_most_a_thousand(s3: Any) -> None:
    for number in range(1001):
        s3.put(f"k{number:04}")
    answer = s3("ListObjectsV2", Bucket="bucket", MaxKeys=5000)
    assert (answer["KeyCount"], answer["MaxKeys"], answer["IsTruncated"]) == (1000, 1000, True)


def test_none_at_all(s3: Any) -> None:
    s3.put("k")
    answer = s3("ListObjectsV2", Bucket="bucket", MaxKeys=0)
    assert (answer["Contents"], answer["KeyCount"], answer["IsTruncated"]) == ([], 0, False)


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("ListObjectsV2", {"MaxKeys": -1}),
        ("ListObjects", {"MaxKeys": 2**31}),
        ("ListObjectsV2", {"EncodingType": "base64"}),
        ("ListObjectsV2", {"ContinuationToken": "nonsense"}),
        ("ListObjectsV2", {"ContinuationToken": ""}),
    ],
)
def test_arguments_that_are_refused(s3: Any, operation: str, request_: dict[str, Any]) -> None:
    assert s3.refused(operation, Bucket="bucket", **request_) == "InvalidArgument"


@pytest.mark.parametrize(
    ("operation", "marker", "shown"),
    [
        ("ListObjects", "Marker", "Contents"),
        ("ListObjectVersions", "KeyMarker", "Versions"),
    ],
)
def test_a_marker_inside_of_a_common_prefix_leaves_it_behind(s3: Any, operation: str, marker: str, shown: str) -> None:
    for key in ("dir/1", "dir/2", "x"):
        s3.put(key)
    page = s3(operation, Bucket="bucket", Delimiter="/", **{marker: "dir/1"})
    assert ([entry["Key"] for entry in page[shown]], page["CommonPrefixes"]) == (["x"], [])


def test_a_token_makes_start_after_meaningless(s3: Any) -> None:
    for key in "abc":
        s3.put(key)
    token = s3("ListObjectsV2", Bucket="bucket", MaxKeys=1)["NextContinuationToken"]
    page = s3("ListObjectsV2", Bucket="bucket", StartAfter="b", ContinuationToken=token)
    assert [entry["Key"] for entry in page["Contents"]] == ["b", "c"]
    assert "StartAfter" not in page
    assert s3("ListObjectsV2", Bucket="bucket", StartAfter="b")["StartAfter"] == "b"


def test_a_token_that_is_none(s3: Any) -> None:
    error = s3.refusal("ListObjectsV2", Bucket="bucket", ContinuationToken="")
    assert (error.message, error.members) == (
        "The continuation token provided is incorrect",
        {"ArgumentName": "continuation-token"},
    )


@pytest.mark.parametrize(
    ("operation", "request_", "listed"),
    [
        ("ListObjects", {"MaxKeys": 1, "Delimiter": "/"}, {"Contents", "CommonPrefixes"}),
        ("ListObjectsV2", {"MaxKeys": 1}, {"Contents", "CommonPrefixes"}),
        ("ListObjectVersions", {"MaxKeys": 1}, {"Versions", "DeleteMarkers", "CommonPrefixes"}),
        ("ListMultipartUploads", {"Prefix": "a"}, {"Uploads", "CommonPrefixes"}),
    ],
)
def test_what_is_said_of_a_listing_comes_before_it(
    s3: Any, operation: str, request_: dict[str, Any], listed: set[str]
) -> None:
    for key in "ab":
        s3.put(key)
    members = [*s3(operation, Bucket="bucket", **request_)]
    assert {*members[-len(listed) :]} == listed
