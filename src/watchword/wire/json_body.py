"""Values of shapes as JSON, in both directions, compiled once per shape.

Reading rules:
1. the text is UTF-8, at most `MAX_DEPTH` levels deep, without `NaN` and infinities;
2. an object has each name once: two readers could pick different values of a repeated one;
3. a value has the type of its shape, nothing is converted. A member that is null is absent; null in a list or
   map is refused;
4. unknown members are ignored, as AWS does; a union has exactly one member.

Writing: an unknown member is a bug of this server and raises KeyError. The error messages are those of AWS's
own JSON parser.
Source: Smithy 2.0, "AWS JSON 1.0/1.1 protocol"; RFC 8259, sections 4 and 8.
"""

import base64
import json
import re
from collections.abc import Callable
from functools import partial
from itertools import accumulate
from typing import Any

import msgspec

from watchword.wire import values
from watchword.wire.shapes import Shape, compiler
from watchword.wire.values import UnreadableError

MAX_DEPTH = 64
TIMESTAMPS = "unixtimestamp"
OR_IN_BODY = "orInBody"
"""A trait of ours: a member that clients send in its location or in the body (`rest_read`)."""

Read = Callable[[Any], Any]
Write = Callable[[Any], Any]

_STRINGS = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)  # possessive: linear in any text
_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in _STEPS)

write_text = msgspec.json.Encoder().encode


def read_text(data: bytes) -> object:
    """The JSON value in `data`. Raises UnreadableError."""
    # Most bodies have few brackets, and then the exact depth doesn't matter.
    if data.count(b"[") + data.count(b"{") > MAX_DEPTH:
        _refuse_depth(data)
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant)
    except (ValueError, RecursionError) as problem:
        said = (
            str(problem) if isinstance(problem, UnreadableError) else "Could not parse request body into json"
        )
        raise UnreadableError(said) from problem


def _refuse_depth(data: bytes) -> None:
    """Raises UnreadableError when arrays and objects are nested too deep."""
    brackets = _STRINGS.sub(b"", data).translate(None, _NOT_BRACKETS)
    if max(accumulate(map(_STEPS.__getitem__, brackets)), default=0) > MAX_DEPTH:
        raise UnreadableError(f"Could not parse request body into json: deeper than {MAX_DEPTH} levels")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise UnreadableError("Could not parse request body into json: duplicate field")
    return found


def _constant(name: str) -> None:
    raise UnreadableError(f"Could not parse request body into json: non-standard token '{name}'")


# --- reading -----------------------------------------------------------------------------------------


def readers() -> Callable[[Shape], Read]:
    """A compiler: shape -> function from a JSON value to the shape's value. It raises UnreadableError."""
    return compiler(_build_reader)


def _build_reader(shape: Shape, compile_: Callable[[Shape], Read]) -> Read:
    if shape.document:
        return _unchanged
    if build := {"structure": _structure_reader, "list": _list_reader, "map": _map_reader}.get(shape.type):
        return build(shape, compile_)
    return _single_reader(shape)


def _unchanged(value: Any) -> Any:  # noqa: ANN401 any JSON value
    return value


def _single_reader(shape: Shape) -> Read:
    if shape.type in values.BITS:
        return _integer_reader(shape.type)
    if shape.type == "timestamp":
        return _timestamp_reader(shape)
    if shape.traits.get("jsonvalue"):
        return lambda value: read_text(_read_string(value).encode())
    return SINGLES[shape.type]


def _token(value: object) -> str:
    """The kind of a JSON value, in the words of AWS's parser (Jackson)."""
    match value:
        case bool():
            return f"{str(value).upper()}_VALUE"
        case str():
            return "STRING_VALUE"
        case int() | float():
            return "NUMBER_VALUE"
    return "NULL_VALUE"


def _wrong(value: object, wanted: str) -> UnreadableError:
    if isinstance(value, dict):
        return UnreadableError("Start of structure or map found where not expected.")
    if isinstance(value, list):
        return UnreadableError("Start of list found where not expected")
    return UnreadableError(f"{_token(value)} can not be converted to {wanted}")


def _no_collection(value: object, wanted: str) -> UnreadableError:
    if isinstance(value, dict | list):
        return _wrong(value, wanted)
    return UnreadableError(f"Expected {wanted} or null")


def _read_string(value: object) -> str:
    if not isinstance(value, str):
        raise _wrong(value, "a String")
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        raise UnreadableError("Could not parse request body into json: lone surrogate in a string")
    return value


