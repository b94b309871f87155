"""The smaller levers, and the description of all of them."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from starlette.routing import Route

from emu.control.app import control_app
from emu.init_scripts import InitScripts
from emu.world import World
from storage.errors import StorageUnavailable
from tests.asgi import ask

METHODS = {"get", "post", "put", "delete"}


def test_peeking_takes_nothing(bench: Any) -> None:
    bench.control("POST", "/kumo/clock", {"freeze": 1_000_000})
    url = bench.queue()
    for body in ("in flight", "visible"):
        bench.send(url, body)
    bench.send(url, "delayed", DelaySeconds=5)
    bench.receive(url, VisibilityTimeout=9)
    lsn = bench.world.store.lsn
    status, answer = bench.control("GET", "/kumo/sqs/queues/jobs/messages")
    assert (status, answer["queue"], answer["now_ms"], answer["more"]) == (200, "jobs", 1_000_000, False)
    shown = [(entry["body"], entry["state"], entry["receive_count"]) for entry in answer["messages"]]
    assert shown == [("in flight", "in flight", 1), ("visible", "visible", 0), ("delayed", "delayed", 0)]
    assert [entry["visible_at_ms"] for entry in answer["messages"]] == [1_009_000, 1_000_000, 1_005_000]
    assert bench.world.store.lsn == lsn
    limited = bench.control("GET", "/kumo/sqs/queues/jobs/messages?limit=1")[1]
    assert (len(limited["messages"]), limited["more"]) == (1, True)


def test_a_long_queue_is_shown_in_parts(bench: Any) -> None:
    bench.send(bench.queue(), *"abcde")
    shown, path = [], "/kumo/sqs/queues/jobs/messages?limit=2"
    answer = bench.control("GET", path)[1]
    while answer["more"]:
        shown.append([entry["body"] for entry in answer["messages"]])
        answer = bench.control("GET", f"{path}&after={answer['next']}")[1]
    shown.append([entry["body"] for entry in answer["messages"]])
    assert shown == [["a", "b"], ["c", "d"], ["e"]]
    assert "next" not in answer


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("/kumo/sqs/queues/none/messages", 404, "name"),
        ("/kumo/sqs/queues/jobs/messages?account=000000000001", 404, "name"),
        ("/kumo/sqs/queues/jobs/messages?limit=0", 400, "limit"),
        ("/kumo/sqs/queues/jobs/messages?color=red", 400, "color"),
        ("/kumo/durable?lsn=2", 400, "lsn"),
        ("/kumo/durable?lsn=one", 400, "lsn"),
        ("/kumo/durable?wait=1", 400, "wait"),
        (f"/kumo/durable?lsn={'9' * 5000}", 400, "lsn"),
        ("/kumo/sqs/queues/jobs/messages?after=x", 400, "after"),
        ("/kumo/namespaces?all=1", 400, "all"),
        ("/kumo/events?what=clock", 400, "what"),
    ],
)
def test_misuse(bench: Any, path: str, status: int, field: str) -> None:
    bench.queue()
    answered, answer = bench.control("GET", path)
    assert (answered, answer["field"]) == (status, field), answer


def test_an_unknown_path_says_where_the_known_ones_are(bench: Any) -> None:
    status, answer = bench.control("GET", "/kumo/evnts")
    assert (status, "/kumo/openapi.json" in answer["error"]) == (404, True)


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "/kumo/reset?account=000000000001", None, "account"),
        ("POST", "/kumo/clock?freeze=true", {"real": True}, "freeze"),
        ("POST", "/kumo/snapshots/a/restore?service=sqs", None, "service"),
        ("DELETE", "/kumo/faults?id=fault-1", None, "id"),
        ("DELETE", "/kumo/faults", {"id": "fault-1"}, "id"),
        ("GET", "/kumo/durable", {"lsn": 1}, "lsn"),
        ("GET", "/kumo/durable?lsn=1&lsn=2", None, "lsn"),
        ("GET", "/kumo/clock?pretty=1", None, "pretty"),
        ("GET", "/kumo/state?pretty=1", None, "pretty"),
        ("GET", "/kumo/snapshots?name=a", None, "name"),
        ("POST", "/kumo/checkpoint", {"now": True}, "now"),
    ],
)
def test_what_stands_where_nobody_reads_it_is_refused(
    bench: Any, method: str, path: str, body: Any, field: str
) -> None:
    bench.queue()
    bench.control("POST", "/kumo/faults", {"kind": "throttling"})
    status, answer = bench.control(method, path, body)
    assert (status, answer["field"]) == (400, field), answer
    assert bench.world.store.lsn == 1
    assert len(bench.world.faults.list()) == 1


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/kumo/clock", "GET, HEAD, POST"),
        ("GET", "/kumo/wait", "POST"),
        ("POST", "/kumo/faults/fault-1", "DELETE"),
        ("PATCH", "/kumo/snapshots/a", "DELETE, GET, HEAD"),
    ],
)
def test_another_method_is_told_which_there_are(bench: Any, method: str, path: str, allowed: str) -> None:
    answer = asyncio.run(ask(control_app(bench.world, InitScripts(None)), method, path))
    assert (answer.status, answer.headers["allow"]) == (405, allowed)
    assert allowed in answer.json()["error"]


def test_a_slash_too_many_is_no_redirect(bench: Any) -> None:
    assert bench.control("POST", "/kumo/reset/", {})[0] == 404


def test_a_client_that_asks_for_the_headers_alone_follows_nothing(bench: Any) -> None:
    app = control_app(bench.world, InitScripts(None))
    assert asyncio.run(ask(app, "HEAD", "/kumo/events?follow=true")).status == 200


@pytest.mark.parametrize(
    ("path", "body"), [("/kumo/clock", {"freeze": True}), ("/kumo/wait", {"until": [{"durable": 0}]})]
)
def test_a_disk_that_fails_is_told(bench: Any, monkeypatch: pytest.MonkeyPatch, path: str, body: Any) -> None:
    async def failed(lsn: int) -> None:
        raise StorageUnavailable("No space left on device.")

    monkeypatch.setattr(bench.world.store, "is_durable", lambda lsn: False)
    monkeypatch.setattr(bench.world.store, "durable", failed)
    status, answer = bench.control("POST", path, body)
    assert (status, answer["error"]) == (503, "No space left on device.")


def test_a_crash_is_an_answer_too(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench.world, "states", None)
    app, statuses = control_app(bench.world, InitScripts(None)), list[int]()
    with pytest.raises(TypeError):  # for the server's log
        asyncio.run(ask(app, "GET", "/kumo/namespaces", started=statuses.append))
    assert statuses == [500]


def test_durable(bench: Any) -> None:
    bench.queue()
    assert bench.control("GET", "/kumo/durable?lsn=1") == (200, {"lsn": 1, "durable": True})
    assert bench.control("GET", "/kumo/durable") == (200, {"lsn": 1, "durable": True})


def test_namespaces(bench: Any) -> None:
    assert bench.control("GET", "/kumo/namespaces") == (200, {"namespaces": []})
    bench.send(bench.queue(), "a")
    bench.table()
    bench.control("POST", "/kumo/clock", {"freeze": True})
    context = bench.world.context("sqs", "000000000001", "eu-west-1")
    bench.world.services["sqs"].operations["CreateQueue"].run(context, {"QueueName": "theirs"})
    home = {"sqs": {"queues": 1, "messages": 1}, "dynamodb": {"tables": 1, "items": 0}}
    assert bench.control("GET", "/kumo/namespaces")[1]["namespaces"] == [
        {"account": "000000000000", "region": "us-east-1", "services": home},
        {"account": "000000000001", "region": "eu-west-1", "services": {"sqs": {"queues": 1, "messages": 0}}},
    ]


def test_every_route_is_described_and_every_description_has_a_route(bench: Any) -> None:
    described = bench.control("GET", "/kumo/openapi.json")[1]["paths"]
    app = control_app(World(), InitScripts(None))
    routes = {
        (re.sub(r":path}", "}", route.path), method.lower())
        for route in app.routes
        if isinstance(route, Route) and route.path.startswith("/kumo/")
        for method in route.methods or {"GET"}
        if method != "HEAD"
    }
    probe = {("/kumo/ready", "get")}  # answered before the application is asked, see emu/control/health.py
    assert {(path, method) for path, operations in described.items() for method in operations} == routes | probe


def test_the_description_is_an_openapi_document(bench: Any) -> None:
    document = bench.control("GET", "/kumo/openapi.json")[1]
    assert document["openapi"].startswith("3.1.")
    assert set(document["info"]) == {"title", "version"}
    identifiers = []
    for path, operations in document["paths"].items():
        assert set(operations) <= METHODS
        for operation in operations.values():
            identifiers.append(operation["operationId"])
            assert operation["summary"].endswith(".")
            assert operation["responses"]
            assert all(
                re.fullmatch(r"[1-5]\d\d", status) and response["description"]
                for status, response in operation["responses"].items()
            )
            in_path = {entry["name"] for entry in operation.get("parameters", ()) if entry["in"] == "path"}
            assert in_path == set(re.findall(r"{(\w+)}", path))
            assert all(entry["required"] == (entry["in"] == "path") for entry in operation.get("parameters", ()))
            schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            assert schema is None or schema["type"] == "object"
    assert len(set(identifiers)) == len(identifiers)


def test_every_refusal_is_described(bench: Any) -> None:
    for path, operations in bench.control("GET", "/kumo/openapi.json")[1]["paths"].items():
        for method, operation in operations.items():
            assert {"400", "403"} <= set(operation["responses"]) or path == "/kumo/ready", (method, path)


def test_what_the_description_lists_is_what_is_read(bench: Any) -> None:
    """A body with a member that the schema has is never refused as unknown."""
    document = bench.control("GET", "/kumo/openapi.json")[1]
    for path in ("/kumo/clock", "/kumo/wait", "/kumo/faults", "/kumo/events"):
        schema = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
        for name in schema["properties"]:
            _, answer = bench.control("POST", path, {name: None})
            assert "unknown" not in answer["error"], (path, name, answer)


def test_a_number_beyond_all_measure_is_refused_like_any_other(bench: Any) -> None:
    _, answer = bench.control("GET", f"/kumo/durable?lsn={'9' * 5000}")
    assert answer["error"].endswith("but must be a whole number from 0 to 9007199254740992.")


def nested(levels: int) -> bytes:
    return b'{"a":' * levels + b"1" + b"}" * levels


@pytest.mark.parametrize(
    ("path", "body"),
    [("/kumo/events", b'{"name":"x","fields":%s}'), ("/kumo/clock", b'{"freeze":%s}'), ("/kumo/wait", b'{"until":%s}')],
)
def test_what_could_not_be_shown_again_is_refused(bench: Any, path: str, body: bytes) -> None:
    """A mark that is nested too deep for an answer would leave nobody able to read any event."""
    for levels in (100, 300, 1000):
        assert bench.control("POST", path, body % nested(levels)) == (
            400, {"error": "The body is nested deeper than 100 levels."},
        )  # fmt: skip
    assert bench.control("POST", "/kumo/events", b'{"name":"x","fields":%s}' % nested(98))[0] == 201
    assert [entry["name"] for entry in bench.events(what="mark")] == ["x"]


def test_the_description_says_which_bodies_may_be_left_out(bench: Any) -> None:
    paths = bench.control("GET", "/kumo/openapi.json")[1]["paths"]
    needed = {
        path: operation["post"]["requestBody"]["required"]
        for path, operation in paths.items()
        if "requestBody" in operation.get("post", {})
    }
    assert [path for path, is_needed in needed.items() if not is_needed] == [
        "/kumo/reset", "/kumo/snapshots/{name}/restore",
    ]  # fmt: skip
    for path in needed:
        status = bench.control("POST", path.replace("{name}", "none"))[0]
        assert (status == 400) is needed[path], path
