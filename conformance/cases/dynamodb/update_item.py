"""UpdateItem."""

from typing import Any

from conformance.case import operation
from conformance.lab import Lab

update_item = operation(
    "dynamodb.UpdateItem", "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html"
)

KEY = {"pk": {"S": "k"}}
ITEM = {
    **KEY,
    "n": {"N": "10"},
    "l": {"L": [{"S": "a"}, {"S": "b"}]},
    "m": {"M": {"x": {"N": "1"}}},
    "s": {"SS": ["a", "b"]},
    "t": {"S": "text"},
}


def updated(lab: Lab, expression: str, names: dict[str, str] | None = None, **values: Any) -> None:
    """Observe an update of the item and the item after it; values are given without their colons."""
    table = lab.table("pk:S", items=[ITEM])
    request: dict[str, Any] = {"UpdateExpression": expression}
    if names:
        request["ExpressionAttributeNames"] = names
    if values:
        request["ExpressionAttributeValues"] = {f":{name}": value for name, value in values.items()}
    lab.call("update", lab.dynamodb.update_item, TableName=table, Key=KEY, **request)
    lab.call("get", lab.dynamodb.get_item, TableName=table, Key=KEY)


@update_item.success
def sets_and_removes(lab: Lab) -> None:
    """SET writes attributes, REMOVE deletes them."""
    updated(lab, "SET a = :a, #t = :t REMOVE n, gone", {"#t": "t"}, a={"S": "new"}, t={"S": "other"})


@update_item.success
def reckons(lab: Lab) -> None:
    """SET adds and subtracts, exactly."""
    updated(lab, "SET n = n + :d, o = n - :d", d={"N": "0.00000000000000000001"})


@update_item.success
def appends_to_a_list_that_may_be_missing(lab: Lab) -> None:
    """list_append and if_not_exists nest."""
    append = "SET l = list_append(l, :v), fresh = list_append(if_not_exists(fresh, :e), :v)"
    updated(lab, append, v={"L": [{"S": "c"}]}, e={"L": []})


@update_item.success
def within_documents(lab: Lab) -> None:
    """Paths reach into maps and lists; an index behind the end appends."""
    updated(lab, "SET m.x = :v, m.y = :v, l[0] = :v, l[9] = :v", v={"N": "7"})


@update_item.success
def copies_an_attribute(lab: Lab) -> None:
    """The right side may be a path; all right sides see the item as it was."""
    updated(lab, "SET c = m, n = m.x, m.x = n")


@update_item.success
def adds_and_deletes(lab: Lab) -> None:
    """ADD counts and unites sets, DELETE takes members away."""
    updated(lab, "ADD n :one, hits :one, s :more DELETE gone :more", one={"N": "1"}, more={"SS": ["c"]})


@update_item.success
def deletes_the_last_member(lab: Lab) -> None:
    """A set without members is removed with its attribute."""
    updated(lab, "DELETE s :all", all={"SS": ["a", "b"]})


@update_item.success
def creates_the_item(lab: Lab) -> None:
    """An update of a missing item creates it."""
    table = lab.table("pk:S")
    request = {"UpdateExpression": "SET a = :a", "ExpressionAttributeValues": {":a": {"S": "1"}}}
    lab.call("update", lab.dynamodb.update_item, TableName=table, Key=KEY, **request, ReturnValues="ALL_NEW")
    lab.call("get", lab.dynamodb.get_item, TableName=table, Key=KEY)


@update_item.success
def returns_what_is_asked_for(lab: Lab) -> None:
    """The whole item or only what changed, before or after."""
    for wanted in ("NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW"):
        table = lab.table("pk:S", items=[ITEM])
        request = {"UpdateExpression": "SET n = :n, a = :n", "ExpressionAttributeValues": {":n": {"N": "1"}}}
        lab.call(wanted, lab.dynamodb.update_item, TableName=table, Key=KEY, **request, ReturnValues=wanted)


@update_item.success
def if_a_condition_holds(lab: Lab) -> None:
    """Functions and comparators of conditions."""
    table = lab.table("pk:S", items=[ITEM])
    condition = (
        "size(l) = :two AND contains(s, :a) AND begins_with(t, :te) AND attribute_type(m, :map)"
        " AND n IN (:ten, :two) AND (t <> :a OR attribute_not_exists(n)) AND l[1] = :b AND m.x < :two"
    )
    values = {
        ":two": {"N": "2"},
        ":ten": {"N": "10"},
        ":a": {"S": "a"},
        ":b": {"S": "b"},
        ":te": {"S": "te"},
        ":map": {"S": "M"},
    }
    lab.call(
        "update",
        lab.dynamodb.update_item,
        TableName=table,
        Key=KEY,
        UpdateExpression="SET done = :a",
        ConditionExpression=condition,
        ExpressionAttributeValues=values,
    )


@update_item.error
def if_a_condition_fails(lab: Lab) -> None:
    """A failed condition is refused and nothing changes; a missing item meets no comparison."""
    table = lab.table("pk:S", items=[ITEM])
    request = {
        "TableName": table,
        "UpdateExpression": "SET n = :n",
        "ConditionExpression": "n > :n",
        "ExpressionAttributeValues": {":n": {"N": "11"}},
    }
    lab.call("update", lab.dynamodb.update_item, Key=KEY, **request)
    lab.call("missing item", lab.dynamodb.update_item, Key={"pk": {"S": "other"}}, **request)
    lab.note("count", lab.dynamodb.scan(TableName=table)["Count"])


@update_item.error
def of_the_key(lab: Lab) -> None:
    """Key attributes can't be changed."""
    updated(lab, "SET pk = :v", v={"S": "other"})


@update_item.error
def with_operands_that_do_not_fit(lab: Lab) -> None:
    """Operands have the types that the functions want, and must exist."""
    table = lab.table("pk:S", items=[ITEM])
    values = {":n": {"N": "1"}}
    for step, expression in (
        ("text plus number", "SET t = t + :n"),
        ("missing plus number", "SET x = gone + :n"),
        ("add to text", "ADD t :n"),
        ("append a number", "SET l = list_append(l, :n)"),
        ("path into nothing", "SET nothing.x = :n"),
        ("overlapping paths", "SET m = :n, m.x = :n"),
        ("two SET clauses", "SET a = :n SET b = :n"),
        ("syntax", "SET a := :n"),
    ):
        request = {"UpdateExpression": expression, "ExpressionAttributeValues": values}
        lab.call(step, lab.dynamodb.update_item, TableName=table, Key=KEY, **request)
    lab.call("get", lab.dynamodb.get_item, TableName=table, Key=KEY)


@update_item.error
def of_a_missing_table(lab: Lab) -> None:
    """The table must exist."""
    lab.call("update", lab.dynamodb.update_item, TableName=lab.name("table"), Key=KEY)
