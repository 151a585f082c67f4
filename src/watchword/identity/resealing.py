"""Sealing again what older keys of the keyring have sealed, after a new key was added.

Each type of secret at rest has a line in EVERYTHING. Only then may an old key be dropped.
"""

from collections.abc import Callable
from typing import Protocol, TypeVar

from watchword.identity import environments, private_keys, secrets, seeds
from watchword.identity.portal import seeds as portal_seeds
from watchword.identity.secrets import SealedSecret
from watchword.proofs.keyring import Keyring
from watchword.store import Transaction
from watchword.store.functions import versions
from watchword.store.iam import access_keys, mfa_devices, saml_private_keys, server_certificates, token_keys
from watchword.store.portal import authenticators
from watchword.store.rolesanywhere import host_authorities

Reseal = Callable[[Transaction, Keyring, int], tuple[int, bool]]
"""(transaction, keyring, most) -> (how many were sealed again, whether there are more)."""
Row = TypeVar("Row")


class Rows(Protocol[Row]):
    """A module of the store whose rows have something sealed."""

    def to_reseal(self, tx: Transaction, sealing_key: str, /, *, limit: int) -> tuple[list[Row], bool]: ...
    def reseal(self, tx: Transaction, row: Row, /, *, sealed: bytes, sealing_key: str) -> None: ...


def _some(rows: Rows[Row], again: Callable[[Row, Keyring], SealedSecret]) -> Reseal:
    """Seals the next few rows. again: what a row has sealed, opened and sealed by the newest key."""

    def reseal(tx: Transaction, ring: Keyring, most: int) -> tuple[int, bool]:
        found, more = rows.to_reseal(tx, ring.newest.id, limit=most)
        for row in found:
            sealed = again(row, ring)
            rows.reseal(tx, row, sealed=sealed.secret, sealing_key=sealed.sealing_key)
        return len(found), more

    return reseal


def _private_key(sealed: bytes, owner_id: str, ring: Keyring) -> SealedSecret:
    return private_keys.seal(private_keys.open(sealed, owner_id, ring), owner_id, ring)


def _environment(version: versions.Version, ring: Keyring) -> SealedSecret:
    owner = version.function_id
    return environments.seal(environments.open(version.environment, owner, ring), owner, ring)


EVERYTHING: tuple[Reseal, ...] = (
    _some(access_keys, lambda key, ring: secrets.seal(secrets.open(key, ring), key.id, ring)),
    _some(saml_private_keys, lambda key, ring: _private_key(key.sealed, key.id, ring)),
    _some(server_certificates, lambda each, ring: _private_key(each.private_key, each.certificate_id, ring)),
    _some(mfa_devices, lambda device, ring: seeds.seal(seeds.open(device, ring), device.id, ring)),
    _some(
        authenticators, lambda app, ring: portal_seeds.seal(portal_seeds.open(app, ring), app.user_id, ring)
    ),
    _some(token_keys, lambda key, ring: _private_key(key.sealed, key.id, ring)),
    _some(host_authorities, lambda each, ring: _private_key(each.sealed, each.anchor_id, ring)),
    _some(versions, _environment),
)
