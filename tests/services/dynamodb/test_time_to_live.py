"""https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html"""

from __future__ import annotations

from typing import Any

import pytest

from services.dynamodb import time_to_live

ENABLE = {"TableName": "things", "TimeToLiveSpecification": {"Enabled": True, "AttributeName": "expires"}}
DISABLE = {"TableName": "things", "TimeToLiveSpecification": {"Enabled": False, "AttributeName": "expires"}}


def seconds(dynamodb: Any) -> int:
    return int(dynamodb.clock.now_ms() // 1000)


def put(dynamodb: Any, name: str, expires: int | str) -> None:
    dynamodb.put(id={"S": name}, expires={"N": str(expires)})


def left(dynamodb: Any) -> list[str]:
    return sorted(item["id"]["S"] for item in dynamodb("Scan", TableName="things")["Items"])


def deadline(dynamodb: Any) -> int | None:
    return time_to_live.next_deadline_ms(dynamodb.state)


def test_items_go_when_their_time_is_over(things: Any) -> None:
    things("UpdateTimeToLive", **ENABLE)
    assert deadline(things) is None
    now = seconds(things)
    put(things, "soon", now + 10)
    put(things, "later", f"{now + 20}.9")
    put(things, "never", 10**20)
    things.put(id={"S": "text"}, expires={"S": str(now)})
    assert deadline(things) == (now + 11) * 1000
    things.caller.fire("dynamodb")
    assert left(things) == ["later", "never", "soon", "text"]
    things.clock.advance(seconds=11)
    assert left(things) == ["later", "never", "soon", "text"], "expired items are served until they are deleted"
    things.caller.fire("dynamodb")
    assert left(things) == ["later", "never", "text"]
    assert deadline(things) == (now + 21) * 1000


def test_an_update_moves_the_time(things: Any) -> None:
    things("UpdateTimeToLive", **ENABLE)
    put(things, "a", seconds(things) + 1)
    put(things, "a", seconds(things) + 100)
    put(things, "b", seconds(things) + 1)
    things("DeleteItem", TableName="things", Key={"id": {"S": "b"}})
    things.clock.advance(seconds=50)
    things.caller.fire("dynamodb")
    assert left(things) == ["a"]


def test_a_time_long_past_is_a_mistake(things: Any) -> None:
    things("UpdateTimeToLive", **ENABLE)
    put(things, "old", seconds(things) - 6 * 365 * 24 * 3600)
    put(things, "past", seconds(things) - 4 * 365 * 24 * 3600)
    things.caller.fire("dynamodb")
    assert left(things) == ["old"]
    assert deadline(things) is None, "nothing is left to be looked at again and again"


def test_switching_on_looks_at_what_is_there(things: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.dynamodb.limits.EXPIRY_SCAN_ITEMS", 10)
    for number in range(25):
        put(things, f"item-{number:02}", seconds(things) - 1 if number % 2 else seconds(things) + 60)
    things("UpdateTimeToLive", **ENABLE)
    assert deadline(things) == 0
    put(things, "item-00", seconds(things) + 70)
    put(things, "new", seconds(things) - 1)
    things("DeleteItem", TableName="things", Key={"id": {"S": "item-01"}})
    for _ in range(4):
        things.caller.fire("dynamodb")
    assert left(things) == [f"item-{number:02}" for number in range(0, 25, 2)]
    assert deadline(things) == (seconds(things) + 61) * 1000
    things("UpdateTimeToLive", **DISABLE)
    assert deadline(things) is None


def test_a_record_has_at_most_a_thousand_deletions(things: Any) -> None:
    things("UpdateTimeToLive", **ENABLE)
    for number in range(1010):
        put(things, str(number), seconds(things) - 1)
    lsn = things.caller.world.store.lsn
    things.caller.fire("dynamodb")
    assert things("Scan", TableName="things", Select="COUNT")["Count"] == 10
    assert deadline(things) is not None
    assert things.caller.world.store.lsn == lsn + 1
    things.caller.fire("dynamodb")
    assert left(things) == []
