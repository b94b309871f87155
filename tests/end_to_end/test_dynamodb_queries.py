"""Queries and scans: of tables and indexes, forwards and backwards, page by page.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.end_to_end.asking import refused

SITES, PAGES = 3, 20


@pytest.fixture(scope="module")
def pages(dynamodb: Any) -> Iterator[str]:
    """A table of SITES × PAGES items; every fifth page has no ``rank``, so that sparse indexes leave it out."""
    name = f"pages-{uuid4().hex[:8]}"
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "site", "KeyType": "HASH"}, {"AttributeName": "nr", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": attribute, "AttributeType": kind}
            for attribute, kind in (("site", "S"), ("nr", "N"), ("rank", "N"), ("status", "S"))
        ],
        LocalSecondaryIndexes=[
            {
                "IndexName": "by-rank",
                "KeySchema": [
                    {"AttributeName": "site", "KeyType": "HASH"},
                    {"AttributeName": "rank", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-status",
                "KeySchema": [
                    {"AttributeName": "status", "KeyType": "HASH"},
                    {"AttributeName": "rank", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["title"]},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    requests = [{"PutRequest": {"Item": item(site, number)}} for site in range(SITES) for number in range(PAGES)]
    for start in range(0, len(requests), 25):
        dynamodb.batch_write_item(RequestItems={name: requests[start : start + 25]})
    yield name
    dynamodb.delete_table(TableName=name)


def item(site: int, number: int) -> dict[str, Any]:
    ranked = {"rank": {"N": str(-number)}} if number % 5 else {}
    return {
        "site": {"S": f"site{site}"},
        "nr": {"N": str(number)},
        "status": {"S": "done" if number % 2 else "open"},
        "title": {"S": f"page {number}"},
        "body": {"S": "x" * 100},
        **ranked,
    }


def query(site: int = 0) -> dict[str, Any]:
    return {
        "KeyConditionExpression": "site = :s",
        "ExpressionAttributeValues": {":s": {"S": f"site{site}"}},
    }


def by_status(status: str) -> dict[str, Any]:
    return {
        "IndexName": "by-status",
        "KeyConditionExpression": "#s = :s",
        "ExpressionAttributeNames": {"#s": "status"},
        "ExpressionAttributeValues": {":s": {"S": status}},
    }


def numbers(items: list[dict[str, Any]]) -> list[int]:
    return [int(item["nr"]["N"]) for item in items]


@pytest.mark.parametrize("size", [1, 7, 20, 100])
@pytest.mark.parametrize("forward", [True, False], ids=["forward", "backward"])
def test_a_partition_comes_in_the_order_of_numbers(dynamodb: Any, pages: str, size: int, forward: bool) -> None:
    paginator = dynamodb.get_paginator("query")
    options = {**query(), "ScanIndexForward": forward, "PaginationConfig": {"PageSize": size}}
    found = [item for page in paginator.paginate(TableName=pages, **options) for item in page["Items"]]
    expected = list(range(PAGES)) if forward else list(range(PAGES))[::-1]
    assert numbers(found) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("nr = :a", [3]),
        ("nr < :a", [0, 1, 2]),
        ("nr <= :a", [0, 1, 2, 3]),
        ("nr > :b", [18, 19]),
        ("nr >= :b", [17, 18, 19]),
        ("nr BETWEEN :a AND :b", list(range(3, 18))),
    ],
)
def test_conditions_on_the_sort_key(dynamodb: Any, pages: str, condition: str, expected: list[int]) -> None:
    values = {":a": {"N": "3"}, ":b": {"N": "17"}}
    used = {name: value for name, value in values.items() if name in condition}
    found = dynamodb.query(
        TableName=pages,
        KeyConditionExpression=f"site = :s AND {condition}",
        ExpressionAttributeValues={":s": {"S": "site1"}, **used},
    )
    assert numbers(found["Items"]) == expected
    assert found["Count"] == found["ScannedCount"] == len(expected)


def test_a_filter_comes_after_the_limit(dynamodb: Any, pages: str) -> None:
    options = query()
    options["ExpressionAttributeValues"][":t"] = {"S": "page 1"}
    first = dynamodb.query(TableName=pages, **options, FilterExpression="begins_with(title, :t)", Limit=5)
    assert (numbers(first["Items"]), first["Count"], first["ScannedCount"]) == ([1], 1, 5)
    assert first["LastEvaluatedKey"] == {"site": {"S": "site0"}, "nr": {"N": "4"}}


@pytest.mark.parametrize("size", [1, 4, 100])
@pytest.mark.parametrize("forward", [True, False], ids=["forward", "backward"])
def test_a_global_index(dynamodb: Any, pages: str, size: int, forward: bool) -> None:
    """By status over all sites, in the order of ranks; an item without a rank isn't in it."""
    paginator = dynamodb.get_paginator("query")
    options = {**by_status("done"), "ScanIndexForward": forward, "PaginationConfig": {"PageSize": size}}
    found = [item for page in paginator.paginate(TableName=pages, **options) for item in page["Items"]]
    ranks = [int(item["rank"]["N"]) for item in found]
    assert ranks == sorted(ranks, reverse=not forward)
    assert len({(item["site"]["S"], item["nr"]["N"]) for item in found}) == len(found) == SITES * 8
    assert found[0].keys() == {"site", "nr", "status", "rank", "title"}


