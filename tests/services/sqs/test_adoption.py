"""Kumo's documents: real ones, hand-made ones, and ours after Kumo or a person changed them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

HOME = ("000000000000", "us-east-1")
JOBS = "http://localhost:4566/000000000000/jobs"
REAL = Path(__file__).parent / "data" / "kumo-v0.18.0.json"


def adopt(sqs: Any, document: Any, namespace: tuple[str, str] = HOME) -> dict[str, int]:
    counts: dict[str, int] = dict(sqs.state.adopt(*namespace, document, None))
    return counts


def written(sqs: Any) -> Any:
    """The state as Kumo would read it."""
    return json.loads(b"\n".join(sqs.state.dump_kumo(*HOME, None, pytest.fail)))


def queue(*messages: Any, **members: Any) -> Any:
    return {"queues": {JOBS: {"queue": {"Name": "jobs", **members}, "messages": list(messages)}}}


def message(number: int, **members: Any) -> Any:
    return {"MessageID": f"m{number}", "Body": f"body {number}", "SentTimestamp": "2026-01-01T00:00:00Z", **members}


@pytest.fixture
def real(sqs: Any) -> Any:
    """What Kumo wrote, at a time just after."""
    sqs.clock.advance(ms=1_795_349_006_500 - sqs.clock.now_ms())
    return json.loads(REAL.read_text())


def test_a_real_document(sqs: Any, real: Any) -> None:
    assert adopt(sqs, real) == {"queues added": 2, "messages added": 3}
    told = sqs.attributes(JOBS)
    assert told["VisibilityTimeout"] == "5"
    assert told["MaximumMessageSize"] == "262144"
    assert told["CreatedTimestamp"] == "1795349006"
    assert sqs.state.find(*HOME, "jobs").tags == {"team": "a"}
    one, two = sqs.receive(JOBS, 10, MessageAttributeNames=["All"])
    assert (one["MessageId"], one["Body"]) == ("10b128dd-966b-4cf6-9b14-0b4a9783fc87", "m1")
    assert one["MD5OfBody"] == "ae7be26cdaa742ca148068d5ac90eaca"
    assert one["MessageAttributes"] == {"a": {"DataType": "String", "StringValue": "x"}}
    assert one["Attributes"]["SentTimestamp"] == "1795349006373"
    assert one["Attributes"]["SenderId"] == "000000000000"
    assert two["Body"] == "m2"
    (first,) = sqs.receive(JOBS + ".fifo", 10)
    assert (first["Body"], first["Attributes"]["MessageGroupId"]) == ("f0", "g")
    assert first["Attributes"]["SequenceNumber"].endswith("001")
    following = sqs.send(JOBS + ".fifo", "f1", MessageGroupId="g")
    assert following["SequenceNumber"].endswith("002")


def test_a_real_document_comes_back_as_it_was(sqs: Any, real: Any) -> None:
    adopt(sqs, real)
    again = written(sqs)
    for url, theirs in real["queues"].items():
        ours = again["queues"][url]
        assert list(theirs) == list(ours)
        assert ours["sequenceCounter"] == theirs["sequenceCounter"]
        for mine, its in [(ours["queue"], theirs["queue"]), *zip(ours["messages"], theirs["messages"], strict=True)]:
            times = {name for name in its if name.endswith("Timestamp") or name == "VisibleAt"}
            # Kumo's nanoseconds are milliseconds here; this version has no Policy yet.
            assert {name: its[name] for name in its if name not in times} == {
                name: mine[name] for name in mine if name not in times and name != "Policy"
            }
            assert all(its[name].startswith(mine[name][:-1]) for name in times)


def test_adopting_what_we_wrote_changes_nothing(sqs: Any, real: Any) -> None:
    adopt(sqs, real)
    sqs.send(JOBS, "ours")
    sqs.receive(JOBS, 1, VisibilityTimeout=1000)
    sqs.receive(JOBS + ".fifo", 1, ReceiveRequestAttemptId="a")
    sqs("SetQueueAttributes", QueueUrl=JOBS, Attributes={"KmsMasterKeyId": "key", "Policy": "{}"})
    before = sqs.lines()
    assert adopt(sqs, written(sqs)) == {}
    assert sqs.lines() == before


def test_messages_in_flight_are_not_lost(sqs: Any) -> None:
    """Kumo forgets them; our form for Kumo holds them with a future VisibleAt."""
    url = sqs.queue()
    sqs.send(url)
    handle = sqs.receive(url)[0]["ReceiptHandle"]
    (kept,) = written(sqs)["queues"][JOBS]["messages"]
    assert kept["VisibleAt"] == "2026-01-01T00:00:30Z"
    document = written(sqs)
    sqs.state.clear()
    adopt(sqs, document)
    assert sqs.counts(url) == (0, 0, 1)
    sqs.clock.advance(seconds=30)
    assert sqs.bodies(url) == ["hello"]
    assert sqs.refused("DeleteMessage", QueueUrl=url, ReceiptHandle=handle).code == "ReceiptHandleIsInvalid"


def test_what_kumo_changed(sqs: Any) -> None:
    url = sqs.queue()
    for body in ("deleted", "kept", "edited"):
        sqs.send(url, body)
    handle = sqs.receive(url, 2)[1]["ReceiptHandle"]
    document = written(sqs)
    kumos = document["queues"][JOBS]
    kumos["queue"]["VisibilityTimeout"] = 99
    kumos["messages"][2]["Body"] = "by hand"
    del kumos["messages"][0]
    kumos["messages"].append(message(7))
    document["queues"]["http://localhost:4566/000000000000/more"] = {"queue": {"Name": "more"}}
    counts = adopt(sqs, document)
    assert counts == {
        "queues added": 1,
        "messages added": 1,
        "messages changed": 1,
        "messages removed": 1,
    }
    assert sqs.attributes(url, "VisibilityTimeout") == {"VisibilityTimeout": "99"}
    assert sqs.counts(url) == (2, 1, 0)
    messages = sqs.receive(url, 10)
    assert {message["Body"] for message in messages} == {"by hand", "body 7"}
    for received in messages:
        assert received["MD5OfBody"] != ""
    # The handle of the message that stayed as it was is good.
    sqs.delete(url, handle)
    assert sqs.counts(url) == (0, 2, 0)


def test_removed_queues_go(sqs: Any) -> None:
    sqs.send(sqs.queue())
    assert adopt(sqs, {"queues": {}}) == {"queues removed": 1, "messages removed": 1}
    assert sqs.state.counts() == {"queues": 0, "messages": 0}
    assert sqs.state.next_deadline_ms() is None


def test_names_in_any_case_and_missing_members(sqs: Any) -> None:
    adopt(sqs, {"QUEUES": {JOBS: {"Queue": {"visibilitytimeout": 7, "tags": None}, "MESSAGES": None}}})
    told = sqs.attributes(JOBS)
    assert told["VisibilityTimeout"] == "7"
    assert told["MessageRetentionPeriod"] == "345600"
    assert told["MaximumMessageSize"] == "1048576"
    assert adopt(sqs, {}) == {"queues removed": 1}


def test_order_is_the_documents(sqs: Any) -> None:
    adopt(sqs, queue(message(3), message(1), message(2)))
    assert sqs.bodies(JOBS) == ["body 3", "body 1", "body 2"]
    document = written(sqs)
    document["queues"][JOBS]["messages"].reverse()
    adopt(sqs, document)
    sqs.clock.advance(seconds=30)
    assert sqs.bodies(JOBS) == ["body 2", "body 1", "body 3"]


def test_times_with_offsets_and_nanoseconds(sqs: Any) -> None:
    adopt(sqs, queue(message(1, VisibleAt="2026-01-01T09:00:01.500999999+09:00")))
    sqs.clock.advance(ms=1_499)
    assert sqs.bodies(JOBS) == []
    sqs.clock.advance(ms=1)
    assert sqs.bodies(JOBS) == ["body 1"]


def test_kumos_fixed_region_in_a_redrive_policy(sqs: Any, call: Any) -> None:
    call.region = "eu-west-1"
    document = queue(
        message(1),
        DeadLetterTargetArn="arn:aws:sqs:us-east-1:000000000000:dead",
        MaxReceiveCount=1,
    )
    document["queues"]["http://localhost:4566/000000000000/dead"] = {"queue": {"Name": "dead"}}
    adopt(sqs, document, ("000000000000", "eu-west-1"))
    sqs.receive(JOBS, VisibilityTimeout=0)
    assert sqs.bodies(JOBS) == []
    assert sqs.bodies("/000000000000/dead") == ["body 1"]


@pytest.mark.parametrize("count", [1, "1"])
def test_a_redrive_policy_that_stands_in_awss_text_alone_counts(sqs: Any, count: Any) -> None:
    policy = {"deadLetterTargetArn": "arn:aws:sqs:us-east-1:000000000000:dead", "maxReceiveCount": count}
    document = queue(message(1), RedrivePolicy=json.dumps(policy))
    document["queues"]["http://localhost:4566/000000000000/dead"] = {"queue": {"Name": "dead"}}
    adopt(sqs, document)
    sqs.receive(JOBS, VisibilityTimeout=0)
    assert sqs.bodies(JOBS) == []
    assert sqs.bodies("/000000000000/dead") == ["body 1"]


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({"queues": []}, "sqs/queues"),
        ({"queues": {JOBS: 7}}, JOBS),
        (queue(VisibilityTimeout="x"), "VisibilityTimeout"),
        (queue(VisibilityTimeout=True), "VisibilityTimeout"),
        (queue(Tags={"a": 1}), "Tags"),
        (queue(CreatedTimestamp="yesterday"), "CreatedTimestamp"),
        (queue(CreatedTimestamp="2026-01-01T00:00:00"), "CreatedTimestamp"),
        (queue(CreatedTimestamp="9999-12-31T23:59:59-01:00"), "CreatedTimestamp"),
        # A message that was received for so long could not be written again.
        (queue(VisibilityTimeout=10**12), "VisibilityTimeout"),
        (queue(DelaySeconds=-1), "DelaySeconds"),
        (queue(MessageRetentionPeriod=-1), "MessageRetentionPeriod"),
        (queue(RedrivePolicy="[]"), "RedrivePolicy"),
        (queue({"Body": "x"}), "messages/0/MessageID"),
        (queue(message(1), message(1)), "messages/1/MessageID"),
        (queue(message(1, Body=3)), "messages/0/Body"),
        (queue(message(1, SentTimestamp="9999-12-31T23:59:59-01:00")), "messages/0/SentTimestamp"),
        (queue(message(1, ReceiveCount=2**40)), "messages/0/ReceiveCount"),
        (queue(message(1, SequenceNumber="9" * 19), FifoQueue=True), "messages/0/SequenceNumber"),
        (queue(message(1, SequenceNumber="9" * 23), FifoQueue=True), "messages/0/SequenceNumber"),
        (queue(message(1, MessageAttributes={"a": {"DataType": "Binary", "BinaryValue": "*"}})), "BinaryValue"),
        ({"queues": {"": {}}}, "no name"),
        ({"queues": {JOBS: {}, "http://other/000000000000/jobs": {}}}, "same name"),
    ],
)
def test_what_can_not_be_used_is_refused_with_its_place(sqs: Any, document: Any, place: str) -> None:
    sqs.send(sqs.queue("before"))
    lines = sqs.lines()
    with pytest.raises(ValueError, match=re.escape(place)):
        adopt(sqs, document)
    assert sqs.lines() == lines
