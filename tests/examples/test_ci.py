"""The files of examples/ci for GitHub Actions and GitLab: they parse, and what they name is there."""

from __future__ import annotations

import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
CI = ROOT / "examples" / "ci"
FAST = "stateless or ephemeral"


def github() -> dict[str, Any]:
    """The workflow; YAML 1.1 takes the key `on` for true."""
    workflow = yaml.safe_load((CI / "github-actions.yml").read_text())
    workflow["on"] = workflow.pop(True)
    return dict(workflow)


def gitlab() -> dict[str, Any]:
    return dict(yaml.safe_load((CI / "gitlab-ci.yml").read_text()))


def commands() -> Iterator[tuple[str, list[str]]]:
    """(job, words) of each command of both files."""
    for name, job in github()["jobs"].items():
        for step in job["steps"]:
            for part in step.get("run", "").split("&&"):
                yield f"github {name}", shlex.split(part)
    pipeline = gitlab()
    for name, job in [("default", {"script": pipeline["default"]["before_script"]}), *pipeline.items()]:
        for line in job.get("script", []):
            for part in line.split("&&"):
                yield f"gitlab {name}", shlex.split(part)


def pytest_runs() -> dict[tuple[str, str], list[str]]:
    """The arguments of pytest by job and `-m`."""
    runs = {}
    for job, words in commands():
        if words[:3] == ["python", "-m", "pytest"]:
            runs[job, words[words.index("-m", 3) + 1]] = words[3:]
    return runs


RUNS = pytest_runs()


def test_both_run_the_fast_layers_on_each_push_and_the_persistent_one_on_merges_and_nightly() -> None:
    assert sorted(RUNS) == [
        ("github fast", FAST),
        ("github persistent", "ephemeral"),
        ("github persistent", "persistent"),
        ("gitlab fast", FAST),
        ("gitlab hunt", "ephemeral"),
        ("gitlab persistent", "persistent"),
    ]
    workflow, pipeline = github(), gitlab()
    assert set(workflow["on"]) == {"push", "pull_request", "schedule"}
    assert "if" not in workflow["jobs"]["fast"]
    assert workflow["jobs"]["persistent"]["if"] == "github.event_name == 'schedule' || github.ref == 'refs/heads/main'"
    assert "rules" not in pipeline["fast"]
    assert [rule["if"] for rule in pipeline["persistent"]["rules"]] == [
        '$CI_PIPELINE_SOURCE == "schedule"',
        "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH",
    ]


def test_every_job_ends_by_itself() -> None:
    for job in github()["jobs"].values():
        assert job["timeout-minutes"] <= 20
    for name, job in gitlab().items():
        assert name == "default" or job["timeout"].endswith(" minutes")


def test_what_is_installed_is_this_project() -> None:
    installs = [words for _, words in commands() if words[:2] == ["pip", "install"]]
    assert len(installs) == 6
    for words in installs:
        if "-r" in words:
            assert (ROOT / words[words.index("-r") + 1]).is_file()
        else:
            assert words[-2:] == ["-e", "."]
    requires = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert requires == ">=3.11"
    versions = {
        step["with"]["python-version"]
        for job in github()["jobs"].values()
        for step in job["steps"]
        if step.get("uses", "").startswith("actions/setup-python@")
    }
    assert versions == {"3.13"}
    assert gitlab()["default"]["image"] == "python:3.13-slim"


def test_bundles_and_reports_are_kept_from_where_they_are_written() -> None:
    config = (ROOT / "pyproject.toml").read_text()
    assert "emu_bundles" not in config, "bundles go where the plugin's default says"
    for name, job in github()["jobs"].items():
        (kept,) = [step for step in job["steps"] if step.get("uses", "").startswith("actions/upload-artifact@")]
        assert kept["if"] == "failure()"
        assert kept["with"]["name"] == f"bundles-{name}"
        assert kept["with"]["path"].split() == ["emu-bundles", "junit.xml"]
    artifacts = gitlab()["default"]["artifacts"]
    assert artifacts["when"] == "always"
    assert artifacts["paths"] == ["emu-bundles"]
    assert artifacts["reports"] == {"junit": "junit.xml"}
    for job, arguments in RUNS.items():
        assert "--junit-xml=junit.xml" in arguments, job


@pytest.mark.parametrize("layers", sorted({layers for _, layers in RUNS}))
def test_each_run_finds_tests_of_its_layers(layers: str, tmp_path: Path) -> None:
    (arguments,) = {tuple(words) for (_, of), words in RUNS.items() if of == layers}
    done = run(*arguments, "--collect-only", "-q", report=tmp_path / "junit.xml")
    found = {line.partition("::")[0].split("/")[3] for line in done.splitlines() if "::" in line}
    assert found == {name for name in ("stateless", "ephemeral", "persistent") if name in layers}


@pytest.mark.slow
def test_the_fast_layers_run_as_their_command_says(tmp_path: Path) -> None:
    """Two tests of them: all are a phase of the project's own CI, and take longer than all others here."""
    report = tmp_path / "junit.xml"
    done = run(*RUNS["github fast", FAST], "-k", "test_chunks or test_half_crawled", report=report)
    assert "2 passed" in done
    assert report.is_file()


def run(*arguments: str, report: Path) -> str:
    """What pytest prints, in this tree, but for its report; it must end with status 0."""
    command = [sys.executable, "-m", "pytest", *arguments, f"--junit-xml={report}", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
