"""PurgeQueue."""

from conformance.case import operation
from conformance.lab import Lab

purge_queue = operation(
    "sqs.PurgeQueue", "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_PurgeQueue.html"
)


@purge_queue.success
def empties_the_queue(lab: Lab) -> None:
    """All messages are gone."""
    url = lab.queue()
    lab.sqs.send_message(QueueUrl=url, MessageBody="x")
    lab.call("purge", lab.sqs.purge_queue, QueueUrl=url)
    lab.call("receive", lab.sqs.receive_message, QueueUrl=url)


@purge_queue.error
def twice_within_a_minute(lab: Lab) -> None:
    """A queue is purged at most once in 60 seconds."""
    url = lab.queue()
    lab.sqs.purge_queue(QueueUrl=url)
    lab.call("again", lab.sqs.purge_queue, QueueUrl=url)


@purge_queue.error
def of_a_missing_queue(lab: Lab) -> None:
    """The queue must exist."""
    lab.call("purge", lab.sqs.purge_queue, QueueUrl=f"{lab.target.endpoint}/000000000000/{lab.name('queue')}")
