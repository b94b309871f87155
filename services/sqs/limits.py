"""Every numeric rule of SQS, with its unit.

Quotas: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-quotas.html
Attributes: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html

Two of AWS's waits are not kept, since they only slow tests down: a deleted queue's name is free at once (AWS: after 60
seconds, ``QueueDeletedRecently``), and a new queue is usable at once (AWS: after a second).
"""

from __future__ import annotations

QUEUE_NAME_LENGTH_MAX = 80
LIST_QUEUES_RESULTS_MAX = 1_000

VISIBILITY_TIMEOUT_SECONDS = (0, 43_200)
DELAY_SECONDS = (0, 900)
MAXIMUM_MESSAGE_SIZE_BYTES = (1_024, 1_048_576)
MESSAGE_RETENTION_PERIOD_SECONDS = (60, 1_209_600)
RECEIVE_WAIT_SECONDS = (0, 20)
KMS_REUSE_PERIOD_SECONDS = (60, 86_400)

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
RECEIVE_COUNT = (1, 1_000)
REDRIVE_SOURCE_ARNS_MAX = 10

BATCH_ENTRIES_MAX = 10
BATCH_SIZE_BYTES_MAX = 1_048_576
RECEIVE_MESSAGES = (1, 10)

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
MESSAGE_ATTRIBUTES_MAX = 10
ATTRIBUTE_TYPE_LENGTH_MAX = 256
# Of an attribute of type Number: significant digits, and the power of ten of the first one.
NUMBER_DIGITS_MAX = 38
NUMBER_EXPONENT = (-128, 126)

IN_FLIGHT_MAX = 120_000

# How long a deduplication id and a receive request attempt id are remembered.
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-exactly-once-processing.html
DEDUPLICATION_INTERVAL_MS = 300_000
RECEIVE_ATTEMPT_INTERVAL_MS = 300_000

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_PurgeQueue.html
PURGE_INTERVAL_MS = 60_000

# Ours: how many messages one record expires or moves at most, so that no commit holds the event loop for long.
MESSAGES_PER_RECORD_MAX = 1_000
