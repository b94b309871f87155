"""The crawl worker: `python -m examples.crawler.crawl SITE DELAY_S`, as many at a time as you like.

It may die at any instruction. What it was doing is then done again by another worker, once the page's message
becomes visible again, so every step can be repeated, and their order is what keeps pages from being lost:

1. the body goes to S3 (again: the same body under the same key);
2. each new link goes into the frontier, *then* into the seen-set (a death between the two costs a duplicate
   message; the other way round, it would cost the page and all that only it leads to);
3. the page is recorded, on condition that it isn't yet;
4. the message is deleted.
"""

import hashlib
import re
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPException
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit
from urllib.request import urlopen
from urllib.robotparser import RobotFileParser

import boto3

from examples.crawler.resources import BUCKET, FRONTIER, PAGES, SEEN, TOTALS, TOTALS_KEY, queue_url

RETRY_S = 1
LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]+)"', re.IGNORECASE)


class TryAgain(Exception):
    """AWS could not do something just now; the page's message stays in the frontier."""


class Crawler:
    """Visits the pages of one site, politely: what robots.txt forbids is left alone."""

    def __init__(self, site: str, delay_s: float = 0) -> None:
        self.site = site
        self.delay_s = delay_s
        self.robots = RobotFileParser(urljoin(site, "robots.txt"))
        self.robots.read()
        self.s3 = boto3.client("s3")
        self.dynamodb = boto3.client("dynamodb")
        self.sqs = boto3.client("sqs")
        self.frontier = queue_url(FRONTIER)

    def run(self) -> None:
        """Visit what the frontier holds, and wait for more, until someone ends the process."""
        while True:
            self.take()

    def take(self) -> None:
        """Visit the URLs of a few messages."""
        answer = self.sqs.receive_message(QueueUrl=self.frontier, MaxNumberOfMessages=5, WaitTimeSeconds=5)
        for message in answer.get("Messages", []):
            self.handle(message)
            time.sleep(self.delay_s)

    def handle(self, message: dict[str, Any]) -> None:
        """Visit the message's URL; what can't be fetched stays queued until SQS's redrive gives it up."""
        receipt = {"QueueUrl": self.frontier, "ReceiptHandle": message["ReceiptHandle"]}
        try:
            self.visit(message["Body"])
        except (OSError, HTTPException, TryAgain):
            with suppress(self.sqs.exceptions.MessageNotInflight):  # it took too long: others may have it already
                self.sqs.change_message_visibility(**receipt, VisibilityTimeout=RETRY_S)
        else:
            self.sqs.delete_message(**receipt)

    def visit(self, url: str) -> None:
        """Fetch, store, queue the links, record; see the module's docstring for the order."""
        if self.is_recorded(url):
            return
        with urlopen(url, timeout=10) as response:
            body = response.read()
        key = urlsplit(url).path.lstrip("/")
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=body, ContentType="text/html", Metadata={"url": url})
        links = self.links(url, body)
        for some in chunks(sorted(self.unseen(links)), 10):
            self.queue(some, found_on=url)
        self.record(url, key, body, len(links))

    def links(self, url: str, body: bytes) -> set[str]:
        """The pages of this site that a page links to."""
        hrefs = LINK.findall(body.decode(errors="replace"))
        found = {urldefrag(urljoin(url, href)).url for href in hrefs}
        return {link for link in found if self.is_page(link) and self.robots.can_fetch("*", link)}

    def is_page(self, link: str) -> bool:
        """Whether a link stays on the site and leads to a document rather than to a form's answer."""
        return link.startswith(self.site) and link.endswith(".html") and not urlsplit(link).query

    def unseen(self, links: set[str]) -> set[str]:
        """Those of the links that aren't in the seen-set.

        A key that DynamoDB leaves unprocessed counts as unseen: that costs a duplicate message, not a page.
        """
        seen = set()
        for some in chunks(sorted(links), 100):
            keys = [{"url": {"S": link}} for link in some]
            answer = self.dynamodb.batch_get_item(RequestItems={SEEN: {"Keys": keys, "ConsistentRead": True}})
            seen |= {item["url"]["S"] for item in answer["Responses"].get(SEEN, [])}
        return links - seen

    def queue(self, links: list[str], found_on: str) -> None:
        """Put at most ten links into the frontier and then into the seen-set.

        A link that was sent but not marked as seen, because SQS refused another one or DynamoDB left its item
        unprocessed, costs a duplicate message, too.
        """
        answer = self.sqs.send_message_batch(
            QueueUrl=self.frontier,
            Entries=[{"Id": str(number), "MessageBody": link} for number, link in enumerate(links)],
        )
        if answer.get("Failed"):
            raise TryAgain(f"SQS refused links of {found_on}: {answer['Failed']}")
        items = [{"url": {"S": link}, "found_on": {"S": found_on}} for link in links]
        self.dynamodb.batch_write_item(RequestItems={SEEN: [{"PutRequest": {"Item": item}} for item in items]})

    def is_recorded(self, url: str) -> bool:
        """Whether a worker has already finished this page."""
        answer = self.dynamodb.get_item(TableName=PAGES, Key={"url": {"S": url}}, ConsistentRead=True)
        return "Item" in answer

    def record(self, url: str, key: str, body: bytes, links: int) -> None:
        """Write the page's record and count it, in one transaction and only if no other worker has."""
        page = {
            "url": {"S": url},
            "key": {"S": key},
            "sha256": {"S": hashlib.sha256(body).hexdigest()},
            "size": {"N": str(len(body))},
            "links": {"N": str(links)},
        }
        put = {
            "TableName": PAGES,
            "Item": page,
            "ConditionExpression": "attribute_not_exists(#url)",
            "ExpressionAttributeNames": {"#url": "url"},
        }
        count = {
            "TableName": TOTALS,
            "Key": TOTALS_KEY,
            "UpdateExpression": "ADD pages :one, bytes_stored :size",
            "ExpressionAttributeValues": {":one": {"N": "1"}, ":size": page["size"]},
        }
        try:
            self.dynamodb.transact_write_items(TransactItems=[{"Put": put}, {"Update": count}])
        except self.dynamodb.exceptions.TransactionCanceledException as canceled:
            if canceled.response["CancellationReasons"][0]["Code"] != "ConditionalCheckFailed":
                raise TryAgain(f"{url} was not recorded: {canceled}") from canceled


def chunks(values: list[str], size: int) -> Iterator[list[str]]:
    """The values in lists of at most `size`."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


if __name__ == "__main__":
    Crawler(sys.argv[1], delay_s=float(sys.argv[2])).run()
