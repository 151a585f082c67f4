"""SAML providers: their metadata, the keys that open their assertions, and that these rest sealed."""

from datetime import datetime, timedelta

import pytest
from tests.identity.pem import certificate, ec_key, key_descriptor, metadata, private, rsa_key
from tests.services.iam.harness import A, Iam, refused

from watchword.facts.credentials import KEYRING
from watchword.identity import private_keys
from watchword.names import AwsError
from watchword.names.principal import User
from watchword.store.iam import saml_private_keys, saml_providers

ARN = f"arn:aws:iam::{A}:saml-provider/Office"
ON = {"SAMLProviderArn": ARN}
DOCUMENT, KEY = metadata(), private(rsa_key("opens"))
NEW = {"Name": "Office", "SAMLMetadataDocument": DOCUMENT}
NO_KEY = "Assertions can't be required to be encrypted while the provider has no private key."


def test_made_read_and_removed(iam: Iam, now: datetime) -> None:
    tags = [{"Key": "team", "Value": "red"}]
    assert iam("CreateSAMLProvider", Tags=tags, **NEW) == {"SAMLProviderArn": ARN, "Tags": tags}
    found = iam("GetSAMLProvider", **ON)
    uuid = found.pop("SAMLProviderUUID")
    assert (len(uuid), uuid.isalnum(), uuid.isupper()) == (32, True, True)
    until = now + timedelta(days=36525)
    assert found == {
        "SAMLMetadataDocument": DOCUMENT,
        "CreateDate": now,
        "ValidUntil": until,
        "Tags": tags,
    }
    listed = {"Arn": ARN, "ValidUntil": until, "CreateDate": now}
    assert iam("ListSAMLProviders") == {"SAMLProviderList": [listed]}
    assert iam("GetAccountSummary")["SummaryMap"]["Providers"] == 1
    iam("DeleteSAMLProvider", **ON)
    assert iam("ListSAMLProviders") == {"SAMLProviderList": []}
    refused("NoSuchEntity", f"Manifest not found for arn {ARN}", iam, "DeleteSAMLProvider", **ON)


def test_a_name_is_had_once_whatever_its_case(iam: Iam, other: Iam) -> None:
    iam("CreateSAMLProvider", **NEW)
    said = "SAMLProvider with name OFFICE already exists."
    refused("EntityAlreadyExists", said, iam, "CreateSAMLProvider", **(NEW | {"Name": "OFFICE"}))
    other("CreateSAMLProvider", **NEW)
    said = f"Manifest not found for arn {ARN.lower()}"
    refused("NoSuchEntity", said, iam, "GetSAMLProvider", SAMLProviderArn=ARN.lower())


def test_a_hundred_providers_at_most(iam: Iam) -> None:
    for number in range(100):
        iam("CreateSAMLProvider", **(NEW | {"Name": f"p{number}"}))
    said = "Cannot exceed quota for SAMLProvidersPerAccount: 100"
    refused("LimitExceeded", said, iam, "CreateSAMLProvider", **NEW)


def test_the_document_is_replaced_whole(iam: Iam, now: datetime) -> None:
    iam("CreateSAMLProvider", **NEW)
    until = (now + timedelta(days=2)).replace(microsecond=0)
    attributes = f' entityID="x" validUntil="{until.isoformat()}"'
    next_one = metadata(key_descriptor(certificate(ec_key())), attributes=attributes)
    assert iam("UpdateSAMLProvider", SAMLMetadataDocument=next_one, **ON) == ON
    found = iam("GetSAMLProvider", **ON)
    assert (found["SAMLMetadataDocument"], found["ValidUntil"]) == (next_one, until)
    for name in ("CreateSAMLProvider", "UpdateSAMLProvider"):
        on = {"Name": "other"} if name.startswith("Create") else ON
        said = "Could not parse metadata"
        refused("InvalidInput", said, iam, name, SAMLMetadataDocument="<x>" * 500, **on)
    assert iam("GetSAMLProvider", **ON)["SAMLMetadataDocument"] == next_one


