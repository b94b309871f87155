"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html"""

from __future__ import annotations

import json
from typing import Any

import pytest


def test_url_names_account_and_queue(sqs: Any) -> None:
    assert sqs.queue("jobs") == "http://localhost:4566/000000000000/jobs"
    assert sqs.attributes(sqs.queue("jobs"), "QueueArn") == {"QueueArn": "arn:aws:sqs:us-east-1:000000000000:jobs"}


def test_defaults(sqs: Any) -> None:
    told = sqs.attributes(sqs.queue())
    assert told == {
        "ApproximateNumberOfMessages": "0",
        "ApproximateNumberOfMessagesDelayed": "0",
        "ApproximateNumberOfMessagesNotVisible": "0",
        "CreatedTimestamp": "1767225600",
        "DelaySeconds": "0",
        "LastModifiedTimestamp": "1767225600",
        "MaximumMessageSize": "1048576",
        "MessageRetentionPeriod": "345600",
        "QueueArn": "arn:aws:sqs:us-east-1:000000000000:jobs",
        "ReceiveMessageWaitTimeSeconds": "0",
        "SqsManagedSseEnabled": "true",
        "VisibilityTimeout": "30",
    }


def test_fifo_defaults(sqs: Any) -> None:
    told = sqs.attributes(sqs.queue("jobs.fifo"))
    assert told["FifoQueue"] == "true"
    assert told["ContentBasedDeduplication"] == "false"
    assert told["DeduplicationScope"] == "queue"
    assert told["FifoThroughputLimit"] == "perQueue"


@pytest.mark.parametrize("name", ["a", "A-b_9", "x" * 80])
def test_good_names(sqs: Any, name: str) -> None:
    assert sqs.queue(name).endswith("/" + name)


@pytest.mark.parametrize("name", ["x" * 81, "a b", "a.b", "ü", "a/b", ".fifo", "jobs.fifo"])
def test_bad_names(sqs: Any, name: str) -> None:
    error = sqs.refused("CreateQueue", QueueName=name)
    assert error.refusal.query_code == "InvalidParameterValue"
    assert error.message == "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"


@pytest.mark.parametrize("name", ["jobs", "x" * 76 + ".fifo", ".fifo", "a.b.fifo"])
def test_bad_fifo_names(sqs: Any, name: str) -> None:
    error = sqs.refused("CreateQueue", QueueName=name, Attributes={"FifoQueue": "true"})
    assert error.refusal.query_code == "InvalidParameterValue"
    assert "must end with .fifo suffix" in error.message


def test_name_is_required(sqs: Any) -> None:
    error = sqs.refused("CreateQueue")
    assert error.refusal.query_code == "MissingParameter"
    assert error.message == "The request must contain the parameter QueueName."


def test_again_with_the_same_attributes_gives_the_same_queue(sqs: Any) -> None:
    url = sqs.queue(VisibilityTimeout="5")
    sqs.send(url)
    assert sqs.queue(VisibilityTimeout="5") == url
    assert sqs.queue(VisibilityTimeout="05") == url
    assert sqs.queue() == url
    assert sqs.counts(url) == (1, 0, 0)


def test_again_with_other_attributes_is_refused(sqs: Any) -> None:
    sqs.queue()
    error = sqs.refused("CreateQueue", QueueName="jobs", Attributes={"DelaySeconds": "7"})
    assert (error.code, error.refusal.query_code) == ("QueueNameExists", "QueueAlreadyExists")
    assert error.message == "A queue already exists with the same name and a different value for attribute DelaySeconds"


