"""DynamoDB's operations, one module each."""
