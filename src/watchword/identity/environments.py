"""Environment variables of functions at rest: encrypted (AES-GCM-SIV) under the keyring, as secrets are.

The function's id is associated data. So variables that are copied to another function can't be opened.
"""

from collections.abc import Mapping

import msgspec

from watchword.identity.secrets import SealedSecret
from watchword.proofs.keyring import Keyring

_NONE = SealedSecret(b"", "")


def seal(variables: Mapping[str, str], function_id: str, keyring: Keyring) -> SealedSecret:
    """Seals the variables under the newest key of the keyring. No variables need no key."""
    if not variables:
        return _NONE
    return SealedSecret(
        keyring.seal(msgspec.json.encode(variables), _purpose(function_id)), keyring.newest.id
    )


def open(sealed: bytes, function_id: str, keyring: Keyring) -> dict[str, str]:  # noqa: A001 the other half of seal
    """The variables. Raises `watchword.proofs.keyring.Unopenable`."""
    if not sealed:
        return {}
    return msgspec.json.decode(keyring.open(sealed, _purpose(function_id)), type=dict[str, str])


def _purpose(function_id: str) -> bytes:
    return b"watchword function environment 1 " + function_id.encode("ascii")
