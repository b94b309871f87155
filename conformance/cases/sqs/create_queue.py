"""CreateQueue."""

from conformance.case import operation
from conformance.lab import Lab

create_queue = operation(
    "sqs.CreateQueue", "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html"
)


@create_queue.success
def answers_with_the_url(lab: Lab) -> None:
    """The answer is the queue's URL: endpoint, account, name."""
    name = lab.name("queue")
    answer = lab.call("create", lab.sqs.create_queue, QueueName=name)
    lab.on_exit(lambda: lab.sqs.delete_queue(QueueUrl=answer["QueueUrl"]))


@create_queue.success
def again_with_the_same_attributes(lab: Lab) -> None:
    """The same name with the same attributes answers the existing queue's URL."""
    lab.queue(DelaySeconds="5")
    name = {"QueueName": lab.queue().rsplit("/", 1)[1]}
    lab.call("no attributes", lab.sqs.create_queue, **name)
    lab.call("the defaults", lab.sqs.create_queue, **name, Attributes={"DelaySeconds": "0"})


@create_queue.success
def with_attributes(lab: Lab) -> None:
    """Attributes given here are the queue's."""
    url = lab.queue(
        DelaySeconds="1",
        MaximumMessageSize="2048",
        MessageRetentionPeriod="60",
        ReceiveMessageWaitTimeSeconds="2",
        VisibilityTimeout="3",
    )
    lab.call("get", lab.sqs.get_queue_attributes, QueueUrl=url, AttributeNames=["All"])


@create_queue.error
def again_with_other_attributes(lab: Lab) -> None:
    """The same name with another value of an attribute is refused."""
    name = lab.queue().rsplit("/", 1)[1]
    lab.call("create", lab.sqs.create_queue, QueueName=name, Attributes={"DelaySeconds": "9"})


@create_queue.error
def with_a_bad_name(lab: Lab) -> None:
    """A name has up to 80 letters, digits, hyphens and underscores."""
    for step, name in (("dot", lab.name("queue") + ".x"), ("too long", "q" * 81), ("empty", "")):
        answer = lab.call(step, lab.sqs.create_queue, QueueName=name)
        if "QueueUrl" in answer:
            lab.sqs.delete_queue(QueueUrl=answer["QueueUrl"])


@create_queue.error
def with_an_attribute_out_of_range(lab: Lab) -> None:
    """Each attribute has a documented range."""
    for attribute, value in (
        ("DelaySeconds", "901"),
        ("MaximumMessageSize", "1023"),
        ("MessageRetentionPeriod", "59"),
        ("ReceiveMessageWaitTimeSeconds", "21"),
        ("VisibilityTimeout", "43201"),
    ):
        name = lab.name("queue")
        answer = lab.call(attribute, lab.sqs.create_queue, QueueName=name, Attributes={attribute: value})
        if "QueueUrl" in answer:
            lab.sqs.delete_queue(QueueUrl=answer["QueueUrl"])


@create_queue.error
def with_an_unknown_attribute(lab: Lab) -> None:
    """An attribute that SQS doesn't know is refused."""
    name = lab.name("queue")
    answer = lab.call("create", lab.sqs.create_queue, QueueName=name, Attributes={"Colour": "blue"})
    if "QueueUrl" in answer:
        lab.sqs.delete_queue(QueueUrl=answer["QueueUrl"])


@create_queue.error
def fifo_without_the_suffix(lab: Lab) -> None:
    """A FIFO queue's name ends with `.fifo`."""
    name = lab.name("queue")
    lab.call("create", lab.sqs.create_queue, QueueName=name, Attributes={"FifoQueue": "true"})
