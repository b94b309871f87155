"""Each test's world: clean, with a server, an environment and, where it is declared, a directory and a seed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., pytest.RunResult]


def test_each_test_has_a_clean_world_and_clients_stay_valid(run: Run) -> None:
    result = run(
        """
        import os, pytest, boto3
        from functools import cache

        @cache
        def client(service):  # what many pipelines do
            return boto3.client(service)

        @pytest.mark.emu(state="ephemeral", clock="2026-01-01T00:00:00Z", faults=[
            {"kind": "error", "service": "sqs", "operation": "ListQueues", "code": "InternalError"}])
        def test_first(emu, s3, sqs):
            client("s3").create_bucket(Bucket="pages")
            assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["pages"]
            assert emu.clock.show()["mode"] == "frozen"
            assert emu.clock.now().isoformat() == "2026-01-01T00:00:00+00:00"
            with pytest.raises(Exception, match="InternalError"):
                sqs.list_queues()

        @pytest.mark.emu(state="both")
        def test_second(emu, s3, sqs):
            assert os.environ["AWS_ENDPOINT_URL"] == emu.endpoint_url
            assert client("s3").list_buckets()["Buckets"] == []
            assert emu.clock.show()["mode"] == "real"
            assert "QueueUrls" not in sqs.list_queues()
            assert len(emu.events()) == 0
            client("s3").create_bucket(Bucket="pages")
            assert emu.events().names() == ["CreateBucket"]
            assert (emu.data_dir is None) == (emu.state == "ephemeral")

        @pytest.mark.emu
        def test_the_environment_alone():
            sqs = boto3.client("sqs")
            sqs.create_queue(QueueName="frontier")
            assert boto3.resource("s3").buckets.all()

        def test_stateless():
            assert "AWS_ENDPOINT_URL" not in os.environ
        """
    )
    result.assert_outcomes(passed=5)


def test_a_kill_loses_nothing_of_a_directory_and_all_of_memory(run: Run, tmp_path: Path) -> None:
    result = run(
        f"""
        import pytest, pathlib

        @pytest.mark.emu(state="both")
        def test_it(emu, s3):
            endpoint = emu.endpoint_url
            s3.create_bucket(Bucket="pages")
            emu.kill()
            assert not emu.running
            emu.restart()
            assert emu.endpoint_url == endpoint
            assert len(s3.list_buckets()["Buckets"]) == (emu.state == "persistent")
            assert emu.events().names() == ["CreateBucket"]
            emu.restart()
            assert len(s3.list_buckets()["Buckets"]) == (emu.state == "persistent")
            pathlib.Path({str(tmp_path)!r}, emu.state).write_text(str(emu.data_dir))
        """
    )
    result.assert_outcomes(passed=2)
    directory = Path((tmp_path / "persistent").read_text())
    assert not directory.exists()
    assert not directory.parent.parent.exists(), "the worker's folder is gone too"


SEED = """
    import pytest

    @pytest.fixture
    def table(dynamodb):
        dynamodb.create_table(
            TableName="pages", BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "url", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "url", "AttributeType": "S"}])

    def put(dynamodb, url):
        dynamodb.put_item(TableName="pages", Item={"url": {"S": url}})

    @pytest.mark.emu(state="ephemeral", deterministic="7", clock="2026-01-01T00:00:00Z")
    def test_the_seed(emu, dynamodb, s3, table):
        s3.create_bucket(Bucket="bodies")
        s3.put_object(Bucket="bodies", Key="a", Body=b"a page")
        for url in ("a", "b", "c"):
            put(dynamodb, url)
        emu.check_snapshot("crawl-3", purpose="three pages", exercises=["resume"])
"""

WITH_SEED = (
    SEED
    + """
    @pytest.mark.emu(state="both", seed="crawl-3", clock="2026-02-01T00:00:00Z")
    def test_with_the_seed(emu, s3, dynamodb):
        assert emu.diff("crawl-3").equal, emu.diff("crawl-3")
        assert s3.get_object(Bucket="bodies", Key="a")["Body"].read() == b"a page"
        put(dynamodb, "d")
        dynamodb.delete_item(TableName="pages", Key={"url": {"S": "a"}})
        if emu.state == "persistent":
            emu.kill(); emu.restart()
        diff = emu.diff("crawl-3")
        assert len(diff.added("dynamodb", "pages")) == len(diff.removed("dynamodb", "pages")) == 1
        assert not diff.added("s3") and not diff.changed("dynamodb", "pages")
        emu.restore("crawl-3")
        assert emu.diff("crawl-3").equal
        emu.snapshot("of-this-test")
        put(dynamodb, "e")
        assert len(emu.diff("of-this-test").added()) == 1
