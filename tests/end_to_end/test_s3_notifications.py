"""Events of a bucket that arrive in a queue.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote_plus

import pytest

from emu.testing import Emulator
from tests.end_to_end.asking import ask, refused


def arn_of(sqs: Any, queue_url: str) -> str:
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])["Attributes"]
    arn: str = attributes["QueueArn"]
    return arn


def notify(s3: Any, bucket: str, *configurations: dict[str, Any]) -> None:
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"QueueConfigurations": list(configurations)}
    )


def received(sqs: Any, queue_url: str) -> list[dict[str, Any]]:
    """All that is in a queue, decoded; it is taken out."""
    found: list[dict[str, Any]] = []
    while messages := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            found.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return found


def events(sqs: Any, queue_url: str) -> list[tuple[str, str]]:
    """Names and keys of the events in a queue, in the order of their sequencers."""
    records = [record for message in received(sqs, queue_url) for record in message.get("Records", [])]
    records.sort(key=lambda record: record["s3"]["object"]["sequencer"])
    return [(record["eventName"], unquote_plus(record["s3"]["object"]["key"])) for record in records]


@pytest.fixture
def notified(s3: Any, sqs: Any, bucket: str, queue_url: str) -> str:
    """A bucket that tells ``queue_url`` everything."""
    notify(
        s3,
        bucket,
        {"Id": "all", "QueueArn": arn_of(sqs, queue_url), "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]},
    )
    return bucket


def test_the_configuration_is_kept_and_tried(s3: Any, sqs: Any, notified: str, queue_url: str) -> None:
    (configuration,) = s3.get_bucket_notification_configuration(Bucket=notified)["QueueConfigurations"]
    assert (configuration["Id"], configuration["QueueArn"]) == ("all", arn_of(sqs, queue_url))
    assert configuration["Events"] == ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]
    (test,) = received(sqs, queue_url)
    assert (test["Service"], test["Event"], test["Bucket"]) == ("Amazon S3", "s3:TestEvent", notified)


def test_an_event_is_there_as_soon_as_the_answer(s3: Any, sqs: Any, notified: str, queue_url: str) -> None:
    received(sqs, queue_url)
    put = s3.put_object(Bucket=notified, Key="a b/ä+", Body=b"12345")
    (message,) = received(sqs, queue_url)
    (record,) = message["Records"]
    assert (record["eventSource"], record["eventName"], record["awsRegion"]) == (
        "aws:s3",
        "ObjectCreated:Put",
        "us-east-1",
    )
    assert record["responseElements"]["x-amz-request-id"] == put["ResponseMetadata"]["RequestId"]
    assert record["s3"]["configurationId"] == "all"
    assert (record["s3"]["bucket"]["name"], record["s3"]["bucket"]["arn"]) == (notified, f"arn:aws:s3:::{notified}")
    entity = record["s3"]["object"]
    assert (entity["key"], entity["size"], entity["eTag"]) == ("a+b/%C3%A4%2B", 5, put["ETag"].strip('"'))
    assert "versionId" not in entity


def test_each_way_to_make_and_remove_an_object(s3: Any, sqs: Any, notified: str, queue_url: str) -> None:
    s3.put_object(Bucket=notified, Key="put", Body=b"x")
    s3.copy_object(Bucket=notified, Key="copy", CopySource=f"{notified}/put")
    upload = {"Bucket": notified, "Key": "parts"}
    upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
    etag = s3.upload_part(**upload, PartNumber=1, Body=b"x")["ETag"]
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]})
    s3.delete_object(Bucket=notified, Key="put")
    s3.delete_objects(Bucket=notified, Delete={"Objects": [{"Key": "copy"}, {"Key": "parts"}]})
    s3.put_bucket_versioning(Bucket=notified, VersioningConfiguration={"Status": "Enabled"})
    s3.delete_object(Bucket=notified, Key="put")
    assert events(sqs, queue_url) == [
        ("ObjectCreated:Put", "put"),
        ("ObjectCreated:Copy", "copy"),
        ("ObjectCreated:CompleteMultipartUpload", "parts"),
        ("ObjectRemoved:Delete", "put"),
        ("ObjectRemoved:Delete", "copy"),
        ("ObjectRemoved:Delete", "parts"),
        ("ObjectRemoved:DeleteMarkerCreated", "put"),
    ]


def test_a_filter_chooses_keys(s3: Any, sqs: Any, bucket: str, queue_url: str) -> None:
    rules = [{"Name": "prefix", "Value": "pages/"}, {"Name": "suffix", "Value": ".html"}]
    notify(
        s3,
        bucket,
        {
            "QueueArn": arn_of(sqs, queue_url),
            "Events": ["s3:ObjectCreated:Put"],
            "Filter": {"Key": {"FilterRules": rules}},
        },
    )
    for key in ("pages/a.html", "pages/a.css", "other/a.html"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    s3.copy_object(Bucket=bucket, Key="pages/copy.html", CopySource=f"{bucket}/pages/a.html")
    assert events(sqs, queue_url) == [("ObjectCreated:Put", "pages/a.html")]


def test_configurations_that_cannot_be(s3: Any, sqs: Any, bucket: str, queue_url: str) -> None:
    arn = arn_of(sqs, queue_url)
    for configuration in (
        {"QueueArn": f"{arn}-missing", "Events": ["s3:ObjectCreated:*"]},
        {"QueueArn": arn, "Events": ["s3:ObjectEaten:*"]},
    ):
        with refused("InvalidArgument", 400):
            notify(s3, bucket, configuration)
    one = {"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}
    with refused("InvalidArgument", 400):
        notify(s3, bucket, one, {**one, "Events": ["s3:ObjectCreated:Put"]})
    assert "QueueConfigurations" not in s3.get_bucket_notification_configuration(Bucket=bucket)


def test_an_event_for_a_queue_that_is_gone_does_not_hinder(s3: Any, sqs: Any, notified: str, queue_url: str) -> None:
    sqs.delete_queue(QueueUrl=queue_url)
    s3.put_object(Bucket=notified, Key="page", Body=b"x")
    assert s3.get_object(Bucket=notified, Key="page")["Body"].read() == b"x"


def test_a_trace_goes_on_from_the_request_to_the_message(
    emulator: Emulator, s3: Any, sqs: Any, bucket: str, queue_url: str
) -> None:
    """https://docs.aws.amazon.com/xray/latest/devguide/xray-services-s3.html and xray-services-sqs.html"""
    notify(s3, bucket, {"QueueArn": arn_of(sqs, queue_url), "Events": ["s3:ObjectCreated:*"]})
    received(sqs, queue_url)
    ask(emulator, "PUT", f"/{bucket}/k", b"x", {"X-Amzn-Trace-Id": "Root=1-of-the-object"})
    form = {"Content-Type": "application/x-www-form-urlencoded", "X-Amzn-Trace-Id": "Root=1-of-the-message"}
    path = queue_url.removeprefix(emulator.endpoint_url)
    ask(emulator, "POST", path, b"Action=SendMessage&Version=2012-11-05&MessageBody=x", form)
    messages = sqs.receive_message(
        QueueUrl=queue_url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["AWSTraceHeader"]
    )["Messages"]
    traces = [message["Attributes"]["AWSTraceHeader"] for message in messages]
    assert sorted(traces) == ["Root=1-of-the-message", "Root=1-of-the-object"]
