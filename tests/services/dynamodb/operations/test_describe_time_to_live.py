"""https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTimeToLive.html"""

from __future__ import annotations

from typing import Any


def test_a_table_begins_without(things: Any) -> None:
    assert things("DescribeTimeToLive", TableName="things") == {
        "TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}
    }


def test_an_unknown_table(dynamodb: Any) -> None:
    error = dynamodb.refusal("DescribeTimeToLive", TableName="nothing")
    assert (error.code, error.message) == (
        "ResourceNotFoundException",
        "Requested resource not found: Table: nothing not found",
    )
