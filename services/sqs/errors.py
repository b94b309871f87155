"""The catalogue of SQS's refusals.

``code`` is what the JSON protocol says (the error shape's name), ``query_code`` what the Query protocol and the header
``x-amzn-query-error`` say. Errors that are no shapes of the model come from AWS's front end, whose JSON names end in
``Exception``. Texts are AWS's as clients see them.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-json-faqs.html
"""

from __future__ import annotations

from services.errors import Refusal

_PREFIX = "AWS.SimpleQueueService."


def _refusal(rule: str, code: str, message: str, query_code: str | None = None, status: int = 400) -> Refusal:
    return Refusal(rule=f"sqs.{rule}", code=code, status=status, message=message, query_code=query_code)


def _prefixed(rule: str, code: str, message: str, status: int = 400) -> Refusal:
    return _refusal(rule, code, message, _PREFIX + code, status)


def _invalid_parameter(rule: str, message: str) -> Refusal:
    return _refusal(rule, "InvalidParameterValueException", message, "InvalidParameterValue")


def _invalid_value(rule: str, parameter: str, reason: str) -> Refusal:
    return _invalid_parameter(rule, f"Value {{value}} for parameter {parameter} is invalid. Reason: {reason}")


# Queues
QUEUE_DOES_NOT_EXIST = Refusal(
    rule="sqs.queue-exists",
    code="QueueDoesNotExist",
    status=400,
    message="The specified queue does not exist.",
    query_code=_PREFIX + "NonExistentQueue",
    query_message="The specified queue does not exist for this wsdl version.",
)
QUEUE_NAME_EXISTS = _refusal(
    "queue-same-attributes",
    "QueueNameExists",
    "A queue already exists with the same name and a different value for attribute {attribute}",
    "QueueAlreadyExists",
)
INVALID_ADDRESS = _refusal("queue-url", "InvalidAddress", "The address {url} is not valid for this endpoint.")
QUEUE_NAME = _invalid_parameter(
    "queue-name", "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
)
FIFO_QUEUE_NAME = _invalid_parameter(
    "fifo-queue-name",
    "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo "
    "suffix and be 1 to 80 in length.",
)
PURGE_QUEUE_IN_PROGRESS = _prefixed(
    "purge-interval",
    "PurgeQueueInProgress",
    "Only one PurgeQueue operation on {name} is allowed every 60 seconds.",
    status=403,
)
LIST_QUEUES_MAX_RESULTS = _invalid_value(
    "list-max-results", "MaxResults", "MaxResults must be an integer between 1 and 1000."
)
LIST_QUEUES_NEXT_TOKEN = _invalid_parameter("list-next-token", "Invalid or expired next token.")

# Queue attributes
UNKNOWN_ATTRIBUTE = _refusal("attribute-name", "InvalidAttributeName", "Unknown Attribute {name}.")
FIFO_ONLY_ATTRIBUTE = _refusal(
    "fifo-only-attribute",
    "InvalidAttributeName",
    "You can specify the {name} only when FifoQueue is set to true.",
)
ATTRIBUTE_VALUE = _refusal("attribute-value", "InvalidAttributeValue", "Invalid value for the parameter {name}.")
QUEUE_TYPE_CHANGED = _refusal(
    "queue-type",
    "InvalidAttributeValue",
    "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.",
)
THROUGHPUT_LIMIT = _refusal(
    "throughput-limit",
    "InvalidAttributeValue",
    "Invalid value for the parameter FifoThroughputLimit. Reason: The perMessageGroupId value is allowed only when the "
    "value for DeduplicationScope is messageGroup.",
)
TWO_ENCRYPTIONS = _refusal(
    "one-encryption",
    "InvalidAttributeName",
    "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.",
)
REDRIVE_POLICY_FORM = _invalid_value("redrive-policy-form", "RedrivePolicy", "Redrive policy is not a valid JSON map.")
REDRIVE_POLICY_MEMBER = _invalid_value(
    "redrive-policy-member", "RedrivePolicy", "Redrive policy does not contain mandatory attribute: {member}."
)
REDRIVE_POLICY_COUNT = _invalid_value(
    "redrive-policy-count",
    "RedrivePolicy",
    "Invalid value for maxReceiveCount: {count}, valid values are from 1 to 1000 both inclusive.",
)
REDRIVE_TARGET_MISSING = _invalid_value("redrive-target-exists", "RedrivePolicy", "Dead letter target does not exist.")
REDRIVE_TARGET_TYPE = _invalid_value(
    "redrive-target-type", "RedrivePolicy", "Dead-letter queue must be same type of queue as the source."
)
REDRIVE_TARGET_DENIES = _invalid_value(
    "redrive-target-allows",
    "RedrivePolicy",
    "The redrive allow policy of the dead-letter queue does not allow this source queue.",
)
REDRIVE_ALLOW_POLICY = _invalid_value("redrive-allow-policy", "RedriveAllowPolicy", "{reason}")