def test_policies_are_compared_by_their_meaning(sqs: Any) -> None:
    url = sqs.queue(Policy='{"Version": "2012-10-17", "Statement": []}')
    assert sqs.queue(Policy='{"Statement":[],"Version":"2012-10-17"}') == url
    assert sqs.refused("CreateQueue", QueueName="jobs", Attributes={"Policy": "{}"}).code == "QueueNameExists"


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("DelaySeconds", 0, 900),
        ("MaximumMessageSize", 1_024, 1_048_576),
        ("MessageRetentionPeriod", 60, 1_209_600),
        ("ReceiveMessageWaitTimeSeconds", 0, 20),
        ("VisibilityTimeout", 0, 43_200),
        ("KmsDataKeyReusePeriodSeconds", 60, 86_400),
    ],
)
def test_ranges(sqs: Any, name: str, low: int, high: int) -> None:
    assert sqs.attributes(sqs.queue("low", **{name: str(low)}), name) == {name: str(low)}
    assert sqs.attributes(sqs.queue("high", **{name: str(high)}), name) == {name: str(high)}
    for wrong in (str(low - 1), str(high + 1), "", "many", "1.5"):
        error = sqs.refused("CreateQueue", QueueName="jobs", Attributes={name: wrong})
        assert (error.code, error.message) == ("InvalidAttributeValue", f"Invalid value for the parameter {name}.")


@pytest.mark.parametrize("name", ["Colour", "QueueArn", "ApproximateNumberOfMessages", "All", "FifoQueue"])
def test_unknown_attributes(sqs: Any, name: str) -> None:
    error = sqs.refused("CreateQueue", QueueName="jobs", Attributes={name: "false"})
    assert (error.code, error.message) == ("InvalidAttributeName", f"Unknown Attribute {name}.")


def test_fifo_attributes_need_a_fifo_queue(sqs: Any) -> None:
    error = sqs.refused("CreateQueue", QueueName="jobs", Attributes={"DeduplicationScope": "queue"})
    assert error.code == "InvalidAttributeName"
    assert error.message == "You can specify the DeduplicationScope only when FifoQueue is set to true."


@pytest.mark.parametrize("text", ["true", "True", "TRUE"])
def test_booleans_in_any_case(sqs: Any, text: str) -> None:
    attributes = {"FifoQueue": text, "ContentBasedDeduplication": text}
    url = sqs("CreateQueue", QueueName="jobs.fifo", Attributes=attributes)["QueueUrl"]
    told = sqs.attributes(url)
    assert (told["FifoQueue"], told["ContentBasedDeduplication"]) == ("true", "true")


def test_high_throughput_needs_deduplication_by_group(sqs: Any) -> None:
    attributes = {"FifoQueue": "true", "FifoThroughputLimit": "perMessageGroupId"}
    error = sqs.refused("CreateQueue", QueueName="a.fifo", Attributes=attributes)
    assert error.code == "InvalidAttributeValue"
    sqs.queue("b.fifo", FifoThroughputLimit="perMessageGroupId", DeduplicationScope="messageGroup")


def test_kms_key_takes_the_place_of_the_managed_encryption(sqs: Any) -> None:
    told = sqs.attributes(sqs.queue(KmsMasterKeyId="alias/aws/sqs"))
    assert told["SqsManagedSseEnabled"] == "false"
    assert told["KmsMasterKeyId"] == "alias/aws/sqs"
    assert told["KmsDataKeyReusePeriodSeconds"] == "300"
    attributes = {"KmsMasterKeyId": "k", "SqsManagedSseEnabled": "true"}
    assert sqs.refused("CreateQueue", QueueName="other", Attributes=attributes).code == "InvalidAttributeName"


def test_redrive_policy_is_told_in_one_form(sqs: Any) -> None:
    sqs.queue("dead")
    arn = "arn:aws:sqs:us-east-1:000000000000:dead"
    policy = json.dumps({"maxReceiveCount": "3", "deadLetterTargetArn": arn})
    told = sqs.attributes(sqs.queue(RedrivePolicy=policy), "RedrivePolicy")
    assert told == {"RedrivePolicy": f'{{"deadLetterTargetArn":"{arn}","maxReceiveCount":3}}'}


@pytest.mark.parametrize(
    ("policy", "reason"),
    [
        ("no", "Redrive policy is not a valid JSON map."),
        ("[]", "Redrive policy is not a valid JSON map."),
        ('{"maxReceiveCount":1}', "Redrive policy does not contain mandatory attribute: deadLetterTargetArn."),
        ('{"deadLetterTargetArn":"a"}', "Redrive policy does not contain mandatory attribute: maxReceiveCount."),
        ('{"deadLetterTargetArn":7,"maxReceiveCount":1}', "Dead letter target does not exist."),
        (
            '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:gone","maxReceiveCount":1}',
            "Dead letter target does not exist.",
        ),
        (
            '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead.fifo","maxReceiveCount":1}',
            "Dead-letter queue must be same type of queue as the source.",
        ),
    ],
)
def test_bad_redrive_policies(sqs: Any, policy: str, reason: str) -> None:
    sqs.queue("dead.fifo")
    error = sqs.refused("CreateQueue", QueueName="jobs", Attributes={"RedrivePolicy": policy})
    assert error.refusal.query_code == "InvalidParameterValue"
    assert error.message == f"Value {policy} for parameter RedrivePolicy is invalid. Reason: {reason}"


