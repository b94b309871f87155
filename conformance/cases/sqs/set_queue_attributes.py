"""SetQueueAttributes."""

import json

from conformance.case import operation
from conformance.lab import Lab

set_queue_attributes = operation(
    "sqs.SetQueueAttributes",
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html",
)


@set_queue_attributes.success
def changes_them(lab: Lab) -> None:
    """What is named changes, the rest stays."""
    url = lab.queue(DelaySeconds="7")
    attributes = {"VisibilityTimeout": "11", "MaximumMessageSize": "4096"}
    lab.call("set", lab.sqs.set_queue_attributes, QueueUrl=url, Attributes=attributes)
    names = ["DelaySeconds", "VisibilityTimeout", "MaximumMessageSize"]
    lab.call("get", lab.sqs.get_queue_attributes, QueueUrl=url, AttributeNames=names)


@set_queue_attributes.success
def redrive_policy(lab: Lab) -> None:
    """The redrive policy comes back, its count as a number."""
    url, dead = lab.queue(), lab.queue()
    policy = json.dumps({"deadLetterTargetArn": lab.queue_arn(dead), "maxReceiveCount": "3"})
    lab.call("set", lab.sqs.set_queue_attributes, QueueUrl=url, Attributes={"RedrivePolicy": policy})
    lab.call("get", lab.sqs.get_queue_attributes, QueueUrl=url, AttributeNames=["RedrivePolicy"])


@set_queue_attributes.error
def out_of_range(lab: Lab) -> None:
    """A value outside of its documented range is refused and nothing changes."""
    url = lab.queue()
    attributes = {"DelaySeconds": "5", "VisibilityTimeout": "43201"}
    lab.call("too high", lab.sqs.set_queue_attributes, QueueUrl=url, Attributes=attributes)
    lab.call("not a number", lab.sqs.set_queue_attributes, QueueUrl=url, Attributes={"DelaySeconds": "soon"})
    names = ["DelaySeconds", "VisibilityTimeout"]
    lab.call("get", lab.sqs.get_queue_attributes, QueueUrl=url, AttributeNames=names)


@set_queue_attributes.error
def redrive_to_a_missing_queue(lab: Lab) -> None:
    """The dead-letter queue must exist."""
    arn = f"arn:aws:sqs:us-east-1:000000000000:{lab.name('queue')}"
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": "3"})
    lab.call("set", lab.sqs.set_queue_attributes, QueueUrl=lab.queue(), Attributes={"RedrivePolicy": policy})


@set_queue_attributes.error
def of_a_missing_queue(lab: Lab) -> None:
    """The queue must exist."""
    url = f"{lab.target.endpoint}/000000000000/{lab.name('queue')}"
    lab.call("set", lab.sqs.set_queue_attributes, QueueUrl=url, Attributes={"DelaySeconds": "1"})
