"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html"""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def url(sqs: Any) -> str:
    url: str = sqs.queue()
    sqs.send(url)
    return url


def change(sqs: Any, url: str, handle: str, seconds: int) -> Any:
    return sqs.refused("ChangeMessageVisibility", QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=seconds)


def test_it_counts_from_the_call_on(sqs: Any, url: str) -> None:
    handle = sqs.receive(url)[0]["ReceiptHandle"]
    sqs.clock.advance(seconds=15)
    sqs.hide(url, handle, 10)
    sqs.clock.advance(ms=9_999)
    assert sqs.bodies(url) == []
    sqs.clock.advance(ms=1)
    assert sqs.bodies(url) == ["hello"]
    # The next receive has the queue's timeout again.
    sqs.clock.advance(ms=29_999)
    assert sqs.bodies(url) == []


def test_0_gives_it_back(sqs: Any, url: str) -> None:
    sqs.hide(url, sqs.receive(url)[0]["ReceiptHandle"], 0)
    assert sqs.counts(url) == (1, 0, 0)
    assert sqs.bodies(url) == ["hello"]


@pytest.mark.parametrize("seconds", [-1, 43_201])
def test_range(sqs: Any, url: str, seconds: int) -> None:
    error = change(sqs, url, sqs.receive(url)[0]["ReceiptHandle"], seconds)
    assert error.message == (
        f"Value {seconds} for parameter VisibilityTimeout is invalid. Reason: Must be between 0 and 43200, if provided."
    )


def test_twelve_hours_from_the_receive_at_most(sqs: Any, url: str) -> None:
    handle = sqs.receive(url)[0]["ReceiptHandle"]
    sqs.hide(url, handle, 43_200)
    sqs.clock.advance(seconds=200)
    sqs.hide(url, handle, 43_000)
    error = change(sqs, url, handle, 43_001)
    assert error.message.endswith("Total VisibilityTimeout for the message is beyond the limit [43200 seconds]")


def test_after_the_timeout_it_succeeds_and_changes_nothing(sqs: Any, url: str) -> None:
    handle = sqs.receive(url)[0]["ReceiptHandle"]
    sqs.clock.advance(seconds=30)
    sqs.hide(url, handle, 10)
    assert sqs.counts(url) == (1, 0, 0)
    entry = {"Id": "a", "ReceiptHandle": handle, "VisibilityTimeout": 10}
    assert sqs("ChangeMessageVisibilityBatch", QueueUrl=url, Entries=[entry]) == {"Successful": [{"Id": "a"}]}
    assert sqs.bodies(url) == ["hello"]


def test_after_the_timeout_the_handle_of_a_fifo_queue_has_expired(sqs: Any) -> None:
    url = sqs.queue("jobs.fifo", ContentBasedDeduplication="true")
    sqs.send(url, MessageGroupId="g")
    handle = sqs.receive(url)[0]["ReceiptHandle"]
    sqs.clock.advance(seconds=30)
    error = change(sqs, url, handle, 10)
    assert error.refusal.query_code == "InvalidParameterValue"
    assert error.message.endswith("Reason: The receipt handle has expired.")


def test_gone_or_in_other_hands(sqs: Any, url: str) -> None:
    reason = "Message does not exist or is not available for visibility timeout change."
    old = sqs.receive(url, VisibilityTimeout=0)[0]["ReceiptHandle"]
    new = sqs.receive(url)[0]["ReceiptHandle"]
    assert change(sqs, url, old, 10).message.endswith(reason)
    sqs.delete(url, new)
    assert change(sqs, url, new, 10).message.endswith(reason)


def test_garbage(sqs: Any, url: str) -> None:
    assert change(sqs, url, "garbage", 10).code == "ReceiptHandleIsInvalid"


@pytest.mark.parametrize("missing", ["ReceiptHandle", "VisibilityTimeout"])
def test_required_parameters(sqs: Any, url: str, missing: str) -> None:
    request: dict[str, Any] = {"ReceiptHandle": "h", "VisibilityTimeout": 0}
    del request[missing]
    error = sqs.refused("ChangeMessageVisibility", QueueUrl=url, **request)
    assert error.message == f"The request must contain the parameter {missing}."


def test_batch(sqs: Any, url: str, call: Any) -> None:
    sqs.send(url, "second")
    one, two = (message["ReceiptHandle"] for message in sqs.receive(url, 2))
    before = call.world.store.lsn
    answer = sqs(
        "ChangeMessageVisibilityBatch",
        QueueUrl=url,
        Entries=[
            {"Id": "a", "ReceiptHandle": one, "VisibilityTimeout": 0},
            {"Id": "b", "ReceiptHandle": two, "VisibilityTimeout": 43_201},
            {"Id": "c", "ReceiptHandle": two},
        ],
    )
    assert call.world.store.lsn == before + 1
    assert answer["Successful"] == [{"Id": "a"}]
    assert [(failed["Id"], failed["Code"]) for failed in answer["Failed"]] == [
        ("b", "InvalidParameterValue"),
        ("c", "MissingParameter"),
    ]
    missing = "The request must contain the parameter ChangeMessageVisibilityBatchRequestEntry.3.VisibilityTimeout."
    assert answer["Failed"][1]["Message"] == missing
    assert sqs.bodies(url) == ["hello"]
