"""DeleteTable."""

from conformance.case import operation
from conformance.lab import Lab

delete_table = operation(
    "dynamodb.DeleteTable", "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteTable.html"
)


@delete_table.success
def removes_it(lab: Lab) -> None:
    """The answer describes a table that is being deleted; then it is gone."""
    table = lab.table("pk:S")
    lab.call("delete", lab.dynamodb.delete_table, TableName=table)
    lab.dynamodb.get_waiter("table_not_exists").wait(TableName=table, WaiterConfig={"Delay": 1, "MaxAttempts": 10})
    lab.call("describe", lab.dynamodb.describe_table, TableName=table)


@delete_table.error
def of_a_missing_table(lab: Lab) -> None:
    """The table must exist."""
    lab.call("delete", lab.dynamodb.delete_table, TableName=lab.name("table"))


@delete_table.error
def that_is_protected(lab: Lab) -> None:
    """Deletion protection must be off."""
    table = lab.table("pk:S", DeletionProtectionEnabled=True)
    lab.on_exit(lambda: lab.dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False))
    lab.call("delete", lab.dynamodb.delete_table, TableName=table)
    lab.note("exists", table in lab.dynamodb.list_tables(ExclusiveStartTableName=table[:-1], Limit=1)["TableNames"])
