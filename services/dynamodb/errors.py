"""The catalogue of what DynamoDB refuses.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html

AWS documents the codes, not the messages. In 2026 the single-item writes got a new validator, whose messages begin with
``1 validation error detected: ``; :func:`as_new_validator` makes them from the texts that the other operations keep.
"""

from __future__ import annotations

from services.errors import Refusal, ServiceError

_PREFIX = "1 validation error detected: "
_NEW_VALIDATOR: set[str] = set()


def validation(rule: str, message: str, *, new_validator: bool = False) -> Refusal:
    """A ValidationException; ``new_validator`` as above."""
    refusal = Refusal(f"dynamodb.{rule}", "ValidationException", 400, message)
    if new_validator:
        _NEW_VALIDATOR.add(refusal.rule)
    return refusal


def invalid_value(rule: str, message: str, *, new_validator: bool = False) -> Refusal:
    """One that begins as AWS's texts about parameters' values do."""
    return validation(rule, f"One or more parameter values were invalid: {message}", new_validator=new_validator)


def _expression(rule: str, message: str) -> Refusal:
    return validation(rule, f"Invalid {{kind}}: {message}", new_validator=True)


def as_new_validator(error: ServiceError) -> ServiceError:
    """The error as PutItem, UpdateItem and DeleteItem word it."""
    if error.refusal.rule not in _NEW_VALIDATOR:
        return error
    return ServiceError(error.refusal, _PREFIX + error.message, error.members, error.headers)


class LayeredError(ServiceError):
    """What is wrong with a value. ``older`` is how the operations word it that kept the older validator."""

    def __init__(self, error: ServiceError, older: ServiceError) -> None:
        super().__init__(error.refusal, error.message, error.members, error.headers)
        self.older = older


def as_older_validator(error: ServiceError) -> ServiceError:
    """The error as Scan, BatchWriteItem and the transactions word it."""
    return error.older if isinstance(error, LayeredError) else error


# Shapes: see constraints.py.
CONSTRAINTS = validation("constraints", "{message}")
SERIALIZATION = Refusal("dynamodb.serialization", "SerializationException", 400, "{message}")
NOT_YET = validation("not-yet", "emu does not support {what} yet")

# Resources.
TABLE_NOT_FOUND = Refusal(
    "dynamodb.table-not-found",
    "ResourceNotFoundException",
    400,
    "Requested resource not found: Table: {table} not found",
)
RESOURCE_NOT_FOUND = Refusal(
    "dynamodb.resource-not-found", "ResourceNotFoundException", 400, "Requested resource not found"
)
TABLE_EXISTS = Refusal("dynamodb.table-exists", "ResourceInUseException", 400, "Table already exists: {table}")
DELETION_PROTECTED = validation(
    "deletion-protected",
    "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
)
INDEX_NOT_FOUND = validation("index-not-found", "The table does not have the specified index: {index}")

INDEX_BACKFILLING = validation("index-backfilling", "Cannot read from backfilling global secondary index: {index}")
# Attribute values.
VALUE_EMPTY = validation(
    "value-empty",
    "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
)
VALUE_AMBIGUOUS = validation(
    "value-ambiguous",
    "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes",
)
# The double space is AWS's own.
SET_EMPTY = invalid_value("set-empty", "An {kind} set  may not be empty", new_validator=True)
BINARY_SET_EMPTY = invalid_value("set-empty", "Binary sets should not be empty", new_validator=True)
SET_DUPLICATES = invalid_value("set-duplicates", "Input collection {members} contains duplicates.", new_validator=True)
BINARY_SET_DUPLICATES = invalid_value(
    "set-duplicates", "Input collection {members}of type BS contains duplicates.", new_validator=True
)
NUMBER_SET_DUPLICATES = invalid_value("set-duplicates", "Input collection contains duplicates.", new_validator=True)
NUMBER_SET_DUPLICATES_OLDER = validation("set-duplicates", "Input collection contains duplicates")
NUMBER_EMPTY_OLDER = validation("number", "The parameter cannot be converted to a numeric value")
NOT_A_NUMBER = validation("number", "The parameter cannot be converted to a numeric value: {text}", new_validator=True)
NUMBER_OVERFLOW = validation(
    "number-overflow",
    "Number overflow. Attempting to store a number with magnitude larger than supported range",
    new_validator=True,
)
NUMBER_UNDERFLOW = validation(
    "number-underflow",
    "Number underflow. Attempting to store a number with magnitude smaller than supported range",
    new_validator=True,
)
NUMBER_TOO_PRECISE = validation(
    "number-too-precise", "Attempting to store more than 38 significant digits in a Number", new_validator=True
)
NESTING_TOO_DEEP = validation(
    "nesting-too-deep",
    "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit",
    new_validator=True,
)
ATTRIBUTE_NAME_EMPTY = validation("attribute-name-empty", "Empty attribute name", new_validator=True)
ATTRIBUTE_NAME_TOO_LONG = invalid_value(
    "attribute-name-too-long", "Attribute name is too large, must be less than 65536 bytes", new_validator=True
)
ITEM_TOO_LARGE = validation("item-too-large", "Item size has exceeded the maximum allowed size")
UPDATED_ITEM_TOO_LARGE = validation("item-too-large", "Item size to update has exceeded the maximum allowed size")

