"""Text that a request brought, as an audit record shows it. No text can hide another by its length.

1. Text of up to LONGEST_TEXT characters is shown as it is.
2. A longer JSON object or array, such as a policy, is shown whole. Only the white space between its tokens is
   left out: strings, numbers and keys that stand twice stay as they were written. How long it can be is
   limited by its model, or else by the size of a body.
3. Any other longer text is cut, and says how long it was and what its SHA-256 is (of its UTF-8). What is cut
   is longer than LONGEST_TEXT and doesn't end as JSON does, so no text can pretend that it was cut.

Both take time in proportion to the text. Source: RFC 8259, section 2, for the white space.
"""

import hashlib
import re
from typing import Any

import msgspec

LONGEST_TEXT = 4096
"""Characters."""

_JSON = msgspec.json.Decoder(msgspec.Raw)  # checks the grammar and makes nothing of it
_JSON_OF = msgspec.json.Encoder()
_STRING_OR_SPACE = re.compile(r'("[^"\\]*(?:\\.[^"\\]*)*")|[ \t\n\r]+')


def whole_or_cut(text: str) -> str:
    """The text, whole where it may be."""
    if len(text) <= LONGEST_TEXT:
        return text
    return _STRING_OR_SPACE.sub(r"\1", text) if _is_document(text) else cut(text)


def cut(text: str, longest: int = LONGEST_TEXT) -> str:
    """The beginning of a text that is too long, and what is missing."""
    if len(text) <= longest:
        return text
    digest = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
    return f"{text[:longest]}... (cut: {len(text)} characters, SHA-256 {digest})"


def cut_all(value: Any, longest: int = LONGEST_TEXT) -> Any:  # noqa: ANN401 any JSON
    """The same value with every text in it cut, keys included."""
    return value if _is_short(value, longest) else _cut_all(value, longest)


def _is_short(value: Any, longest: int) -> bool:  # noqa: ANN401 any JSON
    """Whether no text in it can be too long. That is found out quicker than by a look at each."""
    try:
        return len(_JSON_OF.encode(value)) <= longest
    except UnicodeEncodeError:  # half of a surrogate pair
        return False


def _cut_all(value: Any, longest: int) -> Any:  # noqa: ANN401 any JSON
    match value:
        case str():
            return cut(value, longest)
        case dict():
            return {cut(key, longest): _cut_all(item, longest) for key, item in value.items()}
        case list() | tuple():
            return [_cut_all(item, longest) for item in value]
    return value


def _is_document(text: str) -> bool:
    if not text.lstrip(" \t\n\r").startswith(("{", "[")):
        return False
    try:
        _JSON.decode(text)
    except (ValueError, RecursionError):  # UnicodeEncodeError is a ValueError
        return False
    return True
