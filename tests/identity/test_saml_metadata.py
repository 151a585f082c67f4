"""Metadata of SAML providers: what is read, and every document that isn't taken."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from tests.identity.pem import certificate, key_descriptor, metadata, pem, rsa_key

from watchword.identity import saml_metadata
from watchword.names import AwsError

NOW = datetime(2026, 11, 28, tzinfo=UTC)
ENTITY = ' entityID="e"'


def until(text: str) -> str:
    return metadata(attributes=f'{ENTITY} validUntil="{text}"')


def test_what_is_read() -> None:
    made = certificate(rsa_key())
    other = certificate(rsa_key("other"), ends=NOW - timedelta(days=1))
    keys = (
        key_descriptor(made)
        + key_descriptor(other, use="")
        + key_descriptor("not read", use=' use="encryption"')
    )
    found = saml_metadata.read(metadata(keys), NOW)
    assert found.entity_id == "https://idp.example.com/"
    assert found.certificates == tuple(each.public_bytes(Encoding.DER) for each in (made, other))
    assert found.valid_until == NOW + timedelta(days=36525)


@pytest.mark.parametrize(
    "text", ["2027-01-01T01:00:00Z", "2027-01-01T02:00:00.000+01:00", "2027-01-01T01:00:00"]
)
def test_until_when_it_is_valid(text: str) -> None:
    assert saml_metadata.read(until(text), NOW).valid_until == datetime(2027, 1, 1, 1, tzinfo=UTC)


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
EXTERNAL = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def hostile() -> Iterator[tuple[str, str]]:
    """What is wrong, and a document with it."""
    one = key_descriptor(certificate(rsa_key()))
    yield "no XML", "x" * 1000
    yield "cut off", metadata()[:-5]
    yield "a lone surrogate", metadata(more="<x>\ud800</x>")
    yield "a byte order mark", "\ufeff" + metadata()
    yield "entities that expand", metadata(head=BOMB, more="<x>&c;</x>")
    yield "an external entity", metadata(head=EXTERNAL, more="<x>&a;</x>")
    yield "a document type alone", metadata(head="<!DOCTYPE x>")
    yield "too deep", metadata(more="<x>" * 100 + "</x>" * 100)
    yield "too many elements", metadata(more="<x/>" * 10_000)
    yield "several entities", metadata(root="EntitiesDescriptor")
    yield "no name", metadata(attributes="")
    yield "an empty name", metadata(attributes=' entityID=""')
    yield "a long name", metadata(attributes=f' entityID="{"x" * 1025}"')
    yield "another protocol", metadata(protocol="urn:oasis:names:tc:SAML:1.1:protocol")
    idp = '<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"/>'
    yield "two descriptors", metadata(more=idp)
    yield "no key", metadata("")
    yield "no key for signing", metadata(key_descriptor("", use=' use="encryption"'))
    yield "11 keys", metadata(one * 11)
    yield "a key without certificate", metadata('<md:KeyDescriptor use="signing"/>')
    yield "no base64", metadata(key_descriptor("?"))
    yield "no certificate", metadata(key_descriptor("AAAA"))
    yield "PEM inside", metadata(key_descriptor(pem(certificate(rsa_key()))))
    yield "another algorithm", metadata(key_descriptor(certificate(ed25519.Ed25519PrivateKey.generate())))
    yield "no date", until("soon")
    yield "a date before the calendar", until("0001-01-01T00:00:00+01:00")


@pytest.mark.parametrize("document", [pytest.param(text, id=what) for what, text in hostile()])
def test_what_is_not_taken(document: str) -> None:
    with pytest.raises(AwsError) as refused:
        saml_metadata.read(document, NOW)
    assert (refused.value.code, refused.value.said) == ("InvalidInput", "Could not parse metadata")
    assert refused.value.meant


def test_what_has_expired() -> None:
    with pytest.raises(AwsError, match="The metadata document has expired"):
        saml_metadata.read(until("2026-11-28T00:00:00Z"), NOW)
    saml_metadata.read(until("2026-11-28T00:00:01Z"), NOW)
