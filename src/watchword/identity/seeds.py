"""Seeds of MFA devices at rest: encrypted (AES-GCM-SIV) under the keyring.

The device's unique id is associated data. So a seed that is copied into the row of another device can't be
opened.
"""

from watchword.identity.secrets import SealedSecret
from watchword.proofs.keyring import Keyring
from watchword.store.iam.mfa_devices import MfaDevice


def seal(seed: bytes, device_id: str, keyring: Keyring) -> SealedSecret:
    """Seals the seed of that device under the newest key of the keyring."""
    return SealedSecret(keyring.seal(seed, _purpose(device_id)), keyring.newest.id)


def open(device: MfaDevice, keyring: Keyring) -> bytes:  # noqa: A001 the other half of seal
    """The seed of a stored device. Raises `watchword.proofs.keyring.Unopenable`."""
    return keyring.open(device.seed, _purpose(device.id))


def _purpose(device_id: str) -> bytes:
    return b"watchword mfa seed 1 " + device_id.encode("ascii")
