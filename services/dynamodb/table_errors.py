"""What is refused of CreateTable and UpdateTable. AWS's texts, as both gave them in October 2026."""

from __future__ import annotations

from services.dynamodb.errors import invalid_value, validation
from services.errors import Refusal

TABLE_NAME_MISSING = validation(
    "constraints", "The parameter 'TableName' is required but was not present in the request"
)
KEY_SCHEMA = validation("key-schema", "Invalid KeySchema: {problem}")
KEY_SCHEMA_SAME_NAME = validation(
    "key-schema", "Both the Hash Key and the Range Key element in the KeySchema have the same name"
)
TABLE_DEFINITION = invalid_value("table-definition", "{problem}")
UPDATE_NOTHING = validation(
    "update-nothing",
    "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates, "
    "SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, ReplicaTransitRoleArn, MultiRegionConsistency, "
    "DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is required",
)
NO_STREAM = validation("update-stream", "Table has no stream that could be disabled: TableName: {table}")
"""The page names the code; the text is ours."""
UPDATE_ALONE = invalid_value("update-alone", "{what} must be the only operation in the request")
UPDATE_INDEX_WITH_THROUGHPUT = invalid_value(
    "update-alone", "You cannot create or delete index while updating table IOPS"
)
INDEX_UPDATE_EMPTY = invalid_value(
    "index-update",
    "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete "
    "must not be null",
)
INDEX_UPDATE_AMBIGUOUS = invalid_value(
    "index-update", "Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object"
)
INDEX_UPDATE_TWICE = invalid_value(
    "index-update", "Only one global secondary index update per index is allowed simultaneously. Index: {index}"
)
INDEX_UPDATE_LIMIT = Refusal(
    "dynamodb.index-update-limit",
    "LimitExceededException",
    400,
    "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table",
)
TOO_MANY_GLOBAL_INDEXES = Refusal(
    "dynamodb.index-count",
    "LimitExceededException",
    400,
    "Subscriber limit exceeded: Number of global secondary indexes exceeds per-table limit of {limit}",
)
UPDATED_INDEX_NOT_FOUND = Refusal(
    "dynamodb.resource-not-found",
    "ResourceNotFoundException",
    400,
    "Requested resource not found: Index {index} for table {table}",
)
INDEX_IS_LOCAL = validation("index-update", "Cannot {action} an index that is not a GlobalSecondaryIndex: {index}")
INDEX_EXISTS = validation("index-exists", "Attempting to create an index which already exists")
INDEX_REDEFINES = invalid_value(
    "index-redefines",
    "Attributes cannot be redefined. Please check that your attribute has the same type as previously defined. "
    "Existing schema: Schema:[SchemaElement: key{{{attribute}:{present}:{role}}}] "
    "New schema: Schema:[SchemaElement: key{{{attribute}:{wanted}:{role}}}]",
)
SAME_KEY_NAMES = validation("key-schema", "The KeySchema contains multiple key attributes with the same name")
ATTRIBUTE_DUPLICATED = validation("table-definition", "Attribute Name is duplicated: {name}")
TABLE_CLASS = validation(
    "table-class",
    "Invalid table-class parameter provided. Please try again with a valid table-class value: "
    "[STANDARD, STANDARD_INFREQUENT_ACCESS].",
)
TAG_KEY = validation("tags", "The Tag Key provided is invalid, Key: {key}")
TAG_VALUE = validation("tags", "The Tag Value provided is invalid, Value: {value}")
TAG_KEY_PREFIX = validation("tags", "Tag Key cannot be prefixed with aws:, Key: {key}")
TAG_TWICE = validation("tags", "Duplicate Tag Keys provided as input: Duplicate Tag Key found {key}")
TOO_MANY_TAGS = validation("tags", "Number of Tags exceed the current limit for the provided ResourceArn")
_SAME_THROUGHPUT = (
    "The provisioned throughput for the {of} will not change. The requested value equals the current value. "
    "Current ReadCapacityUnits provisioned for {the}: {{reads}}. Requested ReadCapacityUnits: {{reads}}. "
    "Current WriteCapacityUnits provisioned for {the}: {{writes}}. Requested WriteCapacityUnits: {{writes}}. "
    "Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits."
)
SAME_THROUGHPUT = validation("update-same-throughput", _SAME_THROUGHPUT.format(of="table", the="the table"))
SAME_INDEX_THROUGHPUT = validation(
    "update-same-throughput", _SAME_THROUGHPUT.format(of="index {index}", the="index {index}")
)
