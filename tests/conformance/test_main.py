"""The command line: what it prints, and what it exits with."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from conformance.__main__ import main

CASE = "s3/put_object/stores_the_body"
ENTRY = """
[[divergence]]
operation = "s3.PutObject"
case = "s3/put_object/*"
why = "Kumo has no checksums."
page = "https://docs.aws.amazon.com/x"
kumo_version = "0.18.0"
class = "profile"
seen = [{ path = "put/members/ChecksumCRC32", aws = "*", kumo = "(absent)" }]
"""


def recorded(path: Path, target: str, **members: Any) -> str:
    steps = {"put": {"status": 200, "members": members}}
    path.write_text(json.dumps({"format": 1, "target": target, "cases": {CASE: steps}}))
    return str(path)


@pytest.fixture
def emu(tmp_path: Path) -> str:
    return recorded(tmp_path / "emu.json", "emu", ETag='"e"', ChecksumCRC32="c")


@pytest.fixture
def kumo(tmp_path: Path) -> str:
    return recorded(tmp_path / "kumo.json", "kumo 0.18.0", ETag='"e"')


def compared(tmp_path: Path, left: str, right: str, *options: str, entries: str = ENTRY) -> Result:
    register = tmp_path / "register.toml"
    register.write_text(entries)
    return CliRunner().invoke(main, ["compare", left, right, "--register", str(register), *options])


def test_a_registered_difference_passes(tmp_path: Path, emu: str, kumo: str) -> None:
    result = compared(tmp_path, emu, kumo)
    assert result.exit_code == 0
    assert f"registered   {CASE}" in result.output
    assert "put/members/ChecksumCRC32 [profile: Kumo has no checksums.]" in result.output
    assert "1 cases: 0 equal, 1 differ; 1 differences registered, 0 unregistered; 0 stale entries" in result.output


def test_an_unregistered_difference_fails(tmp_path: Path, emu: str, kumo: str) -> None:
    result = compared(tmp_path, emu, kumo, entries="")
    assert result.exit_code == 1
    assert f"UNREGISTERED {CASE}" in result.output
    assert "emu: c" in result.output
    assert "kumo 0.18.0: (absent)" in result.output


def test_a_stale_entry_fails(tmp_path: Path, emu: str) -> None:
    result = compared(tmp_path, emu, emu)
    assert result.exit_code == 1
    assert f"equal        {CASE}" in result.output
    assert "stale        s3/put_object/* put/members/ChecksumCRC32" in result.output


def test_only_what_fails(tmp_path: Path, emu: str, kumo: str) -> None:
    assert compared(tmp_path, emu, kumo, "--failing").output.splitlines() == [
        "1 cases: 0 equal, 1 differ; 1 differences registered, 0 unregistered; 0 stale entries"
    ]


def test_a_part_of_the_cases(tmp_path: Path, emu: str, kumo: str) -> None:
    result = compared(tmp_path, emu, kumo, "--only", "sqs/*")
    assert result.exit_code == 0
    assert "0 cases" in result.output


def test_a_draft(tmp_path: Path, emu: str, kumo: str) -> None:
    result = compared(tmp_path, emu, kumo, "--draft", entries="")
    assert result.exit_code == 1
    assert "case = 's3/put_object/stores_the_body'" in result.output
    assert "kumo_version = '0.18.0'" in result.output
    assert "{ path = 'put/members/ChecksumCRC32', aws = 'c', kumo = '(absent)' }," in result.output


def test_a_bad_register_is_named(tmp_path: Path, emu: str, kumo: str) -> None:
    result = compared(tmp_path, emu, kumo, entries=ENTRY.replace("profile", "sometimes"))
    assert result.exit_code == 1
    assert "divergence 1 (s3/put_object/*) has class 'sometimes'" in result.output


def test_the_list_of_cases() -> None:
    result = CliRunner().invoke(main, ["cases", "--only", "server/health/*"])
    assert result.exit_code == 0
    assert "server/health/answers_every_method  [server.Health, success]" in result.output
