"""The metadata document of a SAML provider, as its organisation publishes it.

1. The document is XML without a document type: no entities, no external files. Its depth is limited, as
   for every document (`watchword.wire.xml_text`), and it has at most MOST_ELEMENTS elements: a change of the
   database waits while it is read. It has no byte order mark.
2. It describes one entity: the root is an EntityDescriptor with an entityID.
3. The entity is an identity provider: it has an IDPSSODescriptor for SAML 2.0.
4. That has 1 to MOST_KEYS keys to verify signatures: KeyDescriptors for `signing`, or for both uses. Each has
   an X.509 certificate with a key that is allowed here (`key_material`).
5. The document is still valid. One that doesn't say until when is valid for a hundred years.

A certificate in it may have expired: what counts is that the organisation publishes its key.
Source: Metadata for SAML 2.0 (saml-metadata-2.0-os), sections 2.3.2, 2.4.1.1 and 2.4.3; IAM User Guide,
"Create a SAML identity provider in IAM", for UTF-8, sizes of keys and their number. AWS has one sentence for
everything that it can't read.
"""

import base64
import binascii
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from watchword.identity.key_material import KeyMaterialError, certificate_of_der
from watchword.identity.refusals import refusal
from watchword.names import AwsError
from watchword.wire.xml_text import Element, NotXmlError, read_document

MOST_KEYS = 10
MOST_ELEMENTS = 10_000
LONGEST_ENTITY_ID = 1024
UNTIL_FURTHER_NOTICE = timedelta(days=36525)
_BYTE_ORDER_MARK = "\ufeff"
_PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"


class Metadata(Struct, frozen=True):
    """What is used of a document: who the provider is, until when, and its certificates in DER."""

    entity_id: str
    valid_until: datetime
    certificates: tuple[bytes, ...]


def read(document: str, now: datetime) -> Metadata:
    """What a new document says. Raises InvalidInput."""
    found = parse(document, until=now + UNTIL_FURTHER_NOTICE)
    if found.valid_until <= now:
        raise refusal("InvalidInput", "The metadata document has expired.")  # 5.
    return found


def parse(document: str, until: datetime) -> Metadata:
    """What a document says, also if it has expired. Raises InvalidInput.

    until: until when it is valid if it doesn't say.
    """
    if document.startswith(_BYTE_ORDER_MARK):
        raise _unreadable("a byte order mark")  # 1.
    try:
        root = read_document(document.encode(), MOST_ELEMENTS)  # 1.
    except (NotXmlError, UnicodeEncodeError):
        raise _unreadable("not XML, or with a document type") from None
    entity_id = root.attributes.get("entityID", "")
    if root.name != "EntityDescriptor" or not 0 < len(entity_id) <= LONGEST_ENTITY_ID:
        raise _unreadable("no EntityDescriptor with an entityID")  # 2.
    descriptors = [each for each in root.children if _is_identity_provider(each)]
    if len(descriptors) != 1:
        raise _unreadable("not exactly one IDPSSODescriptor for SAML 2.0")  # 3.
    keys = tuple(_certificates(descriptors[0]))
    if not 1 <= len(keys) <= MOST_KEYS:
        raise _unreadable(f"not 1 to {MOST_KEYS} certificates for signing")  # 4.
    return Metadata(entity_id, _valid_until(root) or until, keys)


def _unreadable(meant: str) -> AwsError:
    return refusal("InvalidInput", "Could not parse metadata", meant)


def _is_identity_provider(element: Element) -> bool:
    protocols = element.attributes.get("protocolSupportEnumeration", "").split()
    return element.name == "IDPSSODescriptor" and _PROTOCOL in protocols


def _certificates(descriptor: Element) -> Iterator[bytes]:
    for key in descriptor.children:
        if key.name == "KeyDescriptor" and key.attributes.get("use", "signing") == "signing":
            yield _certificate(key)


def _certificate(key: Element) -> bytes:
    """The certificate of a KeyDescriptor: KeyInfo, X509Data, the first X509Certificate."""
    found = key
    for name in ("KeyInfo", "X509Data", "X509Certificate"):
        below = next((each for each in found.children if each.name == name), None)
        if below is None:
            raise _unreadable(f"a KeyDescriptor without {name}")
        found = below
    try:
        data = base64.b64decode("".join(found.text.split()), validate=True)
        certificate_of_der(data)
    except (binascii.Error, KeyMaterialError) as problem:
        raise _unreadable(f"X509Certificate: {problem}") from None
    return data


def _valid_until(root: Element) -> datetime | None:
    text = root.attributes.get("validUntil")
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _unreadable("validUntil is no date") from None
