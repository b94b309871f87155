"""UploadPart."""

from conformance.case import operation
from conformance.lab import Lab

upload_part = operation("s3.UploadPart", "https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html")


@upload_part.success
def answers_with_the_etag(lab: Lab) -> None:
    """A part's ETag is its MD5; a part number sent again replaces the part."""
    upload = {"Bucket": lab.bucket(), "Key": "k"}
    upload["UploadId"] = lab.s3.create_multipart_upload(**upload)["UploadId"]
    lab.call("first", lab.s3.upload_part, **upload, PartNumber=1, Body=b"one")
    lab.call("again", lab.s3.upload_part, **upload, PartNumber=1, Body=b"two")
    lab.call("parts", lab.s3.list_parts, **upload)


@upload_part.error
def of_an_upload_that_never_was(lab: Lab) -> None:
    """The upload must exist."""
    lab.call("upload", lab.s3.upload_part, Bucket=lab.bucket(), Key="k", UploadId="nonsense", PartNumber=1, Body=b"x")


@upload_part.error
def number_out_of_range(lab: Lab) -> None:
    """Part numbers are 1 to 10000."""
    upload = {"Bucket": lab.bucket(), "Key": "k"}
    upload["UploadId"] = lab.s3.create_multipart_upload(**upload)["UploadId"]
    lab.call("zero", lab.s3.upload_part, **upload, PartNumber=0, Body=b"x")
    lab.call("too high", lab.s3.upload_part, **upload, PartNumber=10001, Body=b"x")


@upload_part.error
def with_another_md5(lab: Lab) -> None:
    """A part whose MD5 isn't Content-MD5 is refused."""
    upload = {"Bucket": lab.bucket(), "Key": "k"}
    upload["UploadId"] = lab.s3.create_multipart_upload(**upload)["UploadId"]
    md5_of_nothing = "1B2M2Y8AsgTpgAmY7PhCfg=="
    lab.call("upload", lab.s3.upload_part, **upload, PartNumber=1, Body=b"x", ContentMD5=md5_of_nothing)


@upload_part.error
def with_half_of_its_name(lab: Lab) -> None:
    """A part needs its number and its upload's id; with one of them alone no object is stored."""
    bucket = lab.bucket()
    lab.http("number alone", "PUT", f"/{bucket}/k?partNumber=1", body=b"x", show=())
    lab.http("id alone", "PUT", f"/{bucket}/k?uploadId=u", body=b"x", show=("allow",))
    lab.note("stored", [entry["Key"] for entry in lab.s3.list_objects_v2(Bucket=bucket).get("Contents", [])])
