"""The shorthand, with the examples of AWS CLI's own page on it.

https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-shorthand.html
"""

from __future__ import annotations

from typing import Any

import pytest

from emu.client.errors import UsageError
from emu.client.shorthand import parse


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ReadCapacityUnits=10,WriteCapacityUnits=5", {"ReadCapacityUnits": "10", "WriteCapacityUnits": "5"}),
        ("AttributeName=id,AttributeType=S", {"AttributeName": "id", "AttributeType": "S"}),
        ("Key=My1stTag,Value=Value1", {"Key": "My1stTag", "Value": "Value1"}),
        ("Name=n,Values=a,b,c", {"Name": "n", "Values": ["a", "b", "c"]}),
        ("Values=a,b,Name=n", {"Values": ["a", "b"], "Name": "n"}),
        ("Values=[a,b],Name=n", {"Values": ["a", "b"], "Name": "n"}),
        ("Values=[],Name=n", {"Values": [], "Name": "n"}),
        ("a={b=1,c={d=2}}", {"a": {"b": "1", "c": {"d": "2"}}}),
        ("a=[{b=1},{b=2}]", {"a": [{"b": "1"}, {"b": "2"}]}),
        ("a='x,y',b=\"z=1\"", {"a": "x,y", "b": "z=1"}),
        (r"a=x\,y", {"a": "x,y"}),
        ("url=http://h/?a=b", {"url": "http://h/?a=b"}),
        ("a=", {"a": ""}),
        ("a=1, b=2", {"a": "1", "b": "2"}),
        ("a=x y,b=z", {"a": "x y", "b": "z"}),
    ],
)
def test_values(text: str, value: Any) -> None:
    assert parse(text) == value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("plain", "needs '='"),
        ("=1", "lacks a name"),
        ("a=1,a=2", "names a twice"),
        ("a=[b", "needs"),
        ("a={b=1", "needs"),
        ("a='b", "needs"),
    ],
)
def test_what_is_no_shorthand(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        parse(text)
