"""https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html"""

from __future__ import annotations

from typing import Any


def test_the_callers_account(call: Any) -> None:
    call.account = "111111111111"
    assert call("sts", "GetCallerIdentity") == {
        "UserId": "111111111111",
        "Account": "111111111111",
        "Arn": "arn:aws:iam::111111111111:root",
    }


def test_there_is_nothing_to_keep(call: Any) -> None:
    assert "sts" not in call.world.states
