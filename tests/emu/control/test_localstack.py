"""``/_localstack/health`` as scripts that wait for LocalStack read it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from starlette.requests import Request

from emu.control.app import control_app
from emu.control.localstack import LocalStackHealth, LocalStackReady
from emu.init_scripts import InitScripts
from emu.world import World
from services.s3.operations.buckets import create_bucket

REQUEST = Request({"type": "http"})


def health(world: World) -> tuple[int, str]:
    response = asyncio.run(LocalStackHealth(world)(REQUEST))
    return response.status_code, bytes(response.body).decode()


def test_every_service_is_available_and_one_that_holds_something_is_running() -> None:
    world = World()
    status, text = health(world)
    assert status == 200
    document: dict[str, Any] = json.loads(text)
    assert {"s3", "sqs", "dynamodb", "sts"} <= document["services"].keys()
    assert set(document["services"].values()) == {"available"}
    assert {"services", "edition", "version"} == document.keys()
    create_bucket(world.context("s3"), {"Bucket": "pages"})
    assert json.loads(health(world)[1])["services"] == {**document["services"], "s3": "running"}


def test_it_is_spaced_as_scripts_that_grep_expect() -> None:
    assert '"s3": "available"' in health(World())[1]


def test_ready_follows_the_init_scripts(tmp_path: Path) -> None:
    (tmp_path / "1.sh").write_text("exit 0\n")
    scripts = InitScripts(tmp_path)
    ready = LocalStackReady(scripts)
    assert json.loads(bytes(asyncio.run(ready(REQUEST)).body)) == {"completed": False}
    asyncio.run(scripts.run("http://127.0.0.1:1", "us-east-1"))
    assert json.loads(bytes(asyncio.run(ready(REQUEST)).body)) == {"completed": True}


def test_get_and_head_are_answered() -> None:
    app = control_app(World(), InitScripts(None))
    methods = {getattr(route, "path", ""): getattr(route, "methods", None) for route in app.routes}
    assert methods["/_localstack/health"] == {"GET", "HEAD"}