"""
)


def test_a_seed_is_made_reviewed_used_and_never_written(run: Run, pytester: pytest.Pytester) -> None:
    made = run(SEED, "--emu-update-snapshots")
    made.assert_outcomes(passed=1)
    made.stdout.fnmatch_lines(["*updated snapshots, to be reviewed*", "*test_the_seed: */snapshots/crawl-3"])
    before = _files(pytester.path / "snapshots")
    assert "crawl-3/manifest.json" in before

    used = run(WITH_SEED, "-k", "with_the_seed")
    used.assert_outcomes(passed=2)
    assert _files(pytester.path / "snapshots") == before

    again = run(SEED, "--emu-update-snapshots")
    again.assert_outcomes(passed=1)
    again.stdout.no_fnmatch_line("*updated snapshots*")
    assert _files(pytester.path / "snapshots") == before

    other = run(
        """
        import pytest
        pytestmark = pytest.mark.emu(state="ephemeral", seed="crawl-3")
        def test_changed(emu, s3):
            s3.put_object(Bucket="bodies", Key="b", Body=b"another page")
            emu.check_snapshot("crawl-3")
        def test_missing(emu):
            emu.check_snapshot("crawl-4")
        """
    )
    other.assert_outcomes(failed=2)
    other.stdout.fnmatch_lines(
        [
            ">*emu.check_snapshot(*",
            "E*AssertionError: The state is not that of the snapshot */snapshots/crawl-3; --emu-update-snapshots *",
            "E*added s3 object b of bodies*",
            "E*AssertionError: There is no snapshot */snapshots/crawl-4; --emu-update-snapshots makes it*",
        ]
    )


@pytest.mark.slow
def test_a_seed_that_is_not_what_it_was_is_refused_by_name(run: Run, pytester: pytest.Pytester) -> None:
    run(SEED, "--emu-update-snapshots").assert_outcomes(passed=1)
    document = next((pytester.path / "snapshots" / "crawl-3" / "emu" / "documents").glob("dynamodb*"))
    text = """
        import pytest
        pytestmark = pytest.mark.emu(state="persistent", seed="crawl-3")
        def test_it(emu): pass
    """
    os.utime(document)
    run(text).assert_outcomes(passed=1)
    document.write_bytes(document.read_bytes() + b"\n")
    result = run(text)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*The seed crawl-3 is not what its manifest says: *dynamodb*was changed*"])


def test_a_test_that_writes_to_its_seed_fails(run: Run) -> None:
    run(SEED, "--emu-update-snapshots").assert_outcomes(passed=1)
    result = run(
        """
        import pathlib, pytest
        @pytest.mark.emu(state="ephemeral", seed="crawl-3")
        def test_it(emu):
            pathlib.Path("snapshots/crawl-3/s3.json").write_text("{}")
        """
    )
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*The test has written to the seed *crawl-3: s3.json*"])


def test_damage_to_a_tests_directory_is_its_failure(run: Run, bundles: Callable[[], list[dict[str, Any]]]) -> None:
    result = run(
        """
        import pytest
        @pytest.mark.emu(state="persistent")
        @pytest.mark.parametrize("damage", [True, False])
        def test_it(emu, s3, damage):
            s3.create_bucket(Bucket="pages")
            s3.put_object(Bucket="pages", Key="a", Body=bytes(300_000))
            if damage:
                next(emu.data_dir.glob("emu/blobs/*")).write_bytes(bytes(299_999) + b"1")
        """
    )
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*ERROR at teardown of test_it[[]True[]]*",
            "The test's working directory */state is damaged (emu verify):",
            "  emu/blobs/*: its content isn't what its name says",
        ]
    )
    assert [bundle["bundle.json"]["test"] for bundle in bundles()] == ["test_it.py::test_it[True]"]


@pytest.mark.slow
def test_a_kept_directory_goes_on_where_it_was(run: Run, pytester: pytest.Pytester) -> None:
    text = """
        import pytest
        @pytest.mark.emu(state="persistent", directory="workspace")
        def test_it(s3):
            s3.create_bucket(Bucket=f"pages-{len(s3.list_buckets()['Buckets'])}")
            assert len(s3.list_buckets()["Buckets"]) < 2
    """
    run(text).assert_outcomes(passed=1)
    run(text).assert_outcomes(failed=1)
    documents = pytester.path / "workspace" / "emu.json"
    documents.write_bytes(documents.read_bytes().replace(b"rest", b"rust"))
    result = run(text)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*ERROR at setup of test_it*", "The test's working directory */workspace is damaged*"])


def test_workers_keep_apart(run: Run) -> None:
    result = run(
        """
        import pytest
        @pytest.mark.emu(state="ephemeral")
        @pytest.mark.parametrize("n", range(8))
        def test_it(emu, s3, n):
            s3.create_bucket(Bucket="pages")
            with emu.serialized("counting"):
                pass
            assert len(s3.list_buckets()["Buckets"]) == 1
        """,
        "-n2",
    )
    result.assert_outcomes(passed=8)


def test_repetitions_jitter_reproducibly(run: Run) -> None:
    result = run(
        """
        import pytest
        @pytest.mark.emu(state="ephemeral")
        def test_it(emu, s3):
            rules = [fault.rule for fault in emu.faults.list()]
            assert [rule["latency_ms"] for rule in rules] == [8, 6, 4, 2]
            assert len({rule["seed"] for rule in rules}) == 4
            for _ in range(20):
                s3.list_buckets()
            with emu.fault("s3", "ListBuckets", kind="error", code="SlowDown", nth=1):
                with pytest.raises(Exception, match="SlowDown"):
                    emu.client("s3", config=NO_RETRIES).list_buckets()
            late = [event for event in emu.events(what="fault") if event.get("kind", event["name"]) == "latency"]
            assert 8 <= len(late) <= 20
        from botocore.config import Config
        NO_RETRIES = Config(retries={"total_max_attempts": 1})
        """,
        "--emu-repeat=2",
        "--emu-jitter=8",
    )
    result.assert_outcomes(passed=2)


def test_a_call_to_the_real_aws_fails_the_test_even_if_it_is_swallowed(run: Run) -> None:
    result = run(
        """
        import boto3, contextlib, pytest
        @pytest.mark.emu(state="ephemeral")
        def test_it(emu):
            with contextlib.suppress(Exception):
                boto3.client("sqs", endpoint_url="https://sqs.us-east-1.amazonaws.com").list_queues()
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*The test tried to reach the real AWS: sqs.us-east-1.amazonaws.com*"])


