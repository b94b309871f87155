"""PutItem."""

from conformance.case import operation
from conformance.lab import Lab

put_item = operation(
    "dynamodb.PutItem", "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html"
)

EVERY_TYPE = {
    "pk": {"S": "k"},
    "string": {"S": "grün"},
    "number": {"N": "12345678901234567890.123456789012345678"},
    "binary": {"B": b"\x00\xff"},
    "true": {"BOOL": True},
    "null": {"NULL": True},
    "list": {"L": [{"S": "a"}, {"N": "1"}]},
    "map": {"M": {"inner": {"S": "x"}}},
    "empty list": {"L": []},
    "empty map": {"M": {}},
    "empty string": {"S": ""},
    "strings": {"SS": ["a"]},
    "numbers": {"NS": ["1"]},
    "binaries": {"BS": [b"\x01"]},
}


@put_item.success
def every_type(lab: Lab) -> None:
    """Every type comes back as it was put, numbers with up to 38 digits."""
    table = lab.table("pk:S")
    lab.call("put", lab.dynamodb.put_item, TableName=table, Item=EVERY_TYPE)
    lab.call("get", lab.dynamodb.get_item, TableName=table, Key={"pk": {"S": "k"}})


@put_item.success
def numbers_are_normalised(lab: Lab) -> None:
    """Leading and trailing zeros are trimmed; equal numbers are equal keys."""
    table = lab.table("pk:N")
    lab.dynamodb.put_item(TableName=table, Item={"pk": {"N": "1"}, "a": {"N": "0010.50"}, "b": {"N": "1E3"}})
    lab.call("get", lab.dynamodb.get_item, TableName=table, Key={"pk": {"N": "1.0"}})


@put_item.success
def replaces_and_returns_the_old(lab: Lab) -> None:
    """A put replaces the whole item; ALL_OLD returns what it was."""
    table = lab.table("pk:S", items=[{"pk": {"S": "k"}, "a": {"S": "1"}}])
    item = {"pk": {"S": "k"}, "b": {"S": "2"}}
    lab.call("put", lab.dynamodb.put_item, TableName=table, Item=item, ReturnValues="ALL_OLD")
    lab.call("get", lab.dynamodb.get_item, TableName=table, Key={"pk": {"S": "k"}})


@put_item.success
def with_consumed_capacity(lab: Lab) -> None:
    """The capacity consumed comes when it is asked for."""
    table = lab.table("pk:S")
    lab.call("put", lab.dynamodb.put_item, TableName=table, Item={"pk": {"S": "k"}}, ReturnConsumedCapacity="TOTAL")


@put_item.success
def if_a_condition_holds(lab: Lab) -> None:
    """The condition sees the item as it was; names and values are substituted."""
    table = lab.table("pk:S", items=[{"pk": {"S": "k"}, "size": {"N": "5"}}])
    lab.call(
        "put",
        lab.dynamodb.put_item,
        TableName=table,
        Item={"pk": {"S": "k"}, "size": {"N": "6"}},
        ConditionExpression="#s BETWEEN :low AND :high AND NOT attribute_exists(gone)",
        ExpressionAttributeNames={"#s": "size"},
        ExpressionAttributeValues={":low": {"N": "1"}, ":high": {"N": "5"}},
    )


@put_item.success
def if_it_is_as_expected(lab: Lab) -> None:
    """Expected and ConditionalOperator are what condition expressions replaced."""
    table = lab.table("pk:S", items=[{"pk": {"S": "k"}, "a": {"S": "1"}}])
    expected = {"a": {"Value": {"S": "2"}}, "b": {"Exists": False}}
    request = {"TableName": table, "Item": {"pk": {"S": "k"}, "a": {"S": "3"}}, "Expected": expected}
    lab.call("either", lab.dynamodb.put_item, **request, ConditionalOperator="OR")
    lab.call("get", lab.dynamodb.get_item, TableName=table, Key={"pk": {"S": "k"}})


