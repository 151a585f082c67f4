"""A file of the form, an entity at a time: text -> where it stands, and its own text.

1. The file is one JSON object. Of its members only the lists of `form.SECTIONS` matter.
2. Only one entity is in memory, however long the file is. One longer than LARGEST is refused, so a file
   without an end is too.
3. Nothing is given twice, neither a list nor a member: one of the two would count.
4. A file that says itself that it isn't whole (IsTruncated) is refused.

Nothing here knows IAM. What an entity may be is said by `form` and `checks`.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn, TextIO

from watchword.transfer.form import SECTIONS

LARGEST = 16 << 20
"""Characters of one entity. The most that AWS lets a role have is well below one million."""
CHUNK = 1 << 16
_SPACE = re.compile(r"[ \t\r\n]*")


class Unreadable(ValueError):  # noqa: N818 its message is the line that a person reads
    """A file that isn't of the form; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Element:
    """An entity of a file."""

    section: str
    place: str
    """Its file and JSON path, such as `details.json: $.RoleDetailList[3]`."""
    text: str
    members: frozenset[str]


def elements(file: TextIO, root: str) -> Iterator[Element]:
    """All entities of a file. Raises Unreadable. The JSON path of each begins with `root`."""
    return _Scanner(file, root).elements()


class _Scanner:
    """Reads a file from its beginning to its end, once."""

    def __init__(self, file: TextIO, root: str) -> None:
        self._file, self._root = file, root
        self._text = ""
        self._at = 0
        self._ended = False
        self._more(CHUNK)
        self._text = self._text.removeprefix("\ufeff")

    def elements(self) -> Iterator[Element]:
        self._expect("{", self._root, "a JSON object")
        seen: set[str] = set()
        while not self._takes("}"):
            if seen:
                self._expect(",", self._root, "a comma")
            if self._next() != '"':
                raise Unreadable(f"{self._root}: the name of a member was expected")
            _, member = self._value(self._root)
            if member in seen:
                raise Unreadable(f"{self._root}.{member}: is given twice")
            seen.add(member)
            self._expect(":", f"{self._root}.{member}", "a colon")
            yield from self._member(member)
        if self._next():
            raise Unreadable(f"{self._root}: something stands after its end")

    def _member(self, member: str) -> Iterator[Element]:
        place = f"{self._root}.{member}"
        if member in SECTIONS:
            yield from self._list(member, place)
            return
        _, value = self._value(place)
        if member == "IsTruncated" and value is not False:
            raise Unreadable(f"{place}: the file has the first pages only; all are needed")

    def _list(self, section: str, within: str) -> Iterator[Element]:
        self._expect("[", within, "a list")
        index = 0
        while not self._takes("]"):
            if index:
                self._expect(",", within, "a comma")
            place = f"{within}[{index}]"
            text, value = self._value(place)
            if not isinstance(value, dict):
                raise Unreadable(f"{place}: an object was expected")
            yield Element(section, place, text, frozenset(value))
            index += 1

    def _value(self, place: str) -> tuple[str, Any]:
        """The next value and its text; its end is known only when something follows, or the file ends."""
        self._next()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
                if end < len(self._text) or self._ended:
                    break
            except RecursionError:
                raise Unreadable(f"{place}: nested too deeply") from None
            except _Twice as twice:
                raise Unreadable(f"{place}: {twice}") from None
            except json.JSONDecodeError as error:
                if self._ended:
                    raise Unreadable(f"{place}: {error.msg}") from None
            pending = len(self._text) - self._at
            if pending > LARGEST:
                raise Unreadable(f"{place}: no JSON value ends within {LARGEST >> 20} MiB")
            self._more(max(CHUNK, pending))
        text = self._text[self._at : end]
        self._at = end
        return text, value

    def _expect(self, character: str, place: str, what: str) -> None:
        if not self._takes(character):
            raise Unreadable(f"{place}: {what} was expected")

    def _takes(self, character: str) -> bool:
        if self._next() != character:
            return False
        self._at += 1
        return True

    def _next(self) -> str:
        """The next character that is no white space; empty at the end."""
        while True:
            found = _SPACE.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if self._ended:
                return ""
            self._more(CHUNK)

    def _more(self, characters: int) -> None:
        try:
            read = self._file.read(characters)
        except UnicodeDecodeError:
            raise Unreadable(f"{self._root}: not UTF-8") from None
        self._text, self._at, self._ended = self._text[self._at :] + read, 0, not read


class _Twice(Exception):  # noqa: N818 said by the scanner, with the place
    """A member that is given twice."""


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) < len(members):
        (twice, _), *_ = Counter(name for name, _ in members).most_common(1)
        raise _Twice(f"the member {twice!r} is given twice")
    return found


def _refuse(constant: str) -> NoReturn:
    raise json.JSONDecodeError(f"{constant} is not JSON", "", 0)


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_int=str, parse_float=str, parse_constant=_refuse)
