from __future__ import annotations

import asyncio
from typing import Any

import pytest

from emu import events
from emu.cli.log import sentence


def notified_bucket(bench: Any) -> str:
    url: str = bench.queue()
    bench.call("s3", "CreateBucket", Bucket="pages")
    arn = "arn:aws:sqs:us-east-1:000000000000:jobs"
    configuration = {"QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}]}
    bench.call("s3", "PutBucketNotificationConfiguration", Bucket="pages", NotificationConfiguration=configuration)
    bench.sqs("PurgeQueue", QueueUrl=url)
    return url


def test_a_put_leads_to_a_message_to_a_receive_to_a_delete(bench: Any) -> None:
    url = notified_bucket(bench)
    bench.call("s3", "PutObject", Bucket="pages", Key="a.html", Body=b"x")
    (message,) = bench.receive(url)
    bench.sqs("DeleteMessage", QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    identifier = message["MessageId"]
    put, receive, delete = bench.events(message=identifier)
    assert (put["operation"], put["resource"]) == ("PutObject", "pages")
    assert [change["kind"] for change in put["changes"]] == ["s3.put_object", "sqs.send"]
    assert put["changes"][0]["key"] == "a.html"
    assert "cause" not in put
    assert receive["cause"] == [
        {"message": identifier, "lsn": put["lsn"], "operation": "PutObject", "resource": "pages", "key": "a.html"}
    ]
    assert delete["cause"] == [
        {"message": identifier, "lsn": receive["lsn"], "operation": "ReceiveMessage", "resource": "jobs"}
    ]


def test_a_dead_letter_is_followed_into_its_queue(bench: Any) -> None:
    dead = bench.queue("dead")
    policy = '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead","maxReceiveCount":1}'
    url = bench.queue(RedrivePolicy=policy)
    bench.send(url, "poison")
    (message,) = bench.receive(url, VisibilityTimeout=0)
    assert bench.receive(url) == []
    assert bench.receive(dead)[0]["MessageId"] == message["MessageId"]
    sent, received, moved, again = bench.events(message=message["MessageId"])
    assert moved["changes"][0] | {"target": "dead"} == moved["changes"][0]
    assert [entry["lsn"] for entry in moved["cause"]] == [received["lsn"]]
    assert [entry["lsn"] for entry in again["cause"]] == [moved["lsn"]]
    assert bench.events(resource="dead")[-1] == again
    assert sent["name"] == "SendMessage"


def test_a_batch_names_all_its_messages(bench: Any) -> None:
    url = bench.queue()
    entries = [{"Id": str(number), "MessageBody": str(number)} for number in range(3)]
    answer = bench.sqs("SendMessageBatch", QueueUrl=url, Entries=entries)
    ids = [entry["MessageId"] for entry in answer["Successful"]]
    assert bench.events()[-1]["changes"][0]["messages"] == ids
    received = {message["MessageId"] for message in bench.receive(url, MaxNumberOfMessages=10)}
    last = bench.events()[-1]
    assert set(last["changes"][0]["messages"]) == received
    assert len(last["cause"]) == 3


def test_a_queue_that_is_made_again_has_other_messages(bench: Any) -> None:
    url = bench.queue()
    bench.send(url, "old")
    bench.sqs("DeleteQueue", QueueUrl=url)
    bench.queue()
    bench.send(url, "new")
    bench.receive(url)
    (cause,) = bench.events()[-1]["cause"]
    assert cause["lsn"] == 5


def test_items_are_named_by_their_keys(bench: Any) -> None:
    table = bench.table()
    bench.put(table, "1", text={"S": "x"})
    bench.dynamodb("DeleteItem", TableName=table, Key={"id": {"S": "1"}})
    put, deleted = bench.events(resource="pages")[1:]
    assert put["changes"] == [{"kind": "dynamodb.put_item", "resource": "pages", "key": {"id": {"S": "1"}}}]
    assert deleted["changes"][0]["key"] == {"id": {"S": "1"}}
    bench.dynamodb("DeleteTable", TableName=table)
    assert "key" not in bench.events(operation="PutItem")[0]["changes"][0]


def test_filters(bench: Any) -> None:
    bench.queue()
    bench.table()
    assert bench.control("POST", "/kumo/events", {"name": "phase 2", "fields": {"n": 1}})[0] == 201
    bench.put("pages", "1")
    assert [entry["name"] for entry in bench.events(service="dynamodb")] == ["CreateTable", "PutItem"]
    assert [entry["name"] for entry in bench.events(operation="PutItem")] == ["PutItem"]
    assert [entry["name"] for entry in bench.events(since="1")] == ["CreateTable", "phase 2", "PutItem"]
    assert [entry["name"] for entry in bench.events(after="3")] == ["PutItem"]
    assert [(entry["what"], entry["n"], entry["lsn"]) for entry in bench.events(what="mark")] == [("mark", 1, 2)]
    assert [entry["lsn"] for entry in bench.events(request_id="request-1")] == [1]


def test_a_mark_may_have_any_other_field(bench: Any) -> None:
    fields = {"self": 1, "operation": 5, "resource": ["pages"], "target": {}, "messages": "m"}
    assert bench.control("POST", "/kumo/events", {"name": "odd", "fields": fields})[0] == 201
    assert bench.events(resource="pages") == bench.events(message="m") == bench.events(operation="PutItem") == []
    assert fields.items() <= bench.events(what="mark")[0].items()


@pytest.mark.parametrize("query", ["since=x", "after=-1", "follow=maybe", "colour=red"])
def test_a_filter_that_means_nothing(bench: Any, query: str) -> None:
    status, answer = bench.control("GET", f"/kumo/events?{query}")
    assert (status, answer["field"]) == (400, query.partition("=")[0])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 1001}, "name"),
        ({"name": "x", "fields": 5}, "fields"),
        ({"name": "x", "fields": {"number": 1}}, "fields.number"),
        ({"name": "x", "fields": {"lsn": "one"}}, "fields.lsn"),
        ({"name": "x", "fields": {"changes": 5}}, "fields.changes"),
        ({"name": "x", "fields": {"resources": 5}}, "fields.resources"),
        ({"name": "x", "lsn": 1}, "lsn"),
    ],
)
def test_a_mark_that_means_nothing(bench: Any, body: Any, field: str) -> None:
    status, answer = bench.control("POST", "/kumo/events", body)
    assert (status, answer["field"]) == (400, field)


