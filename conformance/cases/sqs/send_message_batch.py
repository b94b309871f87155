"""SendMessageBatch."""

from conformance.case import operation
from conformance.lab import Lab

send_message_batch = operation(
    "sqs.SendMessageBatch",
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html",
)


def entries(count: int) -> list[dict[str, str]]:
    """Entries with the ids e0, e1, …"""
    return [{"Id": f"e{number}", "MessageBody": f"body {number}"} for number in range(count)]


@send_message_batch.success
def of_two(lab: Lab) -> None:
    """Each entry is answered under its id."""
    url = lab.queue()
    lab.call("send", lab.sqs.send_message_batch, QueueUrl=url, Entries=entries(2))


@send_message_batch.success
def of_good_and_bad_entries(lab: Lab) -> None:
    """A bad entry fails alone."""
    url = lab.queue()
    mixed = [
        *entries(1),
        {"Id": "bad", "MessageBody": "a\x00b"},
        {"Id": "late", "MessageBody": "x", "DelaySeconds": 901},
    ]
    lab.call("send", lab.sqs.send_message_batch, QueueUrl=url, Entries=mixed)


@send_message_batch.error
def of_none_or_too_many(lab: Lab) -> None:
    """A batch has 1 to 10 entries."""
    url = lab.queue()
    lab.call("none", lab.sqs.send_message_batch, QueueUrl=url, Entries=[])
    lab.call("eleven", lab.sqs.send_message_batch, QueueUrl=url, Entries=entries(11))


@send_message_batch.error
def with_equal_ids(lab: Lab) -> None:
    """Ids are distinct within a batch."""
    url = lab.queue()
    lab.call("send", lab.sqs.send_message_batch, QueueUrl=url, Entries=entries(1) * 2)


@send_message_batch.error
def with_a_bad_id(lab: Lab) -> None:
    """An id has up to 80 letters, digits, hyphens and underscores."""
    entry = {"Id": "a.b", "MessageBody": "x"}
    lab.call("send", lab.sqs.send_message_batch, QueueUrl=lab.queue(), Entries=[entry])


@send_message_batch.error
def too_large_together(lab: Lab) -> None:
    """The bodies of a batch together are limited as one message is."""
    large = [{"Id": f"e{number}", "MessageBody": "x" * 600_000} for number in range(2)]
    lab.call("send", lab.sqs.send_message_batch, QueueUrl=lab.queue(), Entries=large)


@send_message_batch.error
def to_a_missing_queue(lab: Lab) -> None:
    """The queue must exist."""
    url = f"{lab.target.endpoint}/000000000000/{lab.name('queue')}"
    lab.call("send", lab.sqs.send_message_batch, QueueUrl=url, Entries=entries(1))
