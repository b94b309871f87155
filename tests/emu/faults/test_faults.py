"""Rules and what happens to calls, without a socket; what happens to connections is tested end to end."""

from __future__ import annotations

import asyncio
import time
from inspect import isawaitable
from typing import Any

import pytest

from services.errors import ServiceError


def add(bench: Any, **rule: Any) -> Any:
    status, answer = bench.control("POST", "/kumo/faults", rule)
    assert status == 201, answer
    return answer


def code(bench: Any, service: str, operation: str, **request: Any) -> str:
    """The error's code, or "" for a call that succeeds."""
    code = ""
    try:
        bench.call(service, operation, **request)
    except ServiceError as error:
        code = error.code
    return code


def test_without_rules_nothing_is_asked(bench: Any) -> None:
    known = [bench.world.faults.rules is None]
    rule = add(bench, kind="throttling")
    known.append(bench.world.faults.rules is None)
    assert bench.control("DELETE", f"/kumo/faults/{rule['id']}") == (200, rule)
    known.append(bench.world.faults.rules is None)
    assert known == [True, False, True]


def test_rules_are_listed_with_their_hits(bench: Any) -> None:
    add(bench, kind="throttling", service="sqs", nth=2)
    add(bench, kind="latency", latency_ms=0, service="s3")
    for _ in range(3):
        code(bench, "sqs", "ListQueues")
    listed = bench.control("GET", "/kumo/faults")[1]["faults"]
    assert [(rule["id"], rule["calls"], rule["hits"]) for rule in listed] == [("fault-1", 3, 1), ("fault-2", 0, 0)]
    assert bench.control("DELETE", "/kumo/faults") == (200, {"removed": 2})
    assert bench.control("GET", "/kumo/faults") == (200, {"faults": []})
    assert bench.control("DELETE", "/kumo/faults/fault-1")[0] == 404


def test_each_hit_is_an_event(bench: Any) -> None:
    url = bench.queue()
    add(bench, kind="error", service="sqs", operation="SendMessage", resource="jo*", code="OverLimit", nth=2)
    assert [code(bench, "sqs", "SendMessage", QueueUrl=url, MessageBody="x") for _ in range(3)] == ["", "OverLimit", ""]
    (hit,) = bench.events(what="fault", resource="jobs")
    assert (hit["name"], hit["rule"], hit["operation"], hit["request_id"]) == (
        "error", "fault-1", "SendMessage", "request-3",
    )  # fmt: skip


def test_a_hit_names_what_the_call_was_about(bench: Any) -> None:
    bench.call("s3", "CreateBucket", Bucket="pages")
    add(bench, kind="throttling")
    code(bench, "s3", "HeadObject", Bucket="pages", Key="a")
    code(bench, "dynamodb", "BatchGetItem", RequestItems={"one": {"Keys": []}, "two": {"Keys": []}})
    code(bench, "sqs", "ListQueues")
    named = [(hit["resource"], hit.get("key"), hit.get("resources")) for hit in bench.events(what="fault")]
    assert named == [("pages", "a", None), ("one", None, ["one", "two"]), (None, None, None)]


def test_every_rule_counts_the_calls_that_it_matches(bench: Any) -> None:
    for nth in (1, 2, 2, 4):
        add(bench, kind="throttling", service="sqs", nth=nth)
    answers = [code(bench, "sqs", "ListQueues") for _ in range(5)]
    assert answers == ["RequestThrottled", "RequestThrottled", "", "RequestThrottled", ""]
    listed = bench.control("GET", "/kumo/faults")[1]["faults"]
    assert [(rule["calls"], rule["hits"]) for rule in listed] == [(5, 1), (5, 1), (5, 0), (5, 1)]


def test_what_is_doubled_may_meet_another_rule_too(bench: Any) -> None:
    url = bench.queue()
    bench.send(url, "a")
    add(bench, kind="duplicate-delivery", count=1)
    add(bench, kind="duplicate-delivery")
    add(bench, kind="error", service="sqs", operation="ReceiveMessage", code="OverLimit", nth=1)
    assert code(bench, "sqs", "ReceiveMessage", QueueUrl=url) == "OverLimit"
    assert [len(bench.receive(url)) for _ in range(4)] == [1, 1, 1, 0]
    listed = bench.control("GET", "/kumo/faults")[1]["faults"]
    assert [(rule["calls"], rule["hits"]) for rule in listed] == [(1, 1), (2, 1), (5, 1)]


