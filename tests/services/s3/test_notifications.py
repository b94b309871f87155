"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html"""

from __future__ import annotations

from typing import Any

import pytest

from services.s3.events import fits, names
from services.s3.settings import QueueConfiguration

ARN = "arn:aws:sqs:us-east-1:000000000000:jobs"


def _configure(s3: Any, *events: str, prefix: str = "", suffix: str = "", **request: Any) -> None:
    s3("PutBucketNotificationConfiguration", **_request(_queue(*events, prefix=prefix, suffix=suffix)), **request)


def _request(*queues: dict[str, Any]) -> dict[str, Any]:
    return {"Bucket": "bucket", "NotificationConfiguration": {"QueueConfigurations": list(queues)}}


def _queue(*events: str, prefix: str = "", suffix: str = "", **members: Any) -> dict[str, Any]:
    rules = [{"Name": name, "Value": value} for name, value in (("prefix", prefix), ("suffix", suffix)) if value]
    configuration = {"QueueArn": ARN, "Events": list(events) or ["s3:ObjectCreated:*"], **members}
    return {**configuration, "Filter": {"Key": {"FilterRules": rules}}} if rules else configuration


@pytest.fixture
def queue(s3: Any) -> Any:
    s3.caller("sqs", "CreateQueue", QueueName="jobs")
    return s3


def _names(messages: list[dict[str, Any]]) -> list[tuple[str, str]]:
    records = [record for message in messages for record in message["Records"]]
    return [(record["eventName"], record["s3"]["object"]["key"]) for record in records]


def test_a_configuration_is_tested_on_its_queue(queue: Any) -> None:
    _configure(queue, "s3:ObjectCreated:*")
    (message,) = queue.messages("jobs")
    assert (message["Event"], message["Bucket"], message["Service"]) == ("s3:TestEvent", "bucket", "Amazon S3")


def test_an_event(queue: Any) -> None:
    _configure(queue, "s3:ObjectCreated:*")
    queue.set_versioning("Enabled")
    queue.messages("jobs")
    put = queue.put("my image/ü+.jpg", b"hello")
    (message,) = queue.messages("jobs")
    (record,) = message["Records"]
    assert record["eventSource"] == "aws:s3"
    assert record["eventName"] == "ObjectCreated:Put"
    assert record["awsRegion"] == "us-east-1"
    assert record["eventTime"] == "2026-01-01T00:00:00.000Z"
    assert record["s3"]["bucket"]["name"] == "bucket"
    assert record["s3"]["bucket"]["arn"] == "arn:aws:s3:::bucket"
    entity = record["s3"]["object"]
    sequencer = entity.pop("sequencer")
    assert int(sequencer, 16) > 0
    assert entity == {
        "key": "my+image/%C3%BC%2B.jpg",
        "size": 5,
        "eTag": "5d41402abc4b2a76b9719d911017c592",
        "versionId": put["VersionId"],
    }


def test_the_message_is_in_the_objects_record(queue: Any) -> None:
    _configure(queue)
    lsn = queue.caller.world.store.lsn
    queue.put("k", b"x")
    assert queue.caller.world.store.lsn == lsn + 1


def test_what_makes_events(queue: Any) -> None:
    _configure(queue, "s3:ObjectCreated:*", "s3:ObjectRemoved:*")
    queue.messages("jobs")
    queue.put("a", b"x")
    queue("CopyObject", Bucket="bucket", Key="b", CopySource="bucket/a")
    upload = queue("CreateMultipartUpload", Bucket="bucket", Key="c")["UploadId"]
    names = {"Bucket": "bucket", "Key": "c", "UploadId": upload}
    etag = queue("UploadPart", PartNumber=1, Body=b"x", **names)["ETag"]
    queue("CompleteMultipartUpload", MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]}, **names)
    queue("DeleteObject", Bucket="bucket", Key="a")
    queue("DeleteObject", Bucket="bucket", Key="a")
    queue.set_versioning("Enabled")
    marker = queue("DeleteObject", Bucket="bucket", Key="b")["VersionId"]
    queue("DeleteObjects", Bucket="bucket", Delete={"Objects": [{"Key": "b", "VersionId": marker}, {"Key": "c"}]})
    assert _names(queue.messages("jobs")) == [
        ("ObjectCreated:Put", "a"),
        ("ObjectCreated:Copy", "b"),
        ("ObjectCreated:CompleteMultipartUpload", "c"),
        ("ObjectRemoved:Delete", "a"),
        ("ObjectRemoved:DeleteMarkerCreated", "b"),
        ("ObjectRemoved:Delete", "b"),
        ("ObjectRemoved:DeleteMarkerCreated", "c"),
    ]