def _files(folder: Path) -> dict[str, Any]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.slow
def test_whoever_declares_a_world_has_one(run: Run) -> None:
    result = run(
        """
        import os, unittest
        import boto3, pytest

        @pytest.fixture(scope="session")
        def s3_of_all(emu_endpoint_url):
            keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
            return boto3.client("s3", endpoint_url=emu_endpoint_url, region_name="us-east-1", **keys)

        def test_a_client_that_outlives_it(s3_of_all):
            assert s3_of_all.list_buckets()["Buckets"] == []
            s3_of_all.create_bucket(Bucket="pages")

        def test_it_again(s3_of_all):
            assert s3_of_all.list_buckets()["Buckets"] == []

        @pytest.mark.emu(state="both")
        @pytest.mark.parametrize("number", [1, 2])
        def test_a_marker_beside_parameters(number):
            boto3.client("sqs").create_queue(QueueName="jobs")

        @pytest.mark.emu(state="persistent")
        class TestByUnittest(unittest.TestCase):
            def setUp(self):
                boto3.client("sqs").create_queue(QueueName="jobs")

            def test_a_queue(self):
                assert len(boto3.client("sqs").list_queues()["QueueUrls"]) == 1

        class TestWithSetup:
            def setup_method(self):
                boto3.client("sqs").create_queue(QueueName="jobs")

            def test_a_queue(self, sqs):
                assert sqs.get_queue_url(QueueName="jobs")

            test_another = test_a_queue

        @pytest.fixture(autouse=True)
        def table(request):
            if "emu" in request.fixturenames:
                boto3.client("sqs").create_queue(QueueName="for-all")

        def test_what_a_fixture_of_the_tests_own_has_made_is_there(emu, sqs):
            assert sqs.get_queue_url(QueueName="for-all")
        """
    )
    result.assert_outcomes(passed=10)


