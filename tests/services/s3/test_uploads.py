"""https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html, API_ListParts.html"""

from __future__ import annotations

from typing import Any

import pytest


def _begin(s3: Any, key: str, **request: Any) -> str:
    s3.clock.advance(seconds=1)
    upload_id: str = s3("CreateMultipartUpload", Bucket="bucket", Key=key, **request)["UploadId"]
    return upload_id


@pytest.mark.parametrize(
    ("member", "argument"), [("MaxParts", "max-parts"), ("PartNumberMarker", "part-number-marker")]
)
def test_parts_are_not_counted_backwards(s3: Any, member: str, argument: str) -> None:
    names = {"Bucket": "bucket", "Key": "k", "UploadId": _begin(s3, "k")}
    error = s3.refusal("ListParts", **names, **{member: -1})
    assert error.message == f"Argument {argument} must be an integer between 0 and 2147483647"
    assert error.members == {"ArgumentName": argument, "ArgumentValue": "-1"}


def test_uploads_by_key_and_then_by_time(s3: Any) -> None:
    begun = [(key, _begin(s3, key)) for key in ("b", "a", "b", "c/1", "c/2")]
    b1, a, b2, c1, c2 = begun
    expected = [a, b1, b2, c1, c2]
    for size in (1, 2, 1000):
        found: list[tuple[str, str]] = []
        markers: dict[str, str] = {}
        while True:
            page = s3("ListMultipartUploads", Bucket="bucket", MaxUploads=size, **markers)
            found += [(entry["Key"], entry["UploadId"]) for entry in page["Uploads"]]
            if not page["IsTruncated"]:
                break
            markers = {"KeyMarker": page["NextKeyMarker"], "UploadIdMarker": page["NextUploadIdMarker"]}
        assert found == expected
    assert [entry["Key"] for entry in s3("ListMultipartUploads", Bucket="bucket", KeyMarker="b")["Uploads"]] == [
        "c/1",
        "c/2",
    ]


def test_the_next_markers_are_always_told(s3: Any) -> None:
    page = s3("ListMultipartUploads", Bucket="bucket")
    assert (page["NextKeyMarker"], page["NextUploadIdMarker"]) == ("", "")
    upload_id = _begin(s3, "k")
    page = s3("ListMultipartUploads", Bucket="bucket")
    assert (page["IsTruncated"], page["NextKeyMarker"], page["NextUploadIdMarker"]) == (False, "k", upload_id)


def test_an_upload_id_marker_of_another_key(s3: Any) -> None:
    _begin(s3, "a")
    other = _begin(s3, "b")
    error = s3.refusal("ListMultipartUploads", Bucket="bucket", KeyMarker="a", UploadIdMarker=other)
    assert (error.message, error.members["ArgumentName"]) == ("Invalid uploadId marker", "upload-id-marker")
    s3("AbortMultipartUpload", Bucket="bucket", Key="b", UploadId=other)
    # Who aborts what a page shows goes on from an upload that isn't there any more.
    assert s3("ListMultipartUploads", Bucket="bucket", KeyMarker="b", UploadIdMarker=other)["Uploads"] == []


def test_uploads_with_a_delimiter(s3: Any) -> None:
    for key in ("a", "dir/1", "dir/2", "z"):
        _begin(s3, key)
    page = s3("ListMultipartUploads", Bucket="bucket", Delimiter="/", MaxUploads=2)
    assert page["CommonPrefixes"] == [{"Prefix": "dir/"}]
    assert page["NextKeyMarker"] == "dir/"
    rest = s3("ListMultipartUploads", Bucket="bucket", Delimiter="/", KeyMarker="dir/")
    assert ([entry["Key"] for entry in rest["Uploads"]], rest["CommonPrefixes"]) == (["z"], [])
    below = s3("ListMultipartUploads", Bucket="bucket", Prefix="dir/")
    assert [entry["Key"] for entry in below["Uploads"]] == ["dir/1", "dir/2"]


def test_an_entry(s3: Any) -> None:
    upload_id = _begin(s3, "a b", ChecksumAlgorithm="SHA256", StorageClass="GLACIER")
    (entry,) = s3("ListMultipartUploads", Bucket="bucket", EncodingType="url")["Uploads"]
    assert entry == {
        "Key": "a+b",
        "UploadId": upload_id,
        "Initiated": s3.clock.now_ms(),
        "StorageClass": "GLACIER",
        "Owner": entry["Owner"],
        "Initiator": entry["Owner"],
        "ChecksumAlgorithm": "SHA256",
        "ChecksumType": "COMPOSITE",
    }


def test_parts_page_by_page(s3: Any) -> None:
    names = {"Bucket": "bucket", "Key": "k", "UploadId": _begin(s3, "k")}
    for number in (3, 1, 20):
        s3("UploadPart", PartNumber=number, Body=b"x" * number, **names)
    first = s3("ListParts", MaxParts=2, **names)
    assert [(part["PartNumber"], part["Size"]) for part in first["Parts"]] == [(1, 1), (3, 3)]
    assert (first["IsTruncated"], first["NextPartNumberMarker"]) == (True, 3)
    rest = s3("ListParts", PartNumberMarker=3, **names)
    assert [part["PartNumber"] for part in rest["Parts"]] == [20]
    assert not rest["IsTruncated"]
    assert (rest["Key"], rest["UploadId"], rest["StorageClass"]) == ("k", names["UploadId"], "STANDARD")


@pytest.mark.parametrize(
    ("operation", "request_"),
    [("ListMultipartUploads", {"MaxUploads": -1}), ("ListMultipartUploads", {"EncodingType": "x"})],
)
def test_arguments_that_are_refused(s3: Any, operation: str, request_: dict[str, Any]) -> None:
    assert s3.refused(operation, Bucket="bucket", **request_) == "InvalidArgument"
