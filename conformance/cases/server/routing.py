"""Which service answers a request on the one port."""

import gzip
import json
from functools import partial
from typing import Any

from conformance.case import operation
from conformance.lab import Lab

routing = operation("server.Routing", "https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html")

JSON_TYPE = "application/x-amz-json-1.0"


@routing.success
def path_style(lab: Lab) -> None:
    """The first segment of the path is the bucket."""
    bucket = lab.bucket(objects={"k": b"x"})
    lab.http("get", "GET", f"/{bucket}/k", show=("content-type", "etag"))


@routing.success
def virtual_host(lab: Lab) -> None:
    """The first label of the host is the bucket."""
    bucket = lab.bucket(objects={"k": b"x"})
    for host in ("localhost", "s3.localhost", "s3.amazonaws.com", "s3.us-east-1.amazonaws.com"):
        lab.http(host, "GET", "/k", headers={"host": f"{bucket}.{host}"}, show=())


@routing.success
def other_hosts_are_path_style(lab: Lab) -> None:
    """A host that isn't S3's says nothing about the bucket."""
    bucket = lab.bucket(objects={"k": b"x"})
    lab.http("get", "GET", f"/{bucket}/k", headers={"host": "emulator.example:4566"}, show=())


@routing.success
def keys_are_not_paths(lab: Lab) -> None:
    """A key with empty segments and dots is not redirected to another path."""
    bucket = lab.bucket()
    for step, key in (("double slash", "a//b"), ("dots", "a/../b"), ("trailing slash", "a/")):
        lab.http(step, "PUT", f"/{bucket}/{key}", body=b"x", show=("location",))


@routing.success
def buckets_named_like_other_services(lab: Lab) -> None:
    """A bucket may have any name that the rules allow."""
    for word in ("tags", "kumo", "jobs"):
        bucket = f"{word}-{lab.name('bucket')}"
        lab.on_exit(partial(lab.s3.delete_bucket, Bucket=bucket))
        lab.http(word, "PUT", f"/{bucket}", sign="s3", show=("location",))


@routing.success
def signed_calls_to_any_path_are_s3s(lab: Lab) -> None:
    """A call signed for S3 is S3's, whatever its path."""
    lab.http("get", "GET", "/kumo/x", sign="s3")


@routing.success
def by_target(lab: Lab) -> None:
    """X-Amz-Target names the service and the operation."""
    url = lab.queue()
    request: dict[str, Any] = {"QueueName": url.rsplit("/", 1)[1]}
    headers = {"content-type": JSON_TYPE, "x-amz-target": "AmazonSQS.GetQueueUrl"}
    lab.http("sqs", "POST", "/", headers=headers, body=json.dumps(request).encode())
    headers = {"content-type": JSON_TYPE, "x-amz-target": "DynamoDB_20120810.GetItem"}
    request = {"TableName": lab.table("pk:S"), "Key": {"pk": {"S": "k"}}}
    lab.http("dynamodb", "POST", "/", headers=headers, body=json.dumps(request).encode())


@routing.error
def unknown_operation(lab: Lab) -> None:
    """An operation that the service doesn't have is refused in the service's own form."""
    for prefix in ("AmazonSQS", "DynamoDB_20120810"):
        headers = {"content-type": JSON_TYPE, "x-amz-target": f"{prefix}.MakeCoffee"}
        lab.http(prefix, "POST", "/", headers=headers, body=b"{}")


@routing.error
def unknown_service(lab: Lab) -> None:
    """A target of a service that isn't served is refused."""
    headers = {"content-type": JSON_TYPE, "x-amz-target": "CoffeeService_20200101.Brew"}
    response = lab.http("post", "POST", "/", headers=headers, body=b"{}", show=())
    lab.note("refused", 400 <= response.status < 600)


@routing.error
def malformed_json(lab: Lab) -> None:
    """A body that isn't JSON is refused."""
    for target in ("AmazonSQS.ListQueues", "DynamoDB_20120810.ListTables"):
        headers = {"content-type": JSON_TYPE, "x-amz-target": target}
        lab.http(target, "POST", "/", headers=headers, body=b'{"')


@routing.error
def method_that_s3_does_not_have(lab: Lab) -> None:
    """A method that makes no sense for a resource is refused."""
    bucket = lab.bucket(objects={"k": b"x"})
    lab.http("patch", "PATCH", f"/{bucket}/k")
    lab.http("post", "POST", f"/{bucket}/k")


@routing.error
def unknown_action(lab: Lab) -> None:
    """An action that no service has is refused as the Query protocol's services refuse, whether it is signed or not."""
    form = {"content-type": "application/x-www-form-urlencoded"}
    for step, sign in (("signed", "sqs"), ("unsigned", None)):
        lab.http(step, "POST", "/", headers=form, body=b"Action=MakeCoffee", sign=sign)


@routing.error
def half_encoded_path(lab: Lab) -> None:
    """A percent sign in a path is followed by two hexadecimal digits."""
    lab.http("put", "PUT", f"/{lab.bucket()}/100%", body=b"x")


@routing.error
def compressed_json(lab: Lab) -> None:
    """Neither SQS nor DynamoDB takes compressed requests."""
    for target in ("AmazonSQS.ListQueues", "DynamoDB_20120810.ListTables"):
        headers = {"content-type": JSON_TYPE, "x-amz-target": target, "content-encoding": "gzip"}
        lab.http(target, "POST", "/", headers=headers, body=gzip.compress(b"{}", mtime=0))
