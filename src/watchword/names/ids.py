"""Identifiers: unique ids, access key ids, account ids.

The unique id of an entity is a four-letter prefix and 17 characters of base32. It is never reused, so a new
role with the name of a deleted one is another role (IAM User Guide, "Unique identifiers").
An access key id contains its account: the first 48 bits after the prefix, decoded from base32, are a marker
bit, the 40 bits of the account number, and 7 more bits.
Randomness is passed in.
"""

import base64
import re
from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache

Randomness = Callable[[int], bytes]
"""A number of bytes -> that many random bytes."""

ACCOUNT_DIGITS = 12
_ACCOUNT = re.compile(r"[0-9]{12}", re.ASCII)
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_SECRET_BYTES = 30  # 40 characters of base64
_MARKER = 1 << 47
_ACCOUNT_MASK = 0x7FFF_FFFF_FF80
_UUID_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
_LETTERS = bytes(ord(_ALPHABET[byte & 31]) for byte in range(256))
"""A random byte -> a character of base32, each as likely as the others."""
_ACCOUNTS = 256


class Prefix(StrEnum):
    """What an id identifies. Source: IAM User Guide, "IAM identifiers", table of unique id prefixes."""

    USER = "AIDA"
    GROUP = "AGPA"
    ROLE = "AROA"
    MANAGED_POLICY = "ANPA"
    POLICY_VERSION = "ANVA"
    INSTANCE_PROFILE = "AIPA"
    ACCESS_KEY = "AKIA"
    SESSION_KEY = "ASIA"
    PUBLIC_KEY = "APKA"
    SERVICE_CREDENTIAL = "ACCA"
    SERVER_CERTIFICATE = "ASCA"


def new_unique_id(prefix: Prefix, randomness: Randomness) -> str:
    """An id of 21 characters, such as AROA followed by 17 of base32."""
    return prefix + "".join([_ALPHABET[byte & 31] for byte in randomness(17)])


def new_long_id(randomness: Randomness) -> str:
    """An id of 32 characters of base32 without a prefix, such as that of a signing certificate."""
    return base64.b32encode(randomness(20)).decode("ascii")


def new_access_key_id(prefix: Prefix, account: str, randomness: Randomness) -> str:
    """An access key id of 20 characters that contains `account`, or an id of that form."""
    beginning, ninth = _of_account(account)
    drawn = randomness(8)
    return prefix + beginning + ninth[drawn[0] & 15] + drawn[1:].translate(_LETTERS).decode("ascii")


@lru_cache(_ACCOUNTS)
def _of_account(account: str) -> tuple[str, str]:
    """The first eight characters, and the sixteen that the ninth can be: it begins with the last bit."""
    carried = _MARKER | (int(account) << 7)
    beginning = "".join([_ALPHABET[carried >> place & 31] for place in range(43, 3, -5)])
    return beginning, _ALPHABET[16:] if carried & 128 else _ALPHABET[:16]


def account_of_access_key(access_key_id: str) -> str | None:
    """The account in an access key id, None when it can't contain one."""
    try:
        decoded = base64.b32decode(access_key_id[4:20])
    except ValueError:
        return None
    if len(decoded) != 10 or not decoded[0] & 0x80:  # noqa: PLR2004 16 characters of base32
        return None
    number = (int.from_bytes(decoded[:6], "big") & _ACCOUNT_MASK) >> 7
    return f"{number:012d}" if number < 10**ACCOUNT_DIGITS else None


def new_request_id(randomness: Randomness) -> str:
    """A version 4 UUID (RFC 9562, section 5.4)."""
    text = randomness(16).hex()
    variant = _UUID_VARIANT[text[16]]
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{variant}{text[17:20]}-{text[20:]}"


def new_secret(randomness: Randomness) -> str:
    """A secret access key: 40 characters of base64."""
    return base64.b64encode(randomness(_SECRET_BYTES)).decode("ascii")


def is_account_id(text: str) -> bool:
    """Whether `text` is twelve digits."""
    return _ACCOUNT.fullmatch(text) is not None
