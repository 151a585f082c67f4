"""A key that a customer sends with each request (SSE-C): nothing of it is kept but a salted check.

1. The key has KEY_BYTES bytes. All that works with it is derived from it (HKDF), each for a purpose of its
   own: so the check tells nothing that helps to open the bytes.
2. `check` is a random salt and what is derived with it. Two checks of one key don't look alike, so the
   database doesn't tell which objects have the same key.
3. `hide` encrypts a short text, such as the checksum of the plaintext, which would help to guess that.

Sources: RFC 5869; Amazon S3 User Guide, "Using server-side encryption with customer-provided keys (SSE-C)":
S3 keeps a salted HMAC of the key.
What doesn't belong here: headers, and their errors.
"""

import base64
import binascii
import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from watchword.names.ids import Randomness
from watchword.proofs.keyring import KEY_BYTES, Unopenable
from watchword.proofs.sealed_bytes import MasterKey, Opened

_MAGIC = b"watchword client"
_BYTES, _TEXT, _CHECK = (b"watchword customer key " + each for each in (b"bytes 1", b"text 1", b"check 1"))
_SALT, _NONCE = 16, 12


@dataclass(frozen=True, slots=True)
class CustomerKey:
    """The key of one request."""

    material: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.material) != KEY_BYTES:
            raise ValueError("a customer's key has 32 bytes")

    def check(self, randomness: Randomness) -> str:
        """Rule 2: what is kept to recognise the key."""
        return self._check(randomness(_SALT))

    def fits(self, check: str) -> bool:
        """Whether a check was made of this key."""
        return hmac.compare_digest(self._check(base64.b64decode(check)[:_SALT]), check)

    def seal(self, pieces: Iterable[bytes], randomness: Randomness) -> Iterator[bytes]:
        """The stream of these pieces, as `sealed_bytes` has it."""
        return self._master.seal(pieces, randomness)

    def open(self, head: bytes) -> Opened:
        """The stream with that head. Raises Unopenable."""
        return self._master.open(head)

    def hide(self, text: str, purpose: str, randomness: Randomness) -> str:
        """Rule 3: opens only with the key, for the same purpose."""
        nonce = randomness(_NONCE)
        return _text(nonce + self._cipher.encrypt(nonce, text.encode(), purpose.encode()))

    def reveal(self, hidden: str, purpose: str) -> str:
        """The text. Raises Unopenable."""
        try:
            sealed = base64.b64decode(hidden, validate=True)
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], purpose.encode()).decode()
        except (binascii.Error, ValueError, InvalidTag):
            raise Unopenable from None

    def _check(self, salt: bytes) -> str:
        return _text(salt + self._derived(_CHECK, salt))

    @property
    def _master(self) -> MasterKey:
        return MasterKey(_MAGIC, self._derived(_BYTES))

    @property
    def _cipher(self) -> AESGCMSIV:
        return AESGCMSIV(self._derived(_TEXT))

    def _derived(self, purpose: bytes, salt: bytes | None = None) -> bytes:
        return HKDF(SHA256(), KEY_BYTES, salt=salt, info=purpose).derive(self.material)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