@pytest.mark.parametrize(
    ("service", "expected"),
    [("sqs", "RequestThrottled"), ("dynamodb", "ProvisionedThroughputExceededException"), ("s3", "SlowDown")],
)
def test_each_service_throttles_in_its_own_words(bench: Any, service: str, expected: str) -> None:
    operation = {"sqs": "ListQueues", "dynamodb": "ListTables", "s3": "ListBuckets"}[service]
    add(bench, kind="throttling")
    assert code(bench, service, operation) == expected


def test_an_error_has_the_catalogues_status_unless_told_otherwise(bench: Any) -> None:
    add(bench, kind="error", service="s3", operation="GetObject", code="NoSuchKey", count=1)
    add(bench, kind="error", service="s3", operation="GetObject", code="NoSuchKey", status=418, message="No tea.")
    for status, message in ((404, "NoSuchKey, injected by emu's fault fault-1."), (418, "No tea.")):
        with pytest.raises(ServiceError) as caught:
            bench.call("s3", "GetObject", Bucket="b", Key="k")
        assert (caught.value.status, caught.value.message) == (status, message)


def test_which_calls_a_rule_meets(bench: Any) -> None:
    bench.call("s3", "CreateBucket", Bucket="pages")
    add(bench, kind="throttling", service="s3", resource="pages", key="a[1]/*")
    put = {"Bucket": "pages", "Body": b""}
    assert code(bench, "s3", "PutObject", Key="a[1]/x", **put) == "SlowDown"
    assert code(bench, "s3", "PutObject", Key="a1/x", **put) == ""
    assert code(bench, "s3", "ListObjectsV2", Bucket="pages") == ""
    bench.control("DELETE", "/kumo/faults")
    table, other = bench.table(), bench.table("other")
    add(bench, kind="throttling", service="dynamodb", resource="other")
    batch = {table: {"Keys": [{"id": {"S": "1"}}]}, other: {"Keys": [{"id": {"S": "1"}}]}}
    assert code(bench, "dynamodb", "BatchGetItem", RequestItems=batch) != ""
    assert code(bench, "dynamodb", "GetItem", TableName=table, Key={"id": {"S": "1"}}) == ""
    bench.control("DELETE", "/kumo/faults")
    add(bench, kind="throttling", account="123456789012")
    assert code(bench, "sqs", "ListQueues") == ""


def test_a_probability_repeats_itself(bench: Any) -> None:
    def draws() -> list[bool]:
        bench.control("DELETE", "/kumo/faults")
        add(bench, kind="throttling", service="sqs", probability=0.3, seed=7)
        return [bool(code(bench, "sqs", "ListQueues")) for _ in range(60)]

    first = draws()
    assert first == draws()
    assert 5 < sum(first) < 35


def test_count_ends_a_rule(bench: Any) -> None:
    add(bench, kind="throttling", count=2)
    assert [bool(code(bench, "sqs", "ListQueues")) for _ in range(4)] == [True, True, False, False]


def test_latency(bench: Any) -> None:
    add(bench, kind="latency", latency_ms=60)
    started = time.monotonic()
    bench.sqs("ListQueues")
    assert time.monotonic() - started >= 0.05


LATE: list[tuple[dict[str, Any], str, str]] = [
    ({"kind": "throttling"}, "SendMessage", "RequestThrottled"),
    ({"kind": "error", "code": "OverLimit"}, "SendMessage", "OverLimit"),
    ({"kind": "lost-acknowledgement"}, "SendMessage", ""),
    ({"kind": "reset-before-commit"}, "SendMessage", "InternalError"),
    ({"kind": "duplicate-delivery"}, "ReceiveMessage", ""),
    ({"kind": "disorder"}, "ReceiveMessage", ""),
    ({"kind": "partial-batch-failure"}, "SendMessageBatch", ""),
]
"""Rules, what they are tried on, and the error's code."""


@pytest.mark.parametrize(("rule", "operation", "expected"), LATE, ids=[rule["kind"] for rule, _, _ in LATE])
def test_every_kind_may_come_late(bench: Any, rule: dict[str, Any], operation: str, expected: str) -> None:
    url = bench.queue()
    bench.send(url, "a", "b")
    add(bench, service="sqs", operation=operation, latency_ms=60, **rule)
    requests: dict[str, dict[str, Any]] = {
        "SendMessage": {"MessageBody": "x"},
        "SendMessageBatch": {"Entries": [{"Id": f"{n}", "MessageBody": "x"} for n in range(2)]},
        "ReceiveMessage": {},
    }
    started = time.monotonic()
    assert code(bench, "sqs", operation, QueueUrl=url, **requests[operation]) == expected
    assert time.monotonic() - started >= 0.05
    (hit,) = bench.events(what="fault")
    assert (hit["name"], hit["latency_ms"]) == (rule["kind"], 60)


