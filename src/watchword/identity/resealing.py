"""Sealing again what older keys of the keyring have sealed, after a new key was added.

Each type of secret at rest has a function here that seals the next few. Only then may an old key be dropped.
"""

from collections.abc import Callable

from watchword.identity import environments, private_keys, secrets, seeds
from watchword.proofs.keyring import Keyring
from watchword.store import Transaction
from watchword.store.functions import versions
from watchword.store.iam import access_keys, mfa_devices, saml_private_keys, server_certificates, token_keys

Reseal = Callable[[Transaction, Keyring, int], tuple[int, bool]]
"""(transaction, keyring, most) -> (how many were sealed again, whether there are more)."""


def _access_keys(tx: Transaction, ring: Keyring, most: int) -> tuple[int, bool]:
    found, more = access_keys.to_reseal(tx, ring.newest.id, limit=most)
    for key in found:
        sealed = secrets.seal(secrets.open(key, ring), key.id, ring)
        access_keys.reseal(tx, key, secret=sealed.secret, sealing_key=sealed.sealing_key)
    return len(found), more


def _saml_private_keys(tx: Transaction, ring: Keyring, most: int) -> tuple[int, bool]:
    found, more = saml_private_keys.to_reseal(tx, ring.newest.id, limit=most)
    for key in found:
        sealed = private_keys.seal(private_keys.open(key.sealed, key.id, ring), key.id, ring)
        saml_private_keys.reseal(tx, key, sealed=sealed.secret, sealing_key=sealed.sealing_key)
    return len(found), more


def _server_certificates(tx: Transaction, ring: Keyring, most: int) -> tuple[int, bool]:
    found, more = server_certificates.to_reseal(tx, ring.newest.id, limit=most)
    for each in found:
        owner = each.certificate_id
        sealed = private_keys.seal(private_keys.open(each.private_key, owner, ring), owner, ring)
        server_certificates.reseal(tx, each, sealed=sealed.secret, sealing_key=sealed.sealing_key)
    return len(found), more


def _mfa_devices(tx: Transaction, ring: Keyring, most: int) -> tuple[int, bool]:
    found, more = mfa_devices.to_reseal(tx, ring.newest.id, limit=most)
    for device in found:
        sealed = seeds.seal(seeds.open(device, ring), device.id, ring)
        mfa_devices.reseal(tx, device, seed=sealed.secret, sealing_key=sealed.sealing_key)
    return len(found), more


def _token_keys(tx: Transaction, ring: Keyring, most: int) -> tuple[int, bool]:
    found, more = token_keys.to_reseal(tx, ring.newest.id, limit=most)
    for key in found:
        sealed = private_keys.seal(private_keys.open(key.sealed, key.id, ring), key.id, ring)
        token_keys.reseal(tx, key, sealed=sealed.secret, sealing_key=sealed.sealing_key)
    return len(found), more


def _environments(tx: Transaction, ring: Keyring, most: int) -> tuple[int, bool]:
    found, more = versions.to_reseal(tx, ring.newest.id, limit=most)
    for version in found:
        owner = version.function_id
        sealed = environments.seal(environments.open(version.environment, owner, ring), owner, ring)
        versions.reseal(tx, version, environment=sealed.secret, sealing_key=sealed.sealing_key)
    return len(found), more


EVERYTHING: tuple[Reseal, ...] = (
    _access_keys,
    _saml_private_keys,
    _server_certificates,
    _mfa_devices,
    _token_keys,
    _environments,
)
