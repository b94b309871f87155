"""The smaller levers, and the description of all of them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from starlette.routing import Route

from emu.control.app import control_app
from emu.init_scripts import InitScripts
from emu.world import World

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


def test_what_the_description_lists_is_what_is_read(bench: Any) -> None:
    """A body with a member that the schema has is never refused as unknown."""
    document = bench.control("GET", "/kumo/openapi.json")[1]
    for path in ("/kumo/clock", "/kumo/wait", "/kumo/faults", "/kumo/events"):
        schema = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
        for name in schema["properties"]:
            _, answer = bench.control("POST", path, {name: None})
            assert "unknown" not in answer["error"], (path, name, answer)