def test_what_a_late_disorder_finds_may_be_gone(bench: Any) -> None:
    """Others receive while it waits."""
    url = bench.queue()
    bench.send(url, "a", "b")
    add(bench, kind="disorder", latency_ms=50, count=1)

    async def both() -> Any:
        late = asyncio.ensure_future(bench.start("sqs", "ReceiveMessage", QueueUrl=url))
        await asyncio.sleep(0.01)
        bench.world.faults.clear()
        others = bench.start("sqs", "ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10)
        others = await others if isawaitable(others) else others
        return await late, others

    late, others = asyncio.run(both())
    assert "Messages" not in late
    assert len(others["Messages"]) == 2


def test_lost_acknowledgements_happen_before_and_after_the_commit(bench: Any) -> None:
    url = bench.queue()
    add(bench, kind="reset-before-commit", service="sqs", count=1)
    add(bench, kind="lost-acknowledgement", service="sqs")
    lsn = bench.world.store.lsn
    assert code(bench, "sqs", "SendMessage", QueueUrl=url, MessageBody="x") != ""
    assert bench.world.store.lsn == lsn
    bench.send(url, "x")
    assert bench.world.store.lsn == lsn + 1
    assert list(bench.world.faults.cuts.values()) == ["reset", "reset"]


def test_duplicates_come_even_after_a_delete_and_only_once(bench: Any) -> None:
    url = bench.queue()
    bench.send(url, "a", "b")
    add(bench, kind="duplicate-delivery", resource="jobs")
    bodies, ids = [], []
    while received := bench.receive(url):
        bodies.append(received[0]["Body"])
        ids.append(received[0]["MessageId"])
        bench.sqs("DeleteMessage", QueueUrl=url, ReceiptHandle=received[0]["ReceiptHandle"])
    assert sorted(bodies) == ["a", "a", "b", "b"]
    assert len(set(ids)) == 2


def test_an_empty_receive_is_no_call_that_duplicates(bench: Any) -> None:
    url = bench.queue()
    add(bench, kind="duplicate-delivery", nth=1)
    assert bench.receive(url) == []
    bench.send(url, "a")
    assert len(bench.receive(url)) == 1
    assert len(bench.receive(url)) == 1


@pytest.mark.parametrize("frozen", [True, False])
def test_disorder(bench: Any, frozen: bool) -> None:
    if frozen:
        bench.control("POST", "/kumo/clock", {"freeze": True})
    url = bench.queue()
    for number in range(10):
        bench.real.advance(ms=5)
        bench.send(url, str(number))
    add(bench, kind="disorder", seed="s")
    bodies = [message["Body"] for _ in range(5) for message in bench.receive(url, MaxNumberOfMessages=2)]
    assert sorted(bodies) == [str(number) for number in range(10)]
    assert bodies != sorted(bodies)


def test_fifo_queues_keep_their_promises(bench: Any) -> None:
    url = bench.queue("jobs.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    bench.send(url, "a", "b", "c", MessageGroupId="g")
    add(bench, kind="disorder")
    add(bench, kind="duplicate-delivery")
    assert [message["Body"] for message in bench.receive(url, MaxNumberOfMessages=10)] == ["a", "b", "c"]
    assert bench.receive(url) == []


def test_transaction_conflicts(bench: Any) -> None:
    table = bench.table()
    add(bench, kind="transaction-conflict")
    item = {"TableName": table, "Item": {"id": {"S": "1"}}}
    assert code(bench, "dynamodb", "PutItem", **item) == "TransactionConflictException"
    with pytest.raises(ServiceError) as caught:
        bench.dynamodb(
            "TransactWriteItems", TransactItems=[{"Put": item}, {"Put": {**item, "Item": {"id": {"S": "2"}}}}]
        )
    assert caught.value.code == "TransactionCanceledException"
    assert [reason["Code"] for reason in caught.value.members["CancellationReasons"]] == ["TransactionConflict", "None"]


@pytest.mark.parametrize(("entries", "left"), [(None, 2), (1, 1), (5, 5), (9, 5)])
def test_unprocessed_items(bench: Any, entries: int | None, left: int) -> None:
    table = bench.table()
    add(bench, kind="unprocessed", **({} if entries is None else {"entries": entries}))
    requests = [{"PutRequest": {"Item": {"id": {"S": str(number)}}}} for number in range(5)]
    answer = bench.dynamodb("BatchWriteItem", RequestItems={table: requests})
    assert answer["UnprocessedItems"] == {table: requests[5 - left :]}
    assert bench.world.states["dynamodb"].counts()["items"] == 5 - left
    keys = [{"id": {"S": str(number)}} for number in range(4)]
    answer = bench.dynamodb("BatchGetItem", RequestItems={table: {"Keys": keys, "ConsistentRead": True}})
    assert answer["UnprocessedKeys"][table]["ConsistentRead"] is True
    assert table in answer["Responses"]


def test_partial_failures(bench: Any) -> None:
    url = bench.queue()
    add(bench, kind="partial-batch-failure")
    entries = [{"Id": str(number), "MessageBody": "x"} for number in range(3)]
    answer = bench.sqs("SendMessageBatch", QueueUrl=url, Entries=entries)
    assert [entry["Id"] for entry in answer["Successful"]] == ["0", "1"]
    assert [(entry["Id"], entry["SenderFault"]) for entry in answer["Failed"]] == [("2", False)]
    answer = bench.sqs("SendMessageBatch", QueueUrl=url, Entries=entries[:1])
    assert (answer["Successful"], len(answer["Failed"])) == ([], 1)
    assert bench.world.states["sqs"].counts()["messages"] == 2
    bench.call("s3", "CreateBucket", Bucket="pages")
    for key in "ab":
        bench.call("s3", "PutObject", Bucket="pages", Key=key, Body=b"")
    answer = bench.call("s3", "DeleteObjects", Bucket="pages", Delete={"Objects": [{"Key": "a"}, {"Key": "b"}]})
    assert [entry["Key"] for entry in answer["Errors"]] == ["b"]
    assert bench.world.states["s3"].counts()["objects"] == 1


def test_a_crash_before_the_flush_comes_before_the_commit(bench: Any) -> None:
    class Killed(BaseException):
        pass

    def kill() -> None:
        raise Killed

    bench.world.faults._kill = kill
    bench.queue()
    assert add(bench, kind="crash", when="before-flush", commits=2)["lsn"] == 3
    bench.queue("two")
    with pytest.raises(Killed):
        bench.queue("three")
    assert bench.world.store.lsn == 2


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({}, "kind"),
        ({"kind": "sabotage"}, "kind"),
        ({"kind": "throttling", "service": "ec2"}, "service"),
        ({"kind": "throttling", "operation": "SendMessage"}, "service"),
        ({"kind": "throttling", "service": "sqs", "operation": "PutItem"}, "operation"),
        ({"kind": "throttling", "service": "s3", "operation": "PutBucketAcl2"}, "operation"),
        ({"kind": "throttling", "colour": "red"}, "colour"),
        ({"kind": "throttling", "nth": 0}, "nth"),
        ({"kind": "throttling", "nth": "1"}, "nth"),
        ({"kind": "throttling", "nth": 1, "count": 1}, "count"),
        ({"kind": "throttling", "nth": 1, "probability": 0.5}, "probability"),
        ({"kind": "throttling", "probability": 0}, "probability"),
        ({"kind": "throttling", "probability": 1.5}, "probability"),
        ({"kind": "throttling", "seed": 1}, "seed"),
        ({"kind": "throttling", "count": 0}, "count"),
        ({"kind": "throttling", "key": "a"}, "key"),
        ({"kind": "throttling", "service": "sts", "resource": "a"}, "resource"),
        ({"kind": "throttling", "service": "sqs", "resource": "http://localhost:4566/000000000000/q"}, "resource"),
        ({"kind": "throttling", "resource": "arn:aws:sqs:us-east-1:000000000000:q"}, "resource"),
        ({"kind": "throttling", "service": "s3", "operation": "ListBuckets", "resource": "b"}, "resource"),
        ({"kind": "throttling", "service": "s3", "operation": "ListObjectsV2", "key": "b"}, "key"),
        ({"kind": "throttling", "account": "1"}, "account"),
        ({"kind": "throttling", "region": "Mars"}, "region"),
        ({"kind": "throttling", "code": "InternalError"}, "code"),
        ({"kind": "error", "code": "InternalError"}, "service"),
        ({"kind": "error", "service": "sqs"}, "code"),
        ({"kind": "error", "service": "sqs", "code": "NoSuchKey"}, "code"),
        ({"kind": "error", "service": "dynamodb", "operation": "GetItem", "code": "TableInUseException2"}, "code"),
        ({"kind": "error", "service": "sqs", "code": "OverLimit", "status": 200}, "status"),
        ({"kind": "latency"}, "latency_ms"),
        ({"kind": "latency", "latency_ms": -1}, "latency_ms"),
        ({"kind": "throttling", "latency_ms": "1 s"}, "latency_ms"),
        ({"kind": "crash", "when": "after-flush", "commits": 1, "latency_ms": 1}, "latency_ms"),
        ({"kind": "disorder", "service": "s3"}, "service"),
        ({"kind": "disorder", "operation": "SendMessage"}, "operation"),
        ({"kind": "disorder", "resource": "jobs.fifo"}, "resource"),
        ({"kind": "unprocessed", "entries": 0}, "entries"),
        ({"kind": "crash"}, "when"),
        ({"kind": "crash", "when": "after-flush"}, "lsn"),
        ({"kind": "crash", "when": "after-flush", "lsn": 5, "commits": 1}, "lsn"),
        ({"kind": "crash", "when": "after-flush", "commits": 1, "service": "s3"}, "service"),
    ],
)
def test_a_rule_that_means_nothing_is_refused(bench: Any, rule: dict[str, Any], field: str) -> None:
    status, answer = bench.control("POST", "/kumo/faults", rule)
    assert (status, answer.get("field")) == (400, field), answer
    assert bench.world.faults.list() == []
    assert add(bench, kind="throttling")["id"] == "fault-1"


