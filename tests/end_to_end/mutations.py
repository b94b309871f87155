"""An example of every operation that changes something: what it needs, made, and the call itself.

An operation that is added to a table needs one here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Call = Callable[[], Any]
EXAMPLES: dict[tuple[str, str], Callable[[Aws], Call]] = {}


class Aws:
    """Clients of one world in this process, and what the examples begin with."""

    def __init__(self, clients: Callable[[str], Any]) -> None:
        self.s3, self.sqs, self.dynamodb = clients("s3"), clients("sqs"), clients("dynamodb")

    def bucket(self, *objects: str, versioned: bool = False) -> str:
        self.s3.create_bucket(Bucket="pages")
        if versioned:
            self.s3.put_bucket_versioning(Bucket="pages", VersioningConfiguration={"Status": "Enabled"})
        for key in objects:
            self.s3.put_object(Bucket="pages", Key=key, Body=b"body of " + key.encode())
        return "pages"

    def upload(self, *, parts: int = 0) -> dict[str, Any]:
        self.bucket("source")
        upload = self.s3.create_multipart_upload(Bucket="pages", Key="big")
        named = {"Bucket": "pages", "Key": "big", "UploadId": upload["UploadId"]}
        for number in range(1, parts + 1):
            self.s3.upload_part(**named, PartNumber=number, Body=b"part")
        return named

    def queue(self, *, messages: int = 0) -> str:
        url: str = self.sqs.create_queue(QueueName="jobs")["QueueUrl"]
        for number in range(messages):
            self.sqs.send_message(QueueUrl=url, MessageBody=f"message {number}")
        return url

    def received(self) -> tuple[str, str]:
        url = self.queue(messages=1)
        return url, self.sqs.receive_message(QueueUrl=url)["Messages"][0]["ReceiptHandle"]

    def table(self, *items: str) -> str:
        self.dynamodb.create_table(
            TableName="pages",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        for item in items:
            self.dynamodb.put_item(TableName="pages", Item={"id": {"S": item}})
        return "pages"


def example(service: str, operation: str) -> Callable[[Callable[[Aws], Call]], Callable[[Aws], Call]]:
    def add(make: Callable[[Aws], Call]) -> Callable[[Aws], Call]:
        EXAMPLES[service, operation] = make
        return make

    return add


@example("s3", "CreateBucket")
def create_bucket(aws: Aws) -> Call:
    return lambda: aws.s3.create_bucket(Bucket="pages")


@example("s3", "DeleteBucket")
def delete_bucket(aws: Aws) -> Call:
    bucket = aws.bucket()
    return lambda: aws.s3.delete_bucket(Bucket=bucket)


@example("s3", "PutBucketVersioning")
def put_bucket_versioning(aws: Aws) -> Call:
    bucket = aws.bucket()
    return lambda: aws.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})


@example("s3", "PutBucketNotificationConfiguration")
def put_bucket_notification_configuration(aws: Aws) -> Call:
    bucket, _ = aws.bucket(), aws.queue()
    configuration = {"QueueArn": "arn:aws:sqs:us-east-1:000000000000:jobs", "Events": ["s3:ObjectCreated:*"]}
    return lambda: aws.s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"QueueConfigurations": [configuration]}
    )


@example("s3", "PutBucketCors")
def put_bucket_cors(aws: Aws) -> Call:
    bucket = aws.bucket()
    rules = {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}
    return lambda: aws.s3.put_bucket_cors(Bucket=bucket, CORSConfiguration=rules)


@example("s3", "DeleteBucketCors")
def delete_bucket_cors(aws: Aws) -> Call:
    put_bucket_cors(aws)()
    return lambda: aws.s3.delete_bucket_cors(Bucket="pages")


@example("s3", "PutObject")
def put_object(aws: Aws) -> Call:
    bucket = aws.bucket()
    return lambda: aws.s3.put_object(Bucket=bucket, Key="k", Body=b"body")


@example("s3", "CopyObject")
def copy_object(aws: Aws) -> Call:
    bucket = aws.bucket("k")
    return lambda: aws.s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "k"})


@example("s3", "DeleteObject")
def delete_object(aws: Aws) -> Call:
    bucket = aws.bucket("k", versioned=True)
    return lambda: aws.s3.delete_object(Bucket=bucket, Key="k")


@example("s3", "DeleteObjects")
def delete_objects(aws: Aws) -> Call:
    bucket = aws.bucket("a", "b")
    return lambda: aws.s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "a"}, {"Key": "b"}]})


@example("s3", "CreateMultipartUpload")
def create_multipart_upload(aws: Aws) -> Call:
    bucket = aws.bucket()
    return lambda: aws.s3.create_multipart_upload(Bucket=bucket, Key="big")


@example("s3", "UploadPart")
def upload_part(aws: Aws) -> Call:
    named = aws.upload()
    return lambda: aws.s3.upload_part(**named, PartNumber=1, Body=b"part")


@example("s3", "UploadPartCopy")
def upload_part_copy(aws: Aws) -> Call:
    named = aws.upload()
    source = {"Bucket": "pages", "Key": "source"}
    return lambda: aws.s3.upload_part_copy(**named, PartNumber=1, CopySource=source)


@example("s3", "CompleteMultipartUpload")
def complete_multipart_upload(aws: Aws) -> Call:
    named = aws.upload(parts=1)
    etag = aws.s3.list_parts(**named)["Parts"][0]["ETag"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": etag}]}
    return lambda: aws.s3.complete_multipart_upload(**named, MultipartUpload=parts)


@example("s3", "AbortMultipartUpload")
def abort_multipart_upload(aws: Aws) -> Call:
    named = aws.upload(parts=1)
    return lambda: aws.s3.abort_multipart_upload(**named)


@example("sqs", "CreateQueue")
def create_queue(aws: Aws) -> Call:
    return lambda: aws.sqs.create_queue(QueueName="jobs")


@example("sqs", "DeleteQueue")
def delete_queue(aws: Aws) -> Call:
    url = aws.queue()
    return lambda: aws.sqs.delete_queue(QueueUrl=url)


@example("sqs", "SetQueueAttributes")
def set_queue_attributes(aws: Aws) -> Call:
    url = aws.queue()
    return lambda: aws.sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "5"})


@example("sqs", "PurgeQueue")
def purge_queue(aws: Aws) -> Call:
    url = aws.queue(messages=2)
    return lambda: aws.sqs.purge_queue(QueueUrl=url)


@example("sqs", "SendMessage")
def send_message(aws: Aws) -> Call:
    url = aws.queue()
    return lambda: aws.sqs.send_message(QueueUrl=url, MessageBody="body")


@example("sqs", "SendMessageBatch")
def send_message_batch(aws: Aws) -> Call:
    url = aws.queue()
    entries = [{"Id": "a", "MessageBody": "1"}, {"Id": "b", "MessageBody": "2"}]
    return lambda: aws.sqs.send_message_batch(QueueUrl=url, Entries=entries)


@example("sqs", "ReceiveMessage")
def receive_message(aws: Aws) -> Call:
    url = aws.queue(messages=1)
    return lambda: aws.sqs.receive_message(QueueUrl=url)


@example("sqs", "DeleteMessage")
def delete_message(aws: Aws) -> Call:
    url, handle = aws.received()
    return lambda: aws.sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)


@example("sqs", "DeleteMessageBatch")
def delete_message_batch(aws: Aws) -> Call:
    url, handle = aws.received()
    return lambda: aws.sqs.delete_message_batch(QueueUrl=url, Entries=[{"Id": "a", "ReceiptHandle": handle}])


@example("sqs", "ChangeMessageVisibility")
def change_message_visibility(aws: Aws) -> Call:
    url, handle = aws.received()
    return lambda: aws.sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=60)


@example("sqs", "ChangeMessageVisibilityBatch")
def change_message_visibility_batch(aws: Aws) -> Call:
    url, handle = aws.received()
    entries = [{"Id": "a", "ReceiptHandle": handle, "VisibilityTimeout": 60}]
    return lambda: aws.sqs.change_message_visibility_batch(QueueUrl=url, Entries=entries)


@example("dynamodb", "CreateTable")
def create_table(aws: Aws) -> Call:
    return aws.table


@example("dynamodb", "DeleteTable")
def delete_table(aws: Aws) -> Call:
    table = aws.table()
    return lambda: aws.dynamodb.delete_table(TableName=table)


@example("dynamodb", "UpdateTable")
def update_table(aws: Aws) -> Call:
    table = aws.table()
    return lambda: aws.dynamodb.update_table(TableName=table, DeletionProtectionEnabled=True)


@example("dynamodb", "UpdateTimeToLive")
def update_time_to_live(aws: Aws) -> Call:
    table = aws.table()
    specification = {"Enabled": True, "AttributeName": "expires"}
    return lambda: aws.dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=specification)


@example("dynamodb", "PutItem")
def put_item(aws: Aws) -> Call:
    table = aws.table()
    return lambda: aws.dynamodb.put_item(TableName=table, Item={"id": {"S": "a"}})


@example("dynamodb", "UpdateItem")
def update_item(aws: Aws) -> Call:
    table = aws.table()
    return lambda: aws.dynamodb.update_item(
        TableName=table,
        Key={"id": {"S": "a"}},
        UpdateExpression="SET n = :n",
        ExpressionAttributeValues={":n": {"N": "1"}},
    )


@example("dynamodb", "DeleteItem")
def delete_item(aws: Aws) -> Call:
    table = aws.table("a")
    return lambda: aws.dynamodb.delete_item(TableName=table, Key={"id": {"S": "a"}})


@example("dynamodb", "BatchWriteItem")
def batch_write_item(aws: Aws) -> Call:
    table = aws.table("a")
    requests = [{"DeleteRequest": {"Key": {"id": {"S": "a"}}}}, {"PutRequest": {"Item": {"id": {"S": "b"}}}}]
    return lambda: aws.dynamodb.batch_write_item(RequestItems={table: requests})


@example("dynamodb", "TransactWriteItems")
def transact_write_items(aws: Aws) -> Call:
    table = aws.table("a")
    items = [
        {"Delete": {"TableName": table, "Key": {"id": {"S": "a"}}}},
        {"Put": {"TableName": table, "Item": {"id": {"S": "b"}}}},
    ]
    return lambda: aws.dynamodb.transact_write_items(TransactItems=items)
