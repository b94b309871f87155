"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-basic-architecture.html"""

from __future__ import annotations

from typing import Any

import pytest


def deadline(sqs: Any) -> int | None:
    """Seconds until the next one."""
    at = sqs.state.next_deadline_ms()
    return None if at is None else (at - sqs.clock.now_ms()) // 1000


def test_the_oldest_message_of_all_queues_gives_the_deadline(sqs: Any) -> None:
    assert deadline(sqs) is None
    long, short = sqs.queue("long", MessageRetentionPeriod="1000"), sqs.queue("short", MessageRetentionPeriod="60")
    assert deadline(sqs) is None
    sqs.send(long)
    assert deadline(sqs) == 1000
    sqs.send(short)
    assert deadline(sqs) == 60
    handle = sqs.receive(short)[0]["ReceiptHandle"]
    assert deadline(sqs) == 60
    sqs.delete(short, handle)
    assert deadline(sqs) == 1000
    sqs("PurgeQueue", QueueUrl=long)
    assert deadline(sqs) is None


def test_expired_messages_go_in_flight_or_not(sqs: Any, call: Any) -> None:
    url = sqs.queue(MessageRetentionPeriod="60")
    for body in ("in flight", "visible", "delayed"):
        sqs.send(url, body, DelaySeconds=900 if body == "delayed" else 0)
    sqs.receive(url, 1, VisibilityTimeout=900)
    sqs.clock.advance(seconds=30)
    sqs.send(url, "later")
    sqs.clock.advance(ms=29_999)
    call.fire("sqs")
    assert sqs.counts(url) == (2, 1, 1)
    sqs.clock.advance(ms=1)
    call.fire("sqs")
    assert sqs.bodies(url) == ["later"]
    assert sqs.counts(url) == (0, 1, 0)


def test_a_receive_never_returns_an_expired_message(sqs: Any) -> None:
    url = sqs.queue(MessageRetentionPeriod="60")
    sqs.send(url)
    sqs.clock.advance(seconds=60)
    assert sqs.bodies(url) == []
    assert sqs.counts(url) == (0, 0, 0)


def test_small_records(sqs: Any, call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.sqs.retention.MESSAGES_PER_RECORD_MAX", 2)
    url = sqs.queue(MessageRetentionPeriod="60")
    for _ in range(5):
        sqs.send(url)
    sqs.clock.advance(seconds=60)
    left = []
    while deadline(sqs) is not None:
        call.fire("sqs")
        left.append(sqs.counts(url)[0])
    assert left == [3, 1, 0]
    before = call.world.store.lsn
    call.fire("sqs")
    assert call.world.store.lsn == before
