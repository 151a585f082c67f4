"""After a new key of the keyring: everything that was sealed is sealed again, and opens."""

import os
from datetime import datetime

from watchword.identity import environments, private_keys, resealing, secrets, seeds
from watchword.identity.portal import seeds as portal_seeds
from watchword.identity.secrets import SealedSecret as Sealed
from watchword.proofs.keyring import Keyring, new_key
from watchword.store import Database
from watchword.store.functions import functions, versions
from watchword.store.functions.functions import Function
from watchword.store.functions.versions import Version
from watchword.store.iam import (
    access_keys,
    mfa_devices,
    saml_private_keys,
    saml_providers,
    server_certificates,
    token_keys,
)
from watchword.store.iam.access_keys import AccessKey
from watchword.store.iam.mfa_devices import MfaDevice
from watchword.store.iam.saml_private_keys import SamlPrivateKey
from watchword.store.iam.saml_providers import SamlProvider
from watchword.store.iam.server_certificates import Material, ServerCertificate
from watchword.store.iam.token_keys import TokenKey
from watchword.store.identity_center import users as directory_users
from watchword.store.identity_center.users import User
from watchword.store.portal import authenticators
from watchword.store.portal.authenticators import Authenticator
from watchword.store.rolesanywhere import host_authorities
from watchword.store.rolesanywhere.host_authorities import HostAuthority
from watchword.store.tables import METADATA

A = "111111111111"


def test_all_that_rests_sealed_is_in_the_table() -> None:
    sealed = {table.name for table in METADATA.tables.values() if "sealing_key" in table.c}
    certificates = {"saml_private_keys", "server_certificate_material"}
    others = {"access_keys", "function_versions", "host_authorities", "token_keys"}
    devices = {"mfa_devices", "portal_authenticators"}
    assert sealed == others | devices | certificates
    assert len(resealing.EVERYTHING) == len(sealed)


def test_it_opens_under_the_new_key(database: Database, now: datetime) -> None:
    old, new = (new_key(os.urandom) for _ in range(2))
    before, after = Keyring((old,), os.urandom), Keyring((old, new), os.urandom)
    secret, pem = secrets.seal("secret", "AKIA1", before), private_keys.seal("PEM", "K", before)
    seed = seeds.seal(b"seed", "M", before)
    variables = environments.seal({"A": "b"}, "F", before)
    provider = SamlProvider("S", A, "office", now, now)
    certificate = ServerCertificate("K", A, "web", "/", now, now)
    with database.write(now) as tx:
        access_keys.insert(tx, AccessKey("AKIA1", A, None, secret.secret, secret.sealing_key, now))
        mfa_devices.insert(tx, MfaDevice("M", A, "phone", "/", now, seed.secret, seed.sealing_key))
        saml_providers.insert(tx, provider, "<x/>")
        saml_private_keys.insert(tx, SamlPrivateKey("K", "S", pem.secret, pem.sealing_key, now))
        token_keys.insert(tx, TokenKey("K", A, "ES384", pem.secret, pem.sealing_key, now))
        host_authorities.insert(tx, HostAuthority("K", A, pem.secret, pem.sealing_key, now))
        material = Material("K", "body", None, pem.secret, pem.sealing_key)
        server_certificates.insert(tx, certificate, material)
        functions.insert(tx, Function("F", A, "us-east-1", "f", now))
        versions.insert(tx, version(now, variables))
        person = User("u1", "d-1", "ann", {}, now, "arn", now, "arn")
        directory_users.insert(tx, person)
        app = portal_seeds.seal(b"app's", "u1", before)
        authenticators.put(tx, Authenticator("u1", app.secret, app.sealing_key, now))
        for expected in (1, 0):
            for some in resealing.EVERYTHING:
                assert some(tx, after, 10) == (expected, False)
        (key,) = access_keys.of_root(tx, A)
        device = mfa_devices.by_id(tx, "M")
        (signs,) = token_keys.of_account(tx, A)
        (vouches,) = host_authorities.of_account(tx, A)
        (opens,) = saml_private_keys.of(tx, provider)
        material = server_certificates.material_of(tx, certificate)
        known = authenticators.of(tx, "u1")
        latest = versions.numbered(tx, "F", 0)
    alone = Keyring((new,), os.urandom)
    assert secrets.open(key, alone) == "secret"
    assert device is not None
    assert seeds.open(device, alone) == b"seed"
    assert known is not None
    assert portal_seeds.open(known, alone) == b"app's"
    assert latest is not None
    assert environments.open(latest.environment, "F", alone) == {"A": "b"}
    assert private_keys.open(opens.sealed, "K", alone) == "PEM"
    assert private_keys.open(signs.sealed, "K", alone) == "PEM"
    assert private_keys.open(vouches.sealed, "K", alone) == "PEM"
    assert private_keys.open(material.private_key, "K", alone) == "PEM"


def version(now: datetime, variables: Sealed) -> Version:
    sealed = variables.secret, variables.sealing_key
    return Version(
        *("F", 0, "role", "python3.12", "app.handler", "", 3, 128, 512, "x86_64"),
        *(*sealed, "", "blob", "", 1, now, "r"),
    )
