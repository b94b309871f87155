"""``--watch-seed``: a seed under version control whose branch is switched while emu runs."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from emu.testing import Emulator

_SECONDS = 20


def git(repository: Path, *arguments: str) -> str:
    ended = subprocess.run(
        ["git", "-c", "user.name=Test", "-c", "user.email=test@example.com", "-C", str(repository), *arguments],
        capture_output=True, text=True, timeout=30, check=True,
    )  # fmt: skip
    return ended.stdout.strip()


def make_seed(emulator: Emulator, shelf: Path, queue: str, target: Path) -> None:
    """Puts a snapshot of a state with this queue, an item and a large body at ``target``."""
    emulator.reset()
    sqs, s3 = emulator.client("sqs"), emulator.client("s3")
    url = sqs.create_queue(QueueName=queue)["QueueUrl"]
    for number in range(5):
        sqs.send_message(QueueUrl=url, MessageBody=f"{queue} {number}")
    s3.create_bucket(Bucket=f"bucket-{queue}")
    s3.put_object(Bucket=f"bucket-{queue}", Key="k", Body=queue.encode() * 20_000)
    emulator.control.post("/kumo/snapshots", {"name": "seed", "commit": f"commit-of-{queue}", "replace": True})
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(shelf / "seed", target)


@pytest.fixture(scope="module")
def branches(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the branches one, two and none: seed/ is another snapshot, or isn't there."""
    shelf, repository = tmp_path_factory.mktemp("shelf"), tmp_path_factory.mktemp("repository")
    git(repository, "init", "-q", "-b", "none")
    (repository / "README").write_text("a project\n")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "none")
    with Emulator(arguments=["--snapshot-dir", str(shelf)]) as emulator:
        for branch in ("one", "two"):
            git(repository, "checkout", "-q", "-b", branch, "none")
            make_seed(emulator, shelf, branch, repository / "seed")
            git(repository, "add", "-A")
            git(repository, "commit", "-q", "-m", branch)
    return repository


@pytest.fixture
def repository(branches: Path, tmp_path: Path) -> Path:
    """A clone of one test's own, on the branch one."""
    clone = tmp_path / "repository"
    git(branches, "clone", "-q", str(branches), str(clone))
    for branch in ("none", "two", "one"):
        git(clone, "checkout", "-q", branch)
    return clone


@pytest.fixture(params=["memory", "durable"])
def watching(request: pytest.FixtureRequest, repository: Path, tmp_path: Path) -> Iterator[Emulator]:
    directory = tmp_path / "state" if request.param == "durable" else None
    arguments = ["--seed", str(repository / "seed"), "--watch-seed"]
    with Emulator(directory, arguments=arguments) as emulator:
        yield emulator
        assert "Traceback" not in emulator.log, emulator.log[-4000:]


def queues(emulator: Emulator) -> list[str]:
    urls = emulator.client("sqs").list_queues().get("QueueUrls", [])
    return [url.rpartition("/")[2] for url in urls]


def looks(emulator: Emulator) -> list[dict[str, Any]]:
    """How each look at the seed ended; the start's is not one."""
    entries = emulator.control.lines("/kumo/events", what="lifecycle")
    return [entry for entry in entries if entry["name"] == "seed" and entry["result"] != "planted"]


def until(holds: Callable[[], bool], emulator: Emulator) -> None:
    deadline = time.monotonic() + _SECONDS
    while not holds():
        assert time.monotonic() < deadline, emulator.log[-4000:]
        time.sleep(0.05)


def ended(emulator: Emulator, number: int) -> dict[str, Any]:
    """How the look with this number ended."""
    until(lambda: len(looks(emulator)) >= number, emulator)
    return looks(emulator)[number - 1]


def test_a_switch_of_the_branch_is_a_switch_of_the_state(watching: Emulator, repository: Path) -> None:
    assert queues(watching) == ["one"]
    watching.client("sqs").create_queue(QueueName="mine")
    git(repository, "checkout", "-q", "two")
    look = ended(watching, 1)
    assert (look["result"], look["snapshot"], look["commit"]) == ("restored", "seed", "commit-of-two")
    assert look["ms"] > 0
    assert queues(watching) == ["two"]
    body = watching.client("s3").get_object(Bucket="bucket-two", Key="k")["Body"].read()
    assert body == b"two" * 20_000
    seed = watching.control.get("/kumo/state")["seed"]
    assert (seed["commit"], seed["watched"]["result"]) == ("commit-of-two", "restored")
    assert seed["state_hash"] == watching.state_hash() == look["state_hash"]
    assert "commit-of-two" in watching.log
    # From now on it is what a reset goes back to, whole or in part.
    watching.client("sqs").create_queue(QueueName="mine")
    watching.reset(account="000000000000")
    assert queues(watching) == ["two"]
    watching.client("sqs").create_queue(QueueName="mine")
    assert watching.reset()["to"] == "seed"
    assert watching.state_hash() == seed["state_hash"]
    git(repository, "checkout", "-q", "one")
    assert ended(watching, 2)["commit"] == "commit-of-one"
    assert queues(watching) == ["one"]


def test_what_was_there_before_is_no_reason_to_restore(watching: Emulator, repository: Path) -> None:
    watching.client("sqs").create_queue(QueueName="mine")
    document = repository / "seed" / "sqs.json"
    document.write_bytes(document.read_bytes())
    assert ended(watching, 1)["result"] == "unchanged"
    assert sorted(queues(watching)) == ["mine", "one"]


