"""S3 without a wire: operations that wait are waited for, refusals are looked at as a client sees them."""

from __future__ import annotations

import asyncio
import gzip
import inspect
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import botocore
import pytest

from services.errors import ServiceError
from tests.services.s3.answers import apart


@cache
def _model() -> Any:
    path = Path(botocore.__file__).parent / "data" / "s3" / "2006-03-01" / "service-2.json.gz"
    return json.loads(gzip.decompress(path.read_bytes()))


def _assert_modelled(shape_name: str, value: Any, place: str) -> None:
    """Every name in an answer is one of AWS's own, and every value of its kind."""
    shape = _model()["shapes"][shape_name]
    kind = shape["type"]
    if kind == "structure":
        assert isinstance(value, dict), place
        assert not value.keys() - shape["members"].keys(), place
        for name, entry in value.items():
            _assert_modelled(shape["members"][name]["shape"], entry, f"{place}/{name}")
    elif kind == "list":
        for entry in value:
            _assert_modelled(shape["member"]["shape"], entry, f"{place}/·")
    else:
        kinds = {"string": str, "boolean": bool, "timestamp": int, "integer": int, "long": int, "map": Mapping}
        assert isinstance(value, kinds.get(kind, object)), f"{place}: {value!r}"


class S3:
    """``s3("PutObject", Bucket=…)`` gives the response; the bucket ``bucket`` is there from the start."""

    def __init__(self, call: Any) -> None:
        self.caller = call
        self.clock = call.clock
        self.state = call.world.states["s3"]
        self("CreateBucket", Bucket="bucket")

    def __call__(self, operation: str, **request: Any) -> Any:
        if "Body" not in request and operation in ("PutObject", "UploadPart"):
            request["Body"] = b""
        result = self.caller("s3", operation, **request)
        if inspect.iscoroutine(result):
            result = asyncio.run(result)
        result = apart(result)
        output = _model()["operations"][operation].get("output")
        if output is None:
            assert result == {}
        else:
            _assert_modelled(output["shape"], result, operation)
        return result

    @property
    def status(self) -> int | None:
        """What the last operation answered instead of 200."""
        status: int | None = self.caller.status
        return status

    @contextmanager
    def as_account(self, account: str, region: str = "us-east-1") -> Iterator[None]:
        before = self.caller.account, self.caller.region
        self.caller.account, self.caller.region = account, region
        yield
        self.caller.account, self.caller.region = before

    def put(self, key: str, body: bytes = b"", **request: Any) -> Any:
        return self("PutObject", Bucket="bucket", Key=key, Body=body, **request)

    def read(self, key: str, **request: Any) -> bytes:
        """An object's bytes, as the answer has them."""
        reader, start, length = self("GetObject", **{"Bucket": "bucket", "Key": key, **request})["Body"]
        data: bytes = reader.read(start, length)
        reader.close()
        return data

    def keys(self, **request: Any) -> list[str]:
        return [entry["Key"] for entry in self("ListObjectsV2", **{"Bucket": "bucket", **request})["Contents"]]

    def set_versioning(self, status: str, bucket: str = "bucket") -> None:
        self("PutBucketVersioning", Bucket=bucket, VersioningConfiguration={"Status": status})

    def dump(self) -> bytes:
        return b"\n".join(self.state.dump(*self.caller.world.home))

    def refusal(self, operation: str, **request: Any) -> ServiceError:
        """The error that a call is refused with."""
        with pytest.raises(ServiceError) as refused:
            self(operation, **request)
        return refused.value

    def refused(self, operation: str, **request: Any) -> str:
        """The code that a call is refused with."""
        return self.refusal(operation, **request).code

    def messages(self, queue: str) -> list[dict[str, Any]]:
        """What is in a queue, without what says that it is being tested."""
        received: list[dict[str, Any]] = []
        url = f"http://localhost:4566/000000000000/{queue}"
        while True:
            answer = asyncio.run(_waited(self.caller("sqs", "ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10)))
            if not answer.get("Messages"):
                return received
            received += [json.loads(message["Body"]) for message in answer["Messages"]]


async def _waited(result: Any) -> Any:
    return await result if inspect.isawaitable(result) else result


@pytest.fixture
def s3(call: Any) -> S3:
    return S3(call)
