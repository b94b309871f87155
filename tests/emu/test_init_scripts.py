from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from emu.init_scripts import InitScripts


def run(directory: Path, endpoint_url: str = "http://127.0.0.1:1") -> InitScripts:
    scripts = InitScripts(directory)
    asyncio.run(scripts.run(endpoint_url, "eu-west-1"))
    return scripts


def test_without_a_directory_all_is_through_at_once() -> None:
    scripts = InitScripts(None)
    assert scripts.finished
    assert scripts.why_not_ready() is None


def test_they_run_in_order_with_the_endpoint_region_and_credentials(tmp_path: Path) -> None:
    out = tmp_path / "out"
    line = f'echo "$0 $AWS_ENDPOINT_URL $AWS_DEFAULT_REGION $AWS_ACCESS_KEY_ID" >> {out}\n'
    for name in ("20-second.sh", "10-first.sh"):
        (tmp_path / name).write_text(line)
    (tmp_path / "ignored.txt").write_text(line)
    (tmp_path / "folder.sh").mkdir()
    scripts = InitScripts(tmp_path)
    assert scripts.why_not_ready() == "The init scripts have not begun."
    scripts = run(tmp_path)
    assert scripts.why_not_ready() is None
    lines = out.read_text().splitlines()
    assert [Path(line.split()[0]).name for line in lines] == ["10-first.sh", "20-second.sh"]
    assert all(line.split()[1:3] == ["http://127.0.0.1:1", "eu-west-1"] for line in lines)
    assert all(len(line.split()) == 4 for line in lines)


def test_one_that_fails_is_named_and_the_next_still_runs(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "1.sh").write_text("echo to the log; exit 3\n")
    (tmp_path / "2.sh").write_text(f"touch {tmp_path}/ran\n")
    with caplog.at_level(logging.INFO, "emu"):
        scripts = run(tmp_path)
    assert scripts.failed == ["1.sh"]
    assert scripts.why_not_ready() == "The init script 1.sh failed."
    assert (tmp_path / "ran").exists()
    assert any(getattr(record, "fields", {}).get("line") == "to the log" for record in caplog.records)


def test_a_script_that_prints_without_end_of_line_is_logged_in_pieces(tmp_path: Path) -> None:
    (tmp_path / "1.sh").write_text("head -c 300000 /dev/zero | tr '\\0' x\n")
    assert run(tmp_path).failed == []
