"""``emu diff`` over directories, snapshots and running emus."""

from __future__ import annotations

import json
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from emu.cli import cli
from emu.cli.stopped import Stopped
from emu.testing import Emulator


def diff(*arguments: object, status: int) -> Result:
    result = CliRunner().invoke(cli, ["diff", *map(str, arguments)])
    assert result.exit_code == status, result.output
    return result


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``state``, a directory at rest, and ``state/snapshots/before``, a part of it."""
    path = tmp_path_factory.mktemp("places")
    with Emulator(path / "state") as emulator:
        s3, dynamodb = emulator.client("s3"), emulator.client("dynamodb")
        s3.create_bucket(Bucket="pages")
        s3.put_object(Bucket="pages", Key="stays", Body=b"1")
        s3.put_object(Bucket="pages", Key="changes", Body=b"1")
        s3.put_object(Bucket="pages", Key="goes", Body=b"1")
        dynamodb.create_table(
            TableName="items",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        emulator.snapshot("before")
        s3.put_object(Bucket="pages", Key="changes", Body=b"22")
        s3.delete_object(Bucket="pages", Key="goes")
        dynamodb.put_item(TableName="items", Item={"id": {"S": "new"}})
    return path


def test_equal_states(places: Path) -> None:
    assert diff(places / "state", places / "state", status=0).output == ""
    assert json.loads(diff(places / "state", places / "state", "--json", status=0).output) == {
        "equal": True, "differences": [],
    }  # fmt: skip


def test_text_for_people(places: Path) -> None:
    output = diff(places / "state/snapshots/before", places / "state", status=1).output
    assert '+ item items {"id":{"S":"new"}}' in output
    assert "~ object pages changes" in output
    assert "    size: 1 -> 2" in output
    assert "- object pages goes" in output
    assert "stays" not in output


def test_a_part_is_compared_with_that_part(places: Path, tmp_path: Path) -> None:
    Stopped(tmp_path, places / "state").create({"name": "part", "service": "dynamodb"})
    assert diff(tmp_path / "part", places / "state", status=0).output == ""
    for arguments in (
        (places / "state/snapshots/before", tmp_path / "part"),
        (tmp_path / "part", places / "state/snapshots/before"),
    ):
        output = diff(*arguments, status=1).output
        assert " item items " in output
        assert "pages" not in output


def test_json_for_programs(places: Path) -> None:
    before = places / "state/snapshots/before"
    there = json.loads(diff(before, places / "state", "--json", status=1).output)["differences"]
    back = json.loads(diff(places / "state", before, "--json", status=1).output)["differences"]
    turned = {"added": "removed", "removed": "added", "changed": "changed"}
    assert {(turned[entry["change"]], entry["what"], entry["name"]) for entry in there} == {
        (entry["change"], entry["what"], entry["name"]) for entry in back
    }
    changed = next(entry for entry in there if entry["name"] == "changes")
    assert (changed["service"], changed["resource"]) == ("s3", "pages")
    assert (changed["old"]["size"], changed["new"]["size"]) == (1, 2)


def test_a_running_emu(places: Path) -> None:
    with Emulator(seed=places / "state") as emulator:
        diff(emulator.endpoint_url, places / "state", status=0)
        emulator.reset()
        diff(places / "state", emulator.endpoint_url, status=0)
        emulator.client("s3").delete_object(Bucket="pages", Key="stays")
        assert "- object pages stays" in diff(places / "state", emulator.endpoint_url, status=1).output


def test_what_cannot_be_read(places: Path, tmp_path: Path) -> None:
    assert "holds no state" in diff(tmp_path, places / "state", status=2).output
    assert "There is no" in diff(tmp_path / "none", places / "state", status=2).output
    assert "does not answer" in diff("http://127.0.0.1:9", places / "state", status=2).output


def test_a_place_that_is_no_emu(places: Path) -> None:
    """A web server that answers everything with an empty object."""

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        output = diff(f"http://127.0.0.1:{server.server_address[1]}", places / "state", status=2).output
        server.shutdown()
    assert "is no emu" in output


@pytest.mark.parametrize("place", ["state", "state/snapshots/before"])
@pytest.mark.parametrize("harm", ["cut", "made a folder"])
def test_a_damaged_one(places: Path, tmp_path: Path, place: str, harm: str) -> None:
    harmed = shutil.copytree(places / "state", tmp_path / "state")
    document = next((tmp_path / place / "emu" / "documents").glob("dynamodb.*"))
    data = document.read_bytes()
    document.unlink()
    if harm == "cut":
        document.write_bytes(data[:-20])
    else:
        document.mkdir()
    for command in ((tmp_path / place, places / "state"), (places / "state", tmp_path / place)):
        output = diff(*command, status=2).output
        assert output.startswith("emu diff: ")
        assert document.name in output
        assert "Traceback" not in output
    assert harmed.exists()


def test_a_name_stays_on_its_line(places: Path) -> None:
    """Keys may hold line feeds, and what terminals obey."""
    with Emulator(seed=places / "state") as emulator:
        emulator.client("s3").put_object(Bucket="pages", Key="two\nlines\x1b[2J", Body=b"")
        output = diff(places / "state", emulator.endpoint_url, status=1).output
    assert '+ object pages "two\\nlines\\u001b[2J"  (s3/' in output
    assert "\x1b[2J" not in output
