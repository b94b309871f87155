"""https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html"""

from __future__ import annotations

from typing import Any


def switch(enabled: bool, attribute: str = "expires") -> dict[str, Any]:
    return {"TableName": "things", "TimeToLiveSpecification": {"Enabled": enabled, "AttributeName": attribute}}


def test_on_and_off(things: Any) -> None:
    assert things("UpdateTimeToLive", **switch(True)) == {
        "TimeToLiveSpecification": {"Enabled": True, "AttributeName": "expires"}
    }
    assert things("DescribeTimeToLive", TableName="things") == {
        "TimeToLiveDescription": {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    }
    things("UpdateTimeToLive", **switch(False))
    assert things("DescribeTimeToLive", TableName="things") == {
        "TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}
    }


def test_refusals(things: Any) -> None:
    assert things.message("UpdateTimeToLive", **switch(False)) == "TimeToLive is already disabled"
    things("UpdateTimeToLive", **switch(True))
    assert things.message("UpdateTimeToLive", **switch(True)) == "TimeToLive is already enabled"
    assert things.message("UpdateTimeToLive", **switch(True, "other")) == (
        "TimeToLive is active on a different AttributeName: current AttributeName is expires"
    )
    error = things.refusal("UpdateTimeToLive", **(switch(True) | {"TableName": "nothing"}))
    assert error.message == "Requested resource not found: Table: nothing not found"
