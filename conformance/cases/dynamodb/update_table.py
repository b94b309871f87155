"""UpdateTable."""

from conformance.case import operation
from conformance.lab import Lab

update_table = operation(
    "dynamodb.UpdateTable", "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html"
)


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


@update_table.error
def of_a_missing_table(lab: Lab) -> None:
    """The table must exist."""
    table = lab.name("table")
    lab.call("update", lab.dynamodb.update_table, TableName=table, DeletionProtectionEnabled=True)


@update_table.error
def with_nothing_to_do(lab: Lab) -> None:
    """At least one change is named."""
    lab.call("update", lab.dynamodb.update_table, TableName=lab.table("pk:S"))
