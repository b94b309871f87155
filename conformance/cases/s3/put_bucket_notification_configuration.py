"""PutBucketNotificationConfiguration."""

import json
from typing import Any

from conformance.case import operation
from conformance.lab import Lab

put_notification = operation(
    "s3.PutBucketNotificationConfiguration",
    "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html",
)


def notify(arn: str, *events: str, **more: Any) -> dict[str, Any]:
    """A configuration with one queue."""
    return {"QueueConfigurations": [{"Id": "jobs", "QueueArn": arn, "Events": list(events), **more}]}


def received(lab: Lab, url: str) -> list[Any]:
    """The records of the messages that are in the queue, test events left out, in the order of their keys."""
    records = []
    while messages := lab.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages"):
        for message in messages:
            records += json.loads(message["Body"]).get("Records", [])
            lab.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return sorted(records, key=lambda record: (record["s3"]["object"]["key"], record["eventName"]))


@put_notification.success
def tells_a_queue_of_a_new_object(lab: Lab) -> None:
    """A put sends one event with the bucket, the key, size and ETag."""
    bucket, queue = lab.bucket(), lab.queue()
    configuration = notify(lab.queue_arn(queue), "s3:ObjectCreated:*")
    lab.call(
        "put",
        lab.s3.put_bucket_notification_configuration,
        Bucket=bucket,
        NotificationConfiguration=configuration,
    )
    lab.s3.put_object(Bucket=bucket, Key="a b/ü.txt", Body=b"hello")
    lab.note("records", received(lab, queue))


@put_notification.success
def sends_a_test_event(lab: Lab) -> None:
    """Each destination gets a test event when it is configured."""
    bucket, queue = lab.bucket(), lab.queue()
    configuration = notify(lab.queue_arn(queue), "s3:ObjectCreated:*")
    lab.s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=configuration)
    answer = lab.sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1)
    lab.note("bodies", [json.loads(message["Body"]) for message in answer.get("Messages", [])])


@put_notification.success
def tells_of_what_the_events_name(lab: Lab) -> None:
    """Only the events asked for are sent: copies and deletions, not puts."""
    bucket, queue = lab.bucket(), lab.queue()
    configuration = notify(lab.queue_arn(queue), "s3:ObjectCreated:Copy", "s3:ObjectRemoved:*")
    lab.s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=configuration)
    lab.s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    lab.s3.copy_object(Bucket=bucket, Key="b", CopySource={"Bucket": bucket, "Key": "a"})
    lab.s3.delete_object(Bucket=bucket, Key="a")
    lab.note("events", [[record["s3"]["object"]["key"], record["eventName"]] for record in received(lab, queue)])


@put_notification.success
def tells_of_keys_that_pass_the_filter(lab: Lab) -> None:
    """A filter names a prefix and a suffix."""
    bucket, queue = lab.bucket(), lab.queue()
    rules = [{"Name": "prefix", "Value": "in/"}, {"Name": "suffix", "Value": ".txt"}]
    configuration = notify(lab.queue_arn(queue), "s3:ObjectCreated:Put", Filter={"Key": {"FilterRules": rules}})
    lab.s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=configuration)
    for key in ("in/a.txt", "in/a.html", "out/a.txt"):
        lab.s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    lab.note("keys", [record["s3"]["object"]["key"] for record in received(lab, queue)])


@put_notification.success
def to_event_bridge(lab: Lab) -> None:
    """An empty element asks for events on Amazon EventBridge; it comes back, and goes with the next configuration."""
    bucket = lab.bucket()
    configuration: dict[str, Any] = {"EventBridgeConfiguration": {}}
    put = lab.s3.put_bucket_notification_configuration
    lab.call("put", put, Bucket=bucket, NotificationConfiguration=configuration)
    lab.call("on", lab.s3.get_bucket_notification_configuration, Bucket=bucket)
    put(Bucket=bucket, NotificationConfiguration={})
    lab.call("off", lab.s3.get_bucket_notification_configuration, Bucket=bucket)


@put_notification.error
def to_a_queue_that_does_not_exist(lab: Lab) -> None:
    """The destination is validated."""
    arn = f"arn:aws:sqs:us-east-1:000000000000:{lab.name('queue')}"
    lab.call(
        "put",
        lab.s3.put_bucket_notification_configuration,
        Bucket=lab.bucket(),
        NotificationConfiguration=notify(arn, "s3:ObjectCreated:*"),
    )


@put_notification.error
def of_an_unknown_event(lab: Lab) -> None:
    """Events are S3's own."""
    lab.call(
        "put",
        lab.s3.put_bucket_notification_configuration,
        Bucket=lab.bucket(),
        NotificationConfiguration=notify(lab.queue_arn(lab.queue()), "s3:ObjectPainted"),
    )


@put_notification.error
def in_a_missing_bucket(lab: Lab) -> None:
    """The bucket must exist."""
    lab.call(
        "put",
        lab.s3.put_bucket_notification_configuration,
        Bucket=lab.name("bucket"),
        NotificationConfiguration={},
    )