def test_private_keys_are_added_and_taken_away(iam: Iam, now: datetime) -> None:
    iam("CreateSAMLProvider", AddPrivateKey=KEY, **NEW)
    iam("UpdateSAMLProvider", AddPrivateKey=private(rsa_key("other")), **ON)
    found = iam("GetSAMLProvider", **ON)
    assert {key["Timestamp"] for key in found["PrivateKeyList"]} == {now}
    ids = [key["KeyId"] for key in found["PrivateKeyList"]]
    assert len(set(ids)) == 2
    said = "Cannot exceed quota for PrivateKeysPerSAMLProvider: 2"
    refused("LimitExceeded", said, iam, "UpdateSAMLProvider", AddPrivateKey=KEY, **ON)
    iam("UpdateSAMLProvider", RemovePrivateKey=ids[0], AddPrivateKey=KEY, **ON)
    kept = [key["KeyId"] for key in iam("GetSAMLProvider", **ON)["PrivateKeyList"]]
    assert ids[1] in kept
    assert ids[0] not in kept
    said = f"The private key with id {ids[0]} cannot be found."
    refused("NoSuchEntity", said, iam, "UpdateSAMLProvider", RemovePrivateKey=ids[0], **ON)
    iam("DeleteSAMLProvider", **ON)


def test_a_private_key_rests_sealed_and_is_never_shown(iam: Iam) -> None:
    iam("CreateSAMLProvider", AddPrivateKey=KEY, **NEW)
    with iam.world.database.read() as tx:
        provider = saml_providers.named(tx, A, "Office")
        assert provider is not None
        (held,) = saml_private_keys.of(tx, provider)
    ring = iam.world.facts.need(KEYRING)
    assert private_keys.open(held.sealed, held.id, ring) == KEY
    secret = KEY.splitlines()[3]
    assert secret.encode() not in held.sealed
    for name, given in (("GetSAMLProvider", ON), ("ListSAMLProviders", {})):
        assert secret not in str(iam(name, **given))


@pytest.mark.parametrize(
    "key",
    ["x", private(ec_key()), private(rsa_key(), b"password"), KEY[:-50]],
    ids=["a word", "EC", "encrypted", "cut off"],
)
def test_private_keys_that_are_not_taken(iam: Iam, key: str) -> None:
    said = "The private key must be an RSA key in PEM."
    refused("InvalidInput", said, iam, "CreateSAMLProvider", AddPrivateKey=key, **NEW)
    assert iam("ListSAMLProviders")["SAMLProviderList"] == []


def test_what_must_be_encrypted_can_be_opened(iam: Iam) -> None:
    required = {"AssertionEncryptionMode": "Required"}
    refused("InvalidInput", NO_KEY, iam, "CreateSAMLProvider", **NEW, **required)
    iam("CreateSAMLProvider", AssertionEncryptionMode="Allowed", **NEW)
    refused("InvalidInput", NO_KEY, iam, "UpdateSAMLProvider", **ON, **required)
    iam("UpdateSAMLProvider", AddPrivateKey=KEY, **ON, **required)
    found = iam("GetSAMLProvider", **ON)
    assert found["AssertionEncryptionMode"] == "Required"
    held = found["PrivateKeyList"][0]["KeyId"]
    refused("InvalidInput", NO_KEY, iam, "UpdateSAMLProvider", RemovePrivateKey=held, **ON)
    iam("UpdateSAMLProvider", RemovePrivateKey=held, AssertionEncryptionMode="Allowed", **ON)


def test_nobody_reaches_into_another_account(iam: Iam, other: Iam) -> None:
    iam("CreateSAMLProvider", **NEW)
    made = other("CreateUser", UserName="eve")["User"]
    for caller in (other, other.by(User(other.caller.account, "eve", made["UserId"]))):
        with pytest.raises(AwsError, match="AccessDenied"):
            caller("GetSAMLProvider", **ON)
