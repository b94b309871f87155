"""A table's maps: filled at once they are what they are when items come one by one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dynamodb.definition import Definition
from services.dynamodb.table import Table
from services.dynamodb.values import encoded

SETTINGS = {
    "TableName": "things",
    "AttributeDefinitions": [
        {"AttributeName": "pk", "AttributeType": "S"},
        {"AttributeName": "sk", "AttributeType": "N"},
        {"AttributeName": "by", "AttributeType": "S"},
    ],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by",
            "KeySchema": [{"AttributeName": "by", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }
    ],
    "TimeToLive": {"AttributeName": "ends"},
}

texts = st.text(max_size=4).map(lambda text: {"S": text})
numbers = st.integers(-99, 99).map(lambda number: {"N": str(number)})
items = st.fixed_dictionaries(
    {"pk": st.sampled_from([{"S": "a"}, {"S": "b"}, {"S": "\0ü"}]), "sk": numbers},
    optional={"by": texts.filter(lambda value: value["S"] != ""), "ends": numbers, "other": texts},
)


def _shown(table: Table) -> Any:
    indexes = {name: (list(index.entries.items()), index.size_bytes) for name, index in table.indexes.items()}
    assert table.expirations is not None
    return list(table.items.items()), table.size_bytes, indexes, list(table.expirations.times)


@given(st.lists(items, unique_by=lambda item: (item["pk"]["S"], item["sk"]["N"]), max_size=12))
def test_filled_at_once_or_one_by_one(given_items: list[dict[str, dict[str, str]]]) -> None:
    definition = Definition.of(SETTINGS)
    one_by_one, at_once = Table(definition), Table(definition)
    for item in given_items:
        one_by_one.put(item, encoded(item))
    at_once.fill((item, encoded(item)) for item in given_items)
    assert _shown(at_once) == _shown(one_by_one)


def test_an_item_without_its_key_is_refused() -> None:
    table = Table(Definition.of(SETTINGS))
    with pytest.raises(KeyError):
        table.fill([({"pk": {"S": "a"}}, b"{}")])