def test_unittest_cannot_be_run_in_both_states(run: Run) -> None:
    result = run(
        """
        import unittest
        import pytest

        @pytest.mark.emu(state="both")
        class TestByUnittest(unittest.TestCase):
            def test_it(self): pass
        """
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines('state="both" needs a test that pytest can parametrize*')


def test_a_fixture_that_leads_elsewhere_is_a_warning(run: Run) -> None:
    result = run(
        """
        import os
        import pytest

        @pytest.fixture
        def other_emulator(monkeypatch):
            monkeypatch.setenv("AWS_ENDPOINT_URL", "http://localhost:1")

        def test_before(other_emulator, emu):
            assert os.environ["AWS_ENDPOINT_URL"] == emu.endpoint_url

        def test_behind(emu, other_emulator):
            assert os.environ["AWS_ENDPOINT_URL"] == "http://localhost:1"

        def test_without(emu):
            assert os.environ["AWS_ENDPOINT_URL"] == emu.endpoint_url
        """,
        "-W",
        "always",
    )
    result.assert_outcomes(passed=3, warnings=2)
    result.stdout.fnmatch_lines(
        "*EndpointElsewhere: A fixture of this test has set AWS_ENDPOINT_URL to http://localhost:1*"
    )


def test_what_is_wrong_with_a_world_is_said_once(run: Run) -> None:
    result = run(
        """
        import pytest

        @pytest.mark.emu(faults=[{"kind": "sabotage"}])
        def test_it(emu): pass
        """
    )
    result.assert_outcomes(errors=1)
    errors, _, _ = str(result.stdout).partition("short test summary info")
    assert errors.count('kind is "sabotage", but must be one of') == 1


@pytest.mark.parametrize(
    ("ending", "status"),
    [("pass", 0), ("sys.exit(3)", 3), ("raise ValueError", 1)],
)
def test_a_forked_process_that_comes_out_of_the_test_ends_there(run: Run, ending: str, status: int) -> None:
    """It would be a second pytest, and end this one's server with the test."""
    result = run(
        f"""
        import os, sys

        def test_forks(emu, sqs):
            child = os.fork()
            if child:
                assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == {status}
                assert emu.running
                sqs.create_queue(QueueName="jobs")
            else:
                {ending}

        def test_next(emu):
            assert emu.running
        """
    )
    result.assert_outcomes(passed=2)


def test_more_messages_than_one_answer_shows(run: Run) -> None:
    result = run(
        """
        def test_all_are_there(emu, sqs):
            url = sqs.create_queue(QueueName="jobs")["QueueUrl"]
            for first in range(0, 1010, 10):
                entries = [{"Id": str(n), "MessageBody": str(first + n)} for n in range(10)]
                sqs.send_message_batch(QueueUrl=url, Entries=entries)
            assert [message["body"] for message in emu.messages("jobs")] == [str(n) for n in range(1010)]
        """
    )
    result.assert_outcomes(passed=1)


def test_what_came_behind_a_record_is_the_same_after_a_restart(run: Run) -> None:
    result = run(
        """
        import pytest

        @pytest.mark.emu(state="persistent")
        def test_since(emu, sqs):
            sqs.create_queue(QueueName="first")
            lsn = emu.events()[-1]["lsn"]
            emu.mark("between")
            sqs.create_queue(QueueName="second")
            sqs.list_queues()

            def names():
                return [event["name"] for event in emu.events(what=None, since=lsn) if event["what"] != "lifecycle"]

            before = names()
            emu.kill()
            assert names() == before == ["between", "CreateQueue", "ListQueues"]
        """
    )
    result.assert_outcomes(passed=1)
