"""Seeds of authenticator apps at rest: encrypted (AES-GCM-SIV) under the keyring.

The person's id is associated data, so a seed that is copied into the row of another can't be opened.
"""

from watchword.identity.secrets import SealedSecret
from watchword.proofs.keyring import Keyring
from watchword.store.portal.authenticators import Authenticator


def seal(seed: bytes, user_id: str, keyring: Keyring) -> SealedSecret:
    """Seals the seed of that person's app under the newest key of the keyring."""
    return SealedSecret(keyring.seal(seed, _purpose(user_id)), keyring.newest.id)


def open(authenticator: Authenticator, keyring: Keyring) -> bytes:  # noqa: A001 the other half of seal
    """The seed of a stored app. Raises `watchword.proofs.keyring.Unopenable`."""
    return keyring.open(authenticator.seed, _purpose(authenticator.user_id))


def _purpose(user_id: str) -> bytes:
    return b"watchword portal seed 1 " + user_id.encode()
