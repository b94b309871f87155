"""Scan."""

from conformance.case import operation
from conformance.lab import Lab

scan = operation("dynamodb.Scan", "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html")

ITEMS = [{"pk": {"S": f"k{number}"}, "n": {"N": str(number)}} for number in range(6)]


@scan.success
def everything(lab: Lab) -> None:
    """All items, in no particular order."""
    lab.call("scan", lab.dynamodb.scan, unordered=["Items"], TableName=lab.table("pk:S", items=ITEMS))


@scan.success
def filtered(lab: Lab) -> None:
    """A filter drops items after they were read."""
    table = lab.table("pk:S", items=ITEMS)
    request = {"FilterExpression": "n > :n", "ExpressionAttributeValues": {":n": {"N": "3"}}}
    lab.call("scan", lab.dynamodb.scan, unordered=["Items"], TableName=table, **request)


@scan.success
def in_pages(lab: Lab) -> None:
    """Following the last key gives every item once."""
    table = lab.table("pk:S", items=ITEMS)
    page = lab.dynamodb.scan(TableName=table, Limit=4)
    found, pages = [item["pk"]["S"] for item in page["Items"]], 1
    while "LastEvaluatedKey" in page and pages < 5:
        page = lab.dynamodb.scan(TableName=table, Limit=4, ExclusiveStartKey=page["LastEvaluatedKey"])
        found += [item["pk"]["S"] for item in page["Items"]]
        pages += 1
    lab.note("keys", sorted(found))
    lab.note("pages", pages)


@scan.success
def in_segments(lab: Lab) -> None:
    """Segments together give every item once."""
    table = lab.table("pk:S", items=ITEMS)
    found = []
    for segment in range(3):
        answer = lab.dynamodb.scan(TableName=table, TotalSegments=3, Segment=segment)
        found += [item["pk"]["S"] for item in answer["Items"]]
    lab.note("keys", sorted(found))


@scan.success
def of_an_index(lab: Lab) -> None:
    """A sparse index gives the items that have its key."""
    index = {
        "IndexName": "by-n",
        "KeySchema": [{"AttributeName": "n", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    items = [*ITEMS[:2], {"pk": {"S": "without"}}]
    table = lab.table("pk:S", also=["n:N"], items=items, GlobalSecondaryIndexes=[index])
    lab.call("scan", lab.dynamodb.scan, unordered=["Items"], TableName=table, IndexName="by-n")


@scan.success
def with_a_scan_filter(lab: Lab) -> None:
    """ScanFilter and AttributesToGet are what expressions replaced."""
    conditions = {
        "n": {"ComparisonOperator": "IN", "AttributeValueList": [{"N": "1"}, {"N": "4"}]},
        "pk": {"ComparisonOperator": "BEGINS_WITH", "AttributeValueList": [{"S": "k"}]},
    }
    table = lab.table("pk:S", items=ITEMS)
    request = {"TableName": table, "ScanFilter": conditions, "AttributesToGet": ["n"]}
    lab.call("scan", lab.dynamodb.scan, unordered=["Items"], **request)


@scan.error
def of_a_missing_table(lab: Lab) -> None:
    """The table must exist."""
    lab.call("scan", lab.dynamodb.scan, TableName=lab.name("table"))


@scan.error
def with_bad_segments(lab: Lab) -> None:
    """A segment needs its total and lies below it."""
    table = lab.table("pk:S")
    lab.call("no total", lab.dynamodb.scan, TableName=table, Segment=0)
    lab.call("beyond", lab.dynamodb.scan, TableName=table, Segment=2, TotalSegments=2)


@scan.error
def with_a_bad_filter(lab: Lab) -> None:
    """A filter that can't be read is refused."""
    lab.call("scan", lab.dynamodb.scan, TableName=lab.table("pk:S"), FilterExpression="a ~ b")
