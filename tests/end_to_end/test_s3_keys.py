"""Keys are text, not paths.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
"""

from __future__ import annotations

from typing import Any

import pytest

from emu.testing import Emulator
from tests.end_to_end.asking import ask, refused

KEYS = [
    "a//b",
    "a/../b",
    "./a",
    "a/..",
    "dir/",
    "dir//",
    "/begins",
    "//begins",
    "ä ö+&%25",
    "a%2Fb",
    "a%b",
    "a+b c",
    "?a=b&c#d",
    "emoji 🦊/日本語",
    "quote\"'<>&",
    "back\\slash",
    "~!$()*,;:=@",
    "tab\tline\nend",
    "k" * 1024,
    "é" * 512,
]


@pytest.mark.parametrize("key", KEYS, ids=range(len(KEYS)))
def test_a_key_is_kept_as_it_is(s3: Any, bucket: str, key: str) -> None:
    body = key.encode()
    s3.put_object(Bucket=bucket, Key=key, Body=body)
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == body
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket)["Contents"]] == [key]
    assert [entry["Key"] for entry in s3.list_objects(Bucket=bucket, Prefix=key)["Contents"]] == [key]
    s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": key})
    assert s3.get_object(Bucket=bucket, Key="copy")["Body"].read() == body
    deleted = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key}, {"Key": "copy"}]})["Deleted"]
    assert [entry["Key"] for entry in deleted] == [key, "copy"]
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_a_key_that_xml_cannot_hold(s3: Any, bucket: str) -> None:
    """A listing shows it percent-encoded, which boto3 asks for by itself."""
    s3.put_object(Bucket=bucket, Key="a\x01b", Body=b"x")
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["a\x01b"]
    with refused("MalformedXML", 400):
        s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "a\x01b"}]})
    s3.delete_object(Bucket=bucket, Key="a\x01b")


def test_similar_keys_are_different_objects(s3: Any, bucket: str) -> None:
    keys = ["a", "a/", "a//", "/a", "A", "a%2F", "a b", "a+b", "ä", "a\u0308"]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    assert all(s3.get_object(Bucket=bucket, Key=key)["Body"].read() == key.encode() for key in keys)
    listed = [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert listed == sorted(keys, key=str.encode)


def test_a_key_that_is_too_long(s3: Any, bucket: str) -> None:
    with refused("KeyTooLongError", 400) as error:
        s3.put_object(Bucket=bucket, Key="é" * 512 + "k", Body=b"")
    assert (error["Error"]["Size"], error["Error"]["MaxSizeAllowed"]) == ("1025", "1024")


def test_a_path_is_taken_as_it_was_sent(emulator: Emulator, s3: Any, bucket: str) -> None:
    """Percent signs are decoded once; a plus sign in a path is a space."""
    for path, key in (
        ("a%2Fb", "a/b"),
        ("a%252Fb", "a%2Fb"),
        ("a+b", "a b"),
        ("a%2Bb", "a+b"),
        ("a/./b", "a/./b"),
        ("%C3%A4", "ä"),
    ):
        assert ask(emulator, "PUT", f"/{bucket}/{path}", b"x").status == 200
        assert s3.head_object(Bucket=bucket, Key=key)["ContentLength"] == 1
        s3.delete_object(Bucket=bucket, Key=key)
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


@pytest.mark.parametrize("path", ["%FF", "100%", "a%zz"])
def test_a_path_that_cannot_be_decoded(emulator: Emulator, bucket: str, path: str) -> None:
    """Neither UTF-8 nor percent-encoded."""
    answer = ask(emulator, "PUT", f"/{bucket}/{path}", b"x")
    assert (answer.status, b"<Code>InvalidURI</Code>" in answer.body) == (400, True)


@pytest.mark.parametrize("key", ["..", "../a", "a/../../b", "./../a", "a//../../b"])
def test_a_key_that_leads_out_of_the_bucket(s3: Any, bucket: str, key: str) -> None:
    """AWS says no more than 400 here."""
    for call in (s3.put_object, s3.get_object, s3.delete_object, s3.create_multipart_upload):
        with refused("400", 400):
            call(Bucket=bucket, Key=key)