def test_a_branch_without_the_seed_leaves_the_state_and_one_with_it_brings_it_back(
    watching: Emulator, repository: Path
) -> None:
    git(repository, "checkout", "-q", "none")
    assert not (repository / "seed").exists()
    look = ended(watching, 1)
    assert (look["result"], "There is no " in look["error"]) == ("refused", True)
    assert queues(watching) == ["one"]
    assert watching.control.get("/kumo/state")["seed"]["watched"]["result"] == "refused"
    git(repository, "checkout", "-q", "two")
    assert ended(watching, 2)["result"] == "restored"
    assert queues(watching) == ["two"]


def test_a_half_written_seed_is_reported_and_the_state_stays(watching: Emulator, repository: Path) -> None:
    before = watching.state_hash()
    document = repository / "seed" / "emu" / "documents" / "sqs.000000000000.us-east-1.json"
    whole = document.read_bytes()
    document.write_bytes(whole[: len(whole) // 2])
    look = ended(watching, 1)
    assert look["result"] == "refused"
    assert document.name in look["error"]
    assert watching.state_hash() == before
    assert "the seed can't be restored; the state stays as it is" in watching.log
    watching.client("sqs").create_queue(QueueName="mine")
    # A part of the state is put back although the folder can't be read any more.
    watching.reset(account="000000000000")
    assert watching.state_hash() == before
    document.write_bytes(whole)
    assert ended(watching, 2)["result"] == "unchanged"
    git(repository, "checkout", "-q", "-f", "two")
    assert ended(watching, 3)["result"] == "restored"


def test_a_seed_that_is_written_slowly_is_waited_for(watching: Emulator, repository: Path, branches: Path) -> None:
    """Files come with pauses shorter than the one that counts as rest. Where a busy machine makes one longer, what it
    finds is refused."""
    git(repository, "worktree", "add", "-q", "--detach", str(repository.parent / "other"), "two")
    source, target = repository.parent / "other" / "seed", repository / "seed"
    for file in sorted(path for path in source.rglob("*") if path.is_file()):
        place = target / file.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place)
        time.sleep(0.05)
    until(lambda: [look["result"] for look in looks(watching)][-1:] == ["restored"], watching)
    assert {look["result"] for look in looks(watching)[:-1]} <= {"refused"}
    assert queues(watching) == ["two"]


@pytest.mark.parametrize("how", ["killed", "stopped"])
@pytest.mark.slow
def test_a_directory_goes_on_with_what_was_restored_last(repository: Path, tmp_path: Path, how: str) -> None:
    arguments = ["--seed", str(repository / "seed"), "--watch-seed"]
    with Emulator(tmp_path / "state", arguments=arguments) as emulator:
        git(repository, "checkout", "-q", "two")
        assert ended(emulator, 1)["result"] == "restored"
        emulator.client("sqs").create_queue(QueueName="mine")
        emulator.kill() if how == "killed" else emulator.stop()
        emulator.start()
        assert sorted(queues(emulator)) == ["mine", "two"]
        assert [look["result"] for look in looks(emulator)] == ["unchanged"]
        assert emulator.reset()["to"] == "seed"
        assert queues(emulator) == ["two"]
        # The branch is switched while nothing runs.
        emulator.kill() if how == "killed" else emulator.stop()
        git(repository, "checkout", "-q", "one")
        emulator.start()
        assert queues(emulator) == ["one"]
        assert [look["result"] for look in looks(emulator)] == ["restored"]
        # The seed is gone while nothing runs.
        emulator.kill() if how == "killed" else emulator.stop()
        git(repository, "checkout", "-q", "none")
        emulator.start()
        assert queues(emulator) == ["one"]
        assert [look["result"] for look in looks(emulator)] == ["refused"]
        git(repository, "checkout", "-q", "two")
        assert ended(emulator, 2)["result"] == "restored"


def test_a_directory_with_a_state_of_its_own_is_not_overwritten(repository: Path, tmp_path: Path) -> None:
    with Emulator(tmp_path / "state") as emulator:
        emulator.client("sqs").create_queue(QueueName="mine")
    refusing = Emulator(tmp_path / "state", arguments=["--seed", str(repository / "seed"), "--watch-seed"])
    with pytest.raises(Exception, match="holds a state already"):
        refusing.start()
    refusing.close()


@pytest.mark.slow
def test_a_seed_as_kumo_writes_it(tmp_path: Path) -> None:
    """Nothing tells whether it is whole; it is adopted, and again once it has changed."""
    kumo = tmp_path / "kumo"
    with Emulator(kumo) as emulator:
        emulator.client("sqs").create_queue(QueueName="one")
    shutil.rmtree(kumo / "emu")
    (kumo / "emu.json").unlink(missing_ok=True)
    with Emulator(tmp_path / "state", arguments=["--seed", str(kumo), "--watch-seed"]) as emulator:
        assert queues(emulator) == ["one"]
        emulator.restart()
        assert [look["result"] for look in looks(emulator)] == ["unchanged"]
        document = kumo / "sqs.json"
        document.write_bytes(document.read_bytes().replace(b"one", b"two"))
        assert ended(emulator, 2)["result"] == "restored"
        assert queues(emulator) == ["two"]