# Keys.
KEY_MISSING = invalid_value("key-missing", "Missing the key {key} in the item")
KEY_TYPE = invalid_value("key-type", "Type mismatch for key {key} expected: {expected} actual: {actual}")
KEY_NOT_SCHEMA = validation("key-not-schema", "The provided key element does not match the schema")
KEY_EMPTY = validation(
    "key-empty",
    "One or more parameter values are not valid. The AttributeValue for a key attribute "
    "cannot contain an empty {kind} value. Key: {key}",
)
INDEX_KEY_EMPTY = validation(
    "index-key-empty",
    "One or more parameter values are not valid. A value specified for a secondary index key is not supported. "
    "The AttributeValue for a key attribute cannot contain an empty {kind} value. IndexName: {index}, IndexKey: {key}",
)
INDEX_KEY_TYPE = invalid_value(
    "index-key-type",
    "Type mismatch for Index Key {key} Expected: {expected} Actual: {actual} IndexName: {index}",
)
# "of2048" is AWS's own.
PARTITION_KEY_TOO_LONG = invalid_value(
    "key-too-long", "Size of hashkey has exceeded the maximum size limit of2048 bytes"
)
SORT_KEY_TOO_LONG = invalid_value(
    "key-too-long", "Aggregated size of all range keys has exceeded the size limit of 1024 bytes"
)
KEY_UPDATE = invalid_value("key-update", "Cannot update attribute {key}. This attribute is part of the key")

# Conditional writes and transactions.
CONDITION_FAILED = Refusal(
    "dynamodb.condition-failed",
    "ConditionalCheckFailedException",
    400,
    "The conditional request failed",
    members={"Item": "item"},
)
TRANSACTION_CANCELLED = Refusal(
    "dynamodb.transaction-cancelled",
    "TransactionCanceledException",
    400,
    "Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]",
    members={"CancellationReasons": "reasons"},
)
TOKEN_MISMATCH = Refusal(
    "dynamodb.token-mismatch",
    "IdempotentParameterMismatchException",
    400,
    "The request uses the same client token as a previous, but non-identical request. "
    "Do not reuse a client token with different requests, unless the requests are identical",
)
TRANSACTION_DUPLICATES = validation(
    "transaction-duplicates",
    "Transaction request cannot include multiple operations on one item",
)
TRANSACTION_TOO_LARGE = validation("transaction-too-large", "Aggregated item size in the transaction cannot exceed 4MB")
TRANSACTION_ACTION = validation(
    "transaction-action", "TransactItems can only contain one of Check, Put, Update or Delete"
)
BATCH_DUPLICATES = validation("batch-duplicates", "Provided list of item keys contains duplicates")
BATCH_WRITE_EMPTY = validation(
    "batch-write-empty",
    "Supplied WriteRequest is empty, must contain exactly one of the supported request types"
    ": PutRequest, DeleteRequest",
)
BATCH_WRITE_AMBIGUOUS = validation(
    "batch-write-ambiguous",
    "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes",
)
BATCH_GET_EMPTY = validation(
    "batch-get-empty",
    "1 validation error detected: Value at 'RequestItems' failed to satisfy constraint: "
    "Member must have length greater than or equal to 1",
)
BATCH_WRITE_NO_ITEMS = validation("batch-write-no-items", "The requestItems parameter is required for BatchWriteItem")
BATCH_TOO_LARGE = validation("batch-too-large", "Total size of items in the batch exceeds 16 MB")
BATCH_TOO_MANY = validation("batch-too-many", "Too many items requested for the {operation} call")
RETURN_VALUES_OLD = validation("return-values", "Return values set to invalid value", new_validator=True)

