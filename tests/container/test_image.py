"""What the Dockerfile says, as far as it can be seen without a container engine.

docs/container.md tells how the image is built and looked at for real.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.container.conftest import ROOT

TEXT = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
BUILD, FINAL = re.split(r"(?m)^FROM \$\{PYTHON_IMAGE\}", TEXT)[1:]


def instruction(name: str) -> str:
    found = re.findall(rf"(?m)^{name} +(.+)$", FINAL)
    assert len(found) == 1, name
    return str(found[0]).strip()


def test_the_base_may_be_chosen() -> None:
    assert re.search(r"(?m)^ARG PYTHON_IMAGE=python:3\.\d+-slim$", TEXT)


def test_it_starts_as_kumos_image_does() -> None:
    assert json.loads(instruction("ENTRYPOINT")) == ["kumo"]
    assert json.loads(instruction("CMD")) == ["serve"]
    assert instruction("USER") == "kumo"
    assert instruction("EXPOSE") == "4566"
    assert "--uid 10000" in FINAL
    assert "--gid 10000" in FINAL
    assert "KUMO_HOST=0.0.0.0" in instruction("ENV")


def test_it_is_ephemeral_unless_told_otherwise() -> None:
    assert "KUMO_DATA_DIR" not in FINAL
    assert "VOLUME" not in FINAL


def test_nothing_need_be_written_at_run_time() -> None:
    assert "PYTHONDONTWRITEBYTECODE=1" in instruction("ENV")
    assert "compileall" in BUILD


def test_the_health_check_asks_for_ready_on_the_port_in_use(tmp_path: Path) -> None:
    command = instruction("HEALTHCHECK").partition("CMD ")[2]
    wget = tmp_path / "wget"
    wget.write_text('#!/bin/sh\nfor last; do :; done; echo "$last"\n')
    wget.chmod(0o755)
    for port, asked in (("", "4566"), ("9000", "9000")):
        environment = {"PATH": f"{tmp_path}:/bin:/usr/bin", "KUMO_PORT": port}
        printed = subprocess.run(
            ["/bin/sh", "-c", command], env=environment, capture_output=True, text=True, check=True
        )
        assert printed.stdout == f"http://localhost:{asked}/kumo/ready\n"


def test_the_build_is_given_what_the_distribution_is_made_of() -> None:
    given = set(re.findall(r"(?m)^!(.+)$", (ROOT / ".dockerignore").read_text()))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
    files = {project["project"]["readme"], *project["project"]["license-files"]}
    assert given == packages | files | {"pyproject.toml", "requirements.lock"}


def test_the_models_of_what_is_served_stay() -> None:
    """Models of other services are left out of the image: by name, so a new service must be named there."""
    code = "from services.registry import NAMES; print(*NAMES)"
    printed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    wanted = re.findall(r"! -name '?([\w*]+)'?", BUILD)
    for name in printed.stdout.split():
        assert any(re.fullmatch(pattern.replace("*", ".*"), name) for pattern in wanted), name
