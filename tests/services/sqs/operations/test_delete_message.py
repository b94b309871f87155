"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html"""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest


def fifo_queue(sqs: Any) -> str:
    url: str = sqs.queue("jobs.fifo", ContentBasedDeduplication="true")
    sqs.send(url, MessageGroupId="g")
    return url


def test_twice(sqs: Any) -> None:
    url = sqs.queue()
    sqs.send(url)
    handle = sqs.receive(url)[0]["ReceiptHandle"]
    sqs.delete(url, handle)
    sqs.delete(url, handle)
    sqs.clock.advance(seconds=31)
    assert sqs.bodies(url) == []


def test_after_the_visibility_timeout_while_nobody_else_received_it(sqs: Any) -> None:
    url = sqs.queue()
    sqs.send(url)
    handle = sqs.receive(url)[0]["ReceiptHandle"]
    sqs.clock.advance(seconds=31)
    sqs.delete(url, handle)
    assert sqs.counts(url) == (0, 0, 0)


def test_an_old_handle_succeeds_and_deletes_nothing(sqs: Any) -> None:
    url = sqs.queue()
    sqs.send(url)
    old = sqs.receive(url)[0]["ReceiptHandle"]
    sqs.clock.advance(seconds=31)
    new = sqs.receive(url)[0]["ReceiptHandle"]
    sqs.delete(url, old)
    assert sqs.counts(url) == (0, 1, 0)
    sqs.delete(url, new)
    assert sqs.counts(url) == (0, 0, 0)


def test_fifo_handles_expire_with_the_visibility_timeout(sqs: Any) -> None:
    url = fifo_queue(sqs)
    old = sqs.receive(url)[0]["ReceiptHandle"]
    sqs.clock.advance(seconds=30)
    expired = f"Value {old} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired."
    error = sqs.refused("DeleteMessage", QueueUrl=url, ReceiptHandle=old)
    assert (error.refusal.query_code, error.message) == ("InvalidParameterValue", expired)
    new = sqs.receive(url)[0]["ReceiptHandle"]
    assert sqs.refused("DeleteMessage", QueueUrl=url, ReceiptHandle=old).message == expired
    sqs.delete(url, new)
    sqs.delete(url, new)


@pytest.mark.parametrize(
    "handle",
    ["garbage", "AQEB", "a" * 44, "ü", b64encode(b"\1\1\1" + bytes(29)).decode(), b64encode(bytes(33)).decode()],
)
def test_garbage(sqs: Any, handle: str) -> None:
    error = sqs.refused("DeleteMessage", QueueUrl=sqs.queue(), ReceiptHandle=handle)
    assert error.code == "ReceiptHandleIsInvalid"
    assert error.message == f'The input receipt handle "{handle}" is not a valid receipt handle.'


def test_a_handle_of_another_queue(sqs: Any) -> None:
    url, other = sqs.queue("one"), sqs.queue("two")
    sqs.send(url)
    handle = sqs.receive(url)[0]["ReceiptHandle"]
    assert sqs.refused("DeleteMessage", QueueUrl=other, ReceiptHandle=handle).code == "ReceiptHandleIsInvalid"
    # A queue made again is another queue.
    sqs("DeleteQueue", QueueUrl=url)
    sqs.queue("one")
    assert sqs.refused("DeleteMessage", QueueUrl=url, ReceiptHandle=handle).code == "ReceiptHandleIsInvalid"


def test_a_handle_is_required(sqs: Any) -> None:
    error = sqs.refused("DeleteMessage", QueueUrl=sqs.queue())
    assert error.message == "The request must contain the parameter ReceiptHandle."


def test_batch(sqs: Any, call: Any) -> None:
    url = sqs.queue()
    for number in range(3):
        sqs.send(url, str(number))
    handles = [message["ReceiptHandle"] for message in sqs.receive(url, 2)]
    before = call.world.store.lsn
    answer = sqs(
        "DeleteMessageBatch",
        QueueUrl=url,
        Entries=[
            {"Id": "a", "ReceiptHandle": handles[0]},
            {"Id": "b", "ReceiptHandle": "garbage"},
            {"Id": "c", "ReceiptHandle": handles[1]},
            {"Id": "d", "ReceiptHandle": handles[1]},
            {"Id": "e"},
        ],
    )
    assert call.world.store.lsn == before + 1
    assert [success["Id"] for success in answer["Successful"]] == ["a", "c", "d"]
    assert [(failed["Id"], failed["Code"]) for failed in answer["Failed"]] == [
        ("b", "ReceiptHandleIsInvalid"),
        ("e", "MissingParameter"),
    ]
    assert sqs.counts(url) == (1, 0, 0)


@pytest.mark.parametrize("operation", ["DeleteMessageBatch", "ChangeMessageVisibilityBatch"])
def test_rules_of_batches(sqs: Any, operation: str) -> None:
    url = sqs.queue()
    error = sqs.refused(operation, QueueUrl=url)
    assert error.message == f"There should be at least one {operation}RequestEntry in the request."
    error = sqs.refused(operation, QueueUrl=url, Entries=[{"Id": str(number)} for number in range(11)])
    assert error.code == "TooManyEntriesInBatchRequest"
    error = sqs.refused(operation, QueueUrl=url, Entries=[{"Id": "1"}, {"Id": "1"}])
    assert error.code == "BatchEntryIdsNotDistinct"
