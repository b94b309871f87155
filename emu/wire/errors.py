"""What the wire itself refuses: requests that can't be read as the operation they name.

Each protocol has its own words for it. The JSON texts are those of DynamoDB's and SQS's common front end, which clients
see though no page documents them; S3's stand in
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, the Query protocol's in
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html.
"""

from __future__ import annotations

from services.errors import Refusal

# JSON 1.0
SERIALIZATION = Refusal("wire.serialization", "SerializationException", 400, "{text}", query_code="MalformedInput")
UNKNOWN_OPERATION = Refusal("wire.unknown-operation", "UnknownOperationException", 400, "", query_code="InvalidAction")

# Query
MISSING_ACTION = Refusal("wire.missing-action", "MissingAction", 400, "The request must contain the parameter Action.")
INVALID_ACTION = Refusal(
    "wire.invalid-action", "InvalidAction", 400, "The action {action} is not valid for this endpoint."
)
MALFORMED_INPUT = Refusal("wire.malformed-input", "MalformedInput", 400, "{text}")
INVALID_PARAMETER = Refusal(
    "wire.invalid-parameter", "InvalidParameterValue", 400, "Value {value} for parameter {name} is invalid. {text}"
)

# S3
MALFORMED_XML = Refusal(
    "wire.malformed-xml",
    "MalformedXML",
    400,
    "The XML you provided was not well-formed or did not validate against our published schema",
)
INVALID_URI = Refusal(
    "wire.invalid-uri", "InvalidURI", 400, "Couldn't parse the specified URI.", members={"URI": "uri"}
)
NO_CONTENT_LENGTH = Refusal(
    "wire.content-length",
    "NotImplemented",
    501,
    "A header you provided implies functionality that is not implemented",
    members={"Header": "header"},
)
INVALID_ARGUMENT = Refusal(
    "wire.invalid-argument",
    "InvalidArgument",
    400,
    "{text}",
    members={"ArgumentName": "name", "ArgumentValue": "value"},
)
METHOD_NOT_ALLOWED = Refusal(
    "wire.method-not-allowed",
    "MethodNotAllowed",
    405,
    "The specified method is not allowed against this resource.",
    members={"Method": "method", "ResourceType": "resource"},
)
FORM_EXPECTED = Refusal(
    "wire.form-expected",
    "PreconditionFailed",
    412,
    "At least one of the pre-conditions you specified did not hold",
    members={"Condition": "condition"},
)

MISSING_CONTENT_LENGTH = Refusal(
    "wire.missing-content-length", "MissingContentLength", 411, "You must provide the Content-Length HTTP header."
)
"""Also where it is x-amz-decoded-content-length that is missing."""
UNKNOWN_CHECKSUM = Refusal(
    "wire.checksum-header",
    "InvalidRequest",
    400,
    "The algorithm type you specified in x-amz-checksum- header is invalid.",
)
SEVERAL_CHECKSUMS = Refusal(
    "wire.single-checksum",
    "InvalidRequest",
    400,
    "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
)
UNSUPPORTED_TRAILER = Refusal(
    "wire.trailer-header", "InvalidRequest", 400, "The value specified in the x-amz-trailer header is not supported"
)

# aws-chunked
INCOMPLETE_BODY = Refusal(
    "wire.incomplete-body",
    "IncompleteBody",
    400,
    "You did not provide the number of bytes specified by the Content-Length HTTP header",
    members={"NumberBytesExpected": "expected", "NumberBytesProvided": "provided"},
)
MALFORMED_CHUNK = Refusal("wire.malformed-chunk", "IncompleteBody", 400, "The request body terminated unexpectedly")
"""Whatever is wrong with a chunk: AWS looks for no reason."""
INVALID_CHUNK_SIZE = Refusal(
    "wire.invalid-chunk-size",
    "InvalidChunkSizeError",
    403,
    "Only the last chunk is allowed to have a size less than 8192 bytes",
    members={"Chunk": "chunk", "BadChunkSize": "size"},
)
MALFORMED_TRAILER = Refusal(
    "wire.malformed-trailer",
    "MalformedTrailerError",
    400,
    "The request contained trailing data that was not well-formed or did not conform to our published schema.",
)
