"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/NotificationHowTo.html"""

from __future__ import annotations

from typing import Any

import pytest

ARN = "arn:aws:sqs:us-east-1:000000000000:events"


def test_events_arrive_in_the_record_of_what_caused_them(sqs: Any, call: Any) -> None:
    url = sqs.queue("events", DelaySeconds="5")
    context = call.world.context("s3")
    # Several events of one request are one change.
    changes = context.deliver(ARN, ["one", "two"])
    assert len(changes) == 1
    assert sqs.counts(url) == (0, 0, 0)
    context.commit(*changes)
    assert sqs.counts(url) == (0, 0, 2)
    sqs.clock.advance(seconds=5)
    assert sqs.bodies(url) == ["one", "two"]


def test_an_event_carries_the_trace_on(sqs: Any, call: Any) -> None:
    url = sqs.queue("events")
    context = call.world.context("s3", trace_header="Root=1")
    context.commit(*context.deliver(ARN, ["one"]))
    (message,) = sqs("ReceiveMessage", QueueUrl=url, MessageSystemAttributeNames=["AWSTraceHeader"])["Messages"]
    assert message["Attributes"] == {"AWSTraceHeader": "Root=1"}


def test_the_queue_may_be_in_another_namespace(sqs: Any, call: Any) -> None:
    url = sqs.queue("events")
    context = call.world.context("s3", "111111111111", "eu-west-1")
    context.commit(*context.deliver(ARN, ["one"]))
    assert sqs.bodies(url) == ["one"]


def test_what_is_too_long_for_the_queue_is_lost(sqs: Any, call: Any) -> None:
    url = sqs.queue("events", MaximumMessageSize="1024")
    context = call.world.context("s3")
    context.commit(*context.deliver(ARN, ["x" * 1025, "ü" * 512, "ü" * 513]))
    assert sqs.bodies(url) == ["ü" * 512]
    assert context.deliver(ARN, ["x" * 1025]) == []


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:sqs:us-east-1:000000000000:gone",
        "arn:aws:sqs:eu-west-1:000000000000:events",
        "arn:aws:sqs:us-east-1:000000000000:events.fifo",
        "arn:aws:sqs:us-east-1:000000000000:events:more",
        "events",
    ],
)
def test_no_such_queue(sqs: Any, call: Any, arn: str) -> None:
    sqs.queue("events")
    sqs.queue("events.fifo")
    assert call.world.context("s3").deliver(arn, ["event"]) is None
