"""DescribeTimeToLive."""

from conformance.case import operation
from conformance.lab import Lab

describe_time_to_live = operation(
    "dynamodb.DescribeTimeToLive",
    "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTimeToLive.html",
)


@describe_time_to_live.success
def before_and_after(lab: Lab) -> None:
    """Disabled at first; then the attribute is named."""
    table = lab.table("pk:S")
    lab.call("before", lab.dynamodb.describe_time_to_live, TableName=table)
    specification = {"Enabled": True, "AttributeName": "expires"}
    lab.dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=specification)
    lab.call("after", lab.dynamodb.describe_time_to_live, TableName=table)


@describe_time_to_live.error
def of_a_missing_table(lab: Lab) -> None:
    """The table must exist."""
    lab.call("describe", lab.dynamodb.describe_time_to_live, TableName=lab.name("table"))
