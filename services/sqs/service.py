"""Amazon SQS: its table.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

from services.operation import Operation, Service
from services.sqs.delivery import deliver
from services.sqs.operations.change_message_visibility import change_message_visibility
from services.sqs.operations.change_message_visibility_batch import change_message_visibility_batch
from services.sqs.operations.create_queue import create_queue
from services.sqs.operations.delete_message import delete_message
from services.sqs.operations.delete_message_batch import delete_message_batch
from services.sqs.operations.delete_queue import delete_queue
from services.sqs.operations.get_queue_attributes import get_queue_attributes
from services.sqs.operations.get_queue_url import get_queue_url
from services.sqs.operations.list_queues import list_queues
from services.sqs.operations.purge_queue import purge_queue
from services.sqs.operations.receive_message import receive_message
from services.sqs.operations.send_message import send_message
from services.sqs.operations.send_message_batch import send_message_batch
from services.sqs.operations.set_queue_attributes import set_queue_attributes
from services.sqs.query_names import QUERY_NAMES
from services.sqs.retention import fire, next_deadline_ms
from services.sqs.state import State
from services.traits import Traits

SERVICE = Service(
    name="sqs",
    title="Amazon SQS",
    operations={
        "ChangeMessageVisibility": Operation(change_message_visibility, changes=("sqs.change_visibility",)),
        "ChangeMessageVisibilityBatch": Operation(change_message_visibility_batch, changes=("sqs.change_visibility",)),
        "CreateQueue": Operation(create_queue, changes=("sqs.create_queue",)),
        "DeleteMessage": Operation(delete_message, changes=("sqs.delete",)),
        "DeleteMessageBatch": Operation(delete_message_batch, changes=("sqs.delete",)),
        "DeleteQueue": Operation(delete_queue, changes=("sqs.delete_queue",)),
        "GetQueueAttributes": Operation(get_queue_attributes),
        "GetQueueUrl": Operation(get_queue_url),
        "ListQueues": Operation(list_queues),
        "PurgeQueue": Operation(purge_queue, changes=("sqs.purge",)),
        "ReceiveMessage": Operation(receive_message, changes=("sqs.receive", "sqs.move", "sqs.expire")),
        "SendMessage": Operation(send_message, changes=("sqs.send",)),
        "SendMessageBatch": Operation(send_message_batch, changes=("sqs.send",)),
        "SetQueueAttributes": Operation(set_queue_attributes, changes=("sqs.set_attributes",)),
    },
    new_state=State,
    next_deadline_ms=next_deadline_ms,
    fire=fire,
    deliver=deliver,
    traits=Traits(query=QUERY_NAMES),
)
