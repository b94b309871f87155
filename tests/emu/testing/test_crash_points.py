"""Every commit boundary of a pipeline is crashed at; what loses or doubles work is found, what doesn't is not."""

from __future__ import annotations

from functools import cache
from typing import Any

import boto3
import pytest

from emu.testing import Handle


@pytest.fixture
def work(emu: Handle, sqs: Any, dynamodb: Any) -> str:
    """A queue with a URL, and a table for what is made of it."""
    for table in ("pages", "totals"):
        dynamodb.create_table(
            TableName=table,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "url", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "url", "AttributeType": "S"}],
        )
    queue: str = sqs.create_queue(QueueName="frontier")["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="a")
    return queue


@cache
def client(service: str) -> Any:
    """Made once, as many pipelines do: the server's port stays the same."""
    return boto3.client(service)


def work_off(handle_url: Any) -> None:
    """Takes the messages of the frontier until there is none."""
    sqs = client("sqs")
    queue = sqs.get_queue_url(QueueName="frontier")["QueueUrl"]
    while messages := sqs.receive_message(QueueUrl=queue).get("Messages"):
        handle_url(sqs, queue, messages[0])


def careful() -> None:
    def handle(sqs: Any, queue: str, message: dict[str, Any]) -> None:
        client("dynamodb").put_item(TableName="pages", Item={"url": {"S": message["Body"]}})
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])

    work_off(handle)


def losing() -> None:
    def handle(sqs: Any, queue: str, message: dict[str, Any]) -> None:
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        client("dynamodb").put_item(TableName="pages", Item={"url": {"S": message["Body"]}})

    work_off(handle)


def doubling() -> None:
    def handle(sqs: Any, queue: str, message: dict[str, Any]) -> None:
        client("dynamodb").update_item(
            TableName="totals",
            Key={"url": {"S": "all"}},
            UpdateExpression="ADD pages :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])

    work_off(handle)


@pytest.mark.emu(state="both")
def test_a_pipeline_that_can_be_resumed_anywhere_passes(emu: Handle, work: str) -> None:
    report = emu.crash_points(careful)
    assert report.ok, report
    assert [boundary.operation for boundary in report.boundaries] == ["", "ReceiveMessage", "PutItem", "DeleteMessage"]
    assert all(boundary.reached for boundary in report.boundaries)
    assert len(emu.messages("frontier")) == 1, "the world is as it was before"


@pytest.mark.emu(state="ephemeral")
def test_lost_work_is_found_where_it_is_lost(emu: Handle, work: str) -> None:
    report = emu.crash_points(losing)
    assert not report.ok
    assert [boundary.operation for boundary in report.failures] == ["DeleteMessage"]
    assert "4 crash points, 1 with lost or doubled work" in str(report)
    assert "lost" in str(report.failures[0].problem)


@pytest.mark.emu(state="ephemeral")
@pytest.mark.slow
def test_doubled_work_is_found_by_the_users_own_check(emu: Handle, work: str, dynamodb: Any) -> None:
    def check() -> None:
        item = dynamodb.get_item(TableName="totals", Key={"url": {"S": "all"}})["Item"]
        assert item["pages"]["N"] == "1", f"{item['pages']['N']} pages"

    report = emu.crash_points(doubling, check=check, at=[1, 2])
    assert report.boundaries[0].problem is None
    assert str(report.boundaries[1].problem).startswith("AssertionError: 2 pages")
    before = emu.crash_points(doubling, check=check, at=[2], when="before-flush")
    assert [boundary.ok for boundary in before.boundaries] == [False]


@pytest.mark.emu(state="ephemeral")
@pytest.mark.slow
def test_a_failure_without_a_crash_is_the_callers(emu: Handle, work: str) -> None:
    def check() -> None:
        raise ValueError("wrong from the beginning")

    with pytest.raises(ValueError, match="wrong from the beginning"):
        emu.crash_points(careful, check=check)
    with pytest.raises(ValueError, match="no boundary 70"):
        emu.crash_points(careful, at=[70])
