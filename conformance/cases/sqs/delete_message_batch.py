"""DeleteMessageBatch."""

from conformance.case import operation
from conformance.lab import Lab

delete_message_batch = operation(
    "sqs.DeleteMessageBatch",
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessageBatch.html",
)


@delete_message_batch.success
def of_a_good_and_a_bad_entry(lab: Lab) -> None:
    """Each entry is answered under its id; a bad one fails alone."""
    url = lab.queue()
    lab.sqs.send_message(QueueUrl=url, MessageBody="x")
    handle = lab.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1)["Messages"][0]["ReceiptHandle"]
    entries = [{"Id": "good", "ReceiptHandle": handle}, {"Id": "bad", "ReceiptHandle": "nonsense"}]
    lab.call("delete", lab.sqs.delete_message_batch, QueueUrl=url, Entries=entries)


@delete_message_batch.error
def of_none_or_too_many(lab: Lab) -> None:
    """A batch has 1 to 10 entries."""
    url = lab.queue()
    lab.call("none", lab.sqs.delete_message_batch, QueueUrl=url, Entries=[])
    eleven = [{"Id": f"e{number}", "ReceiptHandle": "x"} for number in range(11)]
    lab.call("eleven", lab.sqs.delete_message_batch, QueueUrl=url, Entries=eleven)


@delete_message_batch.error
def with_equal_ids(lab: Lab) -> None:
    """Ids are distinct within a batch."""
    entries = [{"Id": "e", "ReceiptHandle": "x"}] * 2
    lab.call("delete", lab.sqs.delete_message_batch, QueueUrl=lab.queue(), Entries=entries)
