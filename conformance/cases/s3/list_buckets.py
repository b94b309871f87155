"""ListBuckets."""

from conformance.case import operation
from conformance.lab import Lab

list_buckets = operation("s3.ListBuckets", "https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html")


@list_buckets.success
def holds_the_new_buckets_in_order(lab: Lab) -> None:
    """Buckets come in the order of their names, each with its creation date."""
    mine = [lab.bucket(), lab.bucket()]
    found = [entry for entry in lab.s3.list_buckets()["Buckets"] if entry["Name"] in mine]
    lab.note("entries", found)
    lab.note("in order", [entry["Name"] for entry in found] == sorted(mine))


@list_buckets.success
def by_prefix(lab: Lab) -> None:
    """`prefix` limits the answer to names that begin with it, and is echoed."""
    bucket = lab.bucket()
    lab.bucket()
    answer = lab.outcome("list", lab.s3.list_buckets, Prefix=bucket + "2")
    lab.note("names", [entry["Name"] for entry in answer["Buckets"] if entry["Name"].startswith(bucket)])
    lab.note("prefix", answer.get("Prefix"))


@list_buckets.success
def in_pages(lab: Lab) -> None:
    """`max-buckets` cuts the answer; the continuation token leads on."""
    prefix = lab.bucket()
    lab.bucket()
    mine = prefix.removesuffix("bucket")
    first = lab.s3.list_buckets(Prefix=mine, MaxBuckets=1)
    lab.note("first is cut", len(first["Buckets"]) == 1)
    second = lab.s3.list_buckets(Prefix=mine, MaxBuckets=1, ContinuationToken=first["ContinuationToken"])
    lab.note("second", [entry["Name"] for entry in second["Buckets"]])
    lab.note("more", "ContinuationToken" in second)


@list_buckets.error
def refuses_too_many_a_page(lab: Lab) -> None:
    """`max-buckets` is between 1 and 10000."""
    lab.outcome("too many", lab.s3.list_buckets, MaxBuckets=10001)
    lab.outcome("none", lab.s3.list_buckets, MaxBuckets=0)
