"""The whole example as its command runs it: real workers, real kills, one comparison at the end."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str, folder: Path, timeout_s: float) -> str:
    """What the command prints; it must end with status 0. State and logs of a failed run stay in `folder`."""
    command = [sys.executable, "-m", "examples.crawler", *arguments]
    env = {**os.environ, "TMPDIR": str(folder)}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=timeout_s, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.slow
def test_a_crawl_of_40_pages_survives_two_kills(tmp_path: Path) -> None:
    """It starts at a package that has a dead link on every machine but Windows."""
    site = ("--pages", "40", "--start", "multiprocessing.html")
    printed = run(*site, "--workers", "2", "--delay", "0.05", folder=tmp_path, timeout_s=240)
    assert re.search(r"^40 pages, .* 1 dead links; 2 workers", printed, re.MULTILINE)
    assert len(re.findall(r"ready again in", printed)) == 2
    for subject, count in [
        ("bodies in S3", 40),
        ("page records", 40),
        ("index records", 40),
        ("URLs seen", 41),
        ("dead letters", 1),
        ("emptied queues", 2),
    ]:
        assert f"same       {subject}: {count} as expected" in printed


@pytest.mark.slow
def test_a_crawl_of_the_whole_site_survives_two_kills(tmp_path: Path) -> None:
    printed = run(folder=tmp_path, timeout_s=900)
    assert int(re.search(r"page records: (\d+) as expected", printed)[1]) > 500  # type: ignore[index]
