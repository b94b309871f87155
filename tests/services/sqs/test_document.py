"""Documents: what was dumped comes back, and equal states give equal lines."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.machine import NoHooks
from services.sqs.state import State

HOME = ("000000000000", "us-east-1")


def reloaded(lines: list[bytes]) -> State:
    state = State(NoHooks())
    state.load(*HOME, lines)
    state.loaded()
    return state


@pytest.fixture
def lines(sqs: Any) -> list[bytes]:
    """A document with everything in it that a queue can have."""
    dead = sqs.queue("dead")
    policy = '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead","maxReceiveCount":1}'
    url = sqs("CreateQueue", QueueName="jobs", Attributes={"RedrivePolicy": policy}, tags={"b": "2", "a": "1"})[
        "QueueUrl"
    ]
    sqs("PurgeQueue", QueueUrl=dead)
    sqs.send(
        url,
        "ü\n\U0001f600",
        MessageAttributes={
            "blob": {"DataType": "Binary", "BinaryValue": b"\0\xff"},
            "a": {"DataType": "Number.int", "StringValue": "1"},
        },
        MessageSystemAttributes={"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1"}},
    )
    sqs.receive(url, VisibilityTimeout=0)
    sqs.clock.advance(ms=3)
    for body in ("visible", "in flight"):
        sqs.send(url, body, MessageGroupId="tenant")
    sqs.receive(url, 1)
    sqs.send(url, "delayed", DelaySeconds=9)
    sqs.clock.advance(ms=7)
    fifo = sqs.queue("jobs.fifo", ContentBasedDeduplication="true", DeduplicationScope="messageGroup")
    for body in "123":
        sqs.send(fifo, body, MessageGroupId="g")
    sqs.receive(fifo, 2, ReceiveRequestAttemptId="attempt")
    assert sqs.counts(dead) == (1, 0, 0)
    assert sqs.counts(url) == (1, 1, 1)
    lines: list[bytes] = list(sqs.state.dump(*HOME))
    return lines


def test_what_was_dumped_comes_back(lines: list[bytes]) -> None:
    state = reloaded(lines)
    assert list(state.dump(*HOME)) == lines
    assert state.counts() == {"queues": 3, "messages": 7}


def test_it_is_one_json_object(lines: list[bytes]) -> None:
    document = json.loads(b"\n".join(lines))
    assert list(document["queues"]) == [
        f"http://localhost:4566/000000000000/{name}" for name in ("dead", "jobs", "jobs.fifo")
    ]


def test_handles_attempts_and_deduplication_survive(sqs: Any, call: Any, lines: list[bytes]) -> None:
    fifo = "/000000000000/jobs.fifo"
    first = sqs.receive(fifo, 2, ReceiveRequestAttemptId="attempt")
    sqs.state.clear()
    sqs.state.load(*HOME, lines)
    again = sqs.receive(fifo, 2, ReceiveRequestAttemptId="attempt")
    assert [message["ReceiptHandle"] for message in again] == [message["ReceiptHandle"] for message in first]
    sqs.send(fifo, "1", MessageGroupId="g")
    assert sqs.counts(fifo) == (1, 2, 0)
    for message in again:
        sqs.delete(fifo, message["ReceiptHandle"])
    assert sqs.bodies(fifo) == ["3"]
    assert sqs.state.next_deadline_ms() == sqs.clock.now_ms() - 10 + 345_600_000


def test_a_dump_is_in_kumos_schema_and_more(lines: list[bytes], sqs: Any) -> None:
    ours = json.loads(b"\n".join(lines))["queues"]
    kumos = json.loads(b"\n".join(sqs.state.dump_kumo(*HOME, None, pytest.fail)))["queues"]
    assert ours.keys() == kumos.keys()
    for url, queue in kumos.items():
        assert queue["queue"].items() <= ours[url]["queue"].items()
        for message, our_message in zip(queue["messages"], ours[url]["messages"], strict=True):
            assert message.items() <= our_message.items()


def test_a_saved_state_stays_as_it_was(sqs: Any, lines: list[bytes]) -> None:
    saved = sqs.state.save()
    for _ in range(2):
        sqs("DeleteQueue", QueueUrl="/000000000000/jobs")
        sqs.queue("new")
        sqs.clock.advance(seconds=100)
        sqs.bodies("/000000000000/jobs.fifo")
        sqs.state.rewind(saved)
        assert list(sqs.state.dump(*HOME)) == lines
    assert sqs.bodies("/000000000000/jobs.fifo", 10) == ["1", "2", "3"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda lines: lines[:-1],
        lambda lines: [line for line in lines if b'"queue":' not in line],
        lambda lines: [line.replace(b'"Sequence":', b'"Order":') for line in lines],
        lambda lines: [line.replace(b'"VisibleAt":"2', b'"VisibleAt":"x') for line in lines],
        lambda lines: [line for line in lines if b'"deduplication"' not in line],
        lambda lines: [line.replace(b'"Body":', b'"Body"') for line in lines],
    ],
)
def test_a_damaged_document_is_refused(lines: list[bytes], damage: Any) -> None:
    with pytest.raises(ValueError):
        reloaded(damage(lines))
