"""UpdateTable."""

from typing import Any

from conformance.case import operation
from conformance.lab import Lab

update_table = operation(
    "dynamodb.UpdateTable", "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html"
)


def index(name: str, key: str) -> dict[str, Any]:
    """A global index by one attribute."""
    schema = [{"AttributeName": key, "KeyType": "HASH"}]
    return {"IndexName": name, "KeySchema": schema, "Projection": {"ProjectionType": "ALL"}}


def creating(name: str, key: str) -> dict[str, Any]:
    """The request's part that makes a global index by one attribute, which is text."""
    definitions = [{"AttributeName": key, "AttributeType": "S"}]
    return {"AttributeDefinitions": definitions, "GlobalSecondaryIndexUpdates": [{"Create": index(name, key)}]}


@update_table.success
def to_provisioned(lab: Lab) -> None:
    """A table changes its billing mode with its throughput."""
    table = lab.table("pk:S")
    throughput = {"ReadCapacityUnits": 3, "WriteCapacityUnits": 4}
    request = {"BillingMode": "PROVISIONED", "ProvisionedThroughput": throughput}
    lab.call("update", lab.dynamodb.update_table, TableName=table, **request)
    lab.wait_for_table(table)
    description = lab.dynamodb.describe_table(TableName=table)["Table"]
    units = description["ProvisionedThroughput"]
    lab.note("units", [units["ReadCapacityUnits"], units["WriteCapacityUnits"]])


@update_table.success
def deletion_protection(lab: Lab) -> None:
    """Deletion protection is switched on and off."""
    table = lab.table("pk:S")
    lab.call("on", lab.dynamodb.update_table, TableName=table, DeletionProtectionEnabled=True)
    lab.wait_for_table(table)
    lab.call("delete", lab.dynamodb.delete_table, TableName=table)
    lab.dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)


@update_table.success
def a_new_index(lab: Lab) -> None:
    """A global index is made of what the table holds."""
    items = [{"pk": {"S": "1"}, "a": {"S": "x"}}, {"pk": {"S": "2"}}]
    table = lab.table("pk:S", items=items)
    lab.call("update", lab.dynamodb.update_table, TableName=table, **creating("by-a", "a"))
    lab.wait_for_table(table)


@update_table.success
def without_an_index(lab: Lab) -> None:
    """A global index goes by its name."""
    table = lab.table("pk:S", also=["a:S"], GlobalSecondaryIndexes=[index("by-a", "a")])
    delete = [{"Delete": {"IndexName": "by-a"}}]
    lab.call("update", lab.dynamodb.update_table, TableName=table, GlobalSecondaryIndexUpdates=delete)


@update_table.error
def of_a_missing_table(lab: Lab) -> None:
    """The table must exist."""
    table = lab.name("table")
    lab.call("update", lab.dynamodb.update_table, TableName=table, DeletionProtectionEnabled=True)


@update_table.error
def with_nothing_to_do(lab: Lab) -> None:
    """At least one change is named."""
    lab.call("update", lab.dynamodb.update_table, TableName=lab.table("pk:S"))


@update_table.error
def with_an_index_that_exists(lab: Lab) -> None:
    """The name of a new index must be free."""
    table = lab.table("pk:S", also=["a:S"], GlobalSecondaryIndexes=[index("by-a", "a")])
    lab.call("update", lab.dynamodb.update_table, TableName=table, **creating("by-a", "a"))


@update_table.error
def without_an_index_that_it_has_not(lab: Lab) -> None:
    """An index that goes must be there."""
    delete = [{"Delete": {"IndexName": "by-a"}}]
    lab.call("update", lab.dynamodb.update_table, TableName=lab.table("pk:S"), GlobalSecondaryIndexUpdates=delete)


@update_table.error
def with_two_indexes_at_once(lab: Lab) -> None:
    """One index is made or deleted at a time."""
    updates = [{"Create": index(f"by-{key}", key)} for key in ("a", "b")]
    definitions = [{"AttributeName": key, "AttributeType": "S"} for key in ("a", "b")]
    request: dict[str, Any] = {"AttributeDefinitions": definitions, "GlobalSecondaryIndexUpdates": updates}
    lab.call("update", lab.dynamodb.update_table, TableName=lab.table("pk:S"), **request)
