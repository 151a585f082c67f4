"""What looks like a credential in a text, and when it ends by itself.

What ends within A_DAY is short-lived. Everything else is what the search of the tour must not find.

1. The id of a static access key: AKIA and 16 characters. It never ends.
2. A secret access key: 40 characters of base64 that stand alone, with both cases and a digit. Digests of
   SHA-1 are as long, but have one case.
3. A private key in PEM. It ends when the last certificate of it ends that lies beside it; without one never.
4. A token in JWT's form. It ends as its claim `exp` says; without one never.
5. An opaque token: a text that is nothing but 24 or more characters without a space. It never ends.
6. A join token of a host.
7. Base64 hides nothing: what it decodes to is looked at as well.

Sources: IAM User Guide, "IAM identifiers" (prefixes of unique ids); RFC 7468 (PEM); RFC 7519 (JWT).
"""

import binascii
import re
from base64 import b64decode, urlsafe_b64decode
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import NamedTuple

import msgspec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from watchword.installation.hosts import TOKEN_PREFIX

A_DAY = timedelta(days=1)
KEY_ID, SECRET, PRIVATE_KEY = "access key id", "secret access key", "private key"
TOKEN, OPAQUE, JOIN_TOKEN = "token", "opaque token", "join token"
_ALONE = r"(?<![\w/+.-])", r"(?![\w/+=.-])"
_KEY_ID = re.compile(r"AKIA[A-Z2-7]{16}")
_SECRET = re.compile(
    rf"{_ALONE[0]}(?=\S{{0,39}}[a-z])(?=\S{{0,39}}[A-Z])(?=\S{{0,39}}[0-9])[A-Za-z0-9/+]{{40}}{_ALONE[1]}",
    re.ASCII,
)
_PEM = re.compile(r"-----BEGIN ([A-Z ]*PRIVATE KEY)-----.*?(?:-----END \1-----|\Z)", re.DOTALL)
_JWT = re.compile(r"eyJ[\w-]+\.(eyJ[\w-]+)\.[\w-]+", re.ASCII)
_OPAQUE = re.compile(r"\s*(?!/)[\w.~+/=-]{24,4096}\s*", re.ASCII)
_JOIN = re.compile(rf"{TOKEN_PREFIX}[0-9a-f]{{16,}}")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")


class Sign(NamedTuple):
    """Something that looks like a credential."""

    kind: str
    ends: datetime | None
    """None for what never ends by itself."""

    def is_short_lived(self, now: datetime) -> bool:
        return self.ends is not None and self.ends <= now + A_DAY


class Extent(Enum):
    """What a text is."""

    WHOLE = "whole"
    """A file, or the value of a variable."""
    PART = "part"
    """One value of many."""
    MIXED = "mixed"
    """Values with nothing between them: there, nothing stands alone, so rule 2 can't tell."""


def signs(
    text: str, certificates: Sequence[x509.Certificate] = (), extent: Extent = Extent.WHOLE
) -> Iterator[Sign]:
    """All that are in a text. `certificates` lie beside it."""
    yield from _plain(text, certificates, extent)
    for found in _BASE64.finditer(text):  # 7
        yield from _plain(_decoded(found[0]), (), Extent.PART)
    if (
        extent is Extent.WHOLE and _OPAQUE.fullmatch(text) and not (_JWT.search(text) or _JOIN.search(text))
    ):  # 5
        yield Sign(OPAQUE, None)


def hidden(text: str) -> str:
    """The text without what looks like a credential in it: so it can be printed."""
    for sign in (_KEY_ID, _SECRET, _JWT, _JOIN):
        text = sign.sub("(hidden)", text)
    return text


def _plain(text: str, certificates: Iterable[x509.Certificate], extent: Extent) -> Iterator[Sign]:
    yield from (Sign(KEY_ID, None) for _ in _KEY_ID.finditer(text))  # 1
    if extent is not Extent.MIXED:
        yield from (Sign(SECRET, None) for _ in _SECRET.finditer(text))  # 2
    yield from (Sign(PRIVATE_KEY, _end_of_key(each[0], certificates)) for each in _PEM.finditer(text))  # 3
    yield from (Sign(TOKEN, _end_of_token(each[1])) for each in _JWT.finditer(text))  # 4
    yield from (Sign(JOIN_TOKEN, None) for _ in _JOIN.finditer(text))  # 6


def _end_of_key(pem: str, certificates: Iterable[x509.Certificate]) -> datetime | None:
    try:
        own = load_pem_private_key(pem.encode(), None).public_key()
        ends = [each.not_valid_after_utc for each in certificates if each.public_key() == own]
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return max(ends, default=None)


class _Claims(msgspec.Struct):
    exp: float | None = None


def _end_of_token(payload: str) -> datetime | None:
    try:
        ends = msgspec.json.decode(urlsafe_b64decode(f"{payload}=="), type=_Claims).exp
        return None if ends is None else datetime.fromtimestamp(ends, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _decoded(text: str) -> str:
    try:
        return b64decode(text + "=" * (-len(text) % 4)).decode("latin-1")
    except binascii.Error:
        return ""
