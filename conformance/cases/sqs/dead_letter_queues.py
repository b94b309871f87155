"""What a redrive policy does."""

import json

from conformance.case import operation
from conformance.lab import Lab

dead_letters = operation(
    "sqs.DeadLetterQueues",
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html",
)


def policy(arn: str, count: int) -> str:
    """A redrive policy's text."""
    return json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": count})


@dead_letters.success
def takes_what_was_received_too_often(lab: Lab) -> None:
    """After maxReceiveCount receives the next one moves the message to the dead-letter queue, its id kept."""
    dead = lab.queue()
    arn = lab.queue_arn(dead)
    url = lab.queue(RedrivePolicy=policy(arn, 1), VisibilityTimeout="1")
    sent = lab.sqs.send_message(QueueUrl=url, MessageBody="x")
    lab.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1)
    lab.call("second receive", lab.sqs.receive_message, QueueUrl=url, WaitTimeSeconds=3)
    names = ["ApproximateReceiveCount", "DeadLetterQueueSourceArn"]
    answer = lab.call(
        "dead letter",
        lab.sqs.receive_message,
        QueueUrl=dead,
        MessageSystemAttributeNames=names,
        WaitTimeSeconds=1,
    )
    lab.note("same id", [message["MessageId"] == sent["MessageId"] for message in answer.get("Messages", [])])


@dead_letters.error
def of_another_kind(lab: Lab) -> None:
    """The dead-letter queue of a FIFO queue is a FIFO queue."""
    arn = lab.queue_arn(lab.queue())
    attributes = {"RedrivePolicy": policy(arn, 1)}
    lab.call("set", lab.sqs.set_queue_attributes, QueueUrl=lab.queue(fifo=True), Attributes=attributes)


@dead_letters.error
def count_out_of_range(lab: Lab) -> None:
    """maxReceiveCount is 1 to 1000."""
    arn = lab.queue_arn(lab.queue())
    attributes = {"RedrivePolicy": policy(arn, 1001)}
    lab.call("set", lab.sqs.set_queue_attributes, QueueUrl=lab.queue(), Attributes=attributes)


@dead_letters.error
def malformed_policy(lab: Lab) -> None:
    """The policy is a JSON object with both members."""
    url = lab.queue()
    lab.call("not json", lab.sqs.set_queue_attributes, QueueUrl=url, Attributes={"RedrivePolicy": "nonsense"})
    half = {"RedrivePolicy": '{"maxReceiveCount":1}'}
    lab.call("no target", lab.sqs.set_queue_attributes, QueueUrl=url, Attributes=half)