# Expressions.
MIXED_PARAMETERS = validation(
    "mixed-parameters",
    "Can not use both expression and non-expression parameters in the same request: "
    "Non-expression parameters: {{{legacy}}} Expression parameters: {{{expressions}}}",
    new_validator=True,
)
ONLY_WITH_EXPRESSIONS = validation(
    "only-with-expressions", "{member} can only be specified when using expressions", new_validator=True
)
ONLY_WITH_NAMED_EXPRESSIONS = validation(
    "only-with-expressions",
    "{member} can only be specified when using expressions: {expressions}",
    new_validator=True,
)
PLACEHOLDERS_EMPTY = validation("placeholders-empty", "{member} must not be empty", new_validator=True)
PLACEHOLDER_SYNTAX = validation(
    "placeholder-syntax", '{member} contains invalid key: Syntax error; key: "{key}"', new_validator=True
)
PLACEHOLDER_VALUE = validation(
    "placeholder-value", "{member} contains invalid value: {message} for key {key}", new_validator=True
)
PLACEHOLDERS_UNUSED = validation(
    "placeholders-unused",
    "Value provided in {member} unused in expressions: keys: {{{keys}}}",
    new_validator=True,
)
EXPRESSION_EMPTY = _expression("expression-empty", "The expression can not be empty;")
EXPRESSION_TOO_LONG = _expression(
    "expression-too-long",
    "Expression size has exceeded the maximum allowed size; expression size: {size}",
)
EXPRESSION_OPERATORS = _expression(
    "expression-operators",
    "The expression contains too many operators; operator count: {count}",
)
SYNTAX = _expression("expression-syntax", 'Syntax error; token: "{token}", near: "{near}"')
RESERVED_WORD = _expression("reserved-word", "Attribute name is a reserved keyword; reserved keyword: {word}")
PATH_TOO_DEEP = _expression("path-too-deep", "The document path has too many nesting levels; nesting levels: {levels}")
INDEX_RANGE = _expression("index-range", "List index is not within the allowable range; index: [{index}]")
NAME_UNDEFINED = _expression(
    "name-undefined",
    "An expression attribute name used in the document path is not defined; attribute name: {name}",
)
VALUE_UNDEFINED = _expression(
    "value-undefined",
    "An expression attribute value used in expression is not defined; attribute value: {name}",
)
REDUNDANT_PARENTHESES = _expression("redundant-parentheses", "The expression has redundant parentheses;")
FUNCTION_UNKNOWN = _expression("function-unknown", "Invalid function name; function: {function}")
FUNCTION_NOT_ALLOWED = _expression(
    "function-not-allowed", "The function is not allowed in {where} expression; function: {function}"
)
FUNCTION_MISUSED = _expression(
    "function-misused",
    "The function is not allowed to be used this way in an expression; function: {function}",
)
OPERAND_COUNT = _expression(
    "operand-count",
    "Incorrect number of operands for operator or function; "
    "operator or function: {operator}, number of operands: {count}",
)
IN_OPERANDS = _expression(
    "operand-count",
    "The IN operator is provided with too many operands; number of operands: {count}",
)
PATH_REQUIRED = _expression(
    "path-required",
    "Operator or function requires a document path; operator or function: {operator}",
)
OPERAND_TYPE = _expression(
    "operand-type",
    "Incorrect operand type for operator or function; operator or function: {operator}, operand type: {type}",
)
UPDATE_OPERAND_TYPE = _expression(
    "operand-type",
    "Incorrect operand type for operator or function; operator: {operator}, operand type: {type}, typeSet: {type_set}",
)
TYPE_NAME = _expression(
    "type-name",
    "Invalid attribute type name found; type: {type}, valid types: {{B,NULL,SS,BOOL,L,BS,N,NS,S,M}}",
)
OPERANDS_EQUAL = _expression(
    "operands-equal",
    "The first operand must be distinct from the remaining operands for this operator or function; "
    "operator: {operator}, first operand: {operand}",
)
BETWEEN_TYPES = _expression(
    "between-bounds",
    "The BETWEEN operator requires same data type for lower and upper bounds; "
    "lower bound operand: AttributeValue: {lower}, upper bound operand: AttributeValue: {upper}",
)
BETWEEN_ORDER = _expression(
    "between-bounds",
    "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
    "lower bound operand: AttributeValue: {lower}, upper bound operand: AttributeValue: {upper}",
)
PATHS_OVERLAP = _expression(
    "paths-overlap",
    "Two document paths overlap with each other; must remove or rewrite one of these paths; "
    "path one: {one}, path two: {two}",
)
PATHS_CONFLICT = _expression(
    "paths-overlap",
    "Two document paths conflict with each other; must remove or rewrite one of these paths; "
    "path one: {one}, path two: {two}",
)
SECTION_TWICE = _expression("section-twice", 'The "{section}" section can only be used once in an update expression;')

