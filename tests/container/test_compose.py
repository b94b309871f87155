"""The compose files: read as an engine reads them, and their commands run for real against a process."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from emu.testing import Emulator
from tests.container.conftest import COMPOSE, CREDENTIALS, ROOT, compose, probe, run

FILES = [ROOT / "compose.yaml", COMPOSE / "compose.yaml", COMPOSE / "shards.yaml"]


def servers(path: Path) -> dict[str, Any]:
    return {name: service for name, service in compose(path).items() if name.startswith("emu")}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_server_has_a_health_check_and_a_directory_of_its_own(path: Path) -> None:
    found = servers(path)
    assert found
    for service in found.values():
        assert "/kumo/ready" in service["healthcheck"]["test"][-1]
    data = [volume for service in found.values() for volume in service["volumes"] if volume.endswith(":/data")]
    assert len(set(data)) == len(found)


@pytest.mark.parametrize("path", FILES[1:], ids=lambda path: path.name)
def test_what_needs_the_server_waits_until_it_is_healthy(path: Path) -> None:
    for service in compose(path).values():
        endpoint_url = service.get("environment", {}).get("AWS_ENDPOINT_URL")
        if endpoint_url:
            host = re.fullmatch(r"http://([\w-]+):4566", endpoint_url)
            assert host
            assert service["depends_on"] == {host[1]: {"condition": "service_healthy"}}


@pytest.mark.parametrize("path", FILES[1:], ids=lambda path: path.name)
def test_every_mounted_file_is_there(path: Path) -> None:
    mounts = [volume.split(":") for service in compose(path).values() for volume in service.get("volumes", ())]
    sources = [mount[0] for mount in mounts if mount[0].startswith(".")]
    assert sources
    assert all((COMPOSE / source).exists() for source in sources)
    assert all(mount[2:] == ["ro"] for mount in mounts if mount[0].startswith("."))


def test_the_health_check_tells_ready_from_not_ready(wget: str, tmp_path: Path) -> None:
    service = servers(FILES[0])["emu"]
    gate = tmp_path / "gate"
    init = tmp_path / "init"
    init.mkdir()
    (init / "10-waits.sh").write_text(f"until [ -e {gate} ]; do sleep 0.05; done\n")
    emulator = Emulator(arguments=["--init-dir", str(init)], timeout_s=20)
    try:
        gate.touch()
        emulator.start()
        assert run(probe(service, emulator.port), {}).returncode == 0
        emulator.stop()
        assert run(probe(service, emulator.port), {}).returncode != 0
    finally:
        emulator.close()


class Workspace:
    """The example's data directory, prepared, served and worked on as its compose file says."""

    def __init__(self, data: Path, path: str) -> None:
        self.data = data
        self.path = path
        self.services = compose(COMPOSE / "compose.yaml")

    def seed(self, mode: str) -> str:
        seeded = run(
            self._command("seed"),
            {"WORKSPACE": mode, "SEED_DIR": str(COMPOSE / "seed"), "KUMO_DATA_DIR": str(self.data)},
        )
        assert seeded.returncode == 0, seeded.stderr
        return seeded.stdout

    def serve(self) -> Emulator:
        assert self.services["emu"]["environment"]["KUMO_INIT_DIR"] == "/init"
        return Emulator(self.data, arguments=["--init-dir", str(COMPOSE / "init")], environment={"PATH": self.path})

    def work(self, emulator: Emulator) -> str:
        environment = {**CREDENTIALS, "PATH": self.path, "AWS_ENDPOINT_URL": emulator.endpoint_url}
        worked = run(self._command("job"), environment)
        assert worked.returncode == 0, worked.stderr
        return worked.stdout

    def _command(self, service: str) -> list[str | Path]:
        shell, script = self.services[service]["entrypoint"]
        return [shell, COMPOSE / Path(script).name]


@pytest.fixture
def workspace(tmp_path: Path, path: str, wget: str) -> Workspace:
    (tmp_path / "data").mkdir()
    return Workspace(tmp_path / "data", path)


