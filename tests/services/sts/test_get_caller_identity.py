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
    state = call.world.states["sts"]
    assert list(state.namespaces()) == []
    assert b"".join(state.dump("111111111111", "us-east-1")) == b"{}"
    state.load("111111111111", "us-east-1", [b"{", b"}"])
    state.rewind(state.save())
    assert state.counts() == {}
