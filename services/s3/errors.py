"""The catalogue of S3's refusals, in AWS's words.

https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

from __future__ import annotations

from collections.abc import Mapping

from services.errors import Refusal


def _refusal(rule: str, code: str, status: int, message: str, **members: str) -> Refusal:
    """``members``: a member of the error document → the keyword that it is filled from."""
    return Refusal(f"s3.{rule}", code, status, message, members=members)


_ARGUMENT: Mapping[str, str] = {"ArgumentName": "name", "ArgumentValue": "value"}

# Buckets

NO_SUCH_BUCKET = _refusal(
    "bucket-must-exist", "NoSuchBucket", 404, "The specified bucket does not exist", BucketName="bucket"
)
INVALID_BUCKET_NAME = _refusal(
    "bucket-name", "InvalidBucketName", 400, "The specified bucket is not valid.", BucketName="bucket"
)
BUCKET_ALREADY_EXISTS = _refusal(
    "bucket-name-is-free",
    "BucketAlreadyExists",
    409,
    "The requested bucket name is not available. The bucket namespace is shared by all users of the system. "
    "Please select a different name and try again.",
    BucketName="bucket",
)
BUCKET_ALREADY_OWNED_BY_YOU = _refusal(
    "bucket-is-new",
    "BucketAlreadyOwnedByYou",
    409,
    "Your previous request to create the named bucket succeeded and you already own it.",
    BucketName="bucket",
)
BUCKET_NOT_EMPTY = _refusal(
    "bucket-is-empty", "BucketNotEmpty", 409, "The bucket you tried to delete is not empty", BucketName="bucket"
)
VERSIONED_BUCKET_NOT_EMPTY = _refusal(
    "bucket-has-no-versions",
    "BucketNotEmpty",
    409,
    "The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
    BucketName="bucket",
)
ILLEGAL_LOCATION_CONSTRAINT = _refusal(
    "location-constraint-fits-endpoint",
    "IllegalLocationConstraintException",
    400,
    "The {constraint} location constraint is incompatible for the region specific endpoint this request was sent to.",
)
INVALID_LOCATION_CONSTRAINT = _refusal(
    "location-constraint-is-a-region",
    "InvalidLocationConstraint",
    400,
    "The specified location-constraint is not valid",
    LocationConstraint="constraint",
)
INVALID_OWNER_ACCOUNT = _refusal(
    "expected-bucket-owner-form",
    "InvalidBucketOwnerAWSAccountID",
    400,
    "The value of the expected bucket owner parameter must be an AWS Account ID... [{value}]",
)
EXPECTED_OWNER_DIFFERS = _refusal("expected-bucket-owner", "AccessDenied", 403, "Access Denied")
ACL_NOT_SUPPORTED = _refusal(
    "bucket-takes-acls", "AccessControlListNotSupported", 400, "The bucket does not allow ACLs"
)
BUCKET_ACL_NOT_SUPPORTED = _refusal(
    "bucket-takes-acls",
    "InvalidBucketAclWithObjectOwnership",
    400,
    "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
)

# Requests

INVALID_ARGUMENT = Refusal("s3.argument", "InvalidArgument", 400, "{problem}", members=_ARGUMENT)
INVALID_REQUEST = _refusal("request", "InvalidRequest", 400, "{problem}")
MALFORMED_XML = _refusal(
    "request-document",
    "MalformedXML",
    400,
    "The XML you provided was not well-formed or did not validate against our published schema",
)
MISSING_REQUEST_BODY = _refusal("request-body", "MissingRequestBodyError", 400, "Request Body is empty")
RELATIVE_KEY = _refusal("key-stays-in-bucket", "", 400, "")
"""AWS's front door answers this one, without a word."""
NOT_IMPLEMENTED = _refusal(
    "header-is-implemented",
    "NotImplemented",
    501,
    "A header you provided implies functionality that is not implemented",
    Header="header",
    additionalMessage="detail",
)
INVALID_TAG = _refusal("tag", "InvalidTag", 400, "{problem}", TagKey="key", TagValue="value")
TOO_MANY_TAGS = _refusal("tag-count", "BadRequest", 400, "Object tags cannot be greater than {limit}")
INVALID_STORAGE_CLASS = _refusal(
    "storage-class",
    "InvalidStorageClass",
    400,
    "The storage class you specified is not valid",
    StorageClassRequested="storage_class",
)
KEY_TOO_LONG = _refusal(
    "key-length", "KeyTooLongError", 400, "Your key is too long", Size="size", MaxSizeAllowed="size_max"
)
METADATA_TOO_LARGE = _refusal(
    "metadata-size",
    "MetadataTooLarge",
    400,
    "Your metadata headers exceed the maximum allowed metadata size",
    Size="size",
    MaxSizeAllowed="size_max",
)
ENTITY_TOO_LARGE = _refusal(
    "object-size",
    "EntityTooLarge",
    400,
    "Your proposed upload exceeds the maximum allowed size",
    ProposedSize="size",
    MaxSizeAllowed="size_max",
)
MISSING_DIGEST = _refusal(
    "digest-required",
    "InvalidRequest",
    400,
    "Missing required header for this request: Content-MD5 OR x-amz-checksum-*",
)
INVALID_DIGEST = Refusal(
    "s3.content-md5-form",
    "InvalidDigest",
    400,
    "The Content-MD5 you specified was invalid.",
    members={"Content-MD5": "value"},
)
BAD_MD5 = _refusal(
    "content-md5",
    "BadDigest",
    400,
    "The Content-MD5 you specified did not match what we received.",
    ExpectedDigest="expected",
    CalculatedDigest="calculated",
)
BAD_PART_CHECKSUM = _refusal(
    "part-checksum", "BadDigest", 400, "The {algorithm} you specified for part {number} did not match what we received."
)
BAD_CHECKSUM = _refusal(
    "checksum", "BadDigest", 400, "The {algorithm} you specified did not match the calculated checksum."
)
CONTENT_SHA256_MISMATCH = _refusal(
    "content-sha256",
    "XAmzContentSHA256Mismatch",
    400,
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
    ClientComputedContentSHA256="expected",
    S3ComputedContentSHA256="calculated",
)

