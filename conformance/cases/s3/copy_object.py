"""CopyObject."""

from conformance.case import operation
from conformance.lab import Lab

copy_object = operation("s3.CopyObject", "https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html")


@copy_object.success
def within_a_bucket(lab: Lab) -> None:
    """The copy has the source's body, type and metadata."""
    bucket = lab.bucket()
    lab.s3.put_object(Bucket=bucket, Key="from", Body=b"hello", ContentType="text/plain", Metadata={"a": "1"})
    source = {"Bucket": bucket, "Key": "from"}
    lab.call("copy", lab.s3.copy_object, Bucket=bucket, Key="to", CopySource=source)
    lab.call("get", lab.s3.get_object, Bucket=bucket, Key="to")


@copy_object.success
def into_another_bucket_from_an_escaped_key(lab: Lab) -> None:
    """The source is URL-encoded."""
    source, bucket = lab.bucket(objects={"a b+ü": b"x"}), lab.bucket()
    lab.call("copy", lab.s3.copy_object, Bucket=bucket, Key="to", CopySource={"Bucket": source, "Key": "a b+ü"})
    lab.call("get", lab.s3.get_object, Bucket=bucket, Key="to")


@copy_object.success
def with_new_metadata(lab: Lab) -> None:
    """The directive REPLACE takes the request's type and metadata."""
    bucket = lab.bucket()
    lab.s3.put_object(Bucket=bucket, Key="from", Body=b"x", ContentType="text/plain", Metadata={"a": "1"})
    lab.s3.copy_object(
        Bucket=bucket,
        Key="to",
        CopySource={"Bucket": bucket, "Key": "from"},
        MetadataDirective="REPLACE",
        ContentType="text/html",
        Metadata={"b": "2"},
    )
    lab.call("head", lab.s3.head_object, Bucket=bucket, Key="to")


@copy_object.success
def of_an_old_version(lab: Lab) -> None:
    """The source may name a version; the answer names it."""
    bucket = lab.bucket("Enabled")
    first = lab.s3.put_object(Bucket=bucket, Key="from", Body=b"one")["VersionId"]
    lab.s3.put_object(Bucket=bucket, Key="from", Body=b"two")
    source = {"Bucket": bucket, "Key": "from", "VersionId": first}
    lab.call("copy", lab.s3.copy_object, Bucket=bucket, Key="to", CopySource=source)
    lab.call("get", lab.s3.get_object, Bucket=bucket, Key="to")


@copy_object.error
def onto_itself(lab: Lab) -> None:
    """Copying an object onto itself without changing anything is refused."""
    bucket = lab.bucket(objects={"k": b"x"})
    lab.call("copy", lab.s3.copy_object, Bucket=bucket, Key="k", CopySource={"Bucket": bucket, "Key": "k"})


@copy_object.error
def of_a_missing_key(lab: Lab) -> None:
    """The source must exist."""
    bucket = lab.bucket()
    lab.call("copy", lab.s3.copy_object, Bucket=bucket, Key="to", CopySource={"Bucket": bucket, "Key": "missing"})


@copy_object.error
def into_a_missing_bucket(lab: Lab) -> None:
    """The destination bucket must exist."""
    source = {"Bucket": lab.bucket(objects={"k": b"x"}), "Key": "k"}
    lab.call("copy", lab.s3.copy_object, Bucket=lab.name("bucket"), Key="to", CopySource=source)


@copy_object.error
def if_the_source_has_another_etag(lab: Lab) -> None:
    """`x-amz-copy-source-if-match` with another ETag is refused."""
    bucket = lab.bucket(objects={"k": b"x"})
    source = {"Bucket": bucket, "Key": "k"}
    lab.call("copy", lab.s3.copy_object, Bucket=bucket, Key="to", CopySource=source, CopySourceIfMatch='"other"')


@copy_object.error
def with_an_unknown_directive(lab: Lab) -> None:
    """The metadata directive is COPY or REPLACE."""
    bucket = lab.bucket(objects={"k": b"x"})
    source = {"Bucket": bucket, "Key": "k"}
    lab.call("copy", lab.s3.copy_object, Bucket=bucket, Key="to", CopySource=source, MetadataDirective="MERGE")
