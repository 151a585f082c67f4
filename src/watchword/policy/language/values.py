"""The values of conditions, by type: each function reads one type, and gives None for what is not of it.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators" (rule 13 of `combine`):
numbers are integers or decimals; dates are a W3C profile of ISO 8601 (year to fraction of a second) or
seconds since the epoch; addresses are IPv4 or IPv6 with an optional prefix length; binary values are base64;
Booleans are true and false, in any case.
"""

import base64
import binascii
import ipaddress
import re
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?", re.ASCII)
_EPOCH = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?", re.ASCII)
_DATE = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2})"
    r"(?:T(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?P<fraction>\.[0-9]{1,18})?)?"
    r"(?:Z|(?P<sign>[+-])(?P<hours>[0-9]{2}):?(?P<minutes>[0-9]{2}))?)?)?)?",
    re.ASCII,
)
BOOLEANS = {"true": True, "false": False}
_OCTETS = {str(number): number for number in range(256)}
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_MAX_DIGITS = 64
"""Longer texts are neither numbers nor dates."""
V4_BITS, V6_BITS = 32, 128


class Network(NamedTuple):
    """A block of addresses of one width: those whose bits under `mask` are `base`."""

    bits: int
    mask: int
    base: int


def number(text: str) -> Decimal | None:
    """An integer or decimal."""
    if len(text) > _MAX_DIGITS or not _NUMBER.fullmatch(text):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def instant(text: str) -> Decimal | None:
    """Seconds since the epoch. Four digits are a year; a time without an offset is UTC."""
    return _instant(text) if len(text) <= _MAX_DIGITS else None


def boolean(text: str) -> bool | None:
    """True or false, in any case."""
    return BOOLEANS.get(text.lower())


def binary(text: str) -> bytes | None:
    """The bytes that base64 text encodes."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def address(text: str) -> tuple[int, int] | None:
    """The width of an address (32 or 128 bits) and its number."""
    try:
        first, second, third, fourth = text.split(".")
        return V4_BITS, (_OCTETS[first] << 24 | _OCTETS[second] << 16 | _OCTETS[third] << 8 | _OCTETS[fourth])
    except (KeyError, ValueError):
        return _address_v6(text)


def network(text: str) -> Network | None:
    """A CIDR block, or one address as a block of itself. Host bits may be set."""
    written, slash, prefix = text.partition("/")
    found = address(written)
    if found is None or (slash and not (prefix.isascii() and prefix.isdecimal())):
        return None
    bits, base = found
    length = int(prefix[:4]) if slash else bits
    if length > bits:
        return None
    mask = (1 << bits) - (1 << (bits - length))
    return Network(bits, mask, base & mask)


def arn(text: str) -> list[str] | None:
    """The six parts of an ARN; the last holds all further colons."""
    parts = text.split(":", 5)
    return parts if len(parts) == 6 and parts[0] == "arn" else None  # noqa: PLR2004 the six parts


def arn_pattern(text: str) -> str | None:
    """What may be compared with an ARN: one with wildcards, cut off at a `*`, or brought by a variable."""
    return text if arn(text) or text.endswith("*") or "${" in text else None


def _address_v6(text: str) -> tuple[int, int] | None:
    if ":" not in text or "%" in text:
        return None
    try:
        return V6_BITS, int(ipaddress.IPv6Address(text))
    except ValueError:
        return None


@lru_cache(maxsize=1024)
def _instant(text: str) -> Decimal | None:
    if found := _DATE.fullmatch(text):
        return _seconds({name: part for name, part in found.groupdict().items() if part is not None})
    return Decimal(text) if _EPOCH.fullmatch(text) else None


def _seconds(part: dict[str, str]) -> Decimal | None:
    hour, minute, second = (int(part.get(name, 0)) for name in ("hour", "minute", "second"))
    offset = int(part.get("hours", 0)) * _HOUR + int(part.get("minutes", 0)) * _MINUTE
    if hour > 23 or minute > 59 or second > 59 or offset > _DAY:  # noqa: PLR2004 a clock's numbers
        return None
    try:
        day = date(int(part["year"]), int(part.get("month", 1)), int(part.get("day", 1))).toordinal()
    except ValueError:
        return None
    whole = (day - _EPOCH_DAY) * _DAY + hour * _HOUR + minute * _MINUTE + second
    return whole + (offset if part.get("sign") == "-" else -offset) + Decimal(part.get("fraction", "0"))