# Objects and versions

NO_SUCH_KEY = _refusal("key-must-exist", "NoSuchKey", 404, "The specified key does not exist.", Key="key")
NO_SUCH_VERSION = _refusal(
    "version-must-exist",
    "NoSuchVersion",
    404,
    "The specified version does not exist.",
    Key="key",
    VersionId="version_id",
)
METHOD_NOT_ALLOWED = _refusal(
    "version-is-no-delete-marker",
    "MethodNotAllowed",
    405,
    "The specified method is not allowed against this resource.",
    Method="method",
    ResourceType="resource_type",
)
NOT_MODIFIED = _refusal("modified", "NotModified", 304, "Not Modified")
PRECONDITION_FAILED = _refusal(
    "precondition",
    "PreconditionFailed",
    412,
    "At least one of the pre-conditions you specified did not hold",
    Condition="condition",
)
CONDITIONAL_REQUEST_CONFLICT = _refusal(
    "condition-outlives-upload",
    "ConditionalRequestConflict",
    409,
    "The conditional request cannot succeed due to a conflicting operation against this resource.",
    Condition="condition",
    Key="key",
)
INVALID_OBJECT_STATE = _refusal(
    "object-is-not-archived",
    "InvalidObjectState",
    403,
    "The operation is not valid for the object's storage class",
    StorageClass="storage_class",
)
INVALID_SOURCE_STATE = _refusal(
    "object-is-not-archived",
    "InvalidObjectState",
    403,
    "Operation is not valid for the source object's storage class",
    StorageClass="storage_class",
)
INVALID_RANGE = _refusal(
    "range",
    "InvalidRange",
    416,
    "The requested range is not satisfiable",
    ActualObjectSize="size",
    RangeRequested="range",
)
INVALID_PART_NUMBER = _refusal(
    "part-of-object",
    "InvalidPartNumber",
    416,
    "The requested partnumber is not satisfiable",
    ActualPartCount="count",
    PartNumberRequested="number",
)
COPY_TO_ITSELF = _refusal(
    "copy-changes-something",
    "InvalidRequest",
    400,
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's "
    "metadata, storage class, website redirect location or encryption attributes.",
)
UNKNOWN_DESTINATIONS = _refusal(
    "notification-destination",
    "InvalidArgument",
    400,
    "Unable to validate the following destination configurations",
)
TOO_MANY_CONFIGURATIONS = _refusal(
    "notification-count",
    "TooManyConfigurations",
    400,
    "You cannot have more than {limit} notification configurations on a bucket",
)
INVALID_CORS_RULE = _refusal("cors-rule", "InvalidRequest", 400, "{problem}")
NO_SUCH_CORS_CONFIGURATION = _refusal(
    "cors-must-exist",
    "NoSuchCORSConfiguration",
    404,
    "The CORS configuration does not exist",
    BucketName="bucket",
)
ILLEGAL_VERSIONING_CONFIGURATION = _refusal(
    "versioning-status",
    "IllegalVersioningConfigurationException",
    400,
    "The Versioning element must be specified",
)

# Multipart uploads

NO_SUCH_UPLOAD = _refusal(
    "upload-must-exist",
    "NoSuchUpload",
    404,
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or "
    "completed.",
    UploadId="upload_id",
)
INVALID_PART = _refusal(
    "part-must-exist",
    "InvalidPart",
    400,
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified "
    "entity tag may not match the part's entity tag.",
    UploadId="upload_id",
    PartNumber="number",
    ETag="etag",
)
INVALID_PART_ORDER = _refusal(
    "part-order",
    "InvalidPartOrder",
    400,
    "The list of parts was not in ascending order. Parts must be ordered by part number.",
    UploadId="upload_id",
)
ENTITY_TOO_SMALL = _refusal(
    "part-size",
    "EntityTooSmall",
    400,
    "Your proposed upload is smaller than the minimum allowed size",
    ProposedSize="size",
    MinSizeAllowed="size_min",
    PartNumber="number",
    ETag="etag",
)
CHECKSUM_TYPE_MISMATCH = _refusal(
    "upload-checksum",
    "InvalidRequest",
    400,
    "Checksum Type mismatch occurred, expected checksum Type: {expected}, actual checksum Type: {actual}",
)
