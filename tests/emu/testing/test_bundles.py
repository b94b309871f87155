"""What a failed test leaves behind, and that it can be opened again."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from emu.testing import Emulator

Run = Callable[..., pytest.RunResult]

SUITE = """
    import pytest
    pytestmark = pytest.mark.emu(state="both", clock="2026-01-01T00:00:00Z")

    def test_passes(s3):
        s3.create_bucket(Bucket="pages")

    def test_fails(emu, s3):
        s3.create_bucket(Bucket="bodies")
        s3.list_buckets()
        print("a word of the test's")
        assert len(s3.list_buckets()["Buckets"]) == 2
"""


def test_a_failure_leaves_one_and_a_success_none(run: Run, bundles: Callable[[], list[dict[str, Any]]]) -> None:
    result = run(SUITE)
    result.assert_outcomes(passed=2, failed=2)
    found = bundles()
    assert len(found) == 2
    for bundle in found:
        result.stdout.fnmatch_lines([f"*bundle: {bundle['path']}", f"*reopen: emu open {bundle['path']}"])
        about = bundle["bundle.json"]
        assert about["missing"] == []
        assert about["test"].startswith("test_it.py::test_fails[")
        assert "assert 1 == 2" in about["failure"]
        assert about["open"] == f"emu open {bundle['path']}"
        assert about["versions"]["kumo-emu"]
        assert "a word of the test's" in bundle["test.log"]
        assert "ready to serve" in bundle["server.log"] or about["state"] == "ephemeral"
        events = [json.loads(line) for line in bundle["events.jsonl"].splitlines()]
        names = [event.get("operation") or event["name"] for event in events if event["what"] in ("commit", "read")]
        assert names == ["CreateBucket", "ListBuckets", "ListBuckets"]
    assert {bundle["bundle.json"]["state"] for bundle in found} == {"ephemeral", "persistent"}


def test_a_bundle_opens_as_the_world_it_was(
    run: Run, bundles: Callable[[], list[dict[str, Any]]], tmp_path: Path
) -> None:
    """Whatever the user's own settings are."""
    run(SUITE, "-k", "fails")
    own = tmp_path / "own"
    settings = {"KUMO_DATA_DIR": str(own), "KUMO_FRESH": "1"}
    found = bundles()
    assert len(found) == 2
    for bundle in found:
        before = bundle["path"].read_bytes()
        command = [sys.executable, "-P", "-m", "emu", "open", str(bundle["path"]), "--port", "0"]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, **settings}
        ) as process:
            try:
                shown = _until_ready(process)
                connection = Emulator.connect(shown["address"])
                buckets = connection.client("s3").list_buckets()["Buckets"]
                assert [bucket["Name"] for bucket in buckets] == ["bodies"]
                assert connection.clock.now().year == 2026
                connection.client("s3").delete_bucket(Bucket="bodies")
            finally:
                process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
        assert "test_it.py::test_fails" in shown["text"]
        assert bundle["path"].read_bytes() == before
    assert not own.exists()


def test_a_dead_server_leaves_what_there_is(run: Run, bundles: Callable[[], list[dict[str, Any]]]) -> None:
    run(
        """
        import pytest
        @pytest.mark.emu(state="both")
        def test_it(emu, s3):
            s3.create_bucket(Bucket="bodies")
            emu.kill()
            assert False
        """
    ).assert_outcomes(failed=2)
    missing = {bundle["bundle.json"]["state"]: bundle["bundle.json"]["missing"] for bundle in bundles()}
    assert missing["persistent"] == []
    assert len(missing["ephemeral"]) == 1
    assert missing["ephemeral"][0].startswith("snapshot: ")


def test_a_failed_setup_leaves_one_too(run: Run, bundles: Callable[[], list[dict[str, Any]]]) -> None:
    result = run(
        """
        import pytest
        @pytest.fixture
        def table(emu): raise OSError("no table")
        @pytest.mark.emu(state="ephemeral")
        def test_it(table): pass
        @pytest.mark.emu(state="ephemeral", seed="missing")
        def test_that_never_had_a_world(emu): pass
        """
    )
    result.assert_outcomes(errors=2)
    assert [bundle["bundle.json"]["phase"] for bundle in bundles()] == ["setup"]
    result.stdout.fnmatch_lines(["*There is no seed named 'missing'; looked in */snapshots."])


@pytest.mark.parametrize("content", [None, "not an archive"])
def test_what_is_no_bundle_is_refused(content: str | None, tmp_path: Any) -> None:
    path = tmp_path / "bundle"
    if content is None:
        path.mkdir()
    else:
        path.write_text(content)
    done = subprocess.run(
        [sys.executable, "-P", "-m", "emu", "open", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "not a bundle" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def _until_ready(process: subprocess.Popen[str]) -> dict[str, str]:
    assert process.stdout is not None
    text = ""
    for line in process.stdout:
        text += line
        address = re.search(r'msg="ready to serve" address=(\S+)', line)
        if address:
            return {"text": text, "address": address[1]}
    raise AssertionError(text)


def test_where_none_can_be_written_the_run_goes_on(run: Run, pytester: pytest.Pytester) -> None:
    """A project may be read only, and a disk full: a file in the folder's place is as bad."""
    (pytester.path / "emu-bundles").touch()
    result = run(
        """
        def test_fails(emu):
            assert emu.data_dir

        def test_passes(emu):
            assert emu.running
        """
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines([f"no bundle in {pytester.path / 'emu-bundles'}: *File exists*", "--emu-bundles DIR*"])
