"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueUrl.html"""

from __future__ import annotations

from typing import Any


def test_own_queue(sqs: Any) -> None:
    url = sqs.queue("jobs")
    assert sqs("GetQueueUrl", QueueName="jobs") == {"QueueUrl": url}


def test_queue_of_another_account(sqs: Any, call: Any) -> None:
    url = sqs.queue("jobs")
    call.account = "111111111111"
    assert sqs("GetQueueUrl", QueueName="jobs", QueueOwnerAWSAccountId="000000000000") == {"QueueUrl": url}
    assert sqs.refused("GetQueueUrl", QueueName="jobs").code == "QueueDoesNotExist"


def test_the_region_is_the_callers(sqs: Any, call: Any) -> None:
    sqs.queue("jobs")
    call.region = "eu-west-1"
    assert sqs.refused("GetQueueUrl", QueueName="jobs").code == "QueueDoesNotExist"


def test_name_is_required(sqs: Any) -> None:
    assert sqs.refused("GetQueueUrl").refusal.query_code == "MissingParameter"
