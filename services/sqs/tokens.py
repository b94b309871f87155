"""Names that clients choose: message group ids, deduplication ids, receive request attempt ids.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from services.context import Context
from services.sqs import errors

# Letters, digits and ASCII punctuation.
_TOKEN = re.compile("[!-~]{1,128}")


def token(ctx: Context, request: Mapping[str, Any], parameter: str) -> str | None:
    """The parameter's value, checked; None where it isn't given."""
    value: str | None = request.get(parameter)
    if value is not None and not _TOKEN.fullmatch(value):
        ctx.refuse(errors.TOKEN_CHARACTERS, value=value, parameter=parameter)
    return value
