"""Secrets of access keys at rest: encrypted (AES-GCM-SIV) under the keyring.

The access key id is associated data. So a secret that is copied into the row of another key can't be opened.
"""

from msgspec import Struct

from watchword.proofs.keyring import Keyring
from watchword.store.iam.access_keys import AccessKey


class SealedSecret(Struct, frozen=True):
    """A secret as the store has it."""

    secret: bytes
    sealing_key: str


def seal(secret: str, access_key_id: str, keyring: Keyring) -> SealedSecret:
    """Seals the secret of that access key under the newest key of the keyring."""
    return SealedSecret(keyring.seal(secret.encode("ascii"), _purpose(access_key_id)), keyring.newest.id)


def open(key: AccessKey, keyring: Keyring) -> str:  # noqa: A001 the other half of seal
    """The secret of a stored key. Raises `watchword.proofs.keyring.Unopenable`."""
    return keyring.open(key.secret, _purpose(key.id)).decode("ascii")


def _purpose(access_key_id: str) -> bytes:
    return b"watchword access key secret 1 " + access_key_id.encode("ascii")
