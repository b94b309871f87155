"""How a service refuses a request.

A refusal is declared once, in its service's ``errors.py``, with AWS's code, status and message, and with a *rule
name* under which a profile may switch it off. Raising it makes a :class:`ServiceError`; the wire layer alone turns
that into the error document of the protocol at hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class ServiceError(Exception):
    """A request that is answered with an AWS error.

    ``members`` are further members of the error document (S3's ``BucketName``, DynamoDB's ``CancellationReasons``);
    ``headers`` are further HTTP headers of the answer.
    """

    def __init__(
        self,
        refusal: Refusal,
        message: str,
        members: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.refusal = refusal
        self.message = message
        self.members = dict(members or {})
        self.headers = dict(headers or {})

    @property
    def code(self) -> str:
        return self.refusal.code

    @property
    def status(self) -> int:
        return self.refusal.status


@dataclass(frozen=True, slots=True)
class Refusal:
    """One way to refuse. Calling it gives the error to raise: ``raise NO_SUCH_KEY(key=key)``.

    rule: the name a profile knows it by, ``<service>.<what-is-wrong>``.
    code: AWS's error code (in JSON protocols the shape's name, without namespace).
    status: the HTTP status.
    message: AWS's text; ``{name}`` is filled from the call's keywords.
    query_code: the code of the Query protocol where it differs (SQS: ``AWS.SimpleQueueService.NonExistentQueue``).
    query_message: the Query protocol's text where it differs, without anything to fill in.
    members: error document members filled from the call's keywords: member name → keyword.
    """

    rule: str
    code: str
    status: int
    message: str
    query_code: str | None = None
    members: Mapping[str, str] = field(default_factory=dict)
    query_message: str | None = None

    def __call__(self, *, headers: Mapping[str, str] | None = None, **values: Any) -> ServiceError:
        members = {member: values[keyword] for member, keyword in self.members.items() if keyword in values}
        return ServiceError(self, self.message.format_map(values), members, headers)