# Requests
MISSING_PARAMETER = _refusal(
    "required-parameter",
    "MissingRequiredParameterException",
    "The request must contain the parameter {name}.",
    "MissingParameter",
)
MAX_NUMBER_OF_MESSAGES = _invalid_value(
    "receive-max-number", "MaxNumberOfMessages", "Must be between 1 and 10, if provided."
)
WAIT_TIME_SECONDS = _invalid_value("receive-wait-time", "WaitTimeSeconds", "Must be >= 0 and <= 20, if provided.")
VISIBILITY_TIMEOUT = _invalid_value(
    "visibility-timeout", "VisibilityTimeout", "Must be between 0 and 43200, if provided."
)
TOTAL_VISIBILITY_TIMEOUT = _invalid_value(
    "total-visibility-timeout",
    "VisibilityTimeout",
    "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]",
)
DELAY_SECONDS = _invalid_value("delay-seconds", "DelaySeconds", "DelaySeconds must be >= 0 and <= 900.")
WRONG_QUEUE_TYPE = _invalid_parameter(
    "queue-type-parameter",
    "Value {value} for parameter {parameter} is invalid. Reason: The request include parameter that is not valid for "
    "this queue type.",
)
TOKEN_CHARACTERS = _invalid_parameter(
    "token-characters",
    "Value {value} for parameter {parameter} is invalid. Reason: {parameter} can only include alphanumeric and "
    "punctuation characters. 1 to 128 in length.",
)
DEDUPLICATION_ID_MISSING = _invalid_parameter(
    "deduplication-id",
    "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
)
BATCH_GROUP_ID_MISSING = _invalid_parameter("batch-group-id", "The request must contain the parameter MessageGroupId.")
IN_FLIGHT_LIMIT = _refusal(
    "in-flight-limit",
    "OverLimit",
    "Too many messages have been received without being deleted. Please delete your received messages or let them "
    "timeout before receiving more.",
    status=403,
)

# Messages
MESSAGE_TOO_LONG = _invalid_parameter(
    "message-size",
    "One or more parameters are invalid. Reason: Message must be shorter than {limit} bytes.",
)
ENTRY_TOO_LONG = _invalid_parameter(
    "message-size",
    "One or more parameters cannot be validated. Reason: Message must be shorter than {limit} bytes.",
)
MESSAGE_CHARACTERS = _refusal(
    "message-characters",
    "InvalidMessageContents",
    "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | "
    "#x10000 to #x10FFFF",
)
MESSAGE_ATTRIBUTE_COUNT = _invalid_parameter(
    "message-attribute-count", "Number of message attributes [{count}] exceeds the allowed maximum [10]."
)
MESSAGE_ATTRIBUTE_NAME = _invalid_parameter(
    "message-attribute-name",
    "The message attribute name '{name}' is invalid: it can contain A-Z, a-z, 0-9, underscore (_), hyphen (-), and "
    "period (.), must not start or end with a period, have periods in succession, or start with AWS. or Amazon., and "
    "can be at most 256 characters long.",
)
MESSAGE_ATTRIBUTE_TYPE = _invalid_parameter(
    "message-attribute-type",
    "The message attribute '{name}' has an invalid message attribute type, the set of supported type prefixes is "
    "Binary, Number, and String.",
)
MESSAGE_ATTRIBUTE_TYPE_MISSING = _invalid_parameter(
    "message-attribute-type-given", "The message attribute '{name}' must contain non-empty message attribute type."
)
MESSAGE_ATTRIBUTE_EMPTY = _invalid_parameter(
    "message-attribute-value", "Message (user) attribute '{name}' must contain a non-empty value of type '{type}'."
)
MESSAGE_ATTRIBUTE_NUMBER = _invalid_parameter(
    "message-attribute-number", "Can't cast the value of message (user) attribute '{name}' to a number."
)
MESSAGE_ATTRIBUTE_LIST = _invalid_parameter(
    "message-attribute-list",
    "Message attribute list values in SendMessage operation are not supported.",
)
SYSTEM_ATTRIBUTE_NAME = _invalid_parameter(
    "system-attribute-name", "Message system attribute name '{name}' is invalid."
)
SYSTEM_ATTRIBUTE_TYPE = _invalid_parameter(
    "system-attribute-type", "Message system attribute '{name}' must be of type String."
)

# Receipt handles
RECEIPT_HANDLE = _refusal(
    "receipt-handle", "ReceiptHandleIsInvalid", 'The input receipt handle "{handle}" is not a valid receipt handle.'
)
RECEIPT_HANDLE_QUEUE = _refusal(
    "receipt-handle-queue",
    "ReceiptHandleIsInvalid",
    'The receipt handle "{handle}" is not valid for this queue.',
)
RECEIPT_HANDLE_EXPIRED = _invalid_value("receipt-handle-expired", "ReceiptHandle", "The receipt handle has expired.")
MESSAGE_NOT_AVAILABLE = _invalid_value(
    "message-available",
    "ReceiptHandle",
    "Message does not exist or is not available for visibility timeout change.",
)

# Batches
EMPTY_BATCH = _prefixed("batch-not-empty", "EmptyBatchRequest", "There should be at least one {entry} in the request.")
TOO_MANY_ENTRIES = _prefixed(
    "batch-size",
    "TooManyEntriesInBatchRequest",
    "Maximum number of entries per request are 10. You have sent {count}.",
)
BATCH_ENTRY_IDS = _prefixed("batch-distinct-ids", "BatchEntryIdsNotDistinct", "Id {id} repeated.")
BATCH_ENTRY_ID = _prefixed(
    "batch-entry-id",
    "InvalidBatchEntryId",
    "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters "
    "long.",
)
BATCH_TOO_LONG = _prefixed(
    "batch-bytes",
    "BatchRequestTooLong",
    "Batch requests cannot be longer than {limit} bytes. You have sent {size} bytes.",
)
