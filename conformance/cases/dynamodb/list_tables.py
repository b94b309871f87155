"""ListTables."""

from conformance.case import operation
from conformance.lab import Lab

list_tables = operation(
    "dynamodb.ListTables", "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTables.html"
)


@list_tables.success
def in_order(lab: Lab) -> None:
    """Names come in order."""
    mine = [lab.table("pk:S"), lab.table("pk:S")]
    found = [name for name in lab.dynamodb.list_tables()["TableNames"] if name in mine]
    lab.note("names", found)


@list_tables.success
def after_a_name(lab: Lab) -> None:
    """The answer begins behind ExclusiveStartTableName, which need not exist; Limit cuts it."""
    table = lab.table("pk:S")
    before = table.removesuffix("table")
    answer = lab.dynamodb.list_tables(ExclusiveStartTableName=before, Limit=1)
    lab.note("names", answer["TableNames"])


@list_tables.success
def after_the_last_name(lab: Lab) -> None:
    """Nothing comes behind the last name."""
    lab.table("pk:S")
    answer = lab.outcome("list", lab.dynamodb.list_tables, ExclusiveStartTableName="z" * 255)
    lab.note("count is 0", answer["TableNames"] == [])


@list_tables.error
def with_a_limit_out_of_range(lab: Lab) -> None:
    """The limit is 1 to 100."""
    lab.outcome("zero", lab.dynamodb.list_tables, Limit=0)
    lab.outcome("too high", lab.dynamodb.list_tables, Limit=101)
