"""Scan. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.context import Context
from services.dynamodb import constraints, errors, paging, reads, requests, tables
from services.dynamodb.keys import segment_bounds
from services.errors import ServiceError


def scan(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    constraints.check("Scan", request)
    _check_segments(request)
    known = requests.placeholders(request, requests.SCAN)
    reads.check_select(request)
    row_filter = requests.row_filter(request, known, "ScanFilter")
    projection = requests.projection(request, known)
    known.finish()
    table = tables.find(ctx, request["TableName"])
    found = reads.source(request, table)
    chosen = reads.selection(request, found, projection, row_filter)
    try:
        start = found.start(request)
    except ServiceError as error:
        raise errors.as_older_validator(error) from None
    low, high = _bounds(request, start)
    page = paging.read(
        found,
        paging.Walk(
            low,
            high,
            limit=request.get("Limit"),
            holds=None if row_filter is None else row_filter.holds,
            show=chosen.show,
            count_only=chosen.count_only,
            fetch=chosen.fetch,
        ),
    )
    return reads.answer(request, found, page, chosen)


def _check_segments(request: Mapping[str, Any]) -> None:
    segment, total = request.get("Segment"), request.get("TotalSegments")
    if segment is not None and total is None:
        raise errors.SEGMENT_ALONE()
    if total is not None and segment is None:
        raise errors.TOTAL_SEGMENTS_ALONE()
    if segment is not None and total is not None and segment >= total:
        raise errors.SEGMENT_TOO_LARGE(segment=segment, total=total)


def _bounds(request: Mapping[str, Any], start: bytes | None) -> tuple[bytes, bytes | None]:
    """The keys of the segment behind the start key."""
    segment, total = request.get("Segment", 0), request.get("TotalSegments", 1)
    low, high = segment_bounds(segment, total)
    if start is None:
        return low, high
    if start < low or (high is not None and start >= high):
        raise errors.START_KEY_SEGMENT(segment=segment, total=total)
    return start + b"\0", high