@pytest.mark.slow
def test_the_example_from_its_seed_to_its_job(workspace: Workspace) -> None:
    assert "was copied" in workspace.seed("reuse")
    with workspace.serve() as emulator:
        s3, dynamodb = emulator.client("s3"), emulator.client("dynamodb")
        assert s3.get_object(Bucket="pages", Key="start")["Body"].read() == b"<h1>https://example.org/start</h1>\n"
        assert "2 pages" in workspace.work(emulator)
        assert "a running emu has" in workspace.seed("fresh")
        keys = [entry["Key"] for entry in s3.list_objects_v2(Bucket="pages")["Contents"]]
        assert keys == ["one", "start", "two"]
        seen = dynamodb.scan(TableName="seen")["Items"]
        assert sorted(item["key"]["S"] for item in seen) == keys

    assert "stays as it is" in workspace.seed("reuse")
    with workspace.serve() as emulator:
        assert "0 pages" in workspace.work(emulator)
        assert emulator.client("s3").get_object(Bucket="pages", Key="one")["ResponseMetadata"]["HTTPStatusCode"] == 200

    assert "was copied" in workspace.seed("fresh")
    with workspace.serve() as emulator:
        keys = [entry["Key"] for entry in emulator.client("s3").list_objects_v2(Bucket="pages")["Contents"]]
        assert keys == ["start"]


def test_a_seed_that_was_cut_short_is_copied_again(workspace: Workspace) -> None:
    (workspace.data / ".copying-the-seed").touch()
    (workspace.data / "s3.json").write_text('{"buckets"')
    assert "was copied" in workspace.seed("reuse")
    for name in ("s3.json", "sqs.json", "dynamodb.json"):
        assert (workspace.data / name).read_bytes() == (COMPOSE / "seed" / name).read_bytes()
    assert not (workspace.data / ".copying-the-seed").exists()


@pytest.mark.parametrize("name", ["developer.env", "ci.env"])
def test_a_mode_sets_what_the_compose_file_reads(name: str) -> None:
    lines = (COMPOSE / name).read_text().splitlines()
    names = {line.partition("=")[0] for line in lines if line and not line.startswith("#")}
    assert names
    assert names <= set(re.findall(r"\$\{(\w+)", (COMPOSE / "compose.yaml").read_text()))


def test_an_unknown_mode_is_refused(workspace: Workspace) -> None:
    refused = run(["/bin/sh", COMPOSE / "seed.sh"], {"WORKSPACE": "new", "KUMO_DATA_DIR": str(workspace.data)})
    assert refused.returncode == 2
    assert "reuse or fresh" in refused.stderr


@pytest.mark.slow
def test_shards_run_at_the_same_time_and_never_meet(tmp_path: Path, path: str) -> None:
    services = compose(COMPOSE / "shards.yaml")
    shell, script = services["shard-0"]["entrypoint"]
    with Emulator(tmp_path / "0") as first, Emulator(tmp_path / "1") as second:
        for shard, emulator in enumerate((first, second)):
            assert services[f"shard-{shard}"]["environment"]["SHARD"] == str(shard)
            environment = {
                **CREDENTIALS, "PATH": path, "AWS_ENDPOINT_URL": emulator.endpoint_url, "SHARD": str(shard),
            }  # fmt: skip
            ended = run([shell, COMPOSE / Path(script).name], environment)
            assert (ended.returncode, ended.stderr) == (0, "")
        # On one emu they do meet, and say so.
        intruder = {**CREDENTIALS, "PATH": path, "AWS_ENDPOINT_URL": first.endpoint_url, "SHARD": "1"}
        assert run([shell, COMPOSE / Path(script).name], intruder).returncode == 1


@pytest.mark.skipif(shutil.which("sh") is None, reason="sh is not on this machine")
@pytest.mark.parametrize("script", sorted(COMPOSE.rglob("*.sh")), ids=lambda script: script.name)
def test_scripts_are_plain_sh(script: Path) -> None:
    assert script.read_text().startswith("#!/bin/sh\n")
    assert run(["/bin/sh", "-n", script], {}).returncode == 0
