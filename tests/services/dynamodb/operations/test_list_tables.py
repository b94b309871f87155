"""https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTables.html"""

from __future__ import annotations

from typing import Any


def test_pages(dynamodb: Any) -> None:
    for name in ("beta", "alpha", "gamma"):
        dynamodb.create(name)
    assert dynamodb("ListTables") == {"TableNames": ["alpha", "beta", "gamma"]}
    assert dynamodb("ListTables", Limit=2) == {
        "TableNames": ["alpha", "beta"],
        "LastEvaluatedTableName": "beta",
    }
    assert dynamodb("ListTables", Limit=2, ExclusiveStartTableName="beta") == {"TableNames": ["gamma"]}
    assert dynamodb("ListTables", ExclusiveStartTableName="gamma") == {"TableNames": []}
    assert dynamodb("ListTables", ExclusiveStartTableName="aaa", Limit=3)["TableNames"][0] == "alpha"


def test_only_the_namespace_is_listed(things: Any) -> None:
    things.caller.region = "eu-west-1"
    assert things("ListTables") == {"TableNames": []}


def test_limits(dynamodb: Any) -> None:
    assert dynamodb.message("ListTables", Limit=101) == (
        "1 validation error detected: Value '101' at 'limit' failed to satisfy constraint: "
        "Member must have value less than or equal to 100"
    )
    assert "greater than or equal to 1" in dynamodb.message("ListTables", Limit=0)
