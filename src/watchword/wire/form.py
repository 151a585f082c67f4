"""`name=value&...`, the syntax of query strings and form bodies, read strictly.

Rules:
1. at most `MAX_PARAMETERS` pairs; empty pairs (`a=1&&b=2`) are skipped;
2. two hex digits follow each `%`, and the decoded bytes are UTF-8;
3. repeated names are kept. A reader that needs one value refuses two (`single`): otherwise two readers of one
   request could pick different values (parameter pollution).

Source: WHATWG URL Standard, "application/x-www-form-urlencoded".
What doesn't belong here: the meaning of names, and each protocol's error for what can't be read.
"""

import re
from collections.abc import Iterable

from watchword.names import percent

MAX_PARAMETERS = 10_000

Pairs = list[tuple[str, str]]

_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


class FormError(ValueError):
    """A path, query string or form that can't be read. The message says why and may be sent to the client."""


def unescape(text: str) -> str:
    """`text` with its percent escapes decoded (2.); raises FormError."""
    if "%" not in text:
        return text
    if _BAD_ESCAPE.search(text):
        raise FormError("a % without two hex digits")
    try:
        return percent.unescape(text.encode()).decode("utf-8")
    except UnicodeDecodeError as problem:
        raise FormError("an escape that isn't UTF-8") from problem


def read_pairs(text: str) -> Pairs:
    """Names and values, decoded, in their order. Raises FormError."""
    if text.count("&") >= MAX_PARAMETERS:  # 1.
        raise FormError(f"more than {MAX_PARAMETERS} parameters")
    pairs = []
    for pair in text.split("&"):
        if pair:
            name, _, value = pair.replace("+", " ").partition("=")
            pairs.append((unescape(name), unescape(value)))
    return pairs


def read_body(data: bytes) -> Pairs:
    """The pairs of a form body. Raises FormError."""
    try:
        return read_pairs(data.decode("utf-8"))
    except UnicodeDecodeError as problem:
        raise FormError("a body that isn't UTF-8") from problem


def single(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The pairs as a mapping. Raises FormError for a repeated name (3.)."""
    values: dict[str, str] = {}
    for name, value in pairs:
        if name in values:
            raise FormError(f"parameter {name[:100]!r} is given more than once")
        values[name] = value
    return values


def grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """All values of each name, in their order."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values
