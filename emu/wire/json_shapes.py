"""Shapes of the JSON protocols, compiled into closures.

A decoder takes parsed JSON and gives values, checking types on the way; an encoder takes values and gives what orjson
can write. Where a value needs no conversion there is no encoder at all (None), and where all of a structure needs none,
its answer goes to orjson as it is: that is most of DynamoDB.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any

from emu.wire import timestamps
from emu.wire.json_scalars import JAVA, PLAIN, decoder, refused
from emu.wire.model import EMPTY, Model, Shape, late_bound

Decoder = Callable[[Any], Any]
Encoder = Callable[[Any], Any]

_CAST = (
    "class sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl cannot be cast to class java.lang.Class "
    "(sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl and java.lang.Class are in module java.base of "
    "loader 'bootstrap')"
)


def raw_closure(model: Model, raw: frozenset[str]) -> frozenset[str]:
    """``raw`` and every list and map that holds nothing else."""
    names = set(raw)
    while True:
        more = {
            name
            for name, shape in model.shapes.items()
            if shape.type in ("list", "map") and name not in names and shape.element.shape in names
        }
        if not more:
            return frozenset(names)
        names |= more


class JsonShapes:
    """Compiles the shapes of one model, each once. ``namespace`` is what its shapes are called in AWS's messages."""

    def __init__(self, model: Model, raw: frozenset[str], namespace: str) -> None:
        self._model = model
        self._raw = raw_closure(model, raw)
        self._namespace = namespace
        self._decoders: dict[str, Decoder] = {}
        self._encoders: dict[str, Encoder] = {}

    def _shape(self, name: str | None) -> Shape:
        return EMPTY if name is None else self._model.shapes[name]

    def _java(self, shape: Shape) -> str:
        """The shape's class as AWS's messages write it."""
        if shape.type == "list":
            return f"java.util.List<{self._java(self._shape(shape.element.shape))}>"
        if shape.type == "map":
            return f"java.util.Map<java.lang.String, {self._java(self._shape(shape.element.shape))}>"
        return JAVA.get(shape.type, f"{self._namespace}.{shape.name}")

    def decoder(self, name: str | None) -> Decoder:
        """The decoder of a shape; None is the empty structure."""
        shape = self._shape(name)
        if shape.name not in self._decoders:
            if shape.name in self._raw:
                return _same
            self._decoders[shape.name] = late_bound(self._decoders, shape.name)
            self._decoders[shape.name] = self._compile_decoder(shape)
        return self._decoders[shape.name]

    def _compile_decoder(self, shape: Shape) -> Decoder:
        match shape.type:
            case "structure":
                return self._structure_decoder(shape)
            case "list":
                return self._list_decoder(shape)
            case "map":
                return self._map_decoder(shape)
            case _:
                return decoder(shape.type)

    def _structure_decoder(self, shape: Shape) -> Decoder:
        plain: dict[str, type] = {}
        members: dict[str, Decoder] = {}
        for name, member in shape.members.items():
            members[name] = self._field(member.shape)
            kind = PLAIN.get(self._shape(member.shape).type)
            if kind is not None:
                plain[name] = kind
        unrecognized = f"Unrecognized collection type class {self._java(shape)}"

        def structure(value: Any) -> Any:
            if type(value) is not dict:
                raise refused(unrecognized if type(value) is list else "Unexpected value type in payload")
            result = {}
            for name, item in value.items():
                if type(item) is plain.get(name):
                    result[name] = item
                elif item is not None and name in members:
                    result[name] = members[name](item)
            return result

        return structure

    def _field(self, name: str) -> Decoder:
        """A structure's member: where it is itself a structure, AWS has other words for a scalar in its place."""
        decode = self.decoder(name)
        if self._shape(name).type != "structure" or name in self._raw:
            return decode

        def field(value: Any) -> Any:
            if type(value) is not dict and type(value) is not list:
                raise refused("Unexpected field type")
            return decode(value)

        return field

    def _list_decoder(self, shape: Shape) -> Decoder:
        element = self._shape(shape.element.shape)
        decode = self.decoder(element.name)
        otherwise = _CAST if element.type in ("list", "map") else "Unexpected field type"
        plain = PLAIN.get(element.type)

        def elements(value: Any) -> Any:
            if type(value) is not list:
                raise refused(
                    "Start of structure or map found where not expected" if type(value) is dict else otherwise
                )
            return [item if type(item) is plain else decode(item) for item in value if item is not None]

        return elements

    def _map_decoder(self, shape: Shape) -> Decoder:
        element = self._shape(shape.element.shape)
        decode = self.decoder(element.name)
        otherwise = _CAST if element.type in ("list", "map") else "Unexpected field type"
        unrecognized = f"Unrecognized collection type {self._java(shape)}"

        def entries(value: Any) -> Any:
            if type(value) is not dict:
                raise refused(unrecognized if type(value) is list else otherwise)
            return {key: decode(item) for key, item in value.items() if item is not None}

        return entries

    def encoder(self, name: str | None) -> Encoder | None:
        """The encoder of a shape, or None where values are written as they are."""
        shape = self._shape(name)
        if shape.name not in self._encoders:
            if not self._converts(shape.name):
                return None
            self._encoders[shape.name] = late_bound(self._encoders, shape.name)
            self._encoders[shape.name] = self._compile_encoder(shape)
        return self._encoders[shape.name]

    def _converts(self, name: str) -> bool:
        """Whether anything in a shape is written otherwise than it is kept."""
        seen, left = set(self._raw), [name]
        while left:
            name = left.pop()
            if name in seen:
                continue
            seen.add(name)
            shape = self._shape(name or None)
            if shape.type in ("timestamp", "blob"):
                return True
            left += [member.shape for member in shape.members.values()]
            if shape.value is not None:
                left.append(shape.value.shape)
        return False

    def _compile_encoder(self, shape: Shape) -> Encoder:
        match shape.type:
            case "structure":
                return self._structure_encoder(shape)
            case "list":
                each = self.encoder(shape.element.shape) or _same
                return lambda value: [each(item) for item in value]
            case "map":
                entry = self.encoder(shape.element.shape) or _same
                return lambda value: {key: entry(item) for key, item in value.items()}
            case "timestamp":
                return timestamps.epoch
            case _:
                return _base64

    def _structure_encoder(self, shape: Shape) -> Encoder:
        converted = {
            name: encode for name, member in shape.members.items() if (encode := self.encoder(member.shape)) is not None
        }

        def structure(value: Any) -> Any:
            touched = converted.keys() & value.keys()
            if not touched:
                return value
            return {**value, **{name: converted[name](value[name]) for name in touched}}

        return structure


def _same(value: Any) -> Any:
    return value


def _base64(value: bytes) -> str:
    return b64encode(value).decode()
