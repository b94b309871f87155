"""Somebody has removed or cut a blob that an object needs: that object says so, by the file's name, and nothing else
suffers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config

from emu.testing import Emulator
from emu.testing.control import ControlError
from tests.end_to_end.asking import refused

SMALL_CUT = bytes(range(256)) * 400
LARGE_CUT = SMALL_CUT * 10
LOST = SMALL_CUT[::-1]


def removed(blob: Path) -> None:
    blob.unlink()


def cut(blob: Path) -> None:
    data = blob.read_bytes()
    blob.chmod(0o600)
    blob.write_bytes(data[:1000])


def made_a_folder(blob: Path) -> None:
    blob.unlink()
    blob.mkdir()


Harm = Callable[[Path], None]


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    with Emulator(tmp_path / "state") as emulator:
        s3 = client(emulator)
        s3.create_bucket(Bucket="pages")
        s3.put_object(Bucket="pages", Key="other", Body=b"other" * 20_000)
        yield emulator


def client(emulator: Emulator) -> Any:
    return emulator.client("s3", config=Config(retries={"total_max_attempts": 1}))


def blob_of(emulator: Emulator, body: bytes) -> Path:
    assert emulator.data_dir is not None
    return emulator.data_dir / "emu" / "blobs" / hashlib.sha256(body).hexdigest()


@pytest.mark.parametrize("body", [SMALL_CUT, LARGE_CUT], ids=["100 KB", "1 MB"])
@pytest.mark.parametrize("harm", [removed, cut, made_a_folder])
def test_while_emu_runs(emulator: Emulator, harm: Harm, body: bytes) -> None:
    s3 = client(emulator)
    s3.put_object(Bucket="pages", Key="page", Body=body)
    blob = blob_of(emulator, body)
    harm(blob)
    with refused("ServiceUnavailable", 503) as error:
        s3.get_object(Bucket="pages", Key="page")
    assert str(blob) in error["Error"]["Message"]
    upload = s3.create_multipart_upload(Bucket="pages", Key="parts")["UploadId"]
    s3.upload_part(Bucket="pages", Key="parts", UploadId=upload, PartNumber=2, Body=b"tail")
    first = {"Bucket": "pages", "Key": "parts", "UploadId": upload, "PartNumber": 1}
    with refused("ServiceUnavailable", 503):
        s3.upload_part_copy(**first, CopySource="pages/page", CopySourceRange="bytes=0-50000")
    with pytest.raises(ControlError, match=blob.name):
        emulator.snapshot("one")
    assert s3.head_object(Bucket="pages", Key="page")["ContentLength"] == len(body)
    assert s3.get_object(Bucket="pages", Key="other")["Body"].read() == b"other" * 20_000
    assert "Traceback" not in emulator.log


def test_what_is_left_of_a_cut_one_is_served(emulator: Emulator) -> None:
    s3 = client(emulator)
    s3.put_object(Bucket="pages", Key="page", Body=SMALL_CUT)
    cut(blob_of(emulator, SMALL_CUT))
    assert s3.get_object(Bucket="pages", Key="page", Range="bytes=0-999")["Body"].read() == SMALL_CUT[:1000]


def test_the_same_content_brings_it_back(emulator: Emulator) -> None:
    s3 = client(emulator)
    s3.put_object(Bucket="pages", Key="page", Body=LOST)
    blob_of(emulator, LOST).unlink()
    s3.put_object(Bucket="pages", Key="again", Body=LOST)
    assert s3.get_object(Bucket="pages", Key="page")["Body"].read() == LOST


def test_a_start_says_what_is_missing(emulator: Emulator, tmp_path: Path) -> None:
    client(emulator).put_object(Bucket="pages", Key="page", Body=LOST)
    emulator.stop()
    blob_of(emulator, LOST).unlink()
    with Emulator(tmp_path / "state") as again:
        with refused("ServiceUnavailable", 503):
            client(again).get_object(Bucket="pages", Key="page")
        again.control.get("/kumo/state")
        assert (
            f"are missing in {tmp_path / 'state' / 'emu' / 'blobs'}: 1, {blob_of(emulator, LOST).name} among"
            in again.log
        )
