"""GetBucketNotificationConfiguration."""

from conformance.case import operation
from conformance.lab import Lab

get_notification = operation(
    "s3.GetBucketNotificationConfiguration",
    "https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketNotificationConfiguration.html",
)


@get_notification.success
def never_set(lab: Lab) -> None:
    """A bucket without notifications has an empty configuration."""
    lab.call("get", lab.s3.get_bucket_notification_configuration, Bucket=lab.bucket())


@get_notification.success
def as_it_was_put(lab: Lab) -> None:
    """The configuration comes back with its id, events and filter; putting an empty one removes it."""
    bucket = lab.bucket()
    queue = {
        "Id": "jobs",
        "QueueArn": lab.queue_arn(lab.queue()),
        "Events": ["s3:ObjectCreated:*"],
        "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "in/"}]}},
    }
    configuration = {"QueueConfigurations": [queue]}
    lab.s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=configuration)
    lab.call("put", lab.s3.get_bucket_notification_configuration, Bucket=bucket)
    lab.s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={})
    lab.call("removed", lab.s3.get_bucket_notification_configuration, Bucket=bucket)


@get_notification.error
def of_a_missing_bucket(lab: Lab) -> None:
    """The bucket must exist."""
    lab.call("get", lab.s3.get_bucket_notification_configuration, Bucket=lab.name("bucket"))
