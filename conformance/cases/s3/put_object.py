"""PutObject."""

from conformance.case import operation
from conformance.lab import Lab

put_object = operation("s3.PutObject", "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html")

MD5_OF_NOTHING = "1B2M2Y8AsgTpgAmY7PhCfg=="


def owned(lab: Lab) -> str:
    """A bucket that takes no access control lists."""
    bucket = lab.name("bucket")
    lab.s3.create_bucket(Bucket=bucket, ObjectOwnership="BucketOwnerEnforced")
    lab.on_exit(lambda: lab.empty_and_delete(bucket))
    return bucket


@put_object.success
def stores_the_body(lab: Lab) -> None:
    """The ETag is the body's MD5; the body comes back byte for byte."""
    bucket = lab.bucket()
    lab.call("put", lab.s3.put_object, Bucket=bucket, Key="a/b.txt", Body=b"hello")
    lab.call("get", lab.s3.get_object, Bucket=bucket, Key="a/b.txt")


@put_object.success
def keeps_system_headers_and_metadata(lab: Lab) -> None:
    """System-defined headers and user metadata come back with the object."""
    bucket = lab.bucket()
    lab.s3.put_object(
        Bucket=bucket,
        Key="k",
        Body=b"x",
        CacheControl="max-age=60",
        ContentDisposition="attachment",
        ContentEncoding="identity",
        ContentLanguage="de",
        ContentType="text/plain",
        Metadata={"Colour": "blue", "size": "1"},
    )
    lab.call("head", lab.s3.head_object, Bucket=bucket, Key="k")


@put_object.success
def overwrites(lab: Lab) -> None:
    """A second put replaces body and metadata."""
    bucket = lab.bucket()
    lab.s3.put_object(Bucket=bucket, Key="k", Body=b"one", Metadata={"a": "1"})
    lab.s3.put_object(Bucket=bucket, Key="k", Body=b"two")
    lab.call("get", lab.s3.get_object, Bucket=bucket, Key="k")


@put_object.success
def empty(lab: Lab) -> None:
    """An object may be empty."""
    bucket = lab.bucket()
    lab.call("put", lab.s3.put_object, Bucket=bucket, Key="k", Body=b"")
    lab.call("get", lab.s3.get_object, Bucket=bucket, Key="k")


@put_object.success
def key_with_empty_segments(lab: Lab) -> None:
    """A key is a name, not a path: `a//b` and `a/` are keys of their own."""
    bucket = lab.bucket()
    lab.call("double slash", lab.s3.put_object, Bucket=bucket, Key="a//b", Body=b"1")
    lab.call("trailing slash", lab.s3.put_object, Bucket=bucket, Key="a/", Body=b"2")
    lab.call("dots", lab.s3.put_object, Bucket=bucket, Key="a/../b", Body=b"3")
    lab.note("keys", [entry["Key"] for entry in lab.s3.list_objects_v2(Bucket=bucket).get("Contents", [])])


@put_object.success
def key_in_unicode(lab: Lab) -> None:
    """A key is any UTF-8 of up to 1024 bytes."""
    bucket = lab.bucket()
    key = "grün/日本 +&%.txt"
    lab.call("put", lab.s3.put_object, Bucket=bucket, Key=key, Body=b"x")
    lab.call("get", lab.s3.get_object, Bucket=bucket, Key=key)
    lab.note("keys", [entry["Key"] for entry in lab.s3.list_objects_v2(Bucket=bucket).get("Contents", [])])


@put_object.success
def returns_the_checksum_asked_for(lab: Lab) -> None:
    """A checksum sent with the object is verified, stored and returned."""
    bucket = lab.bucket()
    lab.call("put", lab.s3.put_object, Bucket=bucket, Key="k", Body=b"hello", ChecksumAlgorithm="SHA256")
    lab.call("get", lab.s3.get_object, Bucket=bucket, Key="k", ChecksumMode="ENABLED")


@put_object.success
def in_chunks(lab: Lab) -> None:
    """A body in aws-chunked encoding is stored without its framing."""
    bucket = lab.bucket()
    body = b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n"
    headers = {
        "content-encoding": "aws-chunked",
        "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "x-amz-decoded-content-length": "5",
        "x-amz-trailer": "x-amz-checksum-crc32",
    }
    lab.http("put", "PUT", f"/{bucket}/k", headers=headers, body=body, show=("etag",))
    lab.call("get", lab.s3.get_object, Bucket=bucket, Key="k")


@put_object.success
def only_if_absent(lab: Lab) -> None:
    """`If-None-Match: *` writes a key that doesn't exist."""
    bucket = lab.bucket()
    lab.call("put", lab.s3.put_object, Bucket=bucket, Key="k", Body=b"x", IfNoneMatch="*")


@put_object.success
def if_the_etag_matches(lab: Lab) -> None:
    """`If-Match` writes over the object with this ETag."""
    bucket = lab.bucket()
    etag = lab.s3.put_object(Bucket=bucket, Key="k", Body=b"one")["ETag"]
    lab.call("put", lab.s3.put_object, Bucket=bucket, Key="k", Body=b"two", IfMatch=etag)


@put_object.success
def that_its_owner_alone_controls(lab: Lab) -> None:
    """`bucket-owner-full-control` is taken by a bucket without access control lists."""
    lab.call("put", lab.s3.put_object, Bucket=owned(lab), Key="k", Body=b"x", ACL="bucket-owner-full-control")