# Updates, as they meet the item.
UPDATE_PATH = validation("update-path", "The document path provided in the update expression is invalid for update")
UPDATE_ATTRIBUTE_MISSING = validation(
    "update-attribute-missing",
    "The provided expression refers to an attribute that does not exist in the item",
)
UPDATE_TYPE = validation("update-operand", "Type mismatch for attribute to update")
UPDATE_OPERAND = validation("update-operand", "An operand in the update expression has an incorrect data type")

# Query and Scan.
KEY_CONDITION_MISSING = validation(
    "key-condition-missing",
    "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.",
)
KEY_CONDITION_ELEMENT = validation("key-condition-element", "Query condition missed key schema element: {key}")
# Of indexes whose keys have several attributes. What AWS's texts say is known, their wording isn't.
KEY_CONDITION_HASH = validation(
    "key-condition-element",
    "Query key condition not supported: every HASH key attribute needs an equality condition; attribute: {key}",
)
KEY_CONDITION_RANGE = validation(
    "key-condition-element",
    "Query key condition not supported: every RANGE key attribute before the last one with a condition needs an "
    "equality condition; attribute: {key}",
)
KEY_CONDITION_OPERATOR = validation(
    "key-condition-operator", "Invalid operator used in KeyConditionExpression: {operator}"
)
KEY_CONDITION_TWICE = validation(
    "key-condition-twice",
    "Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key",
)
KEY_CONDITION_TOO_MANY = validation(
    "key-condition-too-many",
    "The number of query conditions ({count}) exceeds the number of key attributes defined in the schema ({keys})",
)
KEY_CONDITION_NESTED = validation(
    "key-condition-nested", "KeyConditionExpressions cannot have conditions on nested attributes"
)
KEY_CONDITION_PATHS = validation(
    "key-condition-paths",
    "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition",
)
KEY_CONDITION_NO_PATH = validation(
    "key-condition-paths",
    "Invalid condition in KeyConditionExpression: No key attribute specified",
)
KEY_CONDITION_UNSUPPORTED = validation("key-condition-unsupported", "Query key condition not supported")
KEY_CONDITION_TYPE = invalid_value("key-condition-type", "Condition parameter type does not match schema type")
KEY_CONDITION_COUNT = validation("key-condition-count", "Conditions can be of length 1 or 2 only")
FILTER_ON_KEY = validation(
    "filter-on-key",
    "Filter Expression can only contain non-primary key attributes: Primary key attribute: {key}",
)
START_KEY = validation("start-key", "The provided starting key is invalid")
START_KEY_SCHEMA = validation(
    "start-key", "The provided starting key is invalid: The provided key element does not match the schema"
)
START_KEY_WITHOUT_SORT_KEY = validation(
    "start-key", "The provided exclusive start key is invalid: ExclusiveStartKey: {{{key}}}"
)
START_KEY_OUTSIDE = validation(
    "start-key", "The provided starting key is outside query boundaries based on provided conditions"
)
START_KEY_SEGMENT = validation(
    "start-key",
    "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct "
    "Segment. TotalSegments: {total} Segment: {segment}",
)
GLOBAL_INDEX_CONSISTENT = validation(
    "global-index-consistent", "Consistent reads are not supported on global secondary indexes"
)
SEGMENT_TOO_LARGE = validation(
    "segment",
    "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
    "Segment: {segment} is not less than TotalSegments: {total}",
)
SEGMENT_ALONE = validation(
    "segment",
    "The TotalSegments parameter is required but was not present in the request when Segment parameter is present",
)
TOTAL_SEGMENTS_ALONE = validation(
    "segment",
    "The Segment parameter is required but was not present in the request when parameter TotalSegments is present",
)
SELECT_PROJECTED_WITHOUT_INDEX = invalid_value(
    "select", "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"
)
SELECT_SPECIFIC_WITHOUT_PROJECTION = invalid_value(
    "select",
    "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES",
)
SELECT_WITH_PROJECTION = invalid_value("select", "Cannot specify the {member} when choosing to get {select}")
SELECT_ALL_ON_INDEX = invalid_value(
    "select",
    "Select type ALL_ATTRIBUTES is not supported for global secondary index {index} "
    "because its projection type is not ALL",
)
INDEX_NOT_PROJECTED = invalid_value(
    "index-not-projected", "Global secondary index {index} does not project {attributes}"
)
INDEX_FILTER_NOT_PROJECTED = invalid_value(
    "index-not-projected",
    "Global secondary index {index} does not project one or more filter attributes: {attributes}",
)

# Time to live.
TTL_ALREADY = validation("ttl-already", "TimeToLive is already {state}")
TTL_OTHER_ATTRIBUTE = validation(
    "ttl-other-attribute",
    "TimeToLive is active on a different AttributeName: current AttributeName is {attribute}",
)
