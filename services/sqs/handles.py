"""Receipt handles.

A handle says by itself which queue and which message it is for and which receive it came from, so nothing has to be
kept to look it up: ``queue id (8 bytes), sequence (8), receipt (14)`` behind three bytes of 1, in base64. Clients
must take it as opaque, and its first letters (``AQEB``) are those of AWS's.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html
"""

from __future__ import annotations

from base64 import b64decode, b64encode

from services.ids import Ids, hexadecimal
from services.sqs import errors
from services.sqs.queue import Queue

_HEAD = b"\1\1\1"
_LENGTH = len(_HEAD) + 8 + 8 + 14


def new_receipt(ids: Ids) -> str:
    """The token of one receive of one message: 28 hexadecimal characters."""
    return hexadecimal(ids, 28)


def new_queue_id(ids: Ids) -> str:
    return hexadecimal(ids, 16)


def handle(queue: Queue, sequence: int, receipt: str) -> str:
    parts = (_HEAD, bytes.fromhex(queue.queue_id), sequence.to_bytes(8, "big"), bytes.fromhex(receipt))
    return b64encode(b"".join(parts)).decode()


def parse(queue: Queue, text: str) -> tuple[int, str]:
    """Sequence and receipt. Raises ReceiptHandleIsInvalid for what isn't a handle of this queue."""
    try:
        data = b64decode(text, validate=True)
    except ValueError:
        raise errors.RECEIPT_HANDLE(handle=text) from None
    if len(data) != _LENGTH or not data.startswith(_HEAD):
        raise errors.RECEIPT_HANDLE(handle=text)
    if data[3:11].hex() != queue.queue_id:
        raise errors.RECEIPT_HANDLE_QUEUE(handle=text)
    return int.from_bytes(data[11:19], "big"), data[19:].hex()
