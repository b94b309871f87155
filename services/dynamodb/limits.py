"""Every numeric rule of DynamoDB that emu keeps.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Limits.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
"""

from __future__ import annotations

ITEM_BYTES_MAX = 400 * 1024
"""An item's size, attribute names included (see :mod:`services.dynamodb.item_size`)."""

NESTING_LEVELS_MAX = 32
"""A value and the lists and maps around it; also the steps of a document path."""

ATTRIBUTE_NAME_BYTES_MAX = 65_535
INDEX_ATTRIBUTE_NAME_LENGTH_MAX = 255
"""Of a name that an index projects by name."""

PARTITION_KEY_BYTES_MAX = 2048
SORT_KEY_BYTES_MAX = 1024
KEY_NAME_LENGTH_MAX = 255

NUMBER_DIGITS_MAX = 38
NUMBER_EXPONENT_MAX = 125
NUMBER_EXPONENT_MIN = -130

PAGE_BYTES_MAX = 1024 * 1024
"""Items that one Query or Scan reads, and the item that reaches it."""

BATCH_GET_KEYS_MAX = 100
BATCH_GET_BYTES_MAX = 16 * 1024 * 1024
"""Items that one BatchGetItem returns."""
BATCH_WRITE_REQUESTS_MAX = 25
BATCH_WRITE_BYTES_MAX = 16 * 1024 * 1024
TRANSACTION_ACTIONS_MAX = 100
TRANSACTION_BYTES_MAX = 4 * 1024 * 1024
IDEMPOTENCY_TOKEN_MS = 10 * 60 * 1000

EXPRESSION_BYTES_MAX = 4 * 1024
EXPRESSION_OPERATORS_MAX = 300
IN_OPERANDS_MAX = 100

GLOBAL_INDEXES_MAX = 20
LOCAL_INDEXES_MAX = 5
INDEX_KEY_PART_ATTRIBUTES_MAX = 4
"""Of the partition key of a global index, and of its sort key."""
INDEX_KEY_ATTRIBUTES_MAX = 2 * INDEX_KEY_PART_ATTRIBUTES_MAX
INDEX_NON_KEY_ATTRIBUTES_MAX = 100
"""User-projected attributes of all INCLUDE indexes of a table together."""

TAGS_MAX = 50
TAG_KEY_LENGTH_MAX = 128
TAG_VALUE_LENGTH_MAX = 256
SCAN_SEGMENTS_MAX = 1_000_000
LIST_TABLES_MAX = 100

READ_UNIT_BYTES = 4 * 1024
WRITE_UNIT_BYTES = 1024

INDEX_FILL_ITEMS = 250
"""Items that are put into a new index in one go."""

TTL_OLDEST_SECONDS = 5 * 365 * 24 * 3600
"""An expiry further in the past is taken for a mistake, and the item is kept."""
EXPIRED_CHANGES_MAX = 1000
"""Deletions that one record holds."""
EXPIRY_SCAN_ITEMS = 5000
"""Items that are looked at in one go when time to live is switched on for a table."""
