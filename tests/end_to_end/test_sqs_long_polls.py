"""Long polls: they wait, and wake at once.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html
"""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError

from emu.testing import Emulator

_POLLERS = 4


@pytest.fixture(scope="module")
def pool() -> Any:
    with ThreadPoolExecutor(_POLLERS) as pool:
        yield pool


def poll(sqs: Any, queue_url: str, **options: Any) -> tuple[list[str], float]:
    """Bodies, and when the answer was there."""
    answer = sqs.receive_message(QueueUrl=queue_url, **{"WaitTimeSeconds": 20, **options})
    return [message["Body"] for message in answer.get("Messages", [])], time.monotonic()


def waiting(pool: ThreadPoolExecutor, sqs: Any, queue_url: str, **options: Any) -> Future[tuple[list[str], float]]:
    """A poll that has begun to wait, as far as one can tell from outside."""
    future = pool.submit(poll, sqs, queue_url, **options)
    time.sleep(0.2)
    assert not future.done()
    return future


def test_an_empty_answer_after_the_time(sqs: Any, queue_url: str) -> None:
    started = time.monotonic()
    bodies, ended = poll(sqs, queue_url, WaitTimeSeconds=1)
    assert bodies == []
    assert 0.9 < ended - started < 3


def test_a_send_wakes_it_at_once(pool: ThreadPoolExecutor, sqs: Any, queue_url: str) -> None:
    future = waiting(pool, sqs, queue_url)
    sent = time.monotonic()
    sqs.send_message(QueueUrl=queue_url, MessageBody="hello")
    bodies, ended = future.result(10)
    assert bodies == ["hello"]
    assert ended - sent < 1


def test_the_queues_own_wait_time(pool: ThreadPoolExecutor, sqs: Any, name: str) -> None:
    url = sqs.create_queue(QueueName=name, Attributes={"ReceiveMessageWaitTimeSeconds": "20"})["QueueUrl"]
    future = pool.submit(lambda: sqs.receive_message(QueueUrl=url).get("Messages", []))
    time.sleep(0.2)
    assert not future.done()
    sqs.send_message(QueueUrl=url, MessageBody="hello")
    assert [message["Body"] for message in future.result(10)] == ["hello"]


def test_several_pollers_get_a_message_each(pool: ThreadPoolExecutor, sqs: Any, queue_url: str) -> None:
    futures = [waiting(pool, sqs, queue_url) for _ in range(_POLLERS)]
    sent = time.monotonic()
    entries = [{"Id": str(number), "MessageBody": str(number)} for number in range(_POLLERS)]
    sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)
    answers = [future.result(10) for future in futures]
    assert sorted(body for bodies, _ in answers for body in bodies) == [str(number) for number in range(_POLLERS)]
    assert max(ended for _, ended in answers) - sent < 1


def test_one_message_goes_to_one_of_several(pool: ThreadPoolExecutor, sqs: Any, queue_url: str) -> None:
    futures = [waiting(pool, sqs, queue_url, WaitTimeSeconds=1) for _ in range(3)]
    sqs.send_message(QueueUrl=queue_url, MessageBody="one")
    assert sorted(len(future.result(10)[0]) for future in futures) == [0, 0, 1]


@pytest.mark.parametrize("how", ["delay", "visibility timeout", "given back", "dead letter", "event of S3"])
def test_whatever_makes_a_message_visible_wakes_it(
    pool: ThreadPoolExecutor, s3: Any, sqs: Any, name: str, queue_url: str, how: str
) -> None:
    arn = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    if how == "event of S3":
        s3.create_bucket(Bucket=name)
        configuration = {"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}
        s3.put_bucket_notification_configuration(
            Bucket=name, NotificationConfiguration={"QueueConfigurations": [configuration]}
        )
        assert poll(sqs, queue_url, WaitTimeSeconds=0)[0]
        future = waiting(pool, sqs, queue_url)
        s3.put_object(Bucket=name, Key="page", Body=b"x")
    elif how == "dead letter":
        policy = f'{{"deadLetterTargetArn": "{arn}", "maxReceiveCount": 1}}'
        source = sqs.create_queue(QueueName=f"{name}-source", Attributes={"RedrivePolicy": policy})["QueueUrl"]
        sqs.send_message(QueueUrl=source, MessageBody="x")
        sqs.receive_message(QueueUrl=source, VisibilityTimeout=0)
        future = waiting(pool, sqs, queue_url)
        assert "Messages" not in sqs.receive_message(QueueUrl=source)
    else:
        sqs.send_message(QueueUrl=queue_url, MessageBody="x", DelaySeconds=1 if how == "delay" else 0)
        handle = None
        if how != "delay":
            timeout = 1 if how == "visibility timeout" else 30
            (message,) = sqs.receive_message(QueueUrl=queue_url, VisibilityTimeout=timeout)["Messages"]
            handle = message["ReceiptHandle"]
        future = waiting(pool, sqs, queue_url)
        if how == "given back":
            sqs.change_message_visibility(QueueUrl=queue_url, ReceiptHandle=handle, VisibilityTimeout=0)
    started = time.monotonic()
    bodies, ended = future.result(10)
    assert len(bodies) == 1
    assert ended - started < 2


def test_a_queue_that_goes_ends_the_wait(pool: ThreadPoolExecutor, sqs: Any, queue_url: str) -> None:
    future = waiting(pool, sqs, queue_url)
    sqs.delete_queue(QueueUrl=queue_url)
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        future.result(10)


def test_a_poller_that_went_away_takes_no_message(emulator: Emulator, sqs: Any, queue_url: str) -> None:
    """Its connection is closed while it waits; a message for nobody would be hidden for its whole timeout."""
    impatient = emulator.client("sqs", config=Config(read_timeout=0.3, retries={"total_max_attempts": 1}))
    with pytest.raises(ReadTimeoutError):
        impatient.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20)
    time.sleep(0.1)
    sqs.send_message(QueueUrl=queue_url, MessageBody="x")
    assert poll(sqs, queue_url, WaitTimeSeconds=1)[0] == ["x"]