def test_a_crash_at_a_record_that_was_made(bench: Any) -> None:
    bench.queue()
    assert bench.control("POST", "/kumo/faults", {"kind": "crash", "when": "after-flush", "lsn": 1})[0] == 400


@pytest.mark.parametrize(
    ("service", "code", "status"),
    [("dynamodb", "InternalServerError", 500), ("dynamodb", "ThrottlingException", 400), ("sqs", "InternalError", 500)],
)
def test_an_error_has_the_status_by_which_clients_know_what_to_try_again(
    bench: Any, service: str, code: str, status: int
) -> None:
    operation = {"dynamodb": "GetItem", "sqs": "ListQueues"}[service]
    for rule in ({}, {"operation": operation}):
        add(bench, kind="error", service=service, code=code, count=1, **rule)
        with pytest.raises(ServiceError) as refused:
            bench.call(service, operation, **({"TableName": "pages", "Key": {}} if service == "dynamodb" else {}))
        assert (refused.value.code, refused.value.status) == (code, status)


@pytest.mark.parametrize("when", ["before-flush", "after-flush"])
def test_a_reset_is_a_commit_that_a_crash_may_happen_at(bench: Any, when: str) -> None:
    killed: list[int] = []
    bench.world.faults._kill = lambda: killed.append(bench.world.store.lsn)
    bench.queue()
    add(bench, kind="crash", commits=1, when=when)
    bench.control("POST", "/kumo/reset")
    assert killed
    assert killed[0] == (1 if when == "before-flush" else 2)


