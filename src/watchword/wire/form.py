"""`name=value&...` as query strings and form bodies write it, read strictly.

Rules:
1. at most `MAX_PARAMETERS` pairs; empty pairs (`a=1&&b=2`) are skipped;
2. `%` is followed by two hex digits, the decoded bytes are UTF-8;
3. a name given twice is kept twice: a reader that wants one value refuses two (`single`), so no two readers
   of one request can pick different ones.

Source: WHATWG URL Standard, "application/x-www-form-urlencoded".
What doesn't belong here: what the names mean, and how a protocol refuses what can't be read.
"""

import re
from collections.abc import Iterable
from urllib.parse import unquote_to_bytes

MAX_PARAMETERS = 10_000

Pairs = list[tuple[str, str]]

_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


class FormError(ValueError):
    """A path, query string or form that can't be read, and why."""


def unescape(text: str) -> str:
    """`text` with its percent escapes decoded (2.); raises FormError."""
    if "%" not in text:
        return text
    if _BAD_ESCAPE.search(text):
        raise FormError("a % that no two hex digits follow")
    try:
        return unquote_to_bytes(text).decode("utf-8")
    except UnicodeDecodeError as problem:
        raise FormError("an escape that isn't UTF-8") from problem


def read_pairs(text: str) -> Pairs:
    """The names and values in their order; raises FormError."""
    if text.count("&") >= MAX_PARAMETERS:  # 1.
        raise FormError(f"more than {MAX_PARAMETERS} parameters")
    pairs = []
    for pair in text.split("&"):
        if pair:
            name, _, value = pair.replace("+", " ").partition("=")
            pairs.append((unescape(name), unescape(value)))
    return pairs


def read_body(data: bytes) -> Pairs:
    """The pairs of a form body."""
    try:
        return read_pairs(data.decode("utf-8"))
    except UnicodeDecodeError as problem:
        raise FormError("a body that isn't UTF-8") from problem


def single(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The pairs as a mapping; raises FormError where a name is given twice (3.)."""
    values: dict[str, str] = {}
    for name, value in pairs:
        if name in values:
            raise FormError(f"parameter {name[:100]!r} is given more than once")
        values[name] = value
    return values


def grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Every value of every name."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values
