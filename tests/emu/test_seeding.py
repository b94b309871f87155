"""What a start begins with, and what one that is refused leaves behind: nothing."""

from __future__ import annotations

import asyncio
import errno
import json
import os
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from emu.opening import open_world
from emu.run import run
from emu.seeding import check_apart, original_kept
from emu.settings import SettingError, resolve
from storage.errors import DirectoryRefused
from storage.files import Files

KUMO = b'{"buckets":{"kept":{"creationDate":"2026-01-01T00:00:00Z"}}}'


def found(path: Path) -> Mapping[str, bytes | None]:
    """Every name below a folder, with the content of files."""
    return {str(entry.relative_to(path)): entry.read_bytes() if entry.is_file() else None for entry in path.rglob("*")}


def refused(**flags: Any) -> str:
    """The sentence with which a start ends that is refused."""
    settings = resolve({"port": "0", **{name: str(value) for name, value in flags.items()}}, {})
    with pytest.raises((SettingError, DirectoryRefused)) as caught:
        asyncio.run(run(settings))
    return str(caught.value)


def begin(directory: Path, **flags: Any) -> None:
    """A start and a clean stop."""
    world, _ = open_world(resolve({"data_dir": str(directory), **flags}, {}))

    async def live() -> None:
        await world.start()
        await world.stop()

    asyncio.run(live())


@pytest.fixture
def kumo(tmp_path: Path) -> Path:
    """A directory of Kumo's."""
    path = tmp_path / "kumo"
    path.mkdir()
    (path / "s3.json").write_bytes(KUMO)
    (path / "iam.json").write_bytes(b"{}")
    return path


# The seed and the data directory.


@pytest.mark.parametrize("seed", ["state", "elsewhere/../state", "link"])
@pytest.mark.parametrize("how", ["fresh", "reuse", "watch_seed"])
def test_the_data_directory_is_no_seed_of_itself(tmp_path: Path, seed: str, how: str) -> None:
    begin(tmp_path / "state")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to("state")
    before = found(tmp_path)
    sentence = refused(data_dir=tmp_path / "state", seed=tmp_path / seed, **{how: "1"})
    assert "is the data directory itself" in sentence
    assert found(tmp_path) == before


def test_a_data_directory_in_the_seed_would_change_it(kumo: Path) -> None:
    before = found(kumo)
    assert "lies in the seed" in refused(data_dir=kumo / "state", seed=kumo)
    assert "lies in the seed" in refused(run_dir=kumo / "runs", seed=kumo)
    assert {name for name in found(kumo) if name != "runs"} == set(before)


@pytest.mark.parametrize("inside", ["emu/repair-1", "s3-objects"])
def test_a_seed_that_a_fresh_start_would_remove_is_refused(tmp_path: Path, inside: str) -> None:
    with pytest.raises(SettingError, match="copy it elsewhere"):
        check_apart(tmp_path / "state" / inside, tmp_path / "state")


@pytest.mark.parametrize("seed", ["state/snapshots/one", "state/before-emu", "other", "state-2"])
def test_seeds_that_a_start_leaves_alone(tmp_path: Path, seed: str) -> None:
    check_apart(tmp_path / seed, tmp_path / "state")


@pytest.mark.parametrize("dangling", [False, True])
def test_a_seed_that_is_not_there(tmp_path: Path, dangling: bool) -> None:
    seed = tmp_path / "seed"
    if dangling:
        seed.symlink_to("nowhere")
    sentence = refused(seed=seed)
    assert sentence == f"The seed can't be used: There is no {seed}."


def test_a_seed_that_this_user_may_not_read(kumo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert f"Can't read {kumo} as user id" in refused(seed=kumo)


@pytest.mark.parametrize("harm", ["flipped", "cut"])
def test_a_body_of_a_seed_that_is_not_what_its_name_says(tmp_path: Path, harm: str) -> None:
    begin(tmp_path / "state")
    document = {"Body": b64encode(b"x" * 50_000).decode(), "Size": 50_000, "LastModified": "2026-01-01T00:00:00Z"}
    (tmp_path / "state" / "s3.json").write_text(json.dumps({"buckets": {"pages": {"objects": {"k": document}}}}))
    begin(tmp_path / "state")
    (blob,) = (tmp_path / "state" / "emu" / "blobs").iterdir()
    blob.chmod(0o600)
    blob.write_bytes(b"y" * (50_000 if harm == "flipped" else 10))
    sentence = refused(seed=tmp_path / "state", data_dir=tmp_path / "work")
    assert str(blob) in sentence
    assert "isn't the body that its name says" in sentence
    assert not (tmp_path / "work").exists()


# Working directories.


def test_a_start_that_is_refused_leaves_no_working_directory(tmp_path: Path) -> None:
    assert "There is no" in refused(run_dir=tmp_path / "runs", seed=tmp_path / "missing")
    assert list((tmp_path / "runs").iterdir()) == []


# The original.


def test_the_original_is_kept_before_it_is_taken_over(kumo: Path) -> None:
    begin(kumo, keep_original="1")
    assert found(kumo / "before-emu") == {"s3.json": KUMO, "iam.json": b"{}"}
    begin(kumo, keep_original="1")
    assert not (kumo / "before-emu-2").exists()


def test_an_original_that_is_not_taken_over_is_not_kept(kumo: Path) -> None:
    (kumo / "s3.json").write_bytes(b'{"buckets":3}')
    before = found(kumo)
    assert "s3.json" in refused(data_dir=kumo, keep_original="1")
    assert found(kumo) == before


def test_an_original_that_cannot_be_copied(kumo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Files, path: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr(Files, "sync_file_system", full)
    before = found(kumo)
    with pytest.raises(DirectoryRefused, match="No space left"), original_kept(kumo):
        pytest.fail("it was not kept")
    assert found(kumo) == before
