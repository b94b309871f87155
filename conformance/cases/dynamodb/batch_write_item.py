"""BatchWriteItem."""

import contextlib

from botocore.exceptions import ClientError

from conformance.case import operation
from conformance.lab import Lab

batch_write_item = operation(
    "dynamodb.BatchWriteItem", "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html"
)


@batch_write_item.success
def puts_and_deletes(lab: Lab) -> None:
    """Puts and deletes together; the answer always has UnprocessedItems."""
    table = lab.table("pk:S", items=[{"pk": {"S": "old"}}])
    requests = [
        {"PutRequest": {"Item": {"pk": {"S": "new"}, "a": {"N": "1"}}}},
        {"DeleteRequest": {"Key": {"pk": {"S": "old"}}}},
    ]
    lab.call("write", lab.dynamodb.batch_write_item, RequestItems={table: requests})
    lab.call("scan", lab.dynamodb.scan, unordered=["Items"], TableName=table)


@batch_write_item.error
def of_duplicate_keys(lab: Lab) -> None:
    """A key occurs once, and nothing is written otherwise."""
    table = lab.table("pk:S")
    requests = [{"PutRequest": {"Item": {"pk": {"S": "a"}}}}, {"DeleteRequest": {"Key": {"pk": {"S": "a"}}}}]
    lab.call("write", lab.dynamodb.batch_write_item, RequestItems={table: requests})
    lab.note("count", lab.dynamodb.scan(TableName=table)["Count"])


@batch_write_item.error
def of_too_many(lab: Lab) -> None:
    """At most 25 requests in all."""
    table = lab.table("pk:S")
    requests = [{"PutRequest": {"Item": {"pk": {"S": str(number)}}}} for number in range(26)]
    lab.call("26 requests", lab.dynamodb.batch_write_item, RequestItems={table: requests})


@batch_write_item.error
def of_none(lab: Lab) -> None:
    """At least one request."""
    lab.call("write", lab.dynamodb.batch_write_item, RequestItems={})


@batch_write_item.error
def into_a_missing_table(lab: Lab) -> None:
    """Every table must exist, and nothing is written otherwise."""
    table, missing = lab.table("pk:S"), lab.name("table")
    requests = [{"PutRequest": {"Item": {"pk": {"S": "a"}}}}]
    batch = {table: requests, missing: requests}
    lab.call("write", lab.dynamodb.batch_write_item, RequestItems=batch)
    for _ in range(20):  # who writes what comes before the missing table may take the tables in any order
        with contextlib.suppress(ClientError):
            lab.dynamodb.batch_write_item(RequestItems=batch)
    lab.note("count", lab.dynamodb.scan(TableName=table)["Count"])


@batch_write_item.error
def of_a_bad_item(lab: Lab) -> None:
    """One bad item refuses the whole batch."""
    table = lab.table("pk:S")
    requests = [{"PutRequest": {"Item": {"pk": {"S": "a"}}}}, {"PutRequest": {"Item": {"a": {"S": "no key"}}}}]
    lab.call("write", lab.dynamodb.batch_write_item, RequestItems={table: requests})
    lab.note("count", lab.dynamodb.scan(TableName=table)["Count"])
