from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from emu.init_scripts import InitScripts
from emu.waiting.conditions import InitFinished
from emu.waiting.wait import Missing, wait_until
from emu.world import World


def met(bench: Any, *conditions: Any, timeout_ms: float = 0) -> bool:
    status, answer = bench.control("POST", "/kumo/wait", {"until": list(conditions), "timeout_ms": timeout_ms})
    assert status in (200, 408), answer
    assert answer["met"] is (status == 200)
    return bool(answer["met"])


def found(bench: Any, condition: Any) -> str:
    status, answer = bench.control("POST", "/kumo/wait", {"until": [condition], "timeout_ms": 0})
    assert status == 408, answer
    assert answer["missing"][0]["condition"] == condition
    assert f"{orjson.dumps(condition).decode()}: {answer['missing'][0]['found']}" in answer["error"]
    return str(answer["missing"][0]["found"])


def while_waiting(bench: Any, condition: Any, then: Callable[[], Any]) -> Any:
    """The answer to a wait during which something happens."""

    async def scenario() -> Any:
        body = {"until": [condition], "timeout_ms": 5000}
        waiting = asyncio.ensure_future(bench.controlling("POST", "/kumo/wait", body))
        await asyncio.sleep(0.02)
        assert not waiting.done()
        then()
        return await asyncio.wait_for(waiting, 5)

    return asyncio.run(scenario())


