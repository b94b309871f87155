"""Placeholders hide what a server makes up, and nothing else."""

from datetime import UTC, datetime

import pytest

from conformance.normalise import Normaliser


@pytest.fixture
def normalise() -> Normaliser:
    return Normaliser()


def test_an_id_keeps_its_identity_across_members(normalise: Normaliser) -> None:
    first = normalise.value({"VersionId": "aaaaaaaa"})
    second = normalise.value({"VersionId": "bbbbbbbb", "CopySourceVersionId": "aaaaaaaa"})
    assert first == {"VersionId": "<VersionId:1>"}
    assert second == {"VersionId": "<VersionId:2>", "CopySourceVersionId": "<VersionId:1>"}


def test_an_id_is_found_inside_other_text(normalise: Normaliser) -> None:
    normalise.value({"UploadId": "0123456789"})
    assert normalise.value("no upload 0123456789 here") == "no upload <UploadId:1> here"


def test_a_short_id_is_not_looked_for_inside_other_text(normalise: Normaliser) -> None:
    assert normalise.value({"VersionId": "v1"}) == {"VersionId": "<VersionId:1>"}
    assert normalise.value("list_objects_v1") == "list_objects_v1"


@pytest.mark.parametrize("literal", ["null", "", "000000000000"])
def test_ids_that_mean_something_stay(normalise: Normaliser, literal: str) -> None:
    assert normalise.value({"VersionId": literal, "SenderId": literal}) == {"VersionId": literal, "SenderId": literal}


def test_names_are_replaced_longest_first_and_in_keys(normalise: Normaliser) -> None:
    normalise.name("c1-table", "<table>")
    normalise.name("c1-table2", "<table2>")
    assert normalise.value({"c1-table2": "arn:aws:dynamodb:::table/c1-table"}) == {
        "<table2>": "arn:aws:dynamodb:::table/<table>"
    }


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (datetime(2026, 1, 1, tzinfo=UTC), "<time>"),
        ("2026-01-01T00:00:00.000Z", "<time>"),
        ("Thu, 01 Jan 2026 00:00:00 GMT", "<time>"),
        ("on 2026-01-01", "on 2026-01-01"),
        ("http://localhost:4566/000000000000/q", "<endpoint>/000000000000/q"),
        ("http://s3.amazonaws.com/doc/2006-03-01/", "http://s3.amazonaws.com/doc/2006-03-01/"),
        (b"text", "text"),
        (b"\xff", "base64:/w=="),
        (True, True),
        (1.5, 1.5),
        (None, None),
    ],
)
def test_values(normalise: Normaliser, value: object, expected: object) -> None:
    assert normalise.value(value) == expected


def test_epoch_times_show_their_unit(normalise: Normaliser) -> None:
    times = {"CreatedTimestamp": "1780000000", "SentTimestamp": "1780000000000", "DelaySeconds": "1780000000"}
    assert normalise.value(times) == {
        "CreatedTimestamp": "<seconds>",
        "SentTimestamp": "<milliseconds>",
        "DelaySeconds": "1780000000",
    }


def test_long_bytes_become_their_length_and_hash(normalise: Normaliser) -> None:
    shown = normalise.value(b"x" * 1000)
    assert shown.startswith("1000 bytes, sha256 ")


def test_only_lists_without_an_order_are_sorted(normalise: Normaliser) -> None:
    assert normalise.value({"QueueUrls": ["b", "a"], "Keys": ["b", "a"]}) == {
        "QueueUrls": ["a", "b"],
        "Keys": ["b", "a"],
    }
    assert normalise.value({"Items": ["b", "a"]}, unordered={"Items"}) == {"Items": ["a", "b"]}
