"""ChangeMessageVisibilityBatch."""

from conformance.case import operation
from conformance.lab import Lab

change_visibility_batch = operation(
    "sqs.ChangeMessageVisibilityBatch",
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibilityBatch.html",
)


@change_visibility_batch.success
def of_a_good_and_a_bad_entry(lab: Lab) -> None:
    """Each entry is answered under its id; a bad one fails alone."""
    url = lab.queue()
    lab.sqs.send_message(QueueUrl=url, MessageBody="x")
    handle = lab.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1)["Messages"][0]["ReceiptHandle"]
    entries = [
        {"Id": "good", "ReceiptHandle": handle, "VisibilityTimeout": 0},
        {"Id": "bad", "ReceiptHandle": "nonsense", "VisibilityTimeout": 0},
    ]
    lab.call("change", lab.sqs.change_message_visibility_batch, QueueUrl=url, Entries=entries)
    answer = lab.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1)
    lab.note("bodies", [message["Body"] for message in answer.get("Messages", [])])


@change_visibility_batch.error
def of_none_or_too_many(lab: Lab) -> None:
    """A batch has 1 to 10 entries."""
    url = lab.queue()
    lab.call("none", lab.sqs.change_message_visibility_batch, QueueUrl=url, Entries=[])
    eleven = [{"Id": f"e{number}", "ReceiptHandle": "x", "VisibilityTimeout": 1} for number in range(11)]
    lab.call("eleven", lab.sqs.change_message_visibility_batch, QueueUrl=url, Entries=eleven)
