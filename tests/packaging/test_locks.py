"""The lock files: complete, hashed, in step with pyproject.toml and each other, and free of any registry."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = ("requirements.lock", "requirements-test.lock")


def text(lock: str) -> str:
    return (ROOT / lock).read_text(encoding="utf-8")


def pins(lock: str) -> dict[str, Version]:
    """Every pinned distribution and its version."""
    pinned = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", text(lock), flags=re.MULTILINE)
    return {canonicalize_name(name): Version(version) for name, version in pinned}


def requirements(lock: str) -> list[Requirement]:
    """What pyproject.toml asks for, and what hatchling asks for to make an editable install."""
    asked = [*PROJECT["build-system"]["requires"], "editables", *PROJECT["project"]["dependencies"]]
    if lock == "requirements-test.lock":
        asked += PROJECT["project"]["optional-dependencies"]["test"]
    return [Requirement(line) for line in asked]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_pinned_to_a_version_that_it_allows(lock: str) -> None:
    pinned = pins(lock)
    for requirement in requirements(lock):
        assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)]), requirement


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_is_pins_with_hashes_and_nothing_else(lock: str) -> None:
    """No option, so no registry and no folder of some machine; no address in a comment either."""
    assert "://" not in text(lock)
    logical = re.sub(r"\\\n", "", text(lock))
    lines = [line for line in logical.splitlines() if line and not line.lstrip().startswith("#")]
    assert len(lines) == len(pins(lock))
    for line in lines:
        assert re.fullmatch(r"\S+==\S+(\s+--hash=sha256:[0-9a-f]{64})+\s*", line), line


def test_the_tests_run_with_what_users_run() -> None:
    assert pins("requirements.lock").items() <= pins("requirements-test.lock").items()
