"""The models are data: botocore is found, not imported."""

from __future__ import annotations

import subprocess
import sys

import pytest

from emu.wire.model import load


def test_botocore_is_not_imported_for_its_models() -> None:
    program = "import sys; from emu.wire.model import load; load('sts'); print('botocore' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_the_newest_version_is_taken() -> None:
    assert load("dynamodb").metadata["apiVersion"] == "2012-08-10"


def test_a_service_without_a_model_is_named() -> None:
    with pytest.raises(LookupError, match="'nosuch'"):
        load("nosuch")


def test_members_know_where_they_stand() -> None:
    shape = load("s3").shapes["PutObjectRequest"]
    assert shape.payload == "Body"
    assert shape.members["Body"].streaming
    assert (shape.members["Metadata"].location, shape.members["Metadata"].wire_name) == ("headers", "x-amz-meta-")
    assert set(shape.required) == {"Bucket", "Key"}


def test_success_statuses_are_the_models() -> None:
    operations = load("s3").operations
    assert operations["DeleteObject"].status == 204
    assert operations["PutObject"].status == 200