def test_memory_is_bounded(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "CAPACITY", 5)
    for number in range(9):
        bench.queue(f"queue-{number}")
    assert [entry["number"] for entry in bench.events()] == [5, 6, 7, 8, 9]
    table = bench.table()
    monkeypatch.setattr(events, "WEIGHT_MAX", 3000)
    for number in range(9):
        bench.put(table, str(number), text={"S": "x" * 900})
    assert [entry["name"] for entry in bench.events()] == ["PutItem"] * 3
    bench.put(table, "large", text={"S": "x" * 100_000})
    assert "key" not in bench.events()[-1]["changes"][0]


def test_following(bench: Any) -> None:
    async def scenario() -> list[int]:
        seen: list[int] = []

        async def follow() -> None:
            async for entries in bench.world.events.follow(0):
                seen.extend(entry.number for entry in entries)

        bench.start("sqs", "CreateQueue", QueueName="one")
        task = asyncio.ensure_future(follow())
        await asyncio.sleep(0)
        bench.start("sqs", "CreateQueue", QueueName="two")
        await asyncio.sleep(0)
        bench.world.events.close()
        await asyncio.wait_for(task, 5)
        return seen

    assert asyncio.run(scenario()) == [1, 2]


def test_what_happened_by_itself_says_so(bench: Any) -> None:
    url = bench.queue(MessageRetentionPeriod="60")
    bench.send(url, "a")
    bench.control("POST", "/kumo/clock", {"advance": {"hours": 1}})
    expired = next(entry for entry in bench.events() if entry["changes"][-1]["kind"] == "sqs.expire")
    assert (expired["name"], expired["request_id"]) == ("", "")
    assert "(by itself)" in sentence(expired)


def test_a_line_for_people(bench: Any) -> None:
    bench.control("POST", "/kumo/clock", {"freeze": "2026-01-01T00:00:00Z"})
    url = notified_bucket(bench)
    bench.call("s3", "PutObject", Bucket="pages", Key="a", Body=b"")
    (message,) = bench.receive(url)
    lines = [sentence(entry) for entry in bench.events()]
    identifier = message["MessageId"]
    assert lines[-2] == (
        "2026-01-01T00:00:00.000Z commit    lsn=6 s3 PutObject [s3.put_object pages/a] "
        f"[sqs.send jobs messages={identifier}]"
    )
    assert lines[-1].endswith(f"[sqs.receive jobs messages={identifier}] <- lsn=6 PutObject pages")
    bench.control("POST", "/kumo/events", {"name": "phase 2", "fields": {"n": [1]}})
    assert sentence(bench.events(what="mark")[0]) == "2026-01-01T00:00:00.000Z mark      phase 2 n=[1]"


def test_a_commit_on_the_clock_s_way_names_its_resource(bench: Any) -> None:
    """The record that sets the clock to an instant holds that change in front of the first one made there."""
    bench.control("POST", "/kumo/clock", {"freeze": 1_767_225_600_000})
    url = bench.queue()
    bench.send(url, "later", DelaySeconds=5)
    polling = bench.start("sqs", "ReceiveMessage", QueueUrl=url, WaitTimeSeconds=10)

    async def scenario() -> Any:
        poll = asyncio.ensure_future(polling)
        await asyncio.sleep(0)
        await bench.controlling("POST", "/kumo/clock", {"advance": {"seconds": 6}})
        return await poll

    (message,) = asyncio.run(scenario())["Messages"]
    bench.sqs("DeleteMessage", QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    _, received, deleted = bench.events(message=message["MessageId"])
    assert [change["kind"] for change in received["changes"]] == ["emu.set_clock", "sqs.receive"]
    assert (received["operation"], received["resource"]) == ("ReceiveMessage", "jobs")
    assert deleted["cause"][0]["resource"] == "jobs"


def test_who_knows_a_reset_isn_t_told_of_it_again(bench: Any) -> None:
    bench.queue()
    lsn = bench.control("POST", "/kumo/reset")[1]["lsn"]
    assert bench.events(since=str(lsn)) == []
    assert [entry["name"] for entry in bench.events(since=str(lsn - 1))] == ["reset"]
