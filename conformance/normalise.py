"""Turns answers into observations: values that are equal exactly when the behaviour is equal.

What a server makes up (ids, handles, tokens, times), what the lab made up (names) and where the server listens
is replaced by placeholders. An id keeps its identity within a case: the first version id seen is `<VersionId:1>`
wherever it comes back, so "the id that PutObject gave is the one that GetObject shows" is still observed.
"""

import base64
import hashlib
import json
import re
from collections.abc import Set
from datetime import date
from typing import Any

#: Members whose values the server makes up, by the kind of thing that they name.
OPAQUE_KINDS = {
    "HostId": "HostId x-amz-id-2",
    "MessageId": "MessageId",
    "OwnerId": "ID",
    "ReceiptHandle": "ReceiptHandle",
    "RequestId": "RequestId x-amz-request-id x-amzn-requestid",
    "SenderId": "SenderId",
    "Sequence": "SequenceNumber sequencer",
    "TableId": "TableId",
    "Token": "ContinuationToken NextContinuationToken NextToken",
    "UploadId": "NextUploadIdMarker UploadId UploadIdMarker",
    "VersionId": """
        CopySourceVersionId DeleteMarkerVersionId NextVersionIdMarker VersionId VersionIdMarker versionId
        x-amz-version-id
        """,
}
OPAQUE = {member: kind for kind, members in OPAQUE_KINDS.items() for member in members.split()}

#: Ids that mean something: `null` is S3's name of the version of an unversioned object.
LITERAL = frozenset({"", "null"})

#: Lists whose order AWS leaves open.
UNORDERED = frozenset(
    "QueueUrls AttributeDefinitions GlobalSecondaryIndexes LocalSecondaryIndexes Successful Failed Deleted".split()
)

#: Epoch times that travel as text: seconds and milliseconds stay apart.
EPOCH_MEMBERS = frozenset(
    "CreatedTimestamp LastModifiedTimestamp SentTimestamp ApproximateFirstReceiveTimestamp".split()
)

LONGEST_TEXT = 400

_ISO_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_HTTP_TIME = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_LOOPBACK_URL = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?")
_ACCOUNT = re.compile(r"\d{12}")


class Normaliser:
    """The placeholders of one case."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._ids: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def name(self, generated: str, placeholder: str) -> None:
        """Show `generated` as `placeholder` wherever it occurs, also inside messages, ARNs and URLs."""
        self._names[generated] = placeholder

    def value(self, value: Any, member: str = "", unordered: Set[str] = UNORDERED) -> Any:
        """The observation of one value found under the name `member`; lists under an `unordered` name are sorted."""
        if isinstance(value, dict) and value.keys() == {"Name", "Value"}:  # a map's entry in the Query protocol
            return {"Name": value["Name"], "Value": self.value(value["Value"], value["Name"])}
        if isinstance(value, dict):
            return {self._text(str(key)): self.value(item, str(key), unordered) for key, item in value.items()}
        if isinstance(value, list | tuple | set):
            items = [self.value(item, member, unordered) for item in value]
            return sorted(items, key=_canonical) if member in unordered else items
        if isinstance(value, date):
            return "<time>"
        if isinstance(value, bytes):
            return self._bytes(value)
        if isinstance(value, str):
            return self._member(value, member)
        if value is None or isinstance(value, bool | int | float):
            return value
        return self._text(str(value))

    def _member(self, text: str, member: str) -> str:
        if member in OPAQUE and text not in LITERAL and not _ACCOUNT.fullmatch(text):
            return self._identity(text, member)
        if member in EPOCH_MEMBERS and text.isdecimal():
            return {10: "<seconds>", 13: "<milliseconds>"}.get(len(text), text)
        if _ISO_TIME.fullmatch(text) or _HTTP_TIME.fullmatch(text):
            return "<time>"
        return self._text(text)

    def _identity(self, text: str, member: str) -> str:
        if text not in self._ids:
            kind = OPAQUE[member]
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._ids[text] = f"<{kind}:{self._counts[kind]}>"
        return self._ids[text]

    def _text(self, text: str) -> str:
        for known in sorted(self._ids, key=len, reverse=True):
            if len(known) >= 8:  # a short id (Kumo's `v1`) would match by chance
                text = text.replace(known, self._ids[known])
        for generated in sorted(self._names, key=len, reverse=True):
            text = text.replace(generated, self._names[generated])
        text = _LOOPBACK_URL.sub("<endpoint>", text)
        return _UUID.sub("<uuid>", text)

    def _bytes(self, raw: bytes) -> str:
        if len(raw) > LONGEST_TEXT:
            return f"{len(raw)} bytes, sha256 {hashlib.sha256(raw).hexdigest()}"
        try:
            return self._text(raw.decode())
        except UnicodeDecodeError:
            return "base64:" + base64.b64encode(raw).decode()


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
