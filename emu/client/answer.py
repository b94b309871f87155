"""What of an answer is shown, and how."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from emu.client.errors import UsageError

_FORMATS = ("json", "text")


def shown(answer: Mapping[str, Any], query: str | None, output: str, *, indent: bool) -> str | None:
    """The text to print for an answer; None where there is nothing to show, as AWS CLI does. JSON is one line, as in
    Kumo's client, or indented. Raises UsageError."""
    if output not in _FORMATS:
        raise UsageError(f"--output is {output!r}, but must be json or text.")
    # As it would be in JSON, so that a query sees what is shown without one.
    content = json.loads(json.dumps({key: answer[key] for key in answer if key != "ResponseMetadata"}, default=_plain))
    if query is not None:
        content = _selected(content, query)
    elif not content:
        return None
    if output == "text":
        return _text(content)
    return json.dumps(content, indent=4 if indent else None, ensure_ascii=False)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode("ascii")
    raise TypeError(f"an answer holds a {type(value).__name__}")


def _selected(content: Any, query: str) -> Any:
    from jmespath import search
    from jmespath.exceptions import JMESPathError

    try:
        return search(query, content)
    except JMESPathError as error:
        raise UsageError(f"--query is no JMESPath expression: {' '.join(str(error).split())}") from None


def _text(content: Any) -> str:
    """A plain value as it is, a list of them with tabs in between, a list of lists a line each."""
    if isinstance(content, list):
        rows = any(isinstance(element, list) for element in content)
        return ("\n" if rows else "\t").join(_text(element) for element in content)
    if isinstance(content, dict):
        raise UsageError("--output text shows plain values: choose them with --query, or take --output json.")
    return "None" if content is None else str(content)
