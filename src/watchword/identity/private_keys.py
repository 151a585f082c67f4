"""Private keys at rest: encrypted (AES-GCM-SIV) under the keyring, as secrets of access keys are.

The id of what a key belongs to is associated data. So a key that is copied into another row can't be opened.
"""

from watchword.identity.secrets import SealedSecret
from watchword.proofs.keyring import Keyring


def seal(pem: str, owner_id: str, keyring: Keyring) -> SealedSecret:
    """Seals the private key of that owner under the newest key of the keyring."""
    return SealedSecret(keyring.seal(pem.encode(), _purpose(owner_id)), keyring.newest.id)


def open(sealed: bytes, owner_id: str, keyring: Keyring) -> str:  # noqa: A001 the other half of seal
    """The private key. Raises `watchword.proofs.keyring.Unopenable`."""
    return keyring.open(sealed, _purpose(owner_id)).decode()


def _purpose(owner_id: str) -> bytes:
    return b"watchword private key 1 " + owner_id.encode("ascii")
