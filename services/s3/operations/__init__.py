"""S3's operations, one module a resource. The table is in :mod:`services.s3.service`."""
