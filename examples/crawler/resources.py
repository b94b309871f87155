"""The crawler's queues, tables and bucket.

frontier ──► crawl worker ──► pages bucket ──► stored queue ──► indexer ──► index table
   │  ▲           │
   │  └── links ──┼──► seen table, pages table, totals table
   └── after `max_receives` tries ──► dead letters
"""

import json
from functools import cache
from typing import Any

import boto3

FRONTIER = "crawl-frontier"  # URLs to visit
DEAD_LETTERS = "crawl-dead-letters"  # URLs that could not be fetched
STORED = "crawl-stored"  # S3's notifications of stored pages

BUCKET = "crawl-pages"  # key: the URL's path; body: the page as it was served

SEEN = "crawl-seen"  # every URL that has been put into the frontier
PAGES = "crawl-pages"  # a record for each page: key, sha256, size
TOTALS = "crawl-totals"  # one item, changed in the same transaction as a page's record
INDEX = "crawl-index"  # what the indexer found in each page

TOTALS_KEY = {"name": {"S": "totals"}}


def create(start_url: str, *, visibility_s: int = 5, max_receives: int = 5) -> None:
    """Create everything the crawl needs and put the first URL into the frontier.

    A worker has `visibility_s` seconds for the messages it took before others may take them; a URL that was
    taken `max_receives` times goes to the dead letters.
    """
    sqs = client("sqs")
    sqs.create_queue(QueueName=DEAD_LETTERS)
    redrive = {"deadLetterTargetArn": queue_arn(DEAD_LETTERS), "maxReceiveCount": str(max_receives)}
    frontier = sqs.create_queue(
        QueueName=FRONTIER,
        Attributes={"VisibilityTimeout": str(visibility_s), "RedrivePolicy": json.dumps(redrive)},
    )
    sqs.create_queue(QueueName=STORED, Attributes={"VisibilityTimeout": str(visibility_s)})

    for table, key in ((SEEN, "url"), (PAGES, "url"), (INDEX, "url"), (TOTALS, "name")):
        create_table(table, key)
    create_bucket()

    client("dynamodb").put_item(TableName=SEEN, Item={"url": {"S": start_url}})
    sqs.send_message(QueueUrl=frontier["QueueUrl"], MessageBody=start_url)


def create_table(name: str, key: str) -> None:
    """Create a table with a string partition key and wait until it can be used."""
    dynamodb = client("dynamodb")
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})


def create_bucket() -> None:
    """Create the bucket and let it tell the queue `STORED` of every new object.

    S3 needs the queue's permission for that:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html
    """
    s3 = client("s3")
    sqs = client("sqs")
    s3.create_bucket(Bucket=BUCKET)
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn(STORED),
        "Condition": {"ArnLike": {"aws:SourceArn": f"arn:aws:s3:::{BUCKET}"}},
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    sqs.set_queue_attributes(QueueUrl=queue_url(STORED), Attributes={"Policy": json.dumps(policy)})
    s3.put_bucket_notification_configuration(
        Bucket=BUCKET,
        NotificationConfiguration={
            "QueueConfigurations": [{"QueueArn": queue_arn(STORED), "Events": ["s3:ObjectCreated:*"]}]
        },
    )


@cache
def client(service: str) -> Any:
    """A process's client of a service; boto3 takes its endpoint from AWS_ENDPOINT_URL."""
    return boto3.client(service)


def queue_url(name: str) -> str:
    """The URL under which the queue is reached."""
    return str(client("sqs").get_queue_url(QueueName=name)["QueueUrl"])


def queue_arn(name: str) -> str:
    """The name under which policies know the queue."""
    answer = client("sqs").get_queue_attributes(QueueUrl=queue_url(name), AttributeNames=["QueueArn"])
    return str(answer["Attributes"]["QueueArn"])
