"""One namespace at a time: what snapshots, restores and resets of a part of the state take, do and refuse."""

from __future__ import annotations

import asyncio
from inspect import isawaitable
from pathlib import Path
from typing import Any

import orjson
import pytest

from storage.snapshots.errors import SnapshotRefused
from storage.snapshots.manifest import decode

ALICE, BOB = "111111111111", "222222222222"
HERE, THERE = "us-east-1", "eu-west-1"
PLACES = [(ALICE, HERE), (ALICE, THERE), (BOB, HERE)]


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


class Place:
    """Calls of one namespace."""

    def __init__(self, bench: Any, account: str, region: str) -> None:
        self._bench = bench
        self.account = account
        self.region = region

    def call(self, service: str, operation: str, **request: Any) -> Any:
        world = self._bench.world
        context = world.context(service, self.account, self.region, operation=operation)
        entry = world.services[service].operations[operation]
        if entry.digests is not None:
            request["Body"] = world.store.bodies.put(request["Body"], entry.digests(request))
        return entry.run(context, request)

    def fill(self, bucket: str, text: str) -> None:
        url = self.call("sqs", "CreateQueue", QueueName="jobs")["QueueUrl"]
        self.call("sqs", "SendMessage", QueueUrl=url, MessageBody=text)
        elsewhere = {} if self.region == HERE else {"LocationConstraint": self.region}
        self.call("s3", "CreateBucket", Bucket=bucket, CreateBucketConfiguration=elsewhere)
        self.call("s3", "PutObject", Bucket=bucket, Key="k", Body=text.encode())

    def change(self, bucket: str) -> None:
        self.call("s3", "DeleteObject", Bucket=bucket, Key="k")
        self.call("sqs", "CreateQueue", QueueName="another")


@pytest.fixture
def places(bench: Any) -> list[Place]:
    """Three namespaces, each with its own things, two of them of one account."""
    made = [Place(bench, account, region) for account, region in PLACES]
    for number, place in enumerate(made):
        place.fill(f"bucket-{number}", f"text {number}")
    return made


def hashes(bench: Any) -> dict[tuple[str, str], str]:
    """The state hash of each namespace."""
    found = {}
    for account, region in PLACES:
        status, answer = bench.control("GET", f"/kumo/state/hash?account={account}&region={region}")
        assert status == 200
        found[account, region] = answer["state_hash"]
    return found


@pytest.mark.parametrize(
    ("scope", "touched"),
    [
        ({"account": ALICE, "region": HERE}, [(ALICE, HERE)]),
        ({"account": ALICE}, [(ALICE, HERE), (ALICE, THERE)]),
        ({"account": BOB}, [(BOB, HERE)]),
    ],
    ids=["one region", "an account", "another account"],
)
def test_a_snapshot_of_a_namespace_restores_no_more_than_it_holds(
    bench: Any, places: list[Place], scope: dict[str, str], touched: list[tuple[str, str]]
) -> None:
    before = hashes(bench)
    status, made = bench.control("POST", "/kumo/snapshots", {"name": "part", **scope})
    assert (status, made["scope"]) == (201, scope)
    assert made["counts"]["s3"]["buckets"] == len(touched)
    for number, place in enumerate(places):
        place.change(f"bucket-{number}")
    changed = hashes(bench)
    assert not set(changed.values()) & set(before.values())
    assert bench.control("GET", "/kumo/snapshots/part")[1]["scope"] == scope
    found = bench.control("GET", "/kumo/snapshots/part/diff")[1]["differences"]
    assert {(entry["account"], entry["region"]) for entry in found} == set(touched)
    status, done = bench.control("POST", "/kumo/snapshots/part/restore")
    assert (status, done["scope"], done["state_hash"]) == (200, scope, made["state_hash"])
    expected = {place: before[place] if place in touched else changed[place] for place in PLACES}
    assert hashes(bench) == expected
    assert bench.control("GET", "/kumo/snapshots/part/diff")[1] == {"equal": True, "differences": []}
    first = touched[0]
    body = next(place for place in places if (place.account, place.region) == first).call(
        "s3", "GetObject", Bucket=f"bucket-{PLACES.index(first)}", Key="k"
    )["Body"]
    assert body[0].read(0, 6) == f"text {PLACES.index(first)}".encode()


def test_a_reset_of_a_namespace_leaves_the_others(bench: Any, places: list[Place]) -> None:
    before = hashes(bench)
    done = bench.control("POST", "/kumo/reset", {"account": ALICE, "region": THERE})[1]
    assert (done["to"], done["scope"]) == ("empty", {"account": ALICE, "region": THERE})
    after = hashes(bench)
    assert (after[ALICE, HERE], after[BOB, HERE]) == (before[ALICE, HERE], before[BOB, HERE])
    listed = bench.control("GET", "/kumo/namespaces")[1]["namespaces"]
    assert [(entry["account"], entry["region"]) for entry in listed] == [(ALICE, HERE), (BOB, HERE)]
    assert bench.events(what="lifecycle")[-1]["scope"] == f"{ALICE}/{THERE}"


