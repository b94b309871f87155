"""SQS's operations, one module each."""
