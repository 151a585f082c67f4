"""Inputs, outputs and errors of any operation as JSON, in the form of the SDK for Java: for state machines.

1. Members begin with a capital letter, whatever the model has.
2. Timestamps are texts of ISO 8601. Bytes are text in UTF-8; what is given for bytes and is no text is
   written as JSON.
3. A member that the operation doesn't have is refused, and so is a value of another type.
4. An error is called by its class: the name of its shape, which ends in Exception; none for an error that
   isn't in the model.

Source: Step Functions Developer Guide, "Learning to use AWS service SDK integrations".
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from watchword.names import AwsError, Body
from watchword.wire import values
from watchword.wire.operation import Operation
from watchword.wire.shapes import Shape

LARGEST = 1 << 20
"""Bytes of an output that are read: more than a state may have."""
_NUMBERS = frozenset({"integer", "long", "float", "double"})
_EXPECTED: Mapping[str, type | tuple[type, ...]] = {
    "structure": dict,
    "list": list,
    "map": dict,
    "timestamp": str,
    "boolean": bool,
    "string": str,
    "integer": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
}
"""Type of a shape -> types of the values that it takes; bytes take any."""


class Unfit(ValueError):  # noqa: N818 what the input is
    """An input that the operation doesn't take."""


class SdkError(NamedTuple):
    """An error as the SDK for Java has it."""

    name: str
    """Of its class; empty for one that isn't in the model."""
    code: str
    status: int
    message: str


def read_input(operation: Operation, given: Any) -> dict[str, Any]:  # noqa: ANN401 any JSON
    """The operation's input. Raises Unfit, and AwsError for a value that violates the model."""
    shape = operation.input_shape
    if not isinstance(given, dict):
        raise Unfit("The parameters must be an object.")
    found: dict[str, Any] = {} if shape is None and not given else _structure(shape, given)
    operation.check(found)
    return found


def write_output(operation: Operation, output: Mapping[str, Any]) -> Any:  # noqa: ANN401 any JSON
    """The operation's output as JSON."""
    shape = operation.output_shape
    return _write(shape, output) if shape else {}


def check_output(operation: Operation, given: Any, *, whole: bool) -> None:  # noqa: ANN401 any JSON
    """Raises Unfit for what the operation doesn't answer. `whole`: for what is missing too.

    Members that the model doesn't have are looked over, as AWS does.
    """
    if not isinstance(given, dict):
        raise Unfit("it must be an object.")
    if operation.output_shape is not None:
        _check(operation.output_shape, given, "", whole=whole)


def read_error(operation: Operation, error: AwsError) -> SdkError:
    """The error, by the name of its class."""
    wired = operation.error_writer.wire_error(error)
    name = wired.shape.name if wired.shape else ""
    if name and not name.endswith("Exception"):
        name += "Exception"
    return SdkError(name, wired.code, wired.status, wired.message)


def _read(shape: Shape, value: Any, name: str) -> Any:  # noqa: ANN401 any JSON
    if not _is_of(shape.type, value):
        raise Unfit(f"The value for the field '{name}' must be of the type {shape.type}.")
    match shape.type:
        case "structure":
            return _structure(shape, value)
        case "list":
            return [_read(shape.element, each, name) for each in value]
        case "map":
            return {key: _read(shape.value, each, name) for key, each in value.items()}
        case "blob":
            return _blob(shape, value)
        case "timestamp":
            return _moment(value, name)
        case _:
            return value


def _check(shape: Shape, value: Any, name: str, *, whole: bool) -> None:  # noqa: ANN401 any JSON
    if not _is_of(shape.type, value):
        raise Unfit(f"The value for the field '{name}' must be of the type {shape.type}.")
    match shape.type:
        case "structure":
            _check_members(shape, value, whole=whole)
        case "list":
            for each in value:
                _check(shape.element, each, name, whole=whole)
        case "map":
            for each in value.values():
                _check(shape.value, each, name, whole=whole)
        case "timestamp":
            _moment(value, name)


def _check_members(shape: Shape, given: Mapping[str, Any], *, whole: bool) -> None:
    for name, member in shape.members.items():
        called = _capital(name)
        if given.get(called) is not None:
            _check(member, given[called], called, whole=whole)
        elif whole and name in shape.required:
            raise Unfit(f"The field '{called}' is missing.")


def _is_of(kind: str, value: object) -> bool:
    if isinstance(value, bool) and kind in _NUMBERS:
        return False
    return isinstance(value, _EXPECTED.get(kind, object))


def _blob(shape: Shape, value: Any) -> Body | bytes:  # noqa: ANN401 any JSON
    data = value.encode() if isinstance(value, str) else msgspec.json.encode(value)
    return Body(data) if shape.streaming else data


def _structure(shape: Shape | None, given: Mapping[str, Any]) -> dict[str, Any]:
    members = {} if shape is None else {_capital(name): name for name in shape.members}
    found = {}
    for name, value in given.items():
        if shape is None or name not in members:
            raise Unfit(f"The field '{name}' is not supported by Step Functions.")
        if value is not None:
            found[members[name]] = _read(shape.members[members[name]], value, name)
    return found


def _moment(text: str, name: str) -> datetime:
    try:
        return values.read_iso(text)
    except ValueError:
        raise Unfit(f"The value for the field '{name}' must be a timestamp.") from None


def _write(shape: Shape, value: Any) -> Any:  # noqa: ANN401 an output of the model
    match shape.type:
        case "structure":
            return {
                _capital(name): _write(shape.members[name], each)
                for name, each in value.items()
                if each is not None
            }
        case "list":
            return [_write(shape.element, each) for each in value]
        case "map":
            return {key: _write(shape.value, each) for key, each in value.items()}
        case "blob":
            return _bytes_of(value).decode(errors="replace")
        case "timestamp":
            return values.write_iso(value) if isinstance(value, datetime) else value
        case _:
            return value


def _bytes_of(value: bytes | Body | Iterable[bytes]) -> bytes:
    """Whole, or as much as shows that it is too large."""
    if isinstance(value, bytes):
        return value
    found = bytearray()
    for piece in value.pieces() if isinstance(value, Body) else value:
        found += piece
        if len(found) > LARGEST:
            break
    return bytes(found)


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
