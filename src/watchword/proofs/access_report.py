"""The job id of a report on services last accessed: 36 characters that prove themselves.

Nothing is kept of a job, since it ends at once. Its id says what it was asked for. A message authentication
code (HMAC) proves that it was issued, and to this caller.

    key   HKDF-SHA256(root key, info PURPOSE)
    id    base64url of 27 bytes: 4 seconds since 1970, 11 subject, the first 12 of HMAC-SHA256
    HMAC  of key, account || 0 || caller || 0 || the 15 bytes before
    subject  from its highest bit: 2 bits, which of KINDS; 85 bits, the other 17 characters of its unique id;
             1 bit, whether single actions are told

The seconds come first, since an id that began with a hyphen would look like an option of the aws CLI.
Sources: IAM API Reference, GenerateServiceLastAccessedDetails (length; the same user or role must ask for the
report); RFC 2104 (HMAC), RFC 5869 (HKDF), RFC 4648 (base64url, base32).
"""

import base64
import binascii
import hmac
from datetime import UTC, datetime
from typing import Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Struct

from watchword.names.ids import Prefix

PURPOSE = b"watchword access report 1"
KINDS = (Prefix.USER, Prefix.GROUP, Prefix.ROLE, Prefix.MANAGED_POLICY)
_KEY_BYTES = 32
_TIME, _SUBJECT, _CODE = 4, 11, 12
_ID_CHARACTERS, _ID_BITS = 17, 85
_DIGITS = "0123456789abcdefghijklmnopqrstuv"
_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_AS_NUMBER = str.maketrans(_BASE32, _DIGITS)


class AccessReport(Struct, frozen=True):
    """A job: the unique id of a user, group, role or managed policy, and whether single actions are told."""

    subject: str
    actions: bool
    created: datetime

    @classmethod
    def read(cls, job_id: str, account: str, caller: str, root: bytes) -> Self | None:
        """The job of that id; None unless that caller was given it. root: the installation's root key."""
        try:
            told = base64.b64decode(job_id, altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        asked, code = told[: _TIME + _SUBJECT], told[_TIME + _SUBJECT :]
        if not hmac.compare_digest(code, _code(root, account, caller, asked)):
            return None
        created = datetime.fromtimestamp(int.from_bytes(asked[:_TIME], "big"), UTC)
        bits = int.from_bytes(asked[_TIME:], "big")
        kind = KINDS[bits >> _ID_BITS + 1]
        return cls(kind + _id_text(bits >> 1 & (1 << _ID_BITS) - 1), bool(bits & 1), created)

    @property
    def kind(self) -> Prefix:
        return Prefix(self.subject[:-_ID_CHARACTERS])

    def job_id(self, account: str, caller: str, root: bytes) -> str:
        """The id for that caller, by its unique id. root: the installation's root key."""
        number = int(self.subject[-_ID_CHARACTERS:].translate(_AS_NUMBER), 32)
        bits = (KINDS.index(self.kind) << _ID_BITS | number) << 1 | self.actions
        asked = int(self.created.timestamp()).to_bytes(_TIME, "big") + bits.to_bytes(_SUBJECT, "big")
        return base64.b64encode(asked + _code(root, account, caller, asked), b"-_").decode("ascii")


def _code(root: bytes, account: str, caller: str, asked: bytes) -> bytes:
    key = HKDF(SHA256(), _KEY_BYTES, salt=None, info=PURPOSE).derive(root)
    return hmac.digest(key, f"{account}\0{caller}\0".encode() + asked, "sha256")[:_CODE]


def _id_text(number: int) -> str:
    """The characters of a number that `int(text, 32)` read."""
    places = range(5 * (_ID_CHARACTERS - 1), -1, -5)
    return "".join(_BASE32[number >> place & 31] for place in places)
