"""What a case is given: resources of its own, observed calls, and a clean-up that follows it."""

import contextlib
import http.client
import json
import secrets
import time
from collections.abc import Callable, Iterable
from typing import Any
from xml.parsers.expat import ExpatError

import xmltodict
from botocore.exceptions import BotoCoreError, ClientError

from conformance.normalise import UNORDERED, Normaliser
from conformance.target import RawResponse, Target

Observation = dict[str, Any]

#: Failures of a call that are themselves observations: the server hung up, kept silent, or sent nonsense.
CALL_FAILURES = (BotoCoreError, http.client.HTTPException, OSError)

TABLE_READY_SECONDS = 10.0


class Lab:
    """One case's workplace.

    Plain boto3 calls set the scene; what goes through `call`, `http` and `note` is observed.
    """

    def __init__(self, target: Target) -> None:
        self.s3, self.sqs, self.dynamodb, self.sts = target.s3, target.sqs, target.dynamodb, target.sts
        self.target = target
        self.observations: dict[str, Observation] = {}
        self._normalise = Normaliser()
        self._normalise.name(target.endpoint, "<endpoint>")
        self._token = secrets.token_hex(5)
        self._used: dict[str, int] = {}
        self._clean_ups: list[Callable[[], object]] = []

    # --- observing

    def call(
        self, step: str, method: Callable[..., Any], /, unordered: Iterable[str] = (), **request: Any
    ) -> dict[str, Any]:
        """Call a boto3 client's method, observe the answer or the refusal as `step`, and return it as boto3 has it.

        `unordered` names the members of this answer whose lists have no documented order.
        A streamed body is read, observed, and left in the answer as bytes.
        """
        try:
            answer: dict[str, Any] = method(**request)
            if hasattr(answer.get("Body"), "read"):
                answer["Body"] = answer["Body"].read()
        except ClientError as refusal:
            answer = refusal.response
        except CALL_FAILURES as failure:
            self._record(step, {"failure": type(failure).__name__})
            return {}
        self._record(step, self._answer(answer, frozenset(unordered)))
        return answer

    def outcome(self, step: str, method: Callable[..., Any], /, **request: Any) -> dict[str, Any]:
        """Like `call`, but observe only status and error: for answers that show what others have on the server."""
        answer = self.call(step, method, **request)
        self.observations[step].pop("members", None)
        return answer

    def http(
        self,
        step: str,
        method: str,
        path: str,
        *,
        headers: dict[str, str] | None = None,
        body: bytes = b"",
        sign: str | None = None,
        show: Iterable[str] = ("content-type",),
    ) -> RawResponse:
        """Send a raw HTTP request and observe status, the headers named in `show`, and the parsed body."""
        try:
            response = self.target.http(method, path, headers or {}, body, sign)
        except CALL_FAILURES as failure:
            self._record(step, {"failure": type(failure).__name__})
            return RawResponse(0, {}, b"")
        shown = {name: response.headers[name] for name in show if name in response.headers}
        observation = {"status": response.status, "headers": self._normalise.value(shown)}
        observation["body"] = self._normalise.value(_parsed(response))
        self._record(step, observation)
        return response

    def note(self, step: str, value: object) -> None:
        """Observe something that the case worked out itself."""
        self._record(step, {"value": self._normalise.value(value)})

    def stopped(self, reason: Exception) -> None:
        """Observe that the case could not go on: something it relied on was refused or missing."""
        if isinstance(reason, ClientError):
            error = reason.response["Error"]
            text = f"{reason.operation_name}: {error.get('Code')}: {error.get('Message')}"
        else:
            text = f"{type(reason).__name__}: {reason}"
        self._record("(stopped)", {"failure": self._normalise.value(text)})

    def _record(self, step: str, observation: Observation) -> None:
        if step in self.observations:
            raise ValueError(f"two steps are called {step!r}")
        self.observations[step] = observation

    def _answer(self, answer: dict[str, Any], unordered: frozenset[str]) -> Observation:
        status = answer["ResponseMetadata"]["HTTPStatusCode"]
        observation: Observation = {"status": status}
        members = {name: value for name, value in answer.items() if name not in ("ResponseMetadata", "Error")}
        if "Error" in answer:
            observation["error"] = self._normalise.value(answer["Error"])
            members = {name: value for name, value in members.items() if name.lower() != "message"}  # is in error
        observation["members"] = self._normalise.value(members, unordered=UNORDERED | unordered)
        return observation

    # --- resources

    def name(self, kind: str) -> str:
        """A fresh name that is shown as `<kind>` in observations (the second one as `<kind2>`)."""
        self._used[kind] = count = self._used.get(kind, 0) + 1
        suffix = "" if count == 1 else str(count)
        generated = f"c{self._token}-{kind}{suffix}"
        self._normalise.name(generated, f"<{kind}{suffix}>")
        return generated

    def on_exit(self, clean_up: Callable[[], object]) -> None:
        """Call `clean_up` after the case; what it fails at is left behind."""
        self._clean_ups.append(clean_up)

    def close(self) -> None:
        """Remove what the case made, newest first."""
        for clean_up in reversed(self._clean_ups):
            with contextlib.suppress(ClientError, LookupError, *CALL_FAILURES):  # LookupError: it was never made
                clean_up()

    def bucket(self, versioning: str | None = None, objects: dict[str, bytes] | None = None) -> str:
        """A new bucket holding `objects`, written after versioning was set."""
        name = self.name("bucket")
        self.s3.create_bucket(Bucket=name)
        self.on_exit(lambda: self.empty_and_delete(name))
        if versioning:
            self.s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": versioning})
        for key, body in (objects or {}).items():
            self.s3.put_object(Bucket=name, Key=key, Body=body)
        return name

    def empty_and_delete(self, bucket: str) -> None:
        """Delete a bucket with everything in it: versions, markers and unfinished uploads."""
        with contextlib.suppress(ClientError, *CALL_FAILURES):
            found = self.s3.list_object_versions(Bucket=bucket)
            for entry in found.get("Versions", []) + found.get("DeleteMarkers", []):
                self.s3.delete_object(Bucket=bucket, Key=entry["Key"], VersionId=entry["VersionId"])
        with contextlib.suppress(ClientError, *CALL_FAILURES):
            for entry in self.s3.list_objects_v2(Bucket=bucket).get("Contents", []):
                self.s3.delete_object(Bucket=bucket, Key=entry["Key"])
        with contextlib.suppress(ClientError, *CALL_FAILURES):
            for entry in self.s3.list_multipart_uploads(Bucket=bucket).get("Uploads", []):
                self.s3.abort_multipart_upload(Bucket=bucket, Key=entry["Key"], UploadId=entry["UploadId"])
        self.s3.delete_bucket(Bucket=bucket)

    def queue(self, fifo: bool = False, **attributes: str) -> str:
        """A new queue's URL; a FIFO queue gets the suffix and the attribute."""
        name = self.name("queue")
        if fifo:
            name += ".fifo"
            attributes = {"FifoQueue": "true", **attributes}
        url: str = self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        self.on_exit(lambda: self.sqs.delete_queue(QueueUrl=url))
        return url

    def queue_arn(self, url: str) -> str:
        """The ARN of a queue, as the server tells it."""
        answer = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        arn: str = answer["Attributes"]["QueueArn"]
        return arn

    def table(self, *keys: str, also: Iterable[str] = (), items: Iterable[dict[str, Any]] = (), **more: Any) -> str:
        """A new on-demand table, ACTIVE and holding `items`.

        `keys` are the partition key and perhaps the sort key as `name:type` (`pk:S`, `sk:N`); `also` are further
        attribute definitions, for the indexes in `more`.
        """
        name = self.name("table")
        pairs = [key.split(":") for key in keys]
        roles = zip(pairs, ("HASH", "RANGE"), strict=False)
        self.dynamodb.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": key, "KeyType": role} for (key, _), role in roles],
            AttributeDefinitions=[
                {"AttributeName": key, "AttributeType": kind}
                for key, kind in pairs + [attribute.split(":") for attribute in also]
            ],
            BillingMode="PAY_PER_REQUEST",
            **more,
        )
        self.on_exit(lambda: self.dynamodb.delete_table(TableName=name))
        self.wait_for_table(name)
        for item in items:
            self.dynamodb.put_item(TableName=name, Item=item)
        return name

    def wait_for_table(self, name: str) -> None:
        """Return once a table is ACTIVE, or after ten seconds."""
        ends = time.monotonic() + TABLE_READY_SECONDS
        while time.monotonic() < ends:
            if self.dynamodb.describe_table(TableName=name)["Table"].get("TableStatus") == "ACTIVE":
                return
            time.sleep(0.05)


def _parsed(response: RawResponse) -> object:
    kind = response.headers.get("content-type", "")
    if not response.body:
        return ""
    try:
        if "xml" in kind:
            return xmltodict.parse(response.body)
        if "json" in kind:
            return json.loads(response.body)
    except (ExpatError, ValueError):
        return {"unreadable": response.body}
    return response.body
