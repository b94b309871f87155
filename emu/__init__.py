"""emu: a Kumo-compatible, persistent emulator of Amazon S3, SQS and DynamoDB."""
