"""DescribeTable."""

from conformance.case import operation
from conformance.lab import Lab

describe_table = operation(
    "dynamodb.DescribeTable", "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html"
)


@describe_table.success
def of_an_active_table(lab: Lab) -> None:
    """The description with status, key schema, billing mode and ARN."""
    table = lab.table("pk:S", "sk:N")
    lab.call("describe", lab.dynamodb.describe_table, TableName=table)


@describe_table.success
def by_arn(lab: Lab) -> None:
    """A table may be named by its ARN."""
    table = lab.table("pk:S")
    arn = lab.dynamodb.describe_table(TableName=table)["Table"]["TableArn"]
    answer = lab.dynamodb.describe_table(TableName=arn)
    lab.note("name", answer["Table"]["TableName"])


@describe_table.error
def of_a_missing_table(lab: Lab) -> None:
    """The table must exist."""
    lab.call("describe", lab.dynamodb.describe_table, TableName=lab.name("table"))


@describe_table.error
def error_on_the_wire(lab: Lab) -> None:
    """The type carries the service's namespace; the answer carries its CRC32."""
    headers = {"content-type": "application/x-amz-json-1.0", "x-amz-target": "DynamoDB_20120810.DescribeTable"}
    body = b'{"TableName":"%s"}' % lab.name("table").encode()
    response = lab.http("describe", "POST", "/", headers=headers, body=body, sign="dynamodb")
    lab.note("has a checksum", "x-amz-crc32" in response.headers)
