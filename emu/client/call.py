"""One call to a running emu, from its command line to the text of its answer."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, UnknownServiceError

from emu.client.answer import shown
from emu.client.arguments import SERVICES
from emu.client.errors import CallFailed, UsageError
from emu.client.request import request_of, streamed_member


def model_of(name: str) -> Any:
    """botocore's model of a service. Raises UsageError."""
    if name not in SERVICES:
        raise UsageError(f"There is no service {name!r} here; there are {', '.join(SERVICES)}.")
    try:
        return _session().get_service_model(SERVICES[name])
    except UnknownServiceError:
        raise UsageError(f"The botocore of this installation lacks the service {SERVICES[name]!r}.") from None


def operation_of(model: Any, command: str) -> Any:
    """The model of the operation that is called ``command`` (``create-table``). Raises UsageError."""
    names = {xform_name(name, "-"): name for name in model.operation_names}
    if command not in names:
        near = ", ".join(get_close_matches(command, names))
        advice = f"did you mean {near}?" if near else f"`emu aws {model.service_name} --help` lists them."
        raise UsageError(f"{model.service_name} has no operation {command!r}; {advice}")
    return model.operation_model(names[command])


def call(
    service: str,
    command: str,
    words: Sequence[str],
    options: Mapping[str, str],
    environment: Mapping[str, str],
    *,
    indent: bool = False,
) -> str | None:
    """Makes the call; the text to print, indented for a person or one line. Raises UsageError and CallFailed."""
    if service == "s3" and command == "mb":
        return _make_bucket(words, options, environment)
    operation = operation_of(model_of(service), command)
    request, loose = request_of(operation, words)
    streamed = streamed_member(operation.output_shape)
    target = _target(operation, streamed is not None, loose)
    answer = _answer(SERVICES[service], operation.name, request, options, environment)
    if streamed is not None and target is not None:
        _save(answer.pop(streamed), target)
    return shown(answer, options.get("--query"), options.get("--output", "json"), indent=indent)


def _make_bucket(words: Sequence[str], options: Mapping[str, str], environment: Mapping[str, str]) -> str:
    """``s3 mb s3://BUCKET``, a command of AWS CLI's own.
    https://docs.aws.amazon.com/cli/latest/reference/s3/mb.html"""
    if len(words) != 1 or words[0].startswith("--"):
        raise UsageError("s3 mb takes one bucket: s3 mb s3://BUCKET.")
    bucket = words[0].removeprefix("s3://").rstrip("/")
    request: dict[str, Any] = {"Bucket": bucket}
    region = _region(options, environment)
    if region != "us-east-1":
        request["CreateBucketConfiguration"] = {"LocationConstraint": region}
    _answer("s3", "CreateBucket", request, options, environment)
    return f"make_bucket: {bucket}"


def _answer(
    service: str, operation: str, request: dict[str, Any], options: Mapping[str, str], environment: Mapping[str, str]
) -> dict[str, Any]:
    try:
        client = _client(service, options, environment)
        answer: dict[str, Any] = getattr(client, xform_name(operation))(**request)
    except ClientError as error:
        refusal = error.response["Error"]
        raise CallFailed(f"{operation}: {refusal['Code']}: {refusal.get('Message', '')}") from None
    except (BotoCoreError, ValueError) as error:
        raise CallFailed(f"{operation}: {' '.join(str(error).split())}") from None
    return answer


def _client(service: str, options: Mapping[str, str], environment: Mapping[str, str]) -> Any:
    """A client that depends on nothing but the options and a few variables: no profile, no proxy. Any credentials
    do; an access key of twelve digits is an account."""
    endpoint_url = options.get("--endpoint-url") or environment.get("AWS_ENDPOINT_URL") or "http://localhost:4566"
    return _session().create_client(
        service,
        region_name=_region(options, environment),
        endpoint_url=endpoint_url,
        aws_access_key_id=environment.get("AWS_ACCESS_KEY_ID") or "test",
        aws_secret_access_key=environment.get("AWS_SECRET_ACCESS_KEY") or "test",
        config=Config(
            s3={"addressing_style": "path"},
            proxies={},
            connect_timeout=5,
            read_timeout=60,
            retries={"total_max_attempts": 1},
        ),
    )


def _region(options: Mapping[str, str], environment: Mapping[str, str]) -> str:
    named = options.get("--region") or environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
    return named or "us-east-1"


def _session() -> Any:
    unset = (None, None, None, None)
    return botocore.session.Session(session_vars={"profile": unset, "config_file": unset, "credentials_file": unset})


def _target(operation: Any, streams: bool, loose: list[str]) -> Path | None:
    """The file for a streamed answer, which is the one word that may stand without an option."""
    command = xform_name(operation.name, "-")
    if streams and len(loose) != 1:
        raise UsageError(f"{command} needs the name of a file to write to, behind its options.")
    if not streams and loose:
        raise UsageError(f"{command} can't use {loose[0]!r}: every value stands behind its option.")
    return Path(loose[0]) if streams else None


def _save(body: Any, target: Path) -> None:
    try:
        with target.open("wb") as file:
            shutil.copyfileobj(body, file)
    except OSError as error:
        raise CallFailed(f"Can't write to {str(target)!r}: {error.strerror}.") from None
