"""Answers as a client's parser gives them."""

from __future__ import annotations

from typing import Any

from services.traits import INTERLEAVED


def apart(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer of ListObjectVersions with each of its lists by itself."""
    members: dict[str, Any] = {}
    for name, value in answer.items():
        if name == INTERLEAVED:
            members |= {"Versions": [], "DeleteMarkers": []}
            for member, elements in value:
                members[member] += elements
        else:
            members[name] = value
    return members
