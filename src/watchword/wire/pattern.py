r"""Translates the models' regular expressions, which are Java's, to Python's.

Differences:
1. `\d \w \s` and the POSIX classes are ASCII in Java: re.ASCII, and `\p{Print}` becomes ranges;
2. `\p{L}` and the other Unicode categories become the ranges of their characters;
3. two escapes that form a surrogate pair are one character;
4. `.` matches no line terminator; Java has five of them;
5. inside a class, brackets and the set operators that Python reserves are escaped.

A constraint matches the whole value (`fullmatch`), as AWS applies it. Patterns are compiled once, when first
used.
Source: java.util.regex.Pattern (Java SE 8); Unicode Standard, "General Category".
What doesn't belong here: lengths. The caller bounds the text's length, because backtracking can be slow.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

_PART = re.compile(
    r"\\u[dD][89aAbB][0-9A-Fa-f]{2}\\u[dD][c-fC-F][0-9A-Fa-f]{2}"  # a surrogate pair
    r"|\\[pP]\{\w+\}|\\.|\[\^?|.",
    re.DOTALL,
)
_POSIX = {  # Java's \p{Name} of US-ASCII
    "Alnum": "0-9A-Za-z",
    "Alpha": "A-Za-z",
    "ASCII": "\\x00-\\x7f",
    "Digit": "0-9",
    "Graph": "!-~",
    "Lower": "a-z",
    "Print": " -~",
    "Punct": "!-/:-@\\[-`{-~",
    "Upper": "A-Z",
}
_NOT_A_LINE_TERMINATOR = "[^\\n\\r\\u0085\\u2028\\u2029]"
_RESERVED_IN_CLASS = frozenset("&|~[")
_LAST_ASSIGNED = 0x323B0
"""Above it are only variation selectors (category Mn), tags (Cf) and private use (Co)."""
_SUPPLEMENT = range(0xE0001, 0xE01F0)


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern, ready to `fullmatch`."""
    return re.compile("".join(_translated(pattern)), re.ASCII)


def _translated(pattern: str) -> Iterator[str]:
    in_class, dot_all = False, pattern.startswith("(?s)")
    for match in _PART.finditer(pattern):
        part = match[0]
        if len(part) == 12:  # noqa: PLR2004 two escapes of six characters: 3.
            yield _character(_joined(part))
        elif part[:2] in {"\\p", "\\P"}:
            yield _category(part, in_class=in_class)
        elif part.startswith("[") and not in_class:
            in_class = True
            yield part
        elif part == "]":
            in_class = False
            yield part
        elif in_class and not part.startswith("\\"):
            yield "".join("\\" + one if one in _RESERVED_IN_CLASS else one for one in part)  # 5.
        else:
            yield _NOT_A_LINE_TERMINATOR if part == "." and not in_class and not dot_all else part  # 4.


def _joined(part: str) -> int:
    high, low = int(part[2:6], 16), int(part[8:12], 16)
    return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)


def _character(point: int) -> str:
    return f"\\U{point:08x}"


def _category(part: str, *, in_class: bool) -> str:
    name = part[3:-1].removeprefix("Is")
    ranges = _POSIX.get(name) or _ranges(name)
    if part[1] == "P":
        if in_class:
            raise ValueError(f"a negated category inside a class: {part}")
        return f"[^{ranges}]"
    return ranges if in_class else f"[{ranges}]"


@cache
def _ranges(category: str) -> str:
    """Every character of a general category such as L or Nd, as the inside of a class."""
    pieces = []
    start = end = -2  # no character: the first piece is dropped
    for point in (*range(_LAST_ASSIGNED), *_SUPPLEMENT):
        if not unicodedata.category(chr(point)).startswith(category):
            continue
        if point != end + 1:
            pieces.append((start, end))
            start = point
        end = point
    pieces.append((start, end))
    if len(pieces) == 1:
        raise ValueError(f"no character has the category {category!r}")
    return "".join(f"{_character(first)}-{_character(last)}" for first, last in pieces[1:])
