"""Providers, certificates, keys and settings: what was written is read back, on both databases."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from msgspec import structs

from watchword.store import Conflict, Database, StillReferenced, Transaction
from watchword.store.iam import (
    account_settings,
    oidc_providers,
    saml_private_keys,
    saml_providers,
    server_certificates,
    service_credentials,
    signing_certificates,
    ssh_public_keys,
    users,
)
from watchword.store.iam.account_settings import AccountSettings
from watchword.store.iam.oidc_providers import OidcProvider
from watchword.store.iam.saml_private_keys import SamlPrivateKey
from watchword.store.iam.saml_providers import SamlProvider
from watchword.store.iam.server_certificates import Material, ServerCertificate
from watchword.store.iam.service_credentials import ServiceCredential
from watchword.store.iam.signing_certificates import SigningCertificate
from watchword.store.iam.ssh_public_keys import SshPublicKey
from watchword.store.iam.users import User

A, B = "111111111111", "222222222222"
URL = "idp.example.com/Realms/x"
GIT = "codecommit.amazonaws.com"


def test_an_oidc_provider_is_found_by_its_exact_url(database: Database, now: datetime) -> None:
    one = OidcProvider("1", A, URL, now, ("b", "ä"), ("a" * 40,))
    other = OidcProvider("2", A, URL.lower(), now)
    with database.write(now) as tx:
        for each in (one, other, structs.replace(one, id="3", account=B)):
            oidc_providers.insert(tx, each)
    with database.read() as tx:
        assert oidc_providers.of_url(tx, A, URL) == one
        assert oidc_providers.of_url(tx, A, URL.upper()) is None
        assert oidc_providers.of_account(tx, A) == [one, other]
        assert (oidc_providers.count(tx, A), oidc_providers.count(tx, B)) == (2, 1)
    assert one.arn == f"arn:aws:iam::{A}:oidc-provider/{URL}"
    with pytest.raises(Conflict), database.write(now) as tx:
        oidc_providers.insert(tx, structs.replace(one, id="4"))


def test_the_lists_of_an_oidc_provider_are_replaced(database: Database, now: datetime) -> None:
    one = OidcProvider("1", A, URL, now, ("a",), ("a" * 40,))
    with database.write(now) as tx:
        oidc_providers.insert(tx, one)
        oidc_providers.set_client_ids(tx, one, ("c", "b"))
        oidc_providers.set_thumbprints(tx, one, ())
    with database.write(now) as tx:
        assert oidc_providers.of_url(tx, A, URL) == structs.replace(
            one, client_ids=("c", "b"), thumbprints=()
        )
        oidc_providers.remove(tx, one)
        assert oidc_providers.of_account(tx, A) == []


def test_a_saml_provider_with_its_document_and_keys(database: Database, now: datetime) -> None:
    one = SamlProvider("1", A, "Office", now, now + timedelta(days=1))
    key = SamlPrivateKey("K", "1", b"sealed", "k1", now)
    with database.write(now) as tx:
        saml_providers.insert(tx, one, "<one/>")
        saml_private_keys.insert(tx, key)
        saml_providers.set_document(tx, one, "<two/>", now)
        saml_providers.set_encryption_mode(tx, one, "Required")
    with database.read() as tx:
        assert saml_providers.named(tx, A, "OFFICE") == structs.replace(
            one, valid_until=now, encryption_mode="Required"
        )
        assert saml_providers.document_of(tx, one) == "<two/>"
        assert saml_private_keys.of(tx, one) == [key]
        assert saml_private_keys.to_reseal(tx, "k1", limit=1) == ([], False)
        assert "sealed" not in repr(key)
    with pytest.raises(StillReferenced), database.write(now) as tx:
        saml_providers.remove(tx, one)
    with database.write(now) as tx:
        saml_private_keys.reseal(tx, key, sealed=b"again", sealing_key="k2")
        assert saml_private_keys.of(tx, one) == [structs.replace(key, sealed=b"again", sealing_key="k2")]
        saml_private_keys.remove(tx, key)
        saml_providers.remove(tx, one)
        assert saml_providers.of_account(tx, A) == []


def test_a_server_certificate_with_what_it_is_made_of(database: Database, now: datetime) -> None:
    one = ServerCertificate("ASCA1", A, "web", "/x/", now, now)
    material = Material("ASCA1", "body", None, b"sealed", "k1")
    with database.write(now) as tx:
        server_certificates.insert(tx, one, material)
        server_certificates.rename(tx, one, name="WWW", path="/y/")
    with database.read() as tx:
        found = server_certificates.named(tx, A, "www")
        assert found == structs.replace(one, name="WWW", path="/y/")
        assert server_certificates.material_of(tx, one) == material
        assert server_certificates.to_reseal(tx, "k2", limit=1) == ([material], False)
        assert "sealed" not in repr(material)
    with database.write(now) as tx:
        server_certificates.reseal(tx, material, sealed=b"again", sealing_key="k2")
        assert server_certificates.material_of(tx, one).private_key == b"again"
        server_certificates.remove(tx, one)
        assert server_certificates.count(tx, A) == 0


def _ann(tx: Transaction, now: datetime) -> None:
    users.insert(tx, User("AIDA1", A, "ann", "/", now))


def test_a_signing_certificate_is_in_an_account_once(database: Database, now: datetime) -> None:
    of_ann = SigningCertificate("b", A, "AIDA1", "PEM", "f1", now)
    of_root = SigningCertificate("a", A, None, "PEM", "f2", now)
    with database.write(now) as tx:
        _ann(tx, now)
        signing_certificates.insert(tx, of_ann)
        signing_certificates.insert(tx, of_root)
        signing_certificates.set_status(tx, of_ann, "Inactive")
    with database.read() as tx:
        assert signing_certificates.of_user(tx, "AIDA1") == [structs.replace(of_ann, status="Inactive")]
        assert signing_certificates.of_root(tx, A) == [of_root]
        assert signing_certificates.of_root(tx, B) == []
        assert [signing_certificates.is_known(tx, account, "f1") for account in (A, B)] == [True, False]
    with pytest.raises(Conflict), database.write(now) as tx:
        signing_certificates.insert(tx, structs.replace(of_root, id="c", fingerprint="f1"))
    with database.write(now) as tx:
        signing_certificates.remove(tx, of_ann)
        assert signing_certificates.of_user(tx, "AIDA1") == []


def test_a_user_has_an_ssh_key_once(database: Database, now: datetime) -> None:
    key = SshPublicKey("APKA1", A, "AIDA1", "ssh-rsa AAAA", "aa:bb", "digest", now)
    with database.write(now) as tx:
        _ann(tx, now)
        ssh_public_keys.insert(tx, key)
        ssh_public_keys.set_status(tx, key, "Inactive")
        assert ssh_public_keys.of_user(tx, "AIDA1") == [structs.replace(key, status="Inactive")]
    with pytest.raises(Conflict), database.write(now) as tx:
        ssh_public_keys.insert(tx, structs.replace(key, id="APKA2"))
    with pytest.raises(StillReferenced), database.write(now) as tx:
        users.remove(tx, User("AIDA1", A, "ann", "/", now))
    with database.write(now) as tx:
        ssh_public_keys.remove(tx, key)
        assert ssh_public_keys.of_user(tx, "AIDA1") == []


def test_service_credentials_page_by_page(database: Database, now: datetime) -> None:
    one = ServiceCredential("ACCA1", A, "AIDA1", GIT, "ann-at", b"digest", now, now + timedelta(days=1))
    rest = [
        structs.replace(one, id=f"ACCA{number}", name=f"ann+{number}-at", expires=None) for number in (2, 3)
    ]
    rest.append(structs.replace(one, id="ACCA4", service="cassandra.amazonaws.com"))
    with database.write(now) as tx:
        _ann(tx, now)
        for each in (one, *rest):
            service_credentials.insert(tx, each)
    with database.read() as tx:
        assert service_credentials.by_id(tx, "ACCA1") == one
        assert service_credentials.of_user(tx, "AIDA1") == [one, *rest]
        assert service_credentials.named(tx, A, GIT, "ann-at") == one
        assert service_credentials.named(tx, B, GIT, "ann-at") is None
        assert service_credentials.page(tx, A, service=GIT, limit=2) == ([one, rest[0]], True)
        assert service_credentials.page(tx, A, service=GIT, after="ACCA2", limit=2) == ([rest[1]], False)
        assert service_credentials.page(tx, A, after="ACCA2", limit=9) == (rest[1:], False)
        assert service_credentials.page(tx, B, limit=9) == ([], False)
        assert "digest" not in repr(one)
    with pytest.raises(Conflict), database.write(now) as tx:
        service_credentials.insert(tx, structs.replace(one, id="ACCA9"))
    with database.write(now) as tx:
        service_credentials.set_status(tx, one, "Inactive")
        service_credentials.set_secret(tx, one, b"other")
        assert service_credentials.by_id(tx, "ACCA1") == structs.replace(
            one, status="Inactive", secret_digest=b"other"
        )
        service_credentials.remove(tx, one)
        assert service_credentials.by_id(tx, "ACCA1") is None


def test_an_account_sets_one_thing_or_another(database: Database, now: datetime) -> None:
    settings = AccountSettings(A, 1, {"RoleManager/Enabled": "true"}, "issuer", issues_tokens=True)
    with database.write(now) as tx:
        assert account_settings.of(tx, A) == AccountSettings(A)
        account_settings.put(tx, AccountSettings(A, token_version=2))
        account_settings.put(tx, settings)
        assert account_settings.of(tx, A) == settings
        assert account_settings.of(tx, B) == AccountSettings(B)
    with pytest.raises(Conflict), database.write(now) as tx:
        account_settings.put(tx, replace(settings, account=B))
