"""https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html"""

from __future__ import annotations

from typing import Any


def test_counts_and_sizes_are_exact(things: Any) -> None:
    things.put(id={"S": "ab"}, n={"N": "1"})
    things.put(id={"S": "cd"})
    things.put(id={"S": "cd"}, text={"S": "x" * 10})
    described = things("DescribeTable", TableName="things")["Table"]
    assert (described["ItemCount"], described["TableSizeBytes"]) == (2, (4 + 3) + (4 + 14))
    things("DeleteItem", TableName="things", Key={"id": {"S": "ab"}})
    described = things("DescribeTable", TableName="things")["Table"]
    assert (described["ItemCount"], described["TableSizeBytes"]) == (1, 18)


def test_by_arn(things: Any) -> None:
    arn = "arn:aws:dynamodb:us-east-1:000000000000:table/things"
    assert things("DescribeTable", TableName=arn)["Table"]["TableName"] == "things"
    things("PutItem", TableName=arn, Item={"id": {"S": "a"}})
    assert things.get(arn, id={"S": "a"}) == {"id": {"S": "a"}}


def test_what_is_not_there(things: Any) -> None:
    error = things.refusal("DescribeTable", TableName="other")
    assert (error.code, error.message) == (
        "ResourceNotFoundException",
        "Requested resource not found: Table: other not found",
    )
    for arn in (
        "arn:aws:dynamodb:eu-west-1:000000000000:table/things",
        "arn:aws:dynamodb:us-east-1:111111111111:table/things",
        "arn:aws:sqs:us-east-1:000000000000:things",
    ):
        assert things.refusal("DescribeTable", TableName=arn).code == "ResourceNotFoundException"
    things.caller.account = "111111111111"
    assert things.refusal("DescribeTable", TableName="things").code == "ResourceNotFoundException"