def test_no_answer_of_the_control_plane_leaves_once_the_server_is_to_die(bench: Any) -> None:
    bench.queue()
    killed: list[bool] = []
    add(bench, kind="crash", commits=1, when="after-flush")

    async def scenario() -> None:
        moving = asyncio.ensure_future(bench.controlling("POST", "/kumo/clock", {"freeze": True}))
        bench.world.faults._kill = lambda: killed.append(moving.done())
        await moving

    asyncio.run(scenario())
    assert killed[:1] == [False]


@pytest.mark.parametrize(
    ("service", "operation", "kind", "request_", "refusal"),
    [
        (
            "sqs", "SendMessageBatch", "partial-batch-failure",
            {"QueueUrl": "http://localhost:4566/000000000000/none", "Entries": [{"Id": "a", "MessageBody": "x"}]},
            "QueueDoesNotExist",
        ),
        (
            "sqs", "SendMessageBatch", "partial-batch-failure",
            {
                "QueueUrl": "http://localhost:4566/000000000000/jobs",
                "Entries": [{"Id": "a", "MessageBody": "x"}, {"Id": "a", "MessageBody": "y"}],
            },
            "BatchEntryIdsNotDistinct",
        ),
        (
            "s3", "DeleteObjects", "partial-batch-failure",
            {"Bucket": "none", "Delete": {"Objects": [{"Key": "a"}]}}, "NoSuchBucket",
        ),
        (
            "dynamodb", "BatchWriteItem", "unprocessed",
            {"RequestItems": {"none": [{"PutRequest": {"Item": {"id": {"S": "a"}}}}]}}, "ResourceNotFoundException",
        ),
    ],
)  # fmt: skip
def test_a_batch_that_is_wrong_as_a_whole_is_refused_as_ever(
    bench: Any, service: str, operation: str, kind: str, request_: Any, refusal: str
) -> None:
    bench.queue()
    add(bench, kind=kind, service=service, operation=operation)
    assert code(bench, service, operation, **request_) == refusal
    assert bench.events(what="fault") == []
