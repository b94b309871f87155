"""Durability: a journal, documents and bodies on disk. It knows nothing of AWS and is handed one machine a
service."""