@put_object.error
def only_if_absent_over_an_object(lab: Lab) -> None:
    """`If-None-Match: *` is refused when the key exists."""
    bucket = lab.bucket(objects={"k": b"one"})
    lab.call("put", lab.s3.put_object, Bucket=bucket, Key="k", Body=b"two", IfNoneMatch="*")
    lab.call("get", lab.s3.get_object, Bucket=bucket, Key="k")


@put_object.error
def if_another_etag_matches(lab: Lab) -> None:
    """`If-Match` is refused when the object has another ETag."""
    bucket = lab.bucket(objects={"k": b"one"})
    lab.call("put", lab.s3.put_object, Bucket=bucket, Key="k", Body=b"two", IfMatch='"other"')
    lab.call("get", lab.s3.get_object, Bucket=bucket, Key="k")


@put_object.error
def if_match_on_nothing(lab: Lab) -> None:
    """`If-Match` on a key that doesn't exist is 404."""
    bucket = lab.bucket()
    lab.call("put", lab.s3.put_object, Bucket=bucket, Key="k", Body=b"x", IfMatch='"some"')


@put_object.error
def into_a_missing_bucket(lab: Lab) -> None:
    """The bucket must exist."""
    lab.call("put", lab.s3.put_object, Bucket=lab.name("bucket"), Key="k", Body=b"x")


@put_object.error
def with_another_md5(lab: Lab) -> None:
    """A body whose MD5 isn't Content-MD5 is refused and not stored."""
    bucket = lab.bucket()
    lab.call("put", lab.s3.put_object, Bucket=bucket, Key="k", Body=b"hello", ContentMD5=MD5_OF_NOTHING)
    lab.call("head", lab.s3.head_object, Bucket=bucket, Key="k")


@put_object.error
def with_a_bad_md5(lab: Lab) -> None:
    """A Content-MD5 that isn't 16 bytes of base64 is refused."""
    bucket = lab.bucket()
    lab.call("put", lab.s3.put_object, Bucket=bucket, Key="k", Body=b"hello", ContentMD5="nonsense")


@put_object.error
def with_another_checksum(lab: Lab) -> None:
    """A body whose checksum isn't the one sent is refused and not stored."""
    bucket = lab.bucket()
    lab.call("put", lab.s3.put_object, Bucket=bucket, Key="k", Body=b"hello", ChecksumCRC32="AAAAAA==")
    lab.call("head", lab.s3.head_object, Bucket=bucket, Key="k")


@put_object.error
def key_too_long(lab: Lab) -> None:
    """A key has at most 1024 bytes."""
    bucket = lab.bucket()
    lab.call("put", lab.s3.put_object, Bucket=bucket, Key="k" * 1025, Body=b"x")


@put_object.error
def too_much_metadata(lab: Lab) -> None:
    """User metadata holds at most 2 KB."""
    bucket = lab.bucket()
    lab.call("put", lab.s3.put_object, Bucket=bucket, Key="k", Body=b"x", Metadata={"m": "x" * 2048})


@put_object.error
def that_everybody_may_read(lab: Lab) -> None:
    """A bucket with `BucketOwnerEnforced` takes no list that gives anybody else something."""
    lab.call("put", lab.s3.put_object, Bucket=owned(lab), Key="k", Body=b"x", ACL="public-read")


@put_object.error
def with_an_unknown_list(lab: Lab) -> None:
    """A canned access control list is one of eight."""
    lab.call("put", lab.s3.put_object, Bucket=lab.bucket(), Key="k", Body=b"x", ACL="everybody")


@put_object.error
def with_a_list_and_grants(lab: Lab) -> None:
    """A canned list and grants exclude each other."""
    bucket = lab.bucket()
    lab.call("put", lab.s3.put_object, Bucket=bucket, Key="k", Body=b"x", ACL="private", GrantRead='id="1"')


@put_object.error
def with_two_checksums(lab: Lab) -> None:
    """A request has one checksum at most."""
    checksums = {"x-amz-checksum-crc32": "AAAAAA==", "x-amz-checksum-sha1": "2jmj7l5rSw0yVb/vlWAYkK/YBwk="}
    lab.http("put", "PUT", f"/{lab.bucket()}/k", headers=checksums)


@put_object.error
def with_an_unknown_checksum(lab: Lab) -> None:
    """A checksum is in one of the documented algorithms."""
    lab.http("put", "PUT", f"/{lab.bucket()}/k", headers={"x-amz-checksum-crc16": "AAA="}, body=b"x")


@put_object.error
def in_chunks_of_another_length(lab: Lab) -> None:
    """The content of a body in chunks is as long as `x-amz-decoded-content-length` says."""
    bucket = lab.bucket()
    headers = {
        "content-encoding": "aws-chunked",
        "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "x-amz-decoded-content-length": "6",
    }
    lab.http("put", "PUT", f"/{bucket}/k", headers=headers, body=b"5\r\nhello\r\n0\r\n\r\n")
    lab.call("get", lab.s3.get_object, Bucket=bucket, Key="k")


@put_object.error
def with_another_trailing_checksum(lab: Lab) -> None:
    """A checksum behind the body is verified as one before it is."""
    bucket = lab.bucket()
    headers = {
        "content-encoding": "aws-chunked",
        "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "x-amz-decoded-content-length": "5",
        "x-amz-trailer": "x-amz-checksum-crc32",
    }
    body = b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"
    lab.http("put", "PUT", f"/{bucket}/k", headers=headers, body=body)
    lab.call("get", lab.s3.get_object, Bucket=bucket, Key="k")
