"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html"""

from __future__ import annotations

from typing import Any

import pytest


def send(sqs: Any, url: str, *entries: dict[str, Any]) -> Any:
    return sqs("SendMessageBatch", QueueUrl=url, Entries=list(entries))


def entry(number: int, body: str = "m", **more: Any) -> dict[str, Any]:
    return {"Id": f"id-{number}", "MessageBody": body, **more}


def test_one_record_in_order(sqs: Any, call: Any) -> None:
    url = sqs.queue()
    before = call.world.store.lsn
    answer = send(sqs, url, *(entry(number, str(number)) for number in range(10)))
    assert call.world.store.lsn == before + 1
    assert [success["Id"] for success in answer["Successful"]] == [f"id-{number}" for number in range(10)]
    assert "Failed" not in answer
    assert sqs.bodies(url) == [str(number) for number in range(10)]


def test_an_entry_fails_alone(sqs: Any) -> None:
    url = sqs.queue()
    answer = send(sqs, url, entry(1, "\0"), entry(2), entry(3, DelaySeconds=901), {"Id": "id-4"})
    assert [success["Id"] for success in answer["Successful"]] == ["id-2"]
    assert [(failed["Id"], failed["Code"], failed["SenderFault"]) for failed in answer["Failed"]] == [
        ("id-1", "InvalidMessageContents", True),
        ("id-3", "InvalidParameterValue", True),
        ("id-4", "MissingParameter", True),
    ]
    missing = "The request must contain the parameter SendMessageBatchRequestEntry.4.MessageBody."
    assert answer["Failed"][2]["Message"] == missing
    assert sqs.counts(url) == (1, 0, 0)


def test_nothing_but_failures_is_no_record(sqs: Any, call: Any) -> None:
    url = sqs.queue()
    before = call.world.store.lsn
    assert send(sqs, url, entry(1, "\0"))["Successful"] == []
    assert call.world.store.lsn == before


@pytest.mark.parametrize(
    ("entries", "code", "message"),
    [
        ([], "EmptyBatchRequest", "There should be at least one SendMessageBatchRequestEntry in the request."),
        (
            [entry(number) for number in range(11)],
            "TooManyEntriesInBatchRequest",
            "Maximum number of entries per request are 10. You have sent 11.",
        ),
        ([entry(1), entry(1)], "BatchEntryIdsNotDistinct", "Id id-1 repeated."),
    ],
)
def test_batches_that_fail_whole(sqs: Any, entries: list[Any], code: str, message: str) -> None:
    error = sqs.refused("SendMessageBatch", QueueUrl=sqs.queue(), Entries=entries)
    assert (error.code, error.message) == (code, message)
    assert error.refusal.query_code == f"AWS.SimpleQueueService.{code}"


@pytest.mark.parametrize("id_", ["a.b", "a b", "x" * 81, "ü"])
def test_bad_ids(sqs: Any, id_: str) -> None:
    error = sqs.refused("SendMessageBatch", QueueUrl=sqs.queue(), Entries=[{"Id": id_, "MessageBody": "m"}])
    assert error.code == "InvalidBatchEntryId"


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        ({"MessageDeduplicationId": "2"}, "The request must contain the parameter MessageGroupId."),
        (
            {"MessageGroupId": "g"},
            "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided "
            "explicitly",
        ),
    ],
)
def test_an_entry_that_lacks_what_fifo_needs_refuses_all(sqs: Any, tokens: dict[str, str], message: str) -> None:
    entries = [entry(1, MessageGroupId="g", MessageDeduplicationId="1"), entry(2, **tokens)]
    error = sqs.refused("SendMessageBatch", QueueUrl=sqs.queue("jobs.fifo"), Entries=entries)
    assert (error.refusal.query_code, error.message) == ("InvalidParameterValue", message)


def test_an_entry_that_is_too_long_for_the_queue_fails_alone(sqs: Any) -> None:
    url = sqs.queue(MaximumMessageSize="1024")
    answer = send(sqs, url, entry(1, "x" * 1024), entry(2, "x" * 1025))
    assert [success["Id"] for success in answer["Successful"]] == ["id-1"]
    (failed,) = answer["Failed"]
    assert failed["Code"] == "InvalidParameterValue"
    assert failed["Message"] == (
        "One or more parameters cannot be validated. Reason: Message must be shorter than 1024 bytes."
    )


def test_an_id_is_required(sqs: Any) -> None:
    error = sqs.refused("SendMessageBatch", QueueUrl=sqs.queue(), Entries=[{"MessageBody": "m"}])
    assert error.message == "The request must contain the parameter SendMessageBatchRequestEntry.1.Id."


def test_a_mebibyte_together(sqs: Any) -> None:
    url = sqs.queue()
    send(sqs, url, entry(1, "x" * 524_288), entry(2, "x" * 524_288))
    entries = [entry(1, "x" * 524_288), entry(2, "x" * 524_289)]
    error = sqs.refused("SendMessageBatch", QueueUrl=url, Entries=entries)
    assert error.code == "BatchRequestTooLong"
    assert error.message == "Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes."


def test_duplicates_of_earlier_entries_and_of_earlier_messages(sqs: Any) -> None:
    url = sqs.queue("jobs.fifo", DeduplicationScope="messageGroup")
    first = sqs.send(url, MessageGroupId="a", MessageDeduplicationId="0")
    answer = send(
        sqs,
        url,
        entry(1, "0 again", MessageGroupId="a", MessageDeduplicationId="0"),
        entry(2, "1", MessageGroupId="a", MessageDeduplicationId="1"),
        entry(3, "1 again", MessageGroupId="a", MessageDeduplicationId="1"),
        entry(4, "1 elsewhere", MessageGroupId="b", MessageDeduplicationId="1"),
        entry(5, "\0", MessageGroupId="b", MessageDeduplicationId="2"),
    )
    ids = [success["MessageId"] for success in answer["Successful"]]
    numbers = [success["SequenceNumber"] for success in answer["Successful"]]
    assert (ids[0], numbers[0]) == (first["MessageId"], first["SequenceNumber"])
    assert (ids[1], numbers[1]) == (ids[2], numbers[2])
    assert len({*ids}) == 3
    assert answer["Failed"][0]["Id"] == "id-5"
    shown = {message["MessageId"]: message["Attributes"]["SequenceNumber"] for message in sqs.receive(url, 10)}
    assert shown == dict(zip(ids, numbers, strict=True))
