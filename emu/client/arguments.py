"""The parts of a command line: options of every call, service, operation, and the operation's own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from emu.client.errors import UsageError

SERVICES = {
    "s3": "s3",
    "s3api": "s3",
    "sqs": "sqs",
    "dynamodb": "dynamodb",
    "dynamodbstreams": "dynamodbstreams",
    "sts": "sts",
}
"""The services by their names on the command line."""

GLOBAL_OPTIONS = {
    "--endpoint-url": "Where emu answers. [default: $AWS_ENDPOINT_URL, else http://localhost:4566]",
    "--region": "Region. [default: $AWS_REGION, $AWS_DEFAULT_REGION, else us-east-1]",
    "--query": "JMESPath expression of what to show of the answer.",
    "--output": "json, or text for plain values. [default: json]",
}
"""Options that may stand anywhere, each with one value. Kumo's client has the first two."""

_HELP = ("-h", "--help", "help")


@dataclass(frozen=True, slots=True)
class CommandLine:
    """``words`` are the operation's options and arguments, as they were given."""

    options: Mapping[str, str]
    service: str | None
    operation: str | None
    words: tuple[str, ...]
    help: bool


def split(arguments: Sequence[str]) -> CommandLine:
    """The parts of what stands behind ``emu aws``. Raises UsageError."""
    options, rest = _take_options(arguments)
    # The word "help" may be a value further on; at the end of the line it is not.
    asks = any(word in _HELP[:2] for word in rest) or rest[-1:] == ["help"]
    names = [word for word in rest[:2] if word not in _HELP]
    for name in names:
        if name.startswith("-"):
            raise UsageError(f"{name} must stand behind a service and an operation: emu aws SERVICE OPERATION.")
    service, operation = [*names, None, None][:2]
    return CommandLine(options, service, operation, tuple(rest[2:]), asks or operation is None)


def begins_a_call(arguments: Sequence[str]) -> bool:
    """Whether a service is the first word that is neither an option for every call nor the value of one."""
    position = 0
    while position < len(arguments) and arguments[position].partition("=")[0] in GLOBAL_OPTIONS:
        position += 1 if "=" in arguments[position] else 2
    return position < len(arguments) and arguments[position] in SERVICES


def _take_options(arguments: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    options: dict[str, str] = {}
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        name, equals, value = word.partition("=")
        if name not in GLOBAL_OPTIONS:
            rest.append(word)
            continue
        given = value if equals else next(words, None)
        if given is None:
            raise UsageError(f"{name} needs a value.")
        options[name] = given
    return options, rest