@pytest.mark.parametrize("size", [1, 4, 100])
def test_a_local_index(dynamodb: Any, pages: str, size: int) -> None:
    paginator = dynamodb.get_paginator("query")
    options = {**query(2), "IndexName": "by-rank", "PaginationConfig": {"PageSize": size}}
    found = [item for page in paginator.paginate(TableName=pages, **options) for item in page["Items"]]
    assert numbers(found) == [number for number in reversed(range(PAGES)) if number % 5]
    assert found[0].keys() == {"site", "nr", "rank"}
    whole = dynamodb.query(TableName=pages, **query(2), IndexName="by-rank", Select="ALL_ATTRIBUTES", Limit=1)
    assert whole["Items"] == [item(2, 19)]


def test_an_index_follows_its_items(dynamodb: Any, pages: str) -> None:
    key = {"site": {"S": "moving"}, "nr": {"N": "1"}}
    dynamodb.put_item(TableName=pages, Item={**key, "status": {"S": "before"}, "rank": {"N": "1"}})
    assert dynamodb.query(TableName=pages, **by_status("before"))["Count"] == 1
    dynamodb.update_item(
        TableName=pages,
        Key=key,
        UpdateExpression="SET #s = :after",
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues={":after": {"S": "after"}},
    )
    assert dynamodb.query(TableName=pages, **by_status("before"))["Count"] == 0
    assert dynamodb.query(TableName=pages, **by_status("after"))["Count"] == 1
    dynamodb.delete_item(TableName=pages, Key=key)
    assert dynamodb.query(TableName=pages, **by_status("after"))["Count"] == 0


@pytest.mark.parametrize("size", [1, 7, 100])
def test_a_scan_sees_each_item_once(dynamodb: Any, pages: str, size: int) -> None:
    paginator = dynamodb.get_paginator("scan")
    found = [
        item
        for page in paginator.paginate(TableName=pages, PaginationConfig={"PageSize": size})
        for item in page["Items"]
    ]
    assert len(found) == SITES * PAGES
    assert len({(item["site"]["S"], item["nr"]["N"]) for item in found}) == SITES * PAGES


def test_segments_of_a_scan_add_up(dynamodb: Any, pages: str) -> None:
    segments = [
        {
            (item["site"]["S"], item["nr"]["N"])
            for item in dynamodb.scan(TableName=pages, Segment=segment, TotalSegments=4)["Items"]
        }
        for segment in range(4)
    ]
    assert sum(map(len, segments)) == len(set.union(*segments)) == SITES * PAGES


def test_a_scan_of_an_index_with_a_filter(dynamodb: Any, pages: str) -> None:
    answer = dynamodb.scan(
        TableName=pages,
        IndexName="by-status",
        FilterExpression="title = :t",
        ExpressionAttributeValues={":t": {"S": "page 7"}},
    )
    assert (answer["Count"], answer["ScannedCount"]) == (SITES, SITES * 16)


def test_counting_without_items(dynamodb: Any, pages: str) -> None:
    answer = dynamodb.query(TableName=pages, **query(), Select="COUNT")
    assert (answer["Count"], "Items" in answer) == (PAGES, False)


def test_a_page_ends_with_the_item_that_brings_it_to_one_mebibyte(dynamodb: Any, table: str) -> None:
    for number in range(8):
        dynamodb.put_item(TableName=table, Item={"id": {"S": str(number)}, "v": {"S": "x" * 300_000}})
    found = list(dynamodb.get_paginator("scan").paginate(TableName=table))
    assert [page["Count"] for page in found] == [4, 4, 0]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"KeyConditionExpression": "nr = :s"}, "missed key schema element: site"),
        ({"KeyConditionExpression": "site > :s"}, "key condition not supported"),
        ({"KeyConditionExpression": "site = :s", "IndexName": "none"}, "specified index"),
        ({"KeyConditionExpression": "site = :s", "FilterExpression": "site = :s"}, "primary key attribute"),
        ({"KeyConditionExpression": "site = :s", "ExclusiveStartKey": {"site": {"S": "site0"}}}, "starting key"),
    ],
)
def test_queries_that_cannot_be(dynamodb: Any, pages: str, options: dict[str, Any], words: str) -> None:
    with refused("ValidationException", 400) as error:
        dynamodb.query(TableName=pages, ExpressionAttributeValues={":s": {"S": "site0"}}, **options)
    assert words.lower() in error["Error"]["Message"].lower()


def test_an_index_with_several_attributes_in_each_part_of_its_key(dynamodb: Any, name: str) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.DesignPattern.MultiAttributeKeys.html"""
    keys = [("site", "HASH"), ("year", "HASH"), ("month", "RANGE"), ("day", "RANGE")]
    numbers = {"year", "month", "day"}
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": attribute, "AttributeType": "N" if attribute in numbers else "S"}
            for attribute in ("id", *(attribute for attribute, _ in keys))
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-day",
                "KeySchema": [{"AttributeName": attribute, "KeyType": kind} for attribute, kind in keys],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    for day in range(1, 31):
        moment = {"year": {"N": "2026"}, "month": {"N": str(day % 3)}, "day": {"N": str(day)}}
        dynamodb.put_item(TableName=name, Item={"id": {"S": f"page-{day}"}, "site": {"S": "a"}, **moment})
    pages = dynamodb.get_paginator("query").paginate(
        TableName=name,
        IndexName="by-day",
        KeyConditionExpression="site = :s AND #y = :y AND #m = :m AND #d > :d",
        ExpressionAttributeNames={"#y": "year", "#m": "month", "#d": "day"},
        ExpressionAttributeValues={":s": {"S": "a"}, ":y": {"N": "2026"}, ":m": {"N": "2"}, ":d": {"N": "8"}},
        ScanIndexForward=False,
        PaginationConfig={"PageSize": 2},
    )
    assert [item["day"]["N"] for page in pages for item in page["Items"]] == ["29", "26", "23", "20", "17", "14", "11"]
