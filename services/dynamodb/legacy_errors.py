"""What DynamoDB refuses of the parameters that expressions replaced: the catalogue of :mod:`.legacy`.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html
"""

from __future__ import annotations

from services.dynamodb.errors import invalid_value, validation

COUNT = invalid_value("legacy-count", "Invalid number of argument(s) for the {operator} ComparisonOperator")
TYPE = invalid_value("legacy-type", "ComparisonOperator {operator} is not valid for {type} AttributeValue type")
OPERATOR_ALONE = invalid_value("legacy-operator", "ConditionalOperator cannot be used without Filter or Expected")
OPERATOR_SINGLE = validation(
    "legacy-operator", "ConditionalOperator can only be used when Filter or Expected has two or more elements"
)
SAME_TYPE = invalid_value("legacy-same-type", "AttributeValues inside AttributeValueList must be of same type")
BETWEEN = validation(
    "legacy-between",
    "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound",
)
VALUE_AND_LIST = invalid_value(
    "legacy-expected", "Value and AttributeValueList cannot be used together for Attribute: {attribute}"
)
NO_VALUE = invalid_value(
    "legacy-expected",
    "Value or AttributeValueList must be used with ComparisonOperator: {operator} for Attribute: {attribute}",
)
EXISTS = invalid_value(
    "legacy-expected", "Exists and ComparisonOperator cannot be used together for Attribute: {attribute}"
)
LIST_ALONE = invalid_value(
    "legacy-expected",
    "AttributeValueList can only be used with a ComparisonOperator for Attribute: {attribute}",
)
VALUE_UNEXPECTED = invalid_value(
    "legacy-expected", "Value cannot be used when Exists is false for Attribute: {attribute}"
)
VALUE_MISSING = invalid_value(
    "legacy-expected", "Value must be provided when Exists is {exists} for Attribute: {attribute}"
)
KEY_OPERATOR = validation("legacy-key-operator", "Attempted conditional constraint is not an indexable operation")
DUPLICATE = invalid_value("legacy-duplicate", "Duplicate value in attribute name: {attribute}")
UPDATE_VALUE = invalid_value("legacy-update", "Only DELETE action is allowed when no attribute value is specified")
UPDATE_TYPE = invalid_value("legacy-update", "{action} is not supported for the type {type}")