def test_a_part_of_a_whole_snapshot(bench: Any, places: list[Place]) -> None:
    bench.control("POST", "/kumo/snapshots", {"name": "whole"})
    assert "scope" not in bench.control("GET", "/kumo/snapshots/whole")[1]
    before = hashes(bench)
    for number, place in enumerate(places):
        place.change(f"bucket-{number}")
    changed = hashes(bench)
    scope = {"account": ALICE, "region": HERE}
    assert bench.control("POST", "/kumo/snapshots/whole/restore", scope)[0] == 200
    assert hashes(bench) == {**changed, (ALICE, HERE): before[ALICE, HERE]}


def test_a_part_of_a_part(bench: Any, places: list[Place]) -> None:
    bench.control("POST", "/kumo/snapshots", {"name": "alice", "account": ALICE})
    for number, place in enumerate(places):
        place.change(f"bucket-{number}")
    done = bench.control("POST", "/kumo/snapshots/alice/restore", {"service": "sqs"})[1]
    assert done["scope"] == {"service": "sqs", "account": ALICE}
    assert "state_hash" not in done
    assert done["counts"]["sqs"]["queues"] == 4
    assert done["counts"]["s3"]["objects"] == 0


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/kumo/snapshots/alice/restore", {"account": BOB}, "account"),
        ("/kumo/snapshots/here/restore", {"account": ALICE, "region": THERE}, "region"),
        ("/kumo/snapshots/here/restore", {"region": THERE}, "region"),
        ("/kumo/snapshots", {"name": "x", "region": HERE}, "region"),
        ("/kumo/snapshots", {"name": "x", "account": "alice"}, "account"),
        ("/kumo/snapshots", {"name": "x", "account": ALICE, "region": "Ireland!"}, "region"),
        ("/kumo/reset", {"region": HERE}, "region"),
        ("/kumo/reset", {"account": ALICE, "region": 7}, "region"),
        ("/kumo/reset", {"namespace": ALICE}, "namespace"),
    ],
)
def test_misuse(bench: Any, places: list[Place], path: str, body: dict[str, Any], field: str) -> None:
    bench.control("POST", "/kumo/snapshots", {"name": "alice", "account": ALICE})
    bench.control("POST", "/kumo/snapshots", {"name": "here", "account": ALICE, "region": HERE})
    before = hashes(bench)
    status, answer = bench.control("POST", path, body)
    assert (status, answer["field"]) == (400, field), answer
    assert hashes(bench) == before


@pytest.mark.parametrize("query", ["region=us-east-1", "account=12", "account=alice", "colour=red", "service=sns"])
def test_a_hash_of_what_cannot_be(bench: Any, query: str) -> None:
    status, answer = bench.control("GET", f"/kumo/state/hash?{query}")
    assert (status, answer["field"]) == (400, query.partition("=")[0])


def test_the_same_state_of_another_part_is_another_snapshot(bench: Any, places: list[Place]) -> None:
    bench.control("POST", "/kumo/snapshots", {"name": "bob", "account": BOB})
    assert bench.control("POST", "/kumo/snapshots", {"name": "bob", "account": BOB})[1]["result"] == "unchanged"
    status, answer = bench.control("POST", "/kumo/snapshots", {"name": "bob", "account": BOB, "region": HERE})
    assert (status, answer["field"]) == (409, "replace")


def test_an_emu_that_knows_only_whole_snapshots_refuses_a_part(bench: Any, places: list[Place]) -> None:
    """It would empty everything else. So what it reads first, the format, is beyond what it knows."""
    bench.control("POST", "/kumo/snapshots", {"name": "part", "account": ALICE})
    bench.control("POST", "/kumo/snapshots", {"name": "whole"})
    part, whole = Path("snapshots/part/manifest.json").read_bytes(), Path("snapshots/whole/manifest.json").read_bytes()
    assert (orjson.loads(part)["format"], orjson.loads(whole)["format"]) == (2, 1)
    assert decode(part, "part").scope.account == ALICE
    with pytest.raises(SnapshotRefused, match="isn't what was written"):
        decode(part.replace(b'"account": "111111111111"', b'"account": "222222222222"'), "part")


def test_where_a_message_came_from_is_still_known_in_the_others(bench: Any, places: list[Place]) -> None:
    bench.events()
    bench.control("POST", "/kumo/reset", {"account": ALICE})
    bob = places[2]
    url = bob.call("sqs", "GetQueueUrl", QueueName="jobs")["QueueUrl"]
    received = asyncio.run(_awaited(bob.call("sqs", "ReceiveMessage", QueueUrl=url)))
    assert received["Messages"][0]["Body"] == "text 2"
    assert bench.events(operation="ReceiveMessage")[-1]["cause"][0]["operation"] == "SendMessage"


async def _awaited(result: Any) -> Any:
    return await result if isawaitable(result) else result
