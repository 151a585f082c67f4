"""Strict JSON text: what is read, and where in the text it stood.

Stricter than Python's reader, because a document that grants access must have one reading only:

1. at most MAX_LENGTH characters (IAM API Reference: a policy document has 1 to 131072);
2. only U+0009, U+000A, U+000D and U+0020 to U+00FF (the pattern of that parameter), and no others by
   escapes: half a surrogate pair couldn't even be quoted in an answer;
3. no key twice in one object (IAM JSON policy grammar, notes);
4. no NaN or Infinity, no nesting beyond what the interpreter's stack takes; the grammar needs six levels.

Numbers keep the text they were written with, as `Number`. Nothing here knows policies.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final, NoReturn

from msgspec import Struct

MAX_LENGTH = 131_072
_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\xff]")
_FORBIDDEN_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*(\\(?:[bf]|u(?!00[2-9A-Fa-f]|000[9ADad]).{4}))")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)

Path = tuple[str | int, ...]
"""Keys and indexes from the root of a document."""
Spans = dict[Path, tuple[int, int]]
"""Where values start and end in a text, by their paths."""
NAME: Final = -1
"""Appended to the path of a value: its key in the object."""


class Number(str):
    """A JSON number, as written."""

    __slots__ = ()


class Place(Struct, frozen=True):
    """A place in a text; line and column count from 1, offset from 0."""

    line: int
    column: int
    offset: int

    @classmethod
    def at(cls, text: str, offset: int) -> "Place":
        start = text.rfind("\n", 0, offset) + 1
        return cls(text.count("\n", 0, offset) + 1, offset - start + 1, offset)


class JsonError(ValueError):
    """A text that isn't strict JSON."""

    def __init__(self, why: str, offset: int = 0) -> None:
        super().__init__(why)
        self.why = why
        self.offset = offset


def read(source: str | bytes) -> Any:  # noqa: ANN401 any JSON value
    """The value of the text; raises JsonError."""
    text = _decoded(source)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise JsonError(error.msg, error.pos) from None
    except RecursionError:
        raise JsonError("nested too deeply") from None
    if "\\" in text and (forbidden := _FORBIDDEN_ESCAPE.search(text)):
        raise JsonError(f"the escape {forbidden[1]}", forbidden.start(1))
    return value


def spans(text: str) -> Spans:
    """Where each value of a readable text starts and ends, by its path. Not on any hot path."""
    found: Spans = {}
    within: list[tuple[Path, int]] = []  # the containers that are open: path and start
    names: list[str | int | None] = [None]  # of each open container: the key or index of its next value
    for token in _TOKEN.finditer(text):
        word = token.group()
        path = (*(within[-1][0] if within else ()), *(() if names[-1] is None else (names[-1],)))
        if word in ("{", "["):
            within.append((path, token.start()))
            names.append(None if word == "{" else 0)
        elif word in ("}", "]"):
            path, start = within.pop()
            names.pop()
            found[path] = (start, token.end())
        elif word == ",":
            last = names[-1]
            names[-1] = last + 1 if isinstance(last, int) else None
        elif within and names[-1] is None:
            name: str = json.loads(word)
            names[-1] = name
            found[(*path, name, NAME)] = (token.start(), token.end())
        elif word != ":":
            found[path] = (token.start(), token.end())
    return found


def places(text: str, paths: Iterable[Path]) -> list[Place | None]:
    """Where each value is, or the nearest value around it; None in a text that can't be read."""
    try:
        found = spans(text)
    except (IndexError, ValueError):
        return [None for _ in paths]
    return [_place(text, found, path) for path in paths]


def _place(text: str, found: Spans, path: Path) -> Place | None:
    span = nearest(found, path)
    return None if span is None else Place.at(text, span[0])


def nearest(found: Spans, path: Path) -> tuple[int, int] | None:
    """The span of a value, or of the nearest value around it."""
    for end in range(len(path), -1, -1):
        for known in (path[:end], (*path[:1], *path[2:end])):  # a single statement is in no list
            if known in found:
                return found[known]
    return None


def _decoded(source: str | bytes) -> str:
    if len(source) > MAX_LENGTH:
        raise JsonError(f"longer than {MAX_LENGTH} characters")
    try:
        text = source.decode() if isinstance(source, bytes) else source
    except UnicodeDecodeError as error:
        raise JsonError("not UTF-8", error.start) from None
    if forbidden := _FORBIDDEN.search(text):
        raise JsonError(f"the character U+{ord(forbidden.group()):04X}", forbidden.start())
    return text


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        (twice, _), *_ = (Counter(key for key, _ in pairs)).most_common(1)
        raise JsonError(f"the key {twice!r} is given twice")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise JsonError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_without_duplicates,
    parse_constant=_refuse_constant,
    parse_float=Number,
    parse_int=Number,
)
