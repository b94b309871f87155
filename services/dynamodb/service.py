"""Amazon DynamoDB: its table."""

from __future__ import annotations

from services.dynamodb import upkeep
from services.dynamodb.operations.batch_get_item import batch_get_item
from services.dynamodb.operations.batch_write_item import batch_write_item
from services.dynamodb.operations.create_table import create_table
from services.dynamodb.operations.delete_item import delete_item
from services.dynamodb.operations.delete_table import delete_table
from services.dynamodb.operations.describe_table import describe_table
from services.dynamodb.operations.describe_time_to_live import describe_time_to_live
from services.dynamodb.operations.get_item import get_item
from services.dynamodb.operations.list_tables import list_tables
from services.dynamodb.operations.put_item import put_item
from services.dynamodb.operations.query import query
from services.dynamodb.operations.scan import scan
from services.dynamodb.operations.transact_get_items import transact_get_items
from services.dynamodb.operations.transact_write_items import transact_write_items
from services.dynamodb.operations.update_item import update_item
from services.dynamodb.operations.update_table import update_table
from services.dynamodb.operations.update_time_to_live import update_time_to_live
from services.dynamodb.state import State
from services.operation import Operation, Service
from services.traits import Traits

_PUT = "dynamodb.put_item"
_DELETE = "dynamodb.delete_item"

SERVICE = Service(
    name="dynamodb",
    title="Amazon DynamoDB",
    operations={
        "BatchGetItem": Operation(batch_get_item),
        "BatchWriteItem": Operation(batch_write_item, changes=(_PUT, _DELETE)),
        "CreateTable": Operation(create_table, changes=("dynamodb.create_table",)),
        "DeleteItem": Operation(delete_item, changes=(_DELETE,)),
        "DeleteTable": Operation(delete_table, changes=("dynamodb.delete_table",)),
        "DescribeTable": Operation(describe_table),
        "DescribeTimeToLive": Operation(describe_time_to_live),
        "GetItem": Operation(get_item),
        "ListTables": Operation(list_tables),
        "PutItem": Operation(put_item, changes=(_PUT,)),
        "Query": Operation(query),
        "Scan": Operation(scan),
        "TransactGetItems": Operation(transact_get_items),
        "TransactWriteItems": Operation(transact_write_items, changes=(_PUT, _DELETE, "dynamodb.remember_token")),
        "UpdateItem": Operation(update_item, changes=(_PUT,)),
        "UpdateTable": Operation(update_table, changes=("dynamodb.update_table",)),
        "UpdateTimeToLive": Operation(update_time_to_live, changes=("dynamodb.update_ttl",)),
    },
    new_state=State,
    next_deadline_ms=upkeep.next_deadline_ms,
    fire=upkeep.fire,
    traits=Traits(raw_shapes=frozenset({"AttributeValue"}), crc32=True),
)
