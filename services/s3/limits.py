"""Every numeric rule of S3, with its unit and the AWS page it comes from."""

from __future__ import annotations

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
BUCKET_NAME_LENGTH_MIN = 3
BUCKET_NAME_LENGTH_MAX = 63

# https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html
ACCOUNT_ID_DIGITS = 12

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
KEY_BYTES_MAX = 1024

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
# Names and values of all user-defined metadata together, without the prefix x-amz-meta-.
USER_METADATA_BYTES_MAX = 2 * 1024

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html
PUT_OBJECT_BYTES_MAX = 5 * 1024**3

# https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
COPY_SOURCE_BYTES_MAX = 5 * 1024**3

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
PART_NUMBER_MAX = 10_000
PART_BYTES_MIN = 5 * 1024**2
PART_BYTES_MAX = 5 * 1024**3
PARTS_A_PAGE_MAX = 1000
UPLOADS_A_PAGE_MAX = 1000
OBJECT_BYTES_MAX = 50 * 1024**4

# https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
KEYS_A_PAGE_MAX = 1000

# https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html
BUCKETS_A_PAGE_MAX = 10_000

# https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
DELETE_OBJECTS_MAX = 1000

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
OBJECT_TAGS_MAX = 10
TAG_KEY_LENGTH_MAX = 128
TAG_VALUE_LENGTH_MAX = 256

# https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html
NOTIFICATION_CONFIGURATIONS_MAX = 100

# https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketCors.html
CORS_RULES_MAX = 100
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_CORSRule.html
CORS_RULE_ID_LENGTH_MAX = 255

# The largest value of max-keys, max-parts and max-uploads that is a number at all.
PAGE_ARGUMENT_MAX = 2**31 - 1
