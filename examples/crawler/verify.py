"""Compares what S3, DynamoDB and SQS hold after the crawl with the site that was crawled.

Records are held to *exactly once*: no page lost, none twice. Messages are held to *at least once*, SQS's own
promise: after a kill, a URL may have been queued twice.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from examples.crawler.resources import (
    BUCKET,
    DEAD_LETTERS,
    FRONTIER,
    INDEX,
    PAGES,
    SEEN,
    STORED,
    TOTALS,
    TOTALS_KEY,
    client,
    queue_url,
)
from examples.crawler.site import Site

SHOWN_MAX = 10
COUNTS = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


@dataclass
class Report:
    """What was compared and every difference found; `passed` when there is none."""

    checks: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return not self.differences

    def compare(self, subject: str, found: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
        """Note each key that is missing, unexpected, or has another value than expected."""
        before = len(self.differences)
        self._note(subject, "missing", [key for key in expected if key not in found])
        self._note(subject, "unexpected", [key for key in found if key not in expected])
        differing = [key for key in expected if key in found and found[key] != expected[key]]
        self._note(subject, "different", [f"{key}: {found[key]}, not {expected[key]}" for key in differing])
        if len(self.differences) == before:
            self.checks.append(f"{subject}: {len(expected):,} as expected")

    def _note(self, subject: str, kind: str, entries: list[str]) -> None:
        if entries:
            more = f" … and {len(entries) - SHOWN_MAX} more" if len(entries) > SHOWN_MAX else ""
            shown = ", ".join(sorted(entries)[:SHOWN_MAX])
            self.differences.append(f"{subject}: {len(entries)} {kind}: {shown}{more}")


def verify(site: Site, root: str) -> Report:
    """Compare everything the crawl of `site`, served at the URL `root`, has left."""
    report = Report()
    hashes = {root + name: sha256 for name, sha256 in site.pages.items()}
    reached = dict.fromkeys([*hashes, *(root + name for name in site.dead)], True)

    report.compare("bodies in S3", stored_bodies(), site.pages)
    records = {url: item["sha256"]["S"] for url, item in items(PAGES)}
    report.compare("page records", records, hashes)
    index = {url: item["sha256"]["S"] for url, item in items(INDEX)}
    report.compare("index records", index, hashes)
    report.compare("URLs seen", dict.fromkeys((url for url, _ in items(SEEN)), True), reached)
    expected = {"pages": len(site.pages), "bytes_stored": site.size_bytes}
    report.compare("totals", totals(), expected)

    dead = dict.fromkeys((root + name for name in site.dead), True)
    report.compare("dead letters", dict.fromkeys(messages(DEAD_LETTERS), True), dead)
    queues = {name: message_count(name) for name in (FRONTIER, STORED)}
    report.compare("emptied queues", queues, dict.fromkeys(queues, 0))
    return report


def stored_bodies() -> dict[str, str]:
    """The sha256 in hex of every object in the bucket, by key."""
    s3 = client("s3")
    listings = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
    keys = [entry["Key"] for listing in listings for entry in listing.get("Contents", [])]
    bodies = ((key, s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()) for key in keys)
    return {key: hashlib.sha256(body).hexdigest() for key, body in bodies}


def items(table: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The items of a table with their URLs."""
    for page in client("dynamodb").get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        for item in page["Items"]:
            yield item["url"]["S"], item


def totals() -> dict[str, int]:
    """The counters that are changed in one transaction with each page's record."""
    dynamodb = client("dynamodb")
    item = dynamodb.get_item(TableName=TOTALS, Key=TOTALS_KEY, ConsistentRead=True).get("Item", {})
    return {name: int(item.get(name, {"N": "0"})["N"]) for name in ("pages", "bytes_stored")}


def messages(queue: str) -> Iterator[str]:
    """The bodies of all messages of a queue; they are left in it, invisible for a minute."""
    sqs = client("sqs")
    url = queue_url(queue)
    while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=60).get("Messages"):
        for message in found:
            yield message["Body"]


def message_count(queue: str) -> int:
    """How many messages a queue holds: visible, in flight, and delayed."""
    answer = client("sqs").get_queue_attributes(QueueUrl=queue_url(queue), AttributeNames=list(COUNTS))
    return sum(int(answer["Attributes"][name]) for name in COUNTS)