@pytest.mark.parametrize("count", [0, 1001, "0", "x", -1, 1.5, True, None])
def test_receive_counts_of_a_redrive_policy(sqs: Any, count: Any) -> None:
    sqs.queue("dead")
    arn = "arn:aws:sqs:us-east-1:000000000000:dead"
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": count})
    error = sqs.refused("CreateQueue", QueueName="jobs", Attributes={"RedrivePolicy": policy})
    assert "valid values are from 1 to 1000 both inclusive." in error.message


def test_dead_letter_queue_of_another_namespace_is_no_target(sqs: Any, call: Any) -> None:
    call.region = "eu-west-1"
    sqs.queue("dead")
    call.region = "us-east-1"
    policy = '{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:000000000000:dead","maxReceiveCount":1}'
    error = sqs.refused("CreateQueue", QueueName="jobs", Attributes={"RedrivePolicy": policy})
    assert error.message.endswith("Dead letter target does not exist.")


@pytest.mark.parametrize(
    ("permission", "allowed"),
    [
        ({"redrivePermission": "allowAll"}, True),
        ({"redrivePermission": "denyAll"}, False),
        (
            {
                "redrivePermission": "byQueue",
                "sourceQueueArns": ["arn:aws:sqs:us-east-1:000000000000:jobs"],
            },
            True,
        ),
        (
            {
                "redrivePermission": "byQueue",
                "sourceQueueArns": ["arn:aws:sqs:us-east-1:000000000000:work"],
            },
            False,
        ),
    ],
)
def test_redrive_allow_policy(sqs: Any, permission: Any, allowed: bool) -> None:
    sqs.queue("dead", RedriveAllowPolicy=json.dumps(permission))
    policy = '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead","maxReceiveCount":1}'
    if allowed:
        sqs.queue("jobs", RedrivePolicy=policy)
    else:
        sqs.refused("CreateQueue", QueueName="jobs", Attributes={"RedrivePolicy": policy})


@pytest.mark.parametrize(
    "policy",
    [
        "x",
        "{}",
        '{"redrivePermission":"sometimes"}',
        '{"redrivePermission":"byQueue"}',
        '{"redrivePermission":"allowAll","sourceQueueArns":["a"]}',
        json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": ["a"] * 11}),
    ],
)
def test_bad_redrive_allow_policies(sqs: Any, policy: str) -> None:
    error = sqs.refused("CreateQueue", QueueName="jobs", Attributes={"RedriveAllowPolicy": policy})
    assert "RedriveAllowPolicy is invalid" in error.message


def test_policy_must_be_a_json_object(sqs: Any) -> None:
    error = sqs.refused("CreateQueue", QueueName="jobs", Attributes={"Policy": "all"})
    assert error.code == "InvalidAttributeValue"


def test_tags_are_kept(sqs: Any) -> None:
    sqs("CreateQueue", QueueName="jobs", tags={"team": "a"})
    assert sqs.state.find("000000000000", "us-east-1", "jobs").tags == {"team": "a"}


def test_namespaces_are_apart(sqs: Any, call: Any) -> None:
    sqs.queue("jobs")
    call.account = "111111111111"
    assert sqs("ListQueues") == {}
    assert sqs.queue("jobs") == "http://localhost:4566/111111111111/jobs"
    call.region = "eu-west-1"
    assert sqs("ListQueues") == {}
    assert sqs.state.counts() == {"queues": 2, "messages": 0}


def test_a_deleted_queues_name_is_free_at_once(sqs: Any) -> None:
    url = sqs.queue()
    sqs.send(url)
    sqs("DeleteQueue", QueueUrl=url)
    assert sqs.counts(sqs.queue()) == (0, 0, 0)
