"""Amazon S3: its table. What isn't in it is answered with 501.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
"""

from __future__ import annotations

from services.operation import Operation, Service
from services.s3.integrity import object_digests, upload_digests, verify_document
from services.s3.operations import (
    buckets,
    copying,
    cors,
    deletion,
    listing,
    multipart,
    notifications,
    objects,
    uploads,
    versions,
)
from services.s3.state import State
from services.s3.xml_names import XML_NAMES
from services.traits import Traits

SERVICE = Service(
    name="s3",
    title="Amazon S3",
    new_state=State,
    check_body=verify_document,
    traits=Traits(xml=XML_NAMES),
    operations={
        "CreateBucket": Operation(buckets.create_bucket, ("s3.create_bucket",)),
        "HeadBucket": Operation(buckets.head_bucket),
        "DeleteBucket": Operation(buckets.delete_bucket, ("s3.delete_bucket",)),
        "ListBuckets": Operation(buckets.list_buckets),
        "GetBucketLocation": Operation(buckets.get_bucket_location),
        "PutObject": Operation(
            objects.put_object, ("s3.put_object",), digests=object_digests, before_body=objects.check_before_body
        ),
        "CopyObject": Operation(copying.copy_object, ("s3.put_object",)),
        "GetObject": Operation(objects.get_object),
        "HeadObject": Operation(objects.head_object),
        "DeleteObject": Operation(deletion.delete_object, ("s3.put_delete_marker", "s3.delete_version")),
        "DeleteObjects": Operation(deletion.delete_objects, ("s3.put_delete_marker", "s3.delete_version")),
        "ListObjects": Operation(listing.list_objects),
        "ListObjectsV2": Operation(listing.list_objects_v2),
        "CreateMultipartUpload": Operation(multipart.create_multipart_upload, ("s3.create_upload",)),
        "UploadPart": Operation(
            multipart.upload_part, ("s3.put_part",), digests=upload_digests, before_body=multipart.check_before_body
        ),
        "UploadPartCopy": Operation(multipart.upload_part_copy, ("s3.put_part",)),
        "CompleteMultipartUpload": Operation(multipart.complete_multipart_upload, ("s3.complete_upload",)),
        "AbortMultipartUpload": Operation(multipart.abort_multipart_upload, ("s3.abort_upload",)),
        "ListParts": Operation(uploads.list_parts),
        "ListMultipartUploads": Operation(uploads.list_multipart_uploads),
        "PutBucketVersioning": Operation(versions.put_bucket_versioning, ("s3.put_versioning",)),
        "GetBucketVersioning": Operation(versions.get_bucket_versioning),
        "ListObjectVersions": Operation(versions.list_object_versions),
        "PutBucketNotificationConfiguration": Operation(
            notifications.put_bucket_notification_configuration, ("s3.put_notification",)
        ),
        "GetBucketNotificationConfiguration": Operation(notifications.get_bucket_notification_configuration),
        "PutBucketCors": Operation(cors.put_bucket_cors, ("s3.put_cors",), coverage="stored only"),
        "GetBucketCors": Operation(cors.get_bucket_cors, coverage="stored only"),
        "DeleteBucketCors": Operation(cors.delete_bucket_cors, ("s3.put_cors",), coverage="stored only"),
    },
)
