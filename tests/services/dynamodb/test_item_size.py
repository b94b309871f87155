"""https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html"""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.dynamodb.item_size import item_size
from services.dynamodb.values import checked_item, encoded


@pytest.mark.parametrize(
    ("item", "size"),
    [
        ({"a": {"S": "abc"}}, 4),
        ({"ü": {"S": "ü"}}, 4),
        ({"a": {"N": "27"}}, 3),
        ({"a": {"B": "AQI="}}, 3),
        ({"a": {"BOOL": True}}, 2),
        ({"a": {"NULL": True}}, 2),
        ({"a": {"SS": ["ab", "c"]}}, 4),
        ({"a": {"L": []}}, 4),
        ({"a": {"L": [{"S": "x"}, {"S": "y"}]}}, 8),
        ({"a": {"M": {"bc": {"S": "x"}}}}, 8),
    ],
)
def test_sizes(item: dict[str, Any], size: int) -> None:
    assert item_size(item) == size


values = st.recursive(
    st.one_of(
        st.text(max_size=8).map(lambda text: {"S": text}),
        st.decimals(-1000, 1000, places=3).map(lambda number: {"N": str(number)}),
        st.booleans().map(lambda flag: {"BOOL": flag}),
        st.just({"NULL": True}),
        st.sets(st.text(max_size=3), min_size=1, max_size=3).map(lambda members: {"SS": sorted(members)}),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda members: {"L": members}),
        st.dictionaries(st.text(min_size=1, max_size=3), inner, max_size=3).map(lambda members: {"M": members}),
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.dictionaries(st.text(min_size=1, max_size=5), values, max_size=4))
def test_the_json_of_an_item_is_never_shorter_than_its_size(item: dict[str, Any]) -> None:
    kept = checked_item(item)
    data = encoded(kept)
    assert item_size(kept) <= len(data)
    assert orjson.loads(data) == kept
    assert encoded(orjson.loads(data)) == data