def test_a_queue_is_empty_when_nothing_is_in_flight_either(bench: Any) -> None:
    empty = {"queue_empty": "jobs"}
    assert found(bench, empty) == "there is no queue jobs in account 000000000000, region us-east-1"
    url = bench.queue()
    assert met(bench, empty)
    bench.send(url, "a", DelaySeconds=5)
    assert found(bench, empty) == "1 message, 1 of them delayed"
    bench.send(url, "b")
    (message,) = bench.receive(url)
    assert found(bench, empty) == "2 messages, 1 of them in flight, 1 of them delayed"
    bench.sqs("DeleteMessage", QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    assert found(bench, empty) == "1 message, 1 of them delayed"
    bench.sqs("PurgeQueue", QueueUrl=url)
    assert met(bench, empty)


def test_it_answers_at_the_commit(bench: Any) -> None:
    url = bench.queue()
    bench.send(url, "a")
    (message,) = bench.receive(url)
    status, answer = while_waiting(
        bench,
        {"queue_empty": "jobs"},
        lambda: bench.start("sqs", "DeleteMessage", QueueUrl=url, ReceiptHandle=message["ReceiptHandle"]),
    )
    assert (status, answer["met"]) == (200, True)
    assert answer["waited_ms"] < 4000


@pytest.mark.parametrize("what", ["queue", "table", "bucket"])
def test_numbers(bench: Any, what: str) -> None:
    assert found(bench, {what: "pages", "holds": 0}).startswith(f"there is no {what} pages")
    if what == "queue":
        bench.send(bench.queue("pages"), "a", "b")
    elif what == "table":
        bench.table()
        for key in "ab":
            bench.put("pages", key)
    else:
        bench.call("s3", "CreateBucket", Bucket="pages")
        for key in "ab":
            bench.call("s3", "PutObject", Bucket="pages", Key=key, Body=b"")
    assert met(bench, {what: "pages", "holds": 2})
    assert met(bench, {what: "pages", "at_least": 1, "at_most": 2})
    assert not met(bench, {what: "pages", "at_least": 3})
    assert not met(bench, {what: "pages", "at_most": 1})
    assert found(bench, {what: "pages", "holds": 3}).startswith("2 ")


def test_another_namespace(bench: Any) -> None:
    bench.queue()
    assert not met(bench, {"queue_empty": "jobs", "account": "000000000001"})
    assert not met(bench, {"queue_empty": "jobs", "region": "eu-west-1"})


def test_an_object(bench: Any) -> None:
    bench.call("s3", "CreateBucket", Bucket="pages")
    condition = {"bucket": "pages", "key": "a/b"}
    assert found(bench, condition) == "no such object"
    status, _ = while_waiting(
        bench, condition, lambda: bench.start("s3", "PutObject", Bucket="pages", Key="a/b", Body=b"")
    )
    assert status == 200


def test_an_item_and_what_it_says(bench: Any) -> None:
    bench.table()
    key = {"table": "pages", "key": {"id": {"S": "1"}}}
    done = {**key, "expression": "#s = :done", "names": {"#s": "status"}, "values": {":done": {"S": "done"}}}
    assert found(bench, key) == "no such item"
    bench.put("pages", "1", status={"S": "new"})
    assert met(bench, key)
    assert found(bench, done) == 'the item is {"id":{"S":"1"},"status":{"S":"new"}}'
    item = {"id": {"S": "1"}, "status": {"S": "done"}}
    status, _ = while_waiting(bench, done, lambda: bench.start("dynamodb", "PutItem", TableName="pages", Item=item))
    assert status == 200


@pytest.mark.parametrize("key", [{}, {"id": "1"}, {"id": {"N": "1"}}, {"other": {"S": "1"}}, {"id": {"S": ""}}])
def test_a_key_that_cannot_be_one_of_the_table_is_refused_at_once(bench: Any, key: Any) -> None:
    bench.table()
    status, answer = bench.control("POST", "/kumo/wait", {"until": [{"table": "pages", "key": key}]})
    assert (status, answer["field"]) == (400, "until[0].key"), answer


def test_a_table_may_come_with_another_key_than_is_waited_for(bench: Any) -> None:
    condition = {"table": "pages", "key": {"other": {"S": "1"}}}
    assert found(bench, condition) == "there is no table pages in account 000000000000, region us-east-1"


def test_durable_and_init(bench: Any) -> None:
    bench.queue()
    assert met(bench, {"durable": 1}, {"init_finished": True})
    assert found(bench, {"durable": 2}) == "the last record is 1"


def test_a_failed_init_script_keeps_nobody_busy(tmp_path: Path) -> None:
    (tmp_path / "10-fails.sh").write_text("exit 3")
    scripts = InitScripts(tmp_path)
    world = World()
    looks = 0

    async def scenario() -> Missing:
        await scripts.run("http://localhost:4566", "us-east-1")
        return await wait_until(world, [Counted(scripts)], 0.1)

    class Counted(InitFinished):
        def missing(self, world: World) -> str | None:
            nonlocal looks
            looks += 1
            return InitFinished.missing(self, world)

    ((_, what),) = asyncio.run(scenario())
    assert (what, looks) == ("The init script 10-fails.sh failed.", 2)


def test_quiet(bench: Any) -> None:
    assert not met(bench, {"quiet_ms": 60})
    assert met(bench, {"quiet_ms": 60}, timeout_ms=5000)


def test_all_at_once(bench: Any) -> None:
    bench.queue()
    assert not met(bench, {"queue_empty": "jobs"}, {"queue_empty": "other"})


def test_a_stop_ends_a_wait(bench: Any) -> None:
    status, answer = while_waiting(bench, {"queue_empty": "jobs"}, bench.world.signals.close)
    assert (status, answer["error"]) == (503, "emu is stopping.")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "until"),
        ({"until": []}, "until"),
        ({"until": {"queue_empty": "q"}}, "until"),
        ({"until": [5]}, "until[0]"),
        ({"until": [{}]}, "until[0]"),
        ({"until": [{"queue_empty": "q"}, {"quick": 1}]}, "until[1]"),
        ({"until": [{"queue": "q", "table": "t", "holds": 1}]}, "until[0]"),
        ({"until": [{"queue_empty": "q", "holds": 1}]}, "until[0].holds"),
        ({"until": [{"queue_empty": ""}]}, "until[0].queue_empty"),
        ({"until": [{"queue_empty": "http://localhost:4566/000000000000/q"}]}, "until[0].queue_empty"),
        ({"until": [{"queue": "arn:aws:sqs:us-east-1:000000000000:q", "holds": 1}]}, "until[0].queue"),
        ({"until": [{"queue": "q", "holds": 1, "account": "1"}]}, "until[0].account"),
        ({"until": [{"queue": "q", "holds": 1, "region": "Mars"}]}, "until[0].region"),
        ({"until": [{"queue": "q", "holds": 1, "at_least": 2}]}, "until[0].holds"),
        ({"until": [{"queue": "q"}]}, "until[0].queue"),
        ({"until": [{"queue": "q", "holds": -1}]}, "until[0].holds"),
        ({"until": [{"queue": "q", "holds": True}]}, "until[0].holds"),
        ({"until": [{"queue": "q", "at_least": 3, "at_most": 2}]}, "until[0].at_least"),
        ({"until": [{"bucket": "b", "key": {"id": 1}}]}, "until[0].key"),
        ({"until": [{"table": "t", "key": "k"}]}, "until[0].key"),
        ({"until": [{"table": "t", "key": {"id": "1"}}]}, "until[0].key"),
        ({"until": [{"table": "t", "key": {}, "values": {}}]}, "until[0].values"),
        ({"until": [{"table": "t", "key": {}, "expression": "a ="}]}, "until[0].expression"),
        ({"until": [{"table": "t", "key": {}, "expression": "a = :b"}]}, "until[0].expression"),
        ({"until": [{"durable": "x"}]}, "until[0].durable"),
        ({"until": [{"quiet_ms": 0}]}, "until[0].quiet_ms"),
        ({"until": [{"init_finished": False}]}, "until[0].init_finished"),
        ({"until": [{"durable": 1}], "timeout_ms": -1}, "timeout_ms"),
        ({"until": [{"durable": 1}], "timeout": 1}, "timeout"),
    ],
)
def test_misuse(bench: Any, body: Any, field: str) -> None:
    status, answer = bench.control("POST", "/kumo/wait", body)
    assert (status, answer.get("field")) == (400, field), answer


def test_a_bucket_is_found_from_everywhere_but_is_whose_it_is(bench: Any) -> None:
    bench.call("s3", "CreateBucket", Bucket="bodies")
    bench.call("s3", "PutObject", Bucket="bodies", Key="a", Body=b"")
    for condition in ({"bucket": "bodies", "holds": 1}, {"bucket": "bodies", "key": "a"}):
        assert met(bench, condition)
        assert met(bench, condition | {"account": "000000000000"})
        assert found(bench, condition | {"account": "000000000001"}) == (
            "there is no bucket bodies in account 000000000001, region us-east-1"
        )
