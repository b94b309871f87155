"""ListObjectsV2."""

from conformance.case import operation
from conformance.lab import Lab

list_objects_v2 = operation(
    "s3.ListObjectsV2", "https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html"
)

OBJECTS = {"a/1": b"1", "a/2": b"22", "b": b"333", "c/1": b"1", "d": b""}


@list_objects_v2.success
def all_of_them(lab: Lab) -> None:
    """Keys in UTF-8 order, each with size, ETag, time and class; no owner unless asked."""
    lab.call("list", lab.s3.list_objects_v2, Bucket=lab.bucket(objects=OBJECTS))


@list_objects_v2.success
def with_owners(lab: Lab) -> None:
    """`fetch-owner` adds the owner to each key."""
    lab.call("list", lab.s3.list_objects_v2, Bucket=lab.bucket(objects={"k": b"x"}), FetchOwner=True)


@list_objects_v2.success
def below_a_delimiter(lab: Lab) -> None:
    """Common prefixes count as keys."""
    lab.call("list", lab.s3.list_objects_v2, Bucket=lab.bucket(objects=OBJECTS), Delimiter="/")


@list_objects_v2.success
def with_a_prefix(lab: Lab) -> None:
    """`prefix` limits the answer to keys that begin with it."""
    lab.call("list", lab.s3.list_objects_v2, Bucket=lab.bucket(objects=OBJECTS), Prefix="a/", Delimiter="/")


@list_objects_v2.success
def in_pages(lab: Lab) -> None:
    """`max-keys` cuts the answer; the continuation token leads on, prefixes counted and never repeated."""
    bucket = lab.bucket(objects=OBJECTS)
    first = lab.call("first", lab.s3.list_objects_v2, Bucket=bucket, Delimiter="/", MaxKeys=2)
    token = first["NextContinuationToken"]
    lab.call("second", lab.s3.list_objects_v2, Bucket=bucket, Delimiter="/", MaxKeys=2, ContinuationToken=token)


@list_objects_v2.success
def after_a_key(lab: Lab) -> None:
    """`start-after` is where the answer begins, exclusively."""
    lab.call("list", lab.s3.list_objects_v2, Bucket=lab.bucket(objects=OBJECTS), StartAfter="a/2")


@list_objects_v2.success
def with_encoded_keys(lab: Lab) -> None:
    """`encoding-type=url` encodes keys and prefixes; slashes stay."""
    bucket = lab.bucket(objects={"a b/ü+": b"x"})
    lab.http("list", "GET", f"/{bucket}?list-type=2&encoding-type=url", sign="s3", show=())


@list_objects_v2.success
def of_no_keys(lab: Lab) -> None:
    """`max-keys=0` answers no keys and isn't truncated."""
    lab.call("list", lab.s3.list_objects_v2, Bucket=lab.bucket(objects=OBJECTS), MaxKeys=0)


@list_objects_v2.error
def of_a_missing_bucket(lab: Lab) -> None:
    """The bucket must exist."""
    lab.call("list", lab.s3.list_objects_v2, Bucket=lab.name("bucket"))


@list_objects_v2.error
def with_a_token_that_never_was(lab: Lab) -> None:
    """A continuation token that S3 didn't give is refused."""
    lab.call("list", lab.s3.list_objects_v2, Bucket=lab.bucket(objects=OBJECTS), ContinuationToken="nonsense")


@list_objects_v2.error
def with_an_unknown_encoding(lab: Lab) -> None:
    """The only encoding type is `url`."""
    lab.http("list", "GET", f"/{lab.bucket()}?list-type=2&encoding-type=base64", sign="s3", show=())
