"""SQS's names in the Query protocol, which its published model no longer holds.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/Welcome.html (the examples of each action)
"""

from __future__ import annotations

from services.traits import QueryNames

QUERY_NAMES = QueryNames(
    namespace="http://queue.amazonaws.com/doc/2012-11-05/",
    lists={
        "AWSAccountIdList": "AWSAccountId",
        "ActionNameList": "ActionName",
        "AttributeNameList": "AttributeName",
        "BatchResultErrorEntryList": "BatchResultErrorEntry",
        "BinaryList": "BinaryListValue",
        "ChangeMessageVisibilityBatchRequestEntryList": "ChangeMessageVisibilityBatchRequestEntry",
        "ChangeMessageVisibilityBatchResultEntryList": "ChangeMessageVisibilityBatchResultEntry",
        "DeleteMessageBatchRequestEntryList": "DeleteMessageBatchRequestEntry",
        "DeleteMessageBatchResultEntryList": "DeleteMessageBatchResultEntry",
        "ListMessageMoveTasksResultEntryList": "ListMessageMoveTasksResultEntry",
        "MessageAttributeNameList": "MessageAttributeName",
        "MessageList": "Message",
        "MessageSystemAttributeList": "MessageSystemAttributeName",
        "QueueUrlList": "QueueUrl",
        "SendMessageBatchRequestEntryList": "SendMessageBatchRequestEntry",
        "SendMessageBatchResultEntryList": "SendMessageBatchResultEntry",
        "StringList": "StringListValue",
        "TagKeyList": "TagKey",
    },
    maps={
        "MessageBodyAttributeMap": ("MessageAttribute", "Name", "Value"),
        "MessageBodySystemAttributeMap": ("MessageSystemAttribute", "Name", "Value"),
        "MessageSystemAttributeMap": ("Attribute", "Name", "Value"),
        "QueueAttributeMap": ("Attribute", "Name", "Value"),
        "TagMap": ("Tag", "Key", "Value"),
    },
    resource_member="QueueUrl",
)