def test_sequencers_grow_even_within_one_record(queue: Any) -> None:
    _configure(queue, "s3:ObjectCreated:*", "s3:ObjectRemoved:*")
    queue.messages("jobs")
    for key in ("a", "b"):
        queue.put(key, b"x")
    queue("DeleteObjects", Bucket="bucket", Delete={"Objects": [{"Key": "a"}, {"Key": "b"}]})
    queue.put("a", b"y")
    messages = queue.messages("jobs")
    sequencers = [int(message["Records"][0]["s3"]["object"]["sequencer"], 16) for message in messages]
    assert sequencers == sorted(set(sequencers))
    assert len(sequencers) == 5


def test_a_refused_request_makes_no_event(queue: Any) -> None:
    _configure(queue)
    queue.messages("jobs")
    assert queue.refused("PutObject", Bucket="bucket", Key="k", IfMatch='"x"') == "NoSuchKey"
    assert queue.messages("jobs") == []


@pytest.mark.parametrize(
    ("events", "prefix", "suffix", "name", "wanted"),
    [
        (("s3:ObjectCreated:*",), "", "", "ObjectCreated:Put", True),
        (("s3:ObjectCreated:*",), "", "", "ObjectRemoved:Delete", False),
        (("s3:ObjectCreated:Copy",), "", "", "ObjectCreated:Put", False),
        (("s3:ObjectCreated:Copy", "s3:ObjectCreated:Put"), "", "", "ObjectCreated:Put", True),
        (("s3:ObjectCreated:*",), "images/", ".jpg", "ObjectCreated:Put", True),
        (("s3:ObjectCreated:*",), "image/", "", "ObjectCreated:Put", False),
        (("s3:ObjectCreated:*",), "", ".png", "ObjectCreated:Put", False),
        (("s3:ObjectCreated:*",), "%69mages%2F", ".jp%67", "ObjectCreated:Put", True),
    ],
)
def test_who_wants_what(events: tuple[str, ...], prefix: str, suffix: str, name: str, wanted: bool) -> None:
    configuration = QueueConfiguration("id", ARN, events, prefix, suffix)
    assert (names(configuration, name) and fits(configuration, "images/a.jpg")) is wanted


