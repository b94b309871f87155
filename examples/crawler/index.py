"""The indexer: `python -m examples.crawler.index`, as many at a time as you like.

S3 tells the queue `STORED` of every new object; the indexer reads the object and writes a small record on it.
Messages come at least once and in any order, and a page that was stored twice is announced twice: the record's
condition lets it only become newer.
"""

import hashlib
import html
import json
import re
from typing import Any
from urllib.parse import unquote_plus

import boto3

from examples.crawler.resources import INDEX, STORED, queue_url

TITLE = re.compile(r"<title>(.*?)</title>", re.IGNORECASE | re.DOTALL)
TAG = re.compile(r"<[^>]*>")
WORD = re.compile(r"\w+")


class Indexer:
    """Turns S3's notifications into index records."""

    def __init__(self) -> None:
        self.s3 = boto3.client("s3")
        self.dynamodb = boto3.client("dynamodb")
        self.sqs = boto3.client("sqs")
        self.stored = queue_url(STORED)

    def run(self) -> None:
        """Index what is stored, and wait for more, until someone ends the process."""
        while True:
            self.take()

    def take(self) -> None:
        """Index the objects that a few messages tell of."""
        answer = self.sqs.receive_message(QueueUrl=self.stored, MaxNumberOfMessages=5, WaitTimeSeconds=5)
        for message in answer.get("Messages", []):
            self.handle(message)

    def handle(self, message: dict[str, Any]) -> None:
        """Index the objects of one notification; S3's test notification has none.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
        """
        for event in json.loads(message["Body"]).get("Records", []):
            entity = event["s3"]
            key = unquote_plus(entity["object"]["key"])
            self.index(entity["bucket"]["name"], key, entity["object"]["sequencer"])
        self.sqs.delete_message(QueueUrl=self.stored, ReceiptHandle=message["ReceiptHandle"])

    def index(self, bucket: str, key: str, sequencer: str) -> None:
        """Write the record of one page, unless it is there from the same or a later time that the page was stored.

        The sequencers of one key grow with each time that it is stored.
        """
        stored = self.s3.get_object(Bucket=bucket, Key=key)
        body = stored["Body"].read()
        text = body.decode(errors="replace")
        title = TITLE.search(text)
        record = {
            "url": {"S": stored["Metadata"]["url"]},
            "title": {"S": html.unescape(title[1]) if title else ""},
            "words": {"N": str(len(WORD.findall(TAG.sub(" ", text))))},
            "size": {"N": str(stored["ContentLength"])},
            "sha256": {"S": hashlib.sha256(body).hexdigest()},
            "sequencer": {"S": sequencer},
        }
        try:
            self.dynamodb.put_item(
                TableName=INDEX,
                Item=record,
                ConditionExpression="attribute_not_exists(#url) OR sequencer < :sequencer",
                ExpressionAttributeNames={"#url": "url"},
                ExpressionAttributeValues={":sequencer": record["sequencer"]},
            )
        except self.dynamodb.exceptions.ConditionalCheckFailedException:
            print(f"{key}: was indexed already")


if __name__ == "__main__":
    Indexer().run()
