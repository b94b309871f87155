"""CreateTable."""

from functools import partial
from typing import Any

from conformance.case import operation
from conformance.lab import Lab

create_table = operation(
    "dynamodb.CreateTable", "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html"
)


def simple(lab: Lab, **changes: Any) -> dict[str, Any]:
    """A request for a table with a partition key, changed as asked; the table is removed after the case."""
    name = lab.name("table")
    lab.on_exit(lambda: lab.dynamodb.delete_table(TableName=name))
    return {
        "TableName": name,
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
        **changes,
    }


def indexed(lab: Lab, *keys: tuple[str, str], **changes: Any) -> dict[str, Any]:
    """A request for a table with a global index whose key has these attributes, each with its role."""
    names = dict.fromkeys(["pk", *(name for name, _ in keys)])
    index = {
        "IndexName": "by-several",
        "KeySchema": [{"AttributeName": name, "KeyType": role} for name, role in keys],
        "Projection": {"ProjectionType": "ALL"},
        **changes,
    }
    definitions = [{"AttributeName": name, "AttributeType": "S"} for name in names]
    return simple(lab, AttributeDefinitions=definitions, GlobalSecondaryIndexes=[index])


@create_table.success
def on_demand(lab: Lab) -> None:
    """The description of the new table, which is being created."""
    lab.call("create", lab.dynamodb.create_table, **simple(lab))


@create_table.success
def provisioned(lab: Lab) -> None:
    """Provisioned is the default billing mode; the throughput comes back."""
    throughput = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6}
    request = simple(lab, ProvisionedThroughput=throughput)
    del request["BillingMode"]
    lab.call("create", lab.dynamodb.create_table, **request)


@create_table.success
def with_indexes(lab: Lab) -> None:
    """Secondary indexes are described with their ARN, status and projection."""
    kinds = {"pk": "S", "sk": "N", "other": "B"}
    table = simple(
        lab,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": kind} for name, kind in kinds.items()],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-other",
                "KeySchema": [{"AttributeName": "other", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["a"]},
            }
        ],
        LocalSecondaryIndexes=[
            {
                "IndexName": "local",
                "KeySchema": [
                    {"AttributeName": "pk", "KeyType": "HASH"},
                    {"AttributeName": "other", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
    )
    lab.call("create", lab.dynamodb.create_table, **table)


@create_table.success
def with_an_index_of_several_key_attributes(lab: Lab) -> None:
    """A global index has up to four attributes in its partition key, and up to four in its sort key."""
    lab.call("create", lab.dynamodb.create_table, **indexed(lab, ("a", "HASH"), ("b", "HASH"), ("c", "RANGE")))


@create_table.success
def describes_attributes_by_name(lab: Lab) -> None:
    """The order in which attributes are defined says nothing."""
    schema = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "a", "KeyType": "RANGE"}]
    definitions = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "a")]
    answer = lab.dynamodb.create_table(**simple(lab, KeySchema=schema, AttributeDefinitions=definitions))
    lab.note("names", [entry["AttributeName"] for entry in answer["TableDescription"]["AttributeDefinitions"]])


@create_table.error
def of_an_existing_table(lab: Lab) -> None:
    """The name must be free."""
    request = simple(lab)
    lab.dynamodb.create_table(**request)
    lab.wait_for_table(request["TableName"])
    lab.call("again", lab.dynamodb.create_table, **request)


@create_table.error
def with_a_bad_name(lab: Lab) -> None:
    """A name has 3 to 255 letters, digits, underscores, hyphens and dots."""
    for step, name in (("too short", "ab"), ("bad character", "a b c")):
        lab.on_exit(partial(lab.dynamodb.delete_table, TableName=name))
        lab.call(step, lab.dynamodb.create_table, **{**simple(lab), "TableName": name})


@create_table.error
def with_a_key_that_is_not_defined(lab: Lab) -> None:
    """Every key attribute is defined."""
    definitions = [{"AttributeName": "other", "AttributeType": "S"}]
    lab.call("create", lab.dynamodb.create_table, **simple(lab, AttributeDefinitions=definitions))


@create_table.error
def with_a_definition_too_many(lab: Lab) -> None:
    """Only key attributes are defined."""
    definitions = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "other")]
    lab.call("create", lab.dynamodb.create_table, **simple(lab, AttributeDefinitions=definitions))


@create_table.error
def provisioned_without_throughput(lab: Lab) -> None:
    """A provisioned table names its throughput."""
    lab.call("create", lab.dynamodb.create_table, **simple(lab, BillingMode="PROVISIONED"))


@create_table.error
def with_a_bad_key_type(lab: Lab) -> None:
    """Key attributes are strings, numbers or binaries."""
    definitions = [{"AttributeName": "pk", "AttributeType": "BOOL"}]
    lab.call("create", lab.dynamodb.create_table, **simple(lab, AttributeDefinitions=definitions))


@create_table.error
def with_key_attributes_out_of_order(lab: Lab) -> None:
    """In the key of an index, the partition key's attributes stand before the sort key's."""
    lab.call("create", lab.dynamodb.create_table, **indexed(lab, ("a", "HASH"), ("b", "RANGE"), ("c", "HASH")))


@create_table.error
def with_too_many_key_attributes(lab: Lab) -> None:
    """Each part of an index's key has four attributes at most."""
    lab.call("create", lab.dynamodb.create_table, **indexed(lab, *((name, "HASH") for name in "abcde")))


@create_table.error
def with_several_key_attributes_of_its_own(lab: Lab) -> None:
    """Only global indexes have keys of more than two attributes."""
    schema = [{"AttributeName": name, "KeyType": "HASH"} for name in ("pk", "a")]
    definitions = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "a")]
    request = simple(lab, KeySchema=schema, AttributeDefinitions=definitions)
    lab.call("create", lab.dynamodb.create_table, **request)


@create_table.error
def with_a_bad_projection(lab: Lab) -> None:
    """Attributes are projected by name with INCLUDE, and only with it."""
    for step, projection in (
        ("none named", {"ProjectionType": "INCLUDE"}),
        ("named for nothing", {"ProjectionType": "ALL", "NonKeyAttributes": ["x"]}),
    ):
        lab.call(step, lab.dynamodb.create_table, **indexed(lab, ("a", "HASH"), Projection=projection))


@create_table.error
def with_a_bad_setting(lab: Lab) -> None:
    """Table class, encryption, tags and streams are what the page says."""
    for step, changes in (
        ("table class", {"TableClass": "GLACIER"}),
        ("encryption", {"SSESpecification": {"Enabled": False, "SSEType": "KMS"}}),
        ("tag", {"Tags": [{"Key": "aws:k", "Value": "v"}]}),
        ("stream", {"StreamSpecification": {"StreamEnabled": False, "StreamViewType": "NEW_IMAGE"}}),
    ):
        lab.call(step, lab.dynamodb.create_table, **simple(lab, **changes))
