"""The measure of storage at its smallest size: that it runs, and what it writes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.storage import Row

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's accounting of processes")


@pytest.mark.slow
def test_a_tiny_run_writes_all_figures(tmp_path: Path) -> None:
    written = tmp_path / "storage.json"
    command = [sys.executable, "-m", "benchmarks.storage", "--quick-tiny", "--json", str(written)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    result = json.loads(written.read_text())
    rows = {row["name"]: row for row in result["rows"]}
    assert len(rows) == len(result["rows"]) == 20
    for row in rows.values():
        may_be_nothing = (
            row["note"].startswith("not there") or "beyond memory" in row["name"] or "memory of" in row["name"]
        )
        assert may_be_nothing or row["value"] > 0, row
        assert row["name"].split(",")[0] in done.stdout


@pytest.mark.parametrize(
    ("row", "ok"),
    [
        (Row("n", 5, "ms", 5), True),
        (Row("n", 6, "ms", 5), False),
        (Row("n", 6, "a second", 5, at_least=True), True),
        (Row("n", 4, "a second", 5, at_least=True), False),
        (Row("n", 4, "ms"), None),
    ],
)
def test_a_limit(row: Row, ok: bool | None) -> None:
    assert row.ok is ok
