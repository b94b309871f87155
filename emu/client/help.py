"""What ``--help`` shows: the services, a service's operations, an operation's options."""

from __future__ import annotations

from typing import Any

from botocore import xform_name

from emu.client.arguments import GLOBAL_OPTIONS, SERVICES, CommandLine
from emu.client.call import model_of, operation_of
from emu.client.request import INPUT_JSON, members_of, option_of, streamed_member

_USAGE = """\
Usage: emu aws SERVICE OPERATION --member value ...
       emu aws s3 mb s3://BUCKET

Calls a running emu as AWS CLI would. `emu aws SERVICE --help` lists a service's
operations, `emu aws SERVICE OPERATION --help` an operation's options.

Services: {services}

Options of every call:
{options}

Values: a list is given as several values; structures and maps as JSON or as
AWS CLI's shorthand (AttributeName=id,AttributeType=S); file://PATH is the text in
a file, fileb://PATH its bytes; binary members in JSON are base64. A streamed body
is the name of a file, and so is, behind the options, where a streamed answer goes.
One call is made: an answer that has a next page shows the token for it.

Credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, else test and test.
"""


def help_text(line: CommandLine) -> str:
    """Raises UsageError for a service or an operation that isn't there."""
    if line.service is None:
        options = "\n".join(f"  {name:16}{text}" for name, text in GLOBAL_OPTIONS.items())
        return _USAGE.format(services=", ".join(SERVICES), options=options)
    model = model_of(line.service)
    if line.operation is None:
        commands = "\n".join(f"  {xform_name(name, '-')}" for name in model.operation_names)
        return f"Usage: emu aws {line.service} OPERATION --member value ...\n\nOperations:\n{commands}\n"
    return _operation_help(line.service, operation_of(model, line.operation))


def _operation_help(service: str, operation: Any) -> str:
    required = operation.input_shape.required_members if operation.input_shape else []
    rows: list[tuple[str, str]] = []
    streamed = streamed_member(operation.input_shape)
    for name, shape in members_of(operation).items():
        kind = "file" if name == streamed else _kind(shape)
        rows.append((option_of(name), f"{kind}{' (required)' if name in required else ''}"))
    rows.append((INPUT_JSON, "the whole request as JSON"))
    target = " FILE" if streamed_member(operation.output_shape) else ""
    options = "\n".join(f"  {name}  {kind}" for name, kind in rows)
    return f"Usage: emu aws {service} {xform_name(operation.name, '-')} OPTIONS{target}\n\nOptions:\n{options}\n"


def _kind(shape: Any) -> str:
    if shape.type_name == "list":
        return f"list of {_kind(shape.member)}"
    if shape.type_name == "map":
        return f"map of {_kind(shape.value)}"
    if shape.type_name == "structure":
        return f"structure: {', '.join(shape.members)}" if shape.members else "structure"
    choices = getattr(shape, "enum", None)
    return " | ".join(choices) if choices and len(choices) <= 6 else str(shape.type_name)
