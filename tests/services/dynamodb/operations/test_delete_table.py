"""https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteTable.html"""

from __future__ import annotations

from typing import Any


def test_a_table_goes_with_its_items(things: Any) -> None:
    things.put(id={"S": "a"})
    shown = things("DeleteTable", TableName="things")["TableDescription"]
    assert (shown["TableName"], shown["TableStatus"], shown["ItemCount"]) == ("things", "DELETING", 1)
    assert not {"AttributeDefinitions", "CreationDateTime", "KeySchema"} & shown.keys()
    assert things("ListTables") == {"TableNames": []}
    assert things.refusal("DeleteTable", TableName="things").message == (
        "Requested resource not found: Table: things not found"
    )
    things.create()
    assert things.get(id={"S": "a"}) is None


def test_deletion_protection(dynamodb: Any) -> None:
    dynamodb.create(DeletionProtectionEnabled=True)
    assert "protected against deletion" in dynamodb.message("DeleteTable", TableName="things")
    dynamodb("UpdateTable", TableName="things", DeletionProtectionEnabled=False)
    dynamodb("DeleteTable", TableName="things")
