"""The request of an operation from the words of the command line, by the operation's botocore model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from botocore import xform_name

from emu.client.errors import UsageError
from emu.client.values import fit, from_json, from_words, opened, text_of

INPUT_JSON = "--cli-input-json"


def option_of(member: str) -> str:
    """``TableName`` → ``--table-name``."""
    return f"--{xform_name(member, '-')}"


def members_of(operation: Any) -> Mapping[str, Any]:
    """The members of an operation's request: name → shape."""
    return operation.input_shape.members if operation.input_shape else {}


def streamed_member(shape: Any) -> str | None:
    """The member of a request or response that is a stream of bytes."""
    payload = shape.serialization.get("payload") if shape is not None else None
    return payload if payload is not None and shape.members[payload].serialization.get("streaming") else None


def request_of(operation: Any, words: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    """The request's members, with open files for streamed bodies, and the words that belong to no option. Raises
    UsageError."""
    reader = _Reader(operation, words)
    reader.read()
    if reader.streamed is not None:
        # The body's own length is sent; Kumo's client takes the option and ignores it.
        reader.request.pop("ContentLength", None)
    return reader.request, reader.loose


class _Reader:
    """Reads the words from left to right."""

    def __init__(self, operation: Any, words: Sequence[str]) -> None:
        self.streamed = streamed_member(operation.input_shape)
        self.request: dict[str, Any] = {}
        self.loose: list[str] = []
        self._operation = operation
        self._options = {option_of(member): member for member in members_of(operation)}
        self._rest = list(words)
        self._listed: dict[str, list[str]] = {}

    def read(self) -> None:
        while self._rest:
            word = self._rest.pop(0)
            if word.startswith("--"):
                name, equals, value = word.partition("=")
                self._option(name, value if equals else None)
            else:
                self.loose.append(word)

    def _option(self, name: str, given: str | None) -> None:
        if name == INPUT_JSON:
            self._input_json(self._values(name, given, many=False)[0])
            return
        member, on = self._member(name)
        shape = members_of(self._operation)[member]
        if shape.type_name == "boolean":
            self.request[member] = self._flag(name, given) is on
            return
        values = self._values(name, given, many=shape.type_name == "list")
        if shape.type_name == "list":
            # AWS CLI takes all elements behind one option, Kumo's client the option once for each.
            values = self._listed[member] = [*self._listed.get(member, ()), *values]
        if member == self.streamed:
            self.request[member] = opened(values[0], name)
        else:
            self.request[member] = from_words(shape, values, name)

    def _member(self, name: str) -> tuple[str, bool]:
        """The member that an option sets; False for the ``--no-`` form of a flag."""
        if name in self._options:
            return self._options[name], True
        member = self._options.get("--" + name.removeprefix("--no-"))
        if member is not None and members_of(self._operation)[member].type_name == "boolean":
            return member, False
        command = xform_name(self._operation.name, "-")
        raise UsageError(f"{command} has no option {name}; it has {', '.join(self._options) or 'none'}.")

    def _flag(self, name: str, given: str | None) -> bool:
        """A flag stands alone, but may be followed by true or false."""
        if given is None:
            if not self._rest or self._rest[0].lower() not in ("true", "false"):
                return True
            given = self._rest.pop(0)
        if given.lower() not in ("true", "false"):
            raise UsageError(f"{name} is {given!r}, but must be true or false.")
        return given.lower() == "true"

    def _values(self, name: str, given: str | None, *, many: bool) -> list[str]:
        if given is not None:
            return [given]
        values: list[str] = []
        while self._rest and (many or not values) and not self._rest[0].startswith("--"):
            values.append(self._rest.pop(0))
        if not values:
            raise UsageError(f"{name} needs a value. One that begins with -- is given as {name}=VALUE.")
        return values

    def _input_json(self, word: str) -> None:
        """The whole request as one document; single options win over it."""
        document = from_json(text_of(word, INPUT_JSON), INPUT_JSON)
        if not isinstance(document, dict):
            raise UsageError(f"{INPUT_JSON} must be an object.")
        shape = self._operation.input_shape
        self.request = {**(fit(shape, document, INPUT_JSON) if shape is not None else {}), **self.request}
