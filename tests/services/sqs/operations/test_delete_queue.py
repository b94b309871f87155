"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html"""

from __future__ import annotations

from typing import Any

import pytest


def test_the_queue_and_its_messages_are_gone(sqs: Any) -> None:
    url = sqs.queue()
    sqs.send(url)
    sqs("DeleteQueue", QueueUrl=url)
    assert sqs("ListQueues") == {}
    assert list(sqs.state.namespaces()) == []
    assert sqs.state.next_deadline_ms() is None


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("DeleteQueue", {}),
        ("GetQueueAttributes", {"AttributeNames": ["All"]}),
        ("SetQueueAttributes", {"Attributes": {}}),
        ("PurgeQueue", {}),
        ("SendMessage", {"MessageBody": "m"}),
        ("SendMessageBatch", {"Entries": [{"Id": "1", "MessageBody": "m"}]}),
        ("ReceiveMessage", {"WaitTimeSeconds": 20}),
        ("DeleteMessage", {"ReceiptHandle": "h"}),
        ("DeleteMessageBatch", {"Entries": [{"Id": "1", "ReceiptHandle": "h"}]}),
        ("ChangeMessageVisibility", {"ReceiptHandle": "h", "VisibilityTimeout": 1}),
        ("ChangeMessageVisibilityBatch", {"Entries": [{"Id": "1", "ReceiptHandle": "h", "VisibilityTimeout": 1}]}),
    ],
)
def test_every_operation_says_that_a_queue_does_not_exist(sqs: Any, operation: str, request_: dict[str, Any]) -> None:
    for url in ("http://localhost:4566/000000000000/gone", "http://localhost:4566/111111111111/jobs"):
        sqs.queue("jobs")
        error = sqs.refused(operation, QueueUrl=url, **request_)
        assert (error.code, error.status) == ("QueueDoesNotExist", 400)
        assert error.refusal.query_code == "AWS.SimpleQueueService.NonExistentQueue"
        assert error.message == "The specified queue does not exist."
    assert sqs.refused(operation, QueueUrl="jobs", **request_).code == "InvalidAddress"
    error = sqs.refused(operation, **request_)
    assert error.message == "The request must contain the parameter QueueUrl."


def test_a_url_counts_by_its_path_alone(sqs: Any) -> None:
    sqs.queue("jobs")
    for url in ("https://sqs.us-east-1.amazonaws.com/000000000000/jobs", "http://emu:1/x/000000000000/jobs"):
        sqs.send(url)
    assert sqs.counts("/000000000000/jobs") == (2, 0, 0)


def test_a_queue_of_another_account_by_its_url(sqs: Any, call: Any) -> None:
    url = sqs.queue("jobs")
    call.account = "111111111111"
    sqs.send(url, "from outside")
    call.account = "000000000000"
    (message,) = sqs.receive(url)
    assert message["Attributes"]["SenderId"] == "111111111111"
