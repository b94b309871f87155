"""CreateBucket."""

from conformance.case import operation
from conformance.lab import Lab

create_bucket = operation("s3.CreateBucket", "https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html")


@create_bucket.success
def answers_with_the_location(lab: Lab) -> None:
    """The Location header is the bucket's name as a path."""
    bucket = lab.name("bucket")
    lab.on_exit(lambda: lab.empty_and_delete(bucket))
    lab.call("create", lab.s3.create_bucket, Bucket=bucket)
    lab.call("head", lab.s3.head_bucket, Bucket=bucket)


@create_bucket.success
def again_in_us_east_1_succeeds(lab: Lab) -> None:
    """In us-east-1 creating a bucket that you already own answers 200."""
    bucket = lab.bucket()
    lab.call("again", lab.s3.create_bucket, Bucket=bucket)


@create_bucket.success
def again_keeps_the_objects(lab: Lab) -> None:
    """Creating a bucket that you already own leaves its objects alone."""
    bucket = lab.bucket(objects={"kept": b"x"})
    lab.s3.create_bucket(Bucket=bucket)
    lab.call("get", lab.s3.get_object, Bucket=bucket, Key="kept")


@create_bucket.success
def owned_by_its_owner_alone(lab: Lab) -> None:
    """With `BucketOwnerEnforced` a list that gives nobody but the owner anything is taken."""
    bucket = lab.name("bucket")
    lab.on_exit(lambda: lab.empty_and_delete(bucket))
    lab.call("create", lab.s3.create_bucket, Bucket=bucket, ObjectOwnership="BucketOwnerEnforced", ACL="private")


@create_bucket.error
def refuses_upper_case_names(lab: Lab) -> None:
    """Names consist of lower-case letters, digits, dots and hyphens."""
    bucket = f"Upper-{lab.name('bucket')}"
    lab.on_exit(lambda: lab.s3.delete_bucket(Bucket=bucket))
    lab.http("create", "PUT", f"/{bucket}", sign="s3", show=())


@create_bucket.error
def refuses_short_names(lab: Lab) -> None:
    """A name has 3 to 63 characters."""
    lab.on_exit(lambda: lab.s3.delete_bucket(Bucket="ab"))
    lab.http("create", "PUT", "/ab", sign="s3", show=())


@create_bucket.error
def refuses_a_region_that_is_not_the_endpoints(lab: Lab) -> None:
    """A location constraint that isn't a region is refused."""
    bucket = lab.name("bucket")
    lab.on_exit(lambda: lab.s3.delete_bucket(Bucket=bucket))
    configuration = {"LocationConstraint": "nowhere-1"}
    lab.call("create", lab.s3.create_bucket, Bucket=bucket, CreateBucketConfiguration=configuration)


@create_bucket.error
def refuses_malformed_xml(lab: Lab) -> None:
    """A body that isn't the schema's XML is refused."""
    bucket = lab.name("bucket")
    lab.on_exit(lambda: lab.s3.delete_bucket(Bucket=bucket))
    lab.http("create", "PUT", f"/{bucket}", body=b"<Create", sign="s3", show=())


@create_bucket.error
def refuses_a_list_for_a_bucket_without(lab: Lab) -> None:
    """A bucket with `BucketOwnerEnforced` has no access control list."""
    bucket = lab.name("bucket")
    lab.on_exit(lambda: lab.s3.delete_bucket(Bucket=bucket))
    lab.call("create", lab.s3.create_bucket, Bucket=bucket, ObjectOwnership="BucketOwnerEnforced", ACL="public-read")


@create_bucket.error
def refuses_an_unknown_ownership(lab: Lab) -> None:
    """There are three object ownerships."""
    bucket = lab.name("bucket")
    lab.on_exit(lambda: lab.s3.delete_bucket(Bucket=bucket))
    lab.call("create", lab.s3.create_bucket, Bucket=bucket, ObjectOwnership="Everybody")
