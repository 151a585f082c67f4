"""What each intrinsic function does, as a table: name -> number of arguments and function.

A function gets the scope and its arguments, and raises ValueError, TypeError or ArithmeticError for what it
can't work with. Strings that stand in the call still have their backslashes: `_plain` removes them, and
`States.Format` reads them.
Source: Step Functions Developer Guide, "Intrinsics for JSONPath states", with its limits.
"""

import base64
import hashlib
import re
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct

from watchword.machines.data import Json, decode
from watchword.machines.scope import Scope
from watchword.names.ids import new_request_id

MOST_CHARACTERS = 10_000
"""Of what is hashed, encoded or decoded."""
MOST_ITEMS = 1000
MANY = 1000
"""Arguments of the functions that take any number."""
HASHES = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}
_FIELD = re.compile(r"\\(.)|(\{\})|([{}])", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class Function(Struct, frozen=True):
    """A function and how many arguments it takes."""

    call: Callable[..., Json]
    least: int
    most: int


def _format(_: Scope, template: str, *values: Json) -> str:
    _of(str, template)
    left = list(values)

    def filled(found: re.Match[str]) -> str:
        if found[1] is not None:
            return found[1]
        if found[3] is not None or not left:
            raise ValueError("the braces and the values don't fit each other")
        value = left.pop(0)
        return value if isinstance(value, str) else msgspec.json.encode(value).decode()

    text = _FIELD.sub(filled, template)
    if left:
        raise ValueError("there are more values than braces")
    return text


def _string_to_json(_: Scope, text: str) -> Json:
    return decode(_plain(text)) if _plain(text).strip() else None


def _json_to_string(_: Scope, value: Json) -> str:
    return msgspec.json.encode(value).decode()


def _array(_: Scope, *values: Json) -> list[Json]:
    return [_plain(each) if isinstance(each, str) else each for each in values]


def _partition(_: Scope, values: list[Json], length: int) -> list[Json]:
    _of(list, values)
    _of(int, length)
    if length < 1:
        raise ValueError("the size of a part must be positive")
    return [values[begin : begin + length] for begin in range(0, len(values), length)]


def _contains(_: Scope, values: list[Json], value: Json) -> bool:
    _of(list, values)
    wanted = _plain(value) if isinstance(value, str) else value
    return any(type(each) is type(wanted) and each == wanted for each in values)


def _range(_: Scope, first: int, last: int, step: int) -> list[int]:
    _of(int, first, last, step)
    found = range(first, last + (1 if step > 0 else -1), step)
    if len(found) > MOST_ITEMS:
        raise ValueError(f"there are more than {MOST_ITEMS} items")
    return list(found)


def _item(_: Scope, values: list[Json], index: int) -> Json:
    _of(list, values)
    _of(int, index)
    if not 0 <= index < len(values):
        raise ValueError(f"there is no item {index}")
    return values[index]


def _length(_: Scope, values: list[Json]) -> int:
    return len(_of(list, values))


def _unique(_: Scope, values: list[Json]) -> list[Json]:
    first: dict[bytes, Json] = {}
    for each in _of(list, values):
        first.setdefault(msgspec.json.encode(each), each)
    return list(first.values())


def _base64_encode(_: Scope, text: str) -> str:
    return base64.b64encode(_short(text).encode()).decode()


def _base64_decode(_: Scope, text: str) -> str:
    return base64.b64decode(_short(text), validate=True).decode()


def _hash(_: Scope, value: Json, algorithm: str) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    if algorithm not in HASHES:
        raise ValueError(f"there is no algorithm {algorithm!r}")
    return hashlib.new(HASHES[algorithm], _short(text).encode(), usedforsecurity=False).hexdigest()


def _merge(_: Scope, first: dict[str, Json], second: dict[str, Json], deep: Json) -> dict[str, Json]:
    _of(dict, first, second)
    if deep is not False:
        raise ValueError("only shallow merging is there: the third argument must be false")
    return {**first, **second}


def _random(scope: Scope, first: int, last: int, seed: int | None = None) -> int:
    _of(int, first, last)
    if first >= last:
        raise ValueError("the range is empty")
    drawn = scope.randomness(16) if seed is None else hashlib.sha256(str(_of(int, seed)).encode()).digest()
    return first + int.from_bytes(drawn) % (last - first)


def _add(_: Scope, first: int, second: int) -> int:
    _of(int, first, second)
    return first + second


def _split(_: Scope, text: str, separators: str) -> list[str]:
    _of(str, text, separators)
    marks = set(_plain(separators))
    parts, part = [], []
    for character in _plain(text):
        if character not in marks:
            part.append(character)
        elif part:
            parts.append("".join(part))
            part = []
    return [*parts, "".join(part)] if part else parts


def _uuid(scope: Scope) -> str:
    return new_request_id(scope.randomness)


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", _of(str, text))


def _short(text: str) -> str:
    if len(_plain(text)) > MOST_CHARACTERS:
        raise ValueError(f"the text has more than {MOST_CHARACTERS} characters")
    return _plain(text)


def _of(kind: type, *values: Any) -> Any:  # noqa: ANN401 the first value, as it came
    """The first of the values. Raises TypeError unless all are of that kind; true is no number."""
    for value in values:
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise TypeError(f"{type(value).__name__} in place of {kind.__name__}")
    return values[0]


FUNCTIONS: dict[str, Function] = {
    "States.Format": Function(_format, 1, MANY),
    "States.StringToJson": Function(_string_to_json, 1, 1),
    "States.JsonToString": Function(_json_to_string, 1, 1),
    "States.Array": Function(_array, 0, MANY),
    "States.ArrayPartition": Function(_partition, 2, 2),
    "States.ArrayContains": Function(_contains, 2, 2),
    "States.ArrayRange": Function(_range, 3, 3),
    "States.ArrayGetItem": Function(_item, 2, 2),
    "States.ArrayLength": Function(_length, 1, 1),
    "States.ArrayUnique": Function(_unique, 1, 1),
    "States.Base64Encode": Function(_base64_encode, 1, 1),
    "States.Base64Decode": Function(_base64_decode, 1, 1),
    "States.Hash": Function(_hash, 2, 2),
    "States.JsonMerge": Function(_merge, 3, 3),
    "States.MathRandom": Function(_random, 2, 3),
    "States.MathAdd": Function(_add, 2, 2),
    "States.StringSplit": Function(_split, 2, 2),
    "States.UUID": Function(_uuid, 0, 0),
}