@put_item.error
def if_a_condition_fails(lab: Lab) -> None:
    """A failed condition is refused; the item comes along when it is asked for."""
    item = {"pk": {"S": "k"}, "a": {"S": "1"}}
    table = lab.table("pk:S", items=[item])
    request = {"TableName": table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}
    lab.call("put", lab.dynamodb.put_item, **request)
    old = "ALL_OLD"
    lab.call("with item", lab.dynamodb.put_item, **request, ReturnValuesOnConditionCheckFailure=old)


@put_item.error
def into_a_missing_table(lab: Lab) -> None:
    """The table must exist."""
    lab.call("put", lab.dynamodb.put_item, TableName=lab.name("table"), Item={"pk": {"S": "k"}})


@put_item.error
def without_its_key(lab: Lab) -> None:
    """The item has every key attribute, of the right type, not empty."""
    table = lab.table("pk:S")
    lab.call("missing", lab.dynamodb.put_item, TableName=table, Item={"a": {"S": "1"}})
    lab.call("wrong type", lab.dynamodb.put_item, TableName=table, Item={"pk": {"N": "1"}})
    lab.call("empty", lab.dynamodb.put_item, TableName=table, Item={"pk": {"S": ""}})


@put_item.error
def with_bad_values(lab: Lab) -> None:
    """Sets aren't empty and hold no duplicates; numbers are numbers of at most 38 digits."""
    table = lab.table("pk:S")
    for step, value in (
        ("empty set", {"SS": []}),
        ("duplicates", {"SS": ["a", "a"]}),
        ("not a number", {"N": "one"}),
        ("too many digits", {"N": "1" * 39}),
        ("too large", {"N": "1E126"}),
        ("two types", {"S": "a", "N": "1"}),
        ("no type", {}),
    ):
        lab.call(step, lab.dynamodb.put_item, TableName=table, Item={"pk": {"S": "k"}, "a": value})


@put_item.error
def too_large(lab: Lab) -> None:
    """An item has at most 400 KB."""
    table = lab.table("pk:S")
    item = {"pk": {"S": "k"}, "a": {"S": "x" * (400 * 1024)}}
    lab.call("put", lab.dynamodb.put_item, TableName=table, Item=item)


@put_item.error
def with_a_bad_condition(lab: Lab) -> None:
    """Expressions are checked: syntax, reserved words, undefined and unused substitutes."""
    table = lab.table("pk:S")
    request = {"TableName": table, "Item": {"pk": {"S": "k"}}}
    values = {":v": {"S": "x"}}
    lab.call("syntax", lab.dynamodb.put_item, **request, ConditionExpression="a = = b")
    lab.call("empty", lab.dynamodb.put_item, **request, ConditionExpression="")
    lab.call("reserved word", lab.dynamodb.put_item, **request, ConditionExpression="attribute_exists(size)")
    lab.call("undefined value", lab.dynamodb.put_item, **request, ConditionExpression="a = :v")
    lab.call("undefined name", lab.dynamodb.put_item, **request, ConditionExpression="attribute_exists(#n)")
    lab.call(
        "unused value",
        lab.dynamodb.put_item,
        **request,
        ConditionExpression="attribute_exists(a)",
        ExpressionAttributeValues=values,
    )
    lab.call("no expression", lab.dynamodb.put_item, **request, ExpressionAttributeValues=values)


@put_item.error
def with_unknown_return_values(lab: Lab) -> None:
    """A put returns NONE or ALL_OLD."""
    table = lab.table("pk:S")
    lab.call("put", lab.dynamodb.put_item, TableName=table, Item={"pk": {"S": "k"}}, ReturnValues="ALL_NEW")


@put_item.error
def if_it_is_not_as_expected(lab: Lab) -> None:
    """An expectation that fails is a condition that fails; one that says nothing is refused."""
    table = lab.table("pk:S", items=[{"pk": {"S": "k"}, "a": {"S": "1"}}])
    request = {"TableName": table, "Item": {"pk": {"S": "k"}}}
    lab.call("other value", lab.dynamodb.put_item, **request, Expected={"a": {"Value": {"S": "2"}}})
    lab.call("no value", lab.dynamodb.put_item, **request, Expected={"a": {"Exists": True}})
    lab.call("operator alone", lab.dynamodb.put_item, **request, ConditionalOperator="OR")
