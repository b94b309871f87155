"""Event notifications: PutBucketNotificationConfiguration, GetBucketNotificationConfiguration.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html
"""

from __future__ import annotations

from typing import Any

from services.context import Context
from services.s3.bucket import Bucket
from services.s3.events import test_message
from services.s3.lookup import bucket_of, payload
from services.s3.notification import queue_configurations, refuse_other_targets, unknown_destinations
from services.s3.settings import QueueConfiguration
from services.s3.writing import bucket_change


def put_bucket_notification_configuration(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Takes the place of the whole configuration, and sends each queue that it names a test event. That events are
    wanted on Amazon EventBridge is kept; there is no bus that could get them.

    Errors: InvalidArgument for a destination that isn't there, configurations that overlap, unknown events and filters.
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html
    """
    bucket = bucket_of(ctx, request)
    configuration = payload(request, "NotificationConfiguration")
    refuse_other_targets(configuration)
    found = queue_configurations(ctx, configuration)
    changes = [
        bucket_change(
            bucket,
            "put_notification",
            queue_configurations=[entry.encode() for entry in found],
            event_bridge="EventBridgeConfiguration" in configuration,
        )
    ]
    problems: dict[str, str] = {}
    skips_check = bool(request.get("SkipDestinationValidation"))
    for arn in dict.fromkeys(entry.queue_arn for entry in found):
        sent = ctx.deliver(arn, [test_message(ctx, bucket)])
        problem = _problem(bucket, arn, exists=sent is not None, skips_check=skips_check)
        if problem is not None:
            problems[arn] = problem
        changes += sent or ()
    if problems:
        raise unknown_destinations(problems)
    ctx.commit(*changes)
    return {}


def _problem(bucket: Bucket, arn: str, *, exists: bool, skips_check: bool) -> str | None:
    """Why a queue can't be a destination."""
    if arn.endswith(".fifo"):
        return "FIFO SQS queues are not supported."
    if skips_check:
        return None
    if arn.split(":")[3] not in (bucket.settings.location, bucket.settings.region):
        return "The notification destination service region is not valid for the bucket location"
    return None if exists else "The destination queue does not exist"


def get_bucket_notification_configuration(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketNotificationConfiguration.html"""
    settings = bucket_of(ctx, request).settings
    answer: dict[str, Any] = {}
    if settings.queue_configurations:
        answer["QueueConfigurations"] = [_shown(entry) for entry in settings.queue_configurations]
    if settings.event_bridge:
        answer["EventBridgeConfiguration"] = {}
    return answer


def _shown(configuration: QueueConfiguration) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "Id": configuration.id,
        "QueueArn": configuration.queue_arn,
        "Events": list(configuration.events),
    }
    # AWS answers with capitals, however the names were written.
    named = (("Prefix", configuration.prefix), ("Suffix", configuration.suffix))
    rules = [{"Name": name, "Value": value} for name, value in named if value]
    if rules:
        answer["Filter"] = {"Key": {"FilterRules": rules}}
    return answer
