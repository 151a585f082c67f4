"""The keyring: encrypts session tokens and the secrets of access keys, and decrypts them.

The newest key seals; every key opens. So keys are rotated by adding one, and an old key is dropped when
nothing that it sealed is needed any more. The cipher is AES-256-GCM-SIV (RFC 8452): a repeated nonce shows
only that two plaintexts are equal.

    envelope          version (1 byte), key id (8), nonce (12), ciphertext and tag
    associated data   version, key id, purpose: so an envelope opens only under its key and for its purpose

`open` never says why an envelope can't be opened. At rest, a key of the ring is itself sealed (wrapped) under
the root key, for a purpose that contains its id. The caller passes in the root key and the randomness.
Source: RFC 8452, sections 4 and 9.
What doesn't belong here: where keys are stored, and when they are rotated.
"""

from dataclasses import dataclass, field
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from watchword.names.ids import Randomness

KEY_BYTES = 32
_VERSION = b"\x01"
_ID_BYTES = 8
_NONCE_BYTES = 12
_TAG_BYTES = 16
_HEAD_BYTES = len(_VERSION) + _ID_BYTES
_BEGIN = _HEAD_BYTES + _NONCE_BYTES
"""Where the ciphertext begins."""
OVERHEAD = _HEAD_BYTES + _NONCE_BYTES + _TAG_BYTES
"""Bytes by which an envelope is longer than its plaintext."""
_WRAPPING = b"watchword keyring key 1 "
_ROOT_ID = "00" * _ID_BYTES


class Unopenable(Exception):  # noqa: N818 named as what happened
    """Not sealed by a key of this ring for this purpose, or changed since."""


@dataclass(frozen=True)
class Key:
    """A key of a ring."""

    id: str
    """16 hexadecimal digits; not secret."""
    material: bytes = field(repr=False)
    """KEY_BYTES bytes; secret."""

    def __post_init__(self) -> None:
        if len(bytes.fromhex(self.id)) != _ID_BYTES or len(self.material) != KEY_BYTES:
            raise ValueError("a key has an id of 8 bytes and 32 bytes of material")

    @cached_property
    def cipher(self) -> AESGCMSIV:
        return AESGCMSIV(self.material)

    @cached_property
    def head(self) -> bytes:
        """The first bytes of an envelope that this key sealed: version and key id."""
        return _VERSION + bytes.fromhex(self.id)


def new_key(randomness: Randomness) -> Key:
    """A new random key."""
    return Key(randomness(_ID_BYTES).hex(), randomness(KEY_BYTES))


@dataclass(frozen=True)
class Keyring:
    """Keys from oldest to newest: at least one, with different ids."""

    keys: tuple[Key, ...]
    randomness: Randomness = field(repr=False)

    def __post_init__(self) -> None:
        if not self.keys or len(self._by_head) != len(self.keys):
            raise ValueError("a keyring holds at least one key, and each once")

    @cached_property
    def newest(self) -> Key:
        """The key that seals."""
        return self.keys[-1]

    def seal(self, plaintext: bytes, purpose: bytes) -> bytes:
        """The envelope of `plaintext`; it opens only for the same purpose."""
        key, nonce = self.newest, self.randomness(_NONCE_BYTES)
        return key.head + nonce + key.cipher.encrypt(nonce, plaintext, key.head + purpose)

    def open(self, envelope: bytes, purpose: bytes) -> bytes:
        """The plaintext of an envelope. Raises Unopenable."""
        head = envelope[:_HEAD_BYTES]
        key = self._by_head.get(head)
        if key is None or len(envelope) < OVERHEAD:
            raise Unopenable
        try:
            return key.cipher.decrypt(envelope[_HEAD_BYTES:_BEGIN], envelope[_BEGIN:], head + purpose)
        except InvalidTag:
            raise Unopenable from None

    @cached_property
    def _by_head(self) -> dict[bytes, Key]:
        return {key.head: key for key in self.keys}


def wrap(key: Key, root: bytes, randomness: Randomness) -> bytes:
    """The key as it is stored: sealed under the root key. root: 32 bytes."""
    return Keyring((Key(_ROOT_ID, root),), randomness).seal(key.material, _WRAPPING + key.id.encode())


def unwrap(key_id: str, wrapped: bytes, root: bytes) -> Key:
    """The key with that id. Raises Unopenable; also for another root key or another id."""
    ring = Keyring((Key(_ROOT_ID, root),), _no_randomness)
    return Key(key_id, ring.open(wrapped, _WRAPPING + key_id.encode()))


def _no_randomness(count: int) -> bytes:
    raise RuntimeError(f"opening needs no randomness, but {count} bytes were requested")