def test_filters_are_url_encoded(queue: Any) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html"""
    _configure(queue, prefix="my+dir/%C3%BC%2B", suffix=".txt")
    queue.messages("jobs")
    for key in ("my dir/ü+1.txt", "my+dir/ü+2.txt", "my dir/ü 3.txt"):
        queue.put(key)
    assert _names(queue.messages("jobs")) == [("ObjectCreated:Put", "my+dir/%C3%BC%2B1.txt")]
    (shown,) = queue("GetBucketNotificationConfiguration", Bucket="bucket")["QueueConfigurations"]
    assert shown["Filter"]["Key"]["FilterRules"][0] == {"Name": "Prefix", "Value": "my+dir/%C3%BC%2B"}


def test_filters_overlap_in_what_they_stand_for(queue: Any) -> None:
    two = _request(_queue(prefix="a+b/"), _queue(prefix="a%20b/c"))
    assert queue.refused("PutBucketNotificationConfiguration", **two) == "InvalidArgument"


@pytest.mark.parametrize("rule", [{}, {"Name": "prefix"}, {"Value": "a"}])
def test_a_filter_rule_has_a_name_and_a_value(queue: Any, rule: dict[str, str]) -> None:
    configuration = {**_queue(), "Filter": {"Key": {"FilterRules": [rule]}}}
    assert queue.refused("PutBucketNotificationConfiguration", **_request(configuration)) == "MalformedXML"


def test_the_configuration_comes_back_with_an_id(queue: Any) -> None:
    assert queue("GetBucketNotificationConfiguration", Bucket="bucket") == {}
    _configure(queue, "s3:ObjectCreated:Put", prefix="in/", suffix=".csv")
    (shown,) = queue("GetBucketNotificationConfiguration", Bucket="bucket")["QueueConfigurations"]
    assert len(shown.pop("Id")) == 36
    assert shown == _queue("s3:ObjectCreated:Put") | {
        "Filter": {
            "Key": {"FilterRules": [{"Name": "Prefix", "Value": "in/"}, {"Name": "Suffix", "Value": ".csv"}]},
        },
    }
    queue("PutBucketNotificationConfiguration", Bucket="bucket", NotificationConfiguration={})
    assert queue("GetBucketNotificationConfiguration", Bucket="bucket") == {}


def test_a_queue_that_goes_away_loses_its_events_and_nothing_else(queue: Any) -> None:
    _configure(queue)
    queue.caller("sqs", "DeleteQueue", QueueUrl="http://localhost:4566/000000000000/jobs")
    queue.put("k", b"x")
    assert queue.read("k") == b"x"


def test_a_destination_must_exist_unless_the_check_is_skipped(s3: Any) -> None:
    request = _request(_queue())
    error = s3.refusal("PutBucketNotificationConfiguration", **request)
    assert error.code == "InvalidArgument"
    assert error.message == "Unable to validate the following destination configurations"
    assert error.members == {"ArgumentName1": ARN, "ArgumentValue1": "The destination queue does not exist"}
    s3("PutBucketNotificationConfiguration", SkipDestinationValidation=True, **request)
    assert s3("GetBucketNotificationConfiguration", Bucket="bucket")["QueueConfigurations"]


def test_all_destinations_that_are_wrong_are_named(queue: Any) -> None:
    other = f"{ARN}-2"
    queues = [_queue(prefix="a"), _queue(prefix="b", QueueArn=other), _queue(prefix="c", QueueArn=f"{ARN}.fifo")]
    error = queue.refusal("PutBucketNotificationConfiguration", **_request(*queues))
    assert error.members == {
        "ArgumentName1": other,
        "ArgumentValue1": "The destination queue does not exist",
        "ArgumentName2": f"{ARN}.fifo",
        "ArgumentValue2": "FIFO SQS queues are not supported.",
    }
    assert queue.messages("jobs") == []


def test_what_is_no_arn(s3: Any) -> None:
    error = s3.refusal("PutBucketNotificationConfiguration", **_request(_queue(QueueArn="jobs")))
    assert (error.message, error.members["ArgumentName"]) == ("The ARN could not be parsed", "Queue")


def test_names_of_filter_rules_come_back_with_capitals(queue: Any) -> None:
    rules = [{"Name": "SUFFIX", "Value": ".jpg"}, {"Name": "prefix", "Value": "in/"}]
    queue("PutBucketNotificationConfiguration", **_request(_queue(Filter={"Key": {"FilterRules": rules}})))
    (shown,) = queue("GetBucketNotificationConfiguration", Bucket="bucket")["QueueConfigurations"]
    assert shown["Filter"]["Key"]["FilterRules"] == [
        {"Name": "Prefix", "Value": "in/"},
        {"Name": "Suffix", "Value": ".jpg"},
    ]


@pytest.mark.parametrize(
    "queues",
    [
        [_queue(), _queue()],
        [_queue("s3:ObjectCreated:*"), _queue("s3:ObjectCreated:Put")],
        [_queue(prefix="a"), _queue(prefix="ab")],
        [_queue(prefix="a", suffix=".jpg"), _queue(prefix="a", suffix="g")],
        [_queue(prefix="a"), _queue(suffix=".jpg")],
        [_queue(Id="x", prefix="a"), _queue(Id="x", prefix="b")],
        [_queue("s3:ObjectEaten:*")],
        [_queue(Filter={"Key": {"FilterRules": [{"Name": "infix", "Value": "a"}]}})],
        [_queue(Filter={"Key": {"FilterRules": [{"Name": "prefix", "Value": "a"}] * 2}})],
        [_queue(Filter={"Key": {"FilterRules": [{"Name": "prefix", "Value": "a" * 1025}]}})],
        [_queue(QueueArn="jobs")],
        [_queue(QueueArn="arn:aws:sqs:eu-west-1:000000000000:jobs")],
        [_queue(QueueArn=ARN + ".fifo")],
    ],
)
def test_configurations_that_are_refused(queue: Any, queues: list[dict[str, Any]]) -> None:
    assert queue.refused("PutBucketNotificationConfiguration", **_request(*queues)) == "InvalidArgument"
    assert queue("GetBucketNotificationConfiguration", Bucket="bucket") == {}


@pytest.mark.parametrize(
    "queues",
    [
        [_queue("s3:ObjectCreated:*"), _queue("s3:ObjectRemoved:*")],
        [_queue(prefix="images/"), _queue(prefix="videos/")],
        [_queue(suffix=".jpg"), _queue(suffix=".png")],
        [_queue(prefix="a", suffix=".jpg"), _queue(prefix="a", suffix=".png")],
    ],
)
def test_configurations_side_by_side(queue: Any, queues: list[dict[str, Any]]) -> None:
    queue("PutBucketNotificationConfiguration", **_request(*queues))
    assert len(queue.messages("jobs")) == 1, "one test event a queue"


@pytest.mark.parametrize(
    "configuration",
    [
        {"TopicConfigurations": [{"TopicArn": "arn:aws:sns:us-east-1:000000000000:t"}]},
        {"LambdaFunctionConfigurations": [{"LambdaFunctionArn": "arn:aws:lambda:x"}]},
    ],
)
def test_targets_that_emu_does_not_have(s3: Any, configuration: dict[str, Any]) -> None:
    request = {"Bucket": "bucket", "NotificationConfiguration": configuration}
    assert s3.refused("PutBucketNotificationConfiguration", **request) == "InvalidArgument"


def test_event_bridge_is_kept_and_served(s3: Any) -> None:
    configuration: dict[str, Any] = {"EventBridgeConfiguration": {}}
    s3("PutBucketNotificationConfiguration", Bucket="bucket", NotificationConfiguration=configuration)
    assert s3("GetBucketNotificationConfiguration", Bucket="bucket") == configuration
    s3.put("k", b"x")
    s3("PutBucketNotificationConfiguration", Bucket="bucket", NotificationConfiguration={})
    assert s3("GetBucketNotificationConfiguration", Bucket="bucket") == {}


def test_event_bridge_beside_a_queue(queue: Any) -> None:
    configuration = {**_request(_queue(Id="jobs"))["NotificationConfiguration"], "EventBridgeConfiguration": {}}
    queue("PutBucketNotificationConfiguration", Bucket="bucket", NotificationConfiguration=configuration)
    assert queue("GetBucketNotificationConfiguration", Bucket="bucket") == configuration
    queue.messages("jobs")
    queue.put("k", b"x")
    assert _names(queue.messages("jobs")) == [("ObjectCreated:Put", "k")]


def test_at_most_a_hundred(queue: Any) -> None:
    queues = [_queue(prefix=f"{number:03}/") for number in range(101)]
    queue("PutBucketNotificationConfiguration", **_request(*queues[:100]))
    assert queue.refused("PutBucketNotificationConfiguration", **_request(*queues)) == "TooManyConfigurations"


def test_the_events_of_one_request_are_one_send(queue: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    _configure(queue, "s3:ObjectRemoved:*")
    keys = ["a", "b", "c"]
    for key in keys:
        queue.put(key)
    queue.messages("jobs")
    store = queue.caller.world.store
    records: list[list[str]] = []
    commit = store.commit

    def noted(changes: Any, *arguments: Any, **named: Any) -> int:
        records.append([change[0] for change in changes])
        lsn: int = commit(changes, *arguments, **named)
        return lsn

    monkeypatch.setattr(store, "commit", noted)
    queue("DeleteObjects", Bucket="bucket", Delete={"Objects": [{"Key": key} for key in keys]})
    monkeypatch.undo()
    assert records == [["s3.delete_version"] * 3 + ["sqs.send"]]
    messages = queue.messages("jobs")
    assert _names(messages) == [("ObjectRemoved:Delete", key) for key in keys]
    sequencers = [message["Records"][0]["s3"]["object"]["sequencer"] for message in messages]
    assert sequencers == sorted({*sequencers})
