"""The Kubernetes manifests: against the schemas of Kubernetes, and their commands run for real against a process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from emu.settings import SETTINGS
from emu.testing import Emulator
from tests.container.conftest import CREDENTIALS, ROOT, run

HERE = Path(__file__).resolve().parent
MANIFESTS = sorted((ROOT / "examples" / "kubernetes").glob("*.yaml"))


def resources(path: Path) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(path.read_text(encoding="utf-8")))


def pod(kind: str) -> dict[str, Any]:
    """The pod of the one resource of a kind."""
    found = [resource for path in MANIFESTS for resource in resources(path) if resource["kind"] == kind]
    (resource,) = found
    spec: dict[str, Any] = resource["spec"]["template"]["spec"]
    return spec


def variables(container: dict[str, Any]) -> dict[str, str]:
    return {entry["name"]: entry["value"] for entry in container["env"]}


@pytest.mark.slow
def test_the_manifests_are_what_kubernetes_takes(tmp_path: Path) -> None:
    """The checker brings the schemas with it; 100 MB, which is why it is no dependency of the other tests."""
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True, timeout=120)
    binaries = tmp_path / "venv" / "bin"
    lock = HERE / "kubernetes-validate.lock"
    subprocess.run([binaries / "pip", "install", "-q", "--require-hashes", "-r", lock], check=True, timeout=300)
    for version in ("1.29.0", "1.37.0"):
        command = [binaries / "kubernetes-validate", "--strict", "-k", version, *MANIFESTS]
        checked = run(command, {})
        assert checked.returncode == 0, checked.stdout + checked.stderr
    broken = tmp_path / "broken.yaml"
    broken.write_text(MANIFESTS[0].read_text().replace("completions:", "completion:"))
    assert run([binaries / "kubernetes-validate", "--strict", broken], {}).returncode != 0


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_a_manifest_holds_resources(path: Path) -> None:
    assert all({"apiVersion", "kind", "metadata", "spec"} <= resource.keys() for resource in resources(path))


@pytest.mark.parametrize("kind", ["StatefulSet", "Job"])
def test_the_server_is_confined_and_keeps_its_state_in_a_volume(kind: str) -> None:
    spec = pod(kind)
    assert spec["securityContext"]["runAsUser"] == spec["securityContext"]["fsGroup"] == 10000
    (server,) = [
        container for container in [*spec.get("initContainers", ()), *spec["containers"]] if container["name"] == "emu"
    ]
    assert server["securityContext"]["readOnlyRootFilesystem"] is True
    mounts = {mount["mountPath"] for mount in server["volumeMounts"]}
    assert mounts == {variables(server)["KUMO_DATA_DIR"], "/tmp"}
    assert set(variables(server)) <= {setting.variable for setting in SETTINGS}
    assert server["startupProbe"]["httpGet"]["path"] == "/kumo/ready"


def test_a_stop_ends_before_kubernetes_ends_it() -> None:
    spec = pod("StatefulSet")
    assert int(variables(spec["containers"][0])["KUMO_STOP_TIMEOUT"]) < spec["terminationGracePeriodSeconds"]


def test_the_jobs_server_is_a_sidecar() -> None:
    (server,) = pod("Job")["initContainers"]
    assert server["restartPolicy"] == "Always"


@pytest.mark.slow
def test_a_shards_command_runs(path: str, tmp_path: Path) -> None:
    (shard,) = pod("Job")["containers"]
    with Emulator(tmp_path / "state") as emulator:
        environment = {**CREDENTIALS, "PATH": path, "JOB_COMPLETION_INDEX": "2"}
        assert set(CREDENTIALS) | {"AWS_ENDPOINT_URL"} == set(variables(shard))
        ended = run(shard["command"], {**environment, "AWS_ENDPOINT_URL": emulator.endpoint_url})
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.splitlines()[-1] == "shard-2"