def _read_boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise _wrong(value, "a Boolean")
    return value


def _read_float(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(value, "a Double")
    try:
        return values.read_float(repr(float(value)))
    except OverflowError as problem:
        raise UnreadableError("NUMBER_VALUE can not be converted to a Double") from problem


def _read_blob(value: object) -> bytes:
    if not isinstance(value, str):
        raise _wrong(value, "a Blob")
    return values.read_blob(value)


SINGLES: dict[str, Read] = {
    "string": _read_string,
    "character": _read_string,
    "boolean": _read_boolean,
    "float": _read_float,
    "double": _read_float,
    "blob": _read_blob,
}


def _integer_reader(kind: str) -> Read:
    limit, wanted = 1 << values.BITS[kind], {"integer": "an Integer", "long": "a Long"}[kind]

    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not -limit <= value < limit:
            raise _wrong(value, wanted)
        return value

    return read


def _timestamp_reader(shape: Shape) -> Read:
    form = values.timestamp_format(shape, TIMESTAMPS)
    read_other = values.TIMESTAMPS[form][0]

    def read(value: object) -> object:
        if form != TIMESTAMPS:
            return read_other(_read_string(value))
        return values.read_epoch(_read_float(value))

    return read


def _structure_reader(shape: Shape, compile_: Callable[[Shape], Read]) -> Read:
    members = {
        member.wire_name(name): (name, compile_(member))
        for name, member in shape.members.items()
        if not member.location or member.traits.get(OR_IN_BODY)
    }
    union = bool(shape.traits.get("union"))

    def read(value: object) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise _wrong(value, "a structure")
        found = {}
        for key, item in value.items():
            if item is not None and (known := members.get(key)) is not None:
                found[known[0]] = known[1](item)
        if union and len(found) != 1:
            raise UnreadableError(f"{shape.name} is a union and must have exactly one member set")  # 4.
        return found

    return read


def _list_reader(shape: Shape, compile_: Callable[[Shape], Read]) -> Read:
    read_item = compile_(shape.element)

    def read(value: object) -> list[Any]:
        if not isinstance(value, list):
            raise _no_collection(value, "list")
        if None in value:
            raise UnreadableError("null found in a list where not expected")
        return [read_item(item) for item in value]

    return read


def _map_reader(shape: Shape, compile_: Callable[[Shape], Read]) -> Read:
    read_item = compile_(shape.value)

    def read(value: object) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise _no_collection(value, "map")
        if None in value.values():
            raise UnreadableError("null found in a map where not expected")
        return {_read_string(key): read_item(item) for key, item in value.items()}

    return read


# --- writing -----------------------------------------------------------------------------------------


def writers(*, nulls: bool = False) -> Callable[[Shape], Write]:
    """A compiler: shape -> function from the shape's value to a JSON value.

    nulls: an absent member is written as null.
    """
    return compiler(partial(_build_writer, nulls=nulls))


def _build_writer(shape: Shape, compile_: Callable[[Shape], Write], *, nulls: bool) -> Write:
    if shape.document:
        return _unchanged
    match shape.type:
        case "structure":
            return _structure_writer(shape, compile_, nulls=nulls)
        case "list":
            write = compile_(shape.element)
            return lambda items: [write(item) for item in items]
        case "map":
            write = compile_(shape.value)
            return lambda entries: {key: write(item) for key, item in entries.items()}
    return _single_writer(shape)


def _single_writer(shape: Shape) -> Write:
    if shape.type == "blob":
        return lambda value: base64.b64encode(value).decode("ascii")
    if shape.type == "timestamp":
        form = values.timestamp_format(shape, TIMESTAMPS)
        return values.write_epoch if form == TIMESTAMPS else values.TIMESTAMPS[form][1]
    if shape.traits.get("jsonvalue"):
        return lambda value: write_text(value).decode()
    return _unchanged


def _structure_writer(shape: Shape, compile_: Callable[[Shape], Write], *, nulls: bool) -> Write:
    members = {
        name: (member.wire_name(name), compile_(member))
        for name, member in shape.members.items()
        if not member.location
    }
    absent = dict.fromkeys(key for key, _ in members.values()) if nulls else {}

    def write(value: Any) -> dict[str, Any]:  # noqa: ANN401 a mapping of members
        found: dict[str, Any] = {**absent}
        for name, item in value.items():
            if item is not None:
                key, write_item = members[name]
                found[key] = write_item(item)
        return found

    return write
