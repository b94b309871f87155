"""STS's operations, one module each."""
