"""The second run: looks at pages again that were stored long ago, and stores those that have changed.

A page's age is that of its object in S3. What has changed is written in the first run's order: the body, then the
record, in one transaction with the totals, on condition that the record is still the one that was compared. The
indexer hears of the new body as of every other.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any
from urllib.request import urlopen

import boto3

from examples.crawler.resources import BUCKET, PAGES, TOTALS, TOTALS_KEY


def recrawl(now: datetime, older_than: timedelta) -> list[str]:
    """Visit the pages that were stored before `now - older_than`; returns the URLs of those that have changed."""
    pages = boto3.client("s3").get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
    stored = (entry for page in pages for entry in page.get("Contents", []))
    return [url for entry in stored if entry["LastModified"] < now - older_than for url in visit_again(entry["Key"])]


def visit_again(key: str) -> list[str]:
    """Fetch the page of an object; its URL if it was another one than the record knows."""
    s3, dynamodb = boto3.client("s3"), boto3.client("dynamodb")
    url = s3.head_object(Bucket=BUCKET, Key=key)["Metadata"]["url"]
    record = dynamodb.get_item(TableName=PAGES, Key={"url": {"S": url}}, ConsistentRead=True)["Item"]
    with urlopen(url, timeout=10) as response:
        body = response.read()
    sha256 = hashlib.sha256(body).hexdigest()
    if sha256 == record["sha256"]["S"]:
        return []
    s3.put_object(Bucket=BUCKET, Key=key, Body=body, ContentType="text/html", Metadata={"url": url})
    dynamodb.transact_write_items(TransactItems=changes(record, sha256, len(body)))
    return [url]


def changes(record: dict[str, Any], sha256: str, size: int) -> list[dict[str, Any]]:
    """The transaction that brings a page's record and the totals up to date."""
    update = {
        "TableName": PAGES,
        "Key": {"url": record["url"]},
        "UpdateExpression": "SET sha256 = :new, #size = :size",
        "ConditionExpression": "sha256 = :old",
        "ExpressionAttributeNames": {"#size": "size"},
        "ExpressionAttributeValues": {
            ":new": {"S": sha256},
            ":old": record["sha256"],
            ":size": {"N": str(size)},
        },
    }
    count = {
        "TableName": TOTALS,
        "Key": TOTALS_KEY,
        "UpdateExpression": "ADD bytes_stored :more",
        "ExpressionAttributeValues": {":more": {"N": str(size - int(record["size"]["N"]))}},
    }
    return [{"Update": update}, {"Update": count}]
