"""Hostile SAML responses, one a row: refused, with what the operator is told. Their signatures are real.

Signature wrapping (XSW 1 to 8) is numbered as in "On Breaking SAML: Be Whoever You Want to Be" (Somorovsky et
al., USENIX Security 2012).
"""

import base64
import copy
import hmac
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from tests.proofs.saml.provider import (
    CERTIFICATE,
    CURVE,
    DSIG,
    ENC,
    ENC11,
    ENVELOPED,
    EXCLUSIVE,
    MORE,
    STRANGER,
    assertion,
    canonical,
    certificate,
    encode,
    encrypted,
    evil,
    response,
    rsa_key,
    sign,
    unsigned,
)

from watchword.proofs.saml.document import ASSERTION, SIGNATURE
from watchword.proofs.saml.errors import WrongResponseError
from watchword.proofs.saml.response import Trust, verify

OURS = rsa_key("saml encryption")
TRUST = Trust([CERTIFICATE], [OURS])
Element = Any


def signed() -> Element:
    """A response with a signed assertion."""
    return response(sign(assertion()))


def parts(root: Element) -> tuple[Element, Element]:
    """The assertion and its signature."""
    found = root.find(f"{ASSERTION}Assertion")
    return found, found.find(f"{SIGNATURE}Signature")


def xsw_1() -> Element:
    """The signed response inside the signature of a forged one."""
    original = sign(response(assertion()))
    forged = evil(original)
    signature = copy.deepcopy(original.find(f"{SIGNATURE}Signature"))
    signature.append(unsigned(original))
    forged.insert(1, signature)
    return forged


def xsw_2() -> Element:
    """The signed response beside the signature of a forged one (detached)."""
    original = sign(response(assertion()))
    forged = evil(original)
    forged.insert(1, unsigned(original))
    forged.insert(2, copy.deepcopy(original.find(f"{SIGNATURE}Signature")))
    return forged


def xsw_3() -> Element:
    """A forged assertion before the signed one."""
    root = signed()
    found, _ = parts(root)
    root.insert(root.index(found), evil(found))
    return root


def xsw_4() -> Element:
    """The signed assertion inside a forged one."""
    root = signed()
    found, _ = parts(root)
    forged = evil(found)
    root.replace(found, forged)
    forged.append(found)
    return root


def xsw_5() -> Element:
    """A forged assertion with the signature; the signed one, without it, at the end."""
    root = signed()
    found, signature = parts(root)
    forged, bare = evil(found), unsigned(found)
    forged.insert(1, signature)
    root.replace(found, forged)
    root.append(bare)
    return root


def xsw_6() -> Element:
    """A forged assertion with the signature, in which the signed one is."""
    root = signed()
    found, signature = parts(root)
    forged, bare = evil(found), unsigned(found)
    signature.append(bare)
    forged.insert(1, signature)
    root.replace(found, forged)
    return root


def xsw_7() -> Element:
    """A forged assertion in Extensions, where the schema allows anything."""
    root = signed()
    found, _ = parts(root)
    extensions = etree.SubElement(root, "{urn:oasis:names:tc:SAML:2.0:protocol}Extensions")
    extensions.append(evil(found))
    root.insert(1, extensions)
    return root


def xsw_8() -> Element:
    """A forged assertion with the signature, whose Object has the signed one."""
    return wrapped("Object", "Signature")


def wrapped(name: str, in_: str) -> Element:
    root = signed()
    found, signature = parts(root)
    forged, bare = evil(found), unsigned(found)
    place = signature if in_ == "Signature" else forged
    etree.SubElement(place, f"{SIGNATURE}{name}").append(bare)
    forged.insert(1, signature)
    root.replace(found, forged)
    return root


def object_in_the_response() -> Element:
    root = signed()
    found, _ = parts(root)
    forged = evil(found)
    root.replace(found, forged)
    etree.SubElement(root, f"{SIGNATURE}Object").append(found)
    return root


def same_id() -> Element:
    """A forged assertion with the ID of the signed one."""
    root = signed()
    found, _ = parts(root)
    root.append(evil(found, found.get("ID")))
    return root


def same_id_elsewhere() -> Element:
    """Another element with that ID, under another name of the attribute."""
    root = signed()
    found, _ = parts(root)
    etree.SubElement(root, "x").set("Id", found.get("ID"))
    return root


def other_element() -> Element:
    """The assertion has a signature of its Subject."""
    made = assertion()
    subject = made.find(f"{ASSERTION}Subject")
    subject.set("ID", "_subject")
    return response(sign(made, uri="#_subject", digested=canonical(subject)))


def of_the_document() -> Element:
    """An empty URI means the whole document."""
    return response(sign(assertion(), uri=""))


def signature_of_another_issuer() -> Element:
    root = signed()
    _, signature = parts(signed())
    found, own = parts(root)
    found.replace(own, signature)
    return root


def changed(text: bytes, to: bytes) -> Callable[[], bytes]:
    """The signed response, with a text replaced."""

    def made() -> bytes:
        data = etree.tostring(signed())
        assert text in data
        return data.replace(text, to)

    return made


def before(text: bytes) -> Callable[[], bytes]:
    return lambda: text + etree.tostring(signed())


def hmac_with_the_certificate() -> Element:
    root = response(sign(assertion(), method=f"{MORE}hmac-sha256"))
    _, signature = parts(root)
    info = canonical(signature.find(f"{SIGNATURE}SignedInfo"))
    secret = CERTIFICATE.public_bytes(Encoding.PEM)
    signature.find(f"{SIGNATURE}SignatureValue").text = base64.b64encode(
        hmac.digest(secret, info, "sha256")
    ).decode()
    return root


def own_certificate(of: Any = STRANGER) -> Element:
    """Signed by a stranger, whose certificate it brings."""
    der = certificate(of, "idp").public_bytes(Encoding.DER)
    info = f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{base64.b64encode(der).decode()}"
    return response(sign(assertion(), of, key_info=f"{info}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"))


def own_key() -> Element:
    numbers = STRANGER.public_key().public_numbers()
    n, e = (base64.b64encode(x.to_bytes(size)).decode() for x, size in ((numbers.n, 256), (numbers.e, 3)))
    value = f"<ds:RSAKeyValue><ds:Modulus>{n}</ds:Modulus><ds:Exponent>{e}</ds:Exponent></ds:RSAKeyValue>"
    info = f"<ds:KeyInfo><ds:KeyValue>{value}</ds:KeyValue></ds:KeyInfo>"
    return response(sign(assertion(), STRANGER, key_info=info))


def content() -> Element:
    """What was encrypted is said to be the content of an element."""
    root = unopened()
    root.find(f".//{{{ENC}}}EncryptedData").set("Type", f"{ENC}Content")
    return root


def transported(more: str) -> Element:
    """An encrypted assertion that says more of how its key is encrypted."""
    root = unopened()
    root.find(f".//{{{ENC}}}EncryptedKey/{{{ENC}}}EncryptionMethod").append(etree.fromstring(more))
    return root


def unopened(*, changes: int | None = None, **options: Any) -> Element:
    return response(encrypted(sign(assertion()), OURS.public_key(), change=changes, **options))


def deep() -> bytes:
    return etree.tostring(signed()).replace(b"<saml:Subject>", b"<a>" * 60 + b"</a>" * 60 + b"<saml:Subject>")


DTD = b'<!DOCTYPE x [<!ENTITY a "admin">]>'
XXE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
REFERENCE = (
    """<ds:Reference URI=""><ds:Transforms><ds:Transform Algorithm="x"/></ds:Transforms></ds:Reference>"""
)
NAME = b">ann</saml:NameID>"


def nested() -> Element:
    root = response(etree.fromstring("<x/>"))
    root[-1].append(sign(assertion()))
    return root


def moved() -> Element:
    """The signature in the subject."""
    root = signed()
    found, signature = parts(root)
    found.find(f"{ASSERTION}Subject").append(signature)
    return root


def with_bad_outer() -> Element:
    return sign(response(sign(assertion())), STRANGER)


def with_value(text: str) -> Element:
    root = signed()
    _, signature = parts(root)
    signature.find(f"{SIGNATURE}SignatureValue").text = text
    return root


def with_cipher(name: str) -> Element:
    root = unopened()
    root.find(f".//{{{ENC}}}EncryptedData/{{{ENC}}}EncryptionMethod").set("Algorithm", name)
    return root


def without(element: Element, name: str) -> Element:
    for each in element:
        if each.tag.endswith(f"}}{name}"):
            element.remove(each)
    return element


def without_deep(name: str) -> Element:
    made = assertion()
    without(made.find(f"{ASSERTION}Subject"), name)
    return made


HOSTILE: dict[str, tuple[Callable[[], Element | bytes], str]] = {
    "XSW 1": (xsw_1, "had 2"),
    "XSW 2": (xsw_2, "had 2"),
    "XSW 3": (xsw_3, "had 2"),
    "XSW 4": (xsw_4, "had 2"),
    "XSW 5": (xsw_5, "had 2"),
    "XSW 6": (xsw_6, "had 2"),
    "XSW 7": (xsw_7, "had 2"),
    "XSW 8": (xsw_8, "had 2"),
    "wrapped in an Object of the assertion": (lambda: wrapped("Object", "Assertion"), "had 2"),
    "wrapped in an Object of the response": (object_in_the_response, "had 2"),
    "the same ID twice": (same_id, "the ID"),
    "the same ID, as Id": (same_id_elsewhere, "the ID"),
    "two signed assertions": (lambda: response(sign(assertion()), sign(assertion())), "had 2"),
    "no assertion": (lambda: sign(response()), "had 0"),
    "an assertion that isn't in the response itself": (nested, "the assertion is in x"),
    "no signature": (lambda: response(assertion()), "neither response nor assertion"),
    "a signature of another element": (other_element, "it isn't about the Assertion"),
    "a signature of the document": (of_the_document, "it isn't about the Assertion"),
    "a signature of another assertion": (signature_of_another_issuer, "it isn't about the Assertion"),
    "a signature elsewhere": (moved, "neither response nor assertion"),
    "two signatures in the assertion": (lambda: response(sign(sign(assertion()))), "two are in one element"),
    "a broken signature of the response around a good one": (
        with_bad_outer, "no certificate of the provider verifies it"
    ),
    "a stranger's key": (lambda: response(sign(assertion(), STRANGER)), "no certificate"),
    "a stranger's key and its certificate": (own_certificate, "no certificate"),
    "a stranger's key and its public key": (own_key, "no certificate"),
    "a changed subject": (changed(NAME, b">admin</saml:NameID>"), "no certificate"),
    "a subject cut short": (changed(NAME, b">an</saml:NameID>"), "no certificate"),
    "a comment in the subject": (changed(NAME, b">ann<!---->.evil.com</saml:NameID>"), "comment"),
    "CDATA in the subject": (changed(NAME, b"><![CDATA[ann]]></saml:NameID>"), "CDATA"),
    "a processing instruction in the subject": (changed(NAME, b">ann<?x?></saml:NameID>"), "processing"),
    "an element in the subject": (changed(NAME, b">ann<x/></saml:NameID>"), "no certificate"),
    "a document type": (before(DTD), "document type"),
    "an external entity (XXE)": (before(XXE), "document type"),
    "billion laughs": (before(LAUGHS), "document type"),
    "a stylesheet": (before(b'<?xml-stylesheet href="x"?>'), "processing instruction"),
    "two declarations": (before(b'<?xml version="1.0"?><?xml version="1.0"?>'), "processing instruction"),
    "UTF-16": (lambda: etree.tostring(signed(), encoding="utf-16"), "isn't XML in UTF-8"),
    "a byte order mark": (before(b"\xef\xbb\xbf"), "byte order mark"),
    "not UTF-8": (changed(NAME, b">ann\xff</saml:NameID>"), "isn't XML in UTF-8"),
    "a NUL": (changed(NAME, b">ann\x00</saml:NameID>"), "isn't XML"),
    "an undeclared prefix": (changed(NAME, b">ann<x:y/></saml:NameID>"), "isn't XML"),
    "very deep": (deep, "levels"),
    "many elements": (before(b"<a>" * 5000), "too many elements"),
    "many namespaces": (before(b"<a xmlns:x='y'/>" * 300), "too many namespaces"),
    "many attributes": (
        changed(b"<saml:Subject>", b"<saml:Subject " + b" ".join(b'a%d=""' % n for n in range(3001)) + b">"),
        "too many elements or attributes",
    ),
    "very large": (before(b" " * 200_001), "more than 200000 bytes"),
    "not XML": (lambda: b"open sesame", "isn't XML"),
    "nothing": (lambda: b"", "isn't XML"),
    "another document": (assertion, "isn't a Response"),
    "SAML 1.1": (lambda: response(sign(assertion()), version="1.1"), "isn't a Response of SAML 2.0"),
    "a status of failure": (
        lambda: response(sign(assertion()), status="urn:oasis:names:tc:SAML:2.0:status:Responder"), "Status"
    ),
    "no status": (lambda: without(signed(), "Status"), "expected one Status"),
    "SHA-1 as digest": (lambda: response(sign(assertion(), digest=f"{DSIG}sha1")), "DigestMethod"),
    "SHA-1 in the signature": (
        lambda: response(sign(assertion(), method=f"{DSIG}rsa-sha1")), "SignatureMethod"
    ),
    "DSA": (lambda: response(sign(assertion(), method=f"{DSIG}dsa-sha1")), "SignatureMethod"),
    "MD5": (lambda: response(sign(assertion(), method=f"{MORE}rsa-md5")), "SignatureMethod"),
    "HMAC with the certificate": (hmac_with_the_certificate, "SignatureMethod"),
    "no algorithm": (lambda: response(sign(assertion(), method="")), "SignatureMethod ''"),
    "the algorithm of another key": (
        lambda: response(sign(assertion(), CURVE, method=f"{MORE}ecdsa-sha256")), "no certificate"
    ),
    "canonicalization with comments": (
        lambda: response(sign(assertion(), canonicalization=f"{EXCLUSIVE}WithComments")), "Canonicalization"
    ),
    "inclusive canonicalization": (
        lambda: response(sign(assertion(), canonicalization="http://www.w3.org/TR/2001/REC-xml-c14n-20010315")),
        "Canonicalization",
    ),
    "a transform with comments": (
        lambda: response(sign(assertion(), transforms=(ENVELOPED, f"{EXCLUSIVE}WithComments"))), "Transforms"
    ),
    "XSLT": (
        lambda: response(sign(assertion(), transforms=(ENVELOPED, "http://www.w3.org/TR/1999/REC-xslt-19991116"))),
        "Transforms",
    ),
    "XPath": (
        lambda: response(sign(assertion(), transforms=(ENVELOPED, "http://www.w3.org/TR/1999/REC-xpath-19991116"))),
        "Transforms",
    ),
    "base64 as transform": (
        lambda: response(sign(assertion(), transforms=(f"{DSIG}base64", EXCLUSIVE))), "Transforms"
    ),
    "one transform": (lambda: response(sign(assertion(), transforms=(EXCLUSIVE,))), "Transforms has"),
    "three transforms": (
        lambda: response(sign(assertion(), transforms=(ENVELOPED, EXCLUSIVE, EXCLUSIVE))), "Transforms has"
    ),
    "two references": (
        lambda: response(sign(assertion(), more_references=REFERENCE)), "SignedInfo has Canonicalization"
    ),
    "an Object": (lambda: response(sign(assertion(), object="<ds:Object/>")), "Signature has SignedInfo"),
    "a Manifest": (
        lambda: response(sign(assertion(), object="<ds:Object><ds:Manifest/></ds:Object>")), "Signature has"
    ),
    "a reference to a file": (
        lambda: response(sign(assertion(), uri="file:///etc/passwd")), "it isn't about the Assertion"
    ),
    "an XPointer": (lambda: response(sign(assertion(), uri="#xpointer(/)")), "it isn't about the Assertion"),
    "a signature that is no base64": (lambda: with_value("*"), "no certificate"),
    "an empty signature": (lambda: with_value(""), "no certificate"),
    "a namespace rebound": (changed(b"<saml:Subject>", b'<saml:Subject xmlns:saml="urn:x">'), "no"),
    "no confirmation": (lambda: response(sign(without_deep("SubjectConfirmation"))), "SubjectConfirmation"),
    "two confirmations": (
        lambda: response(sign(assertion(more_subject='<saml:SubjectConfirmation Method="x"/>'))), "had 2"
    ),
    "a confirmation that isn't the bearer's": (
        lambda: response(sign(assertion(method="urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"))), "bearer"
    ),
    "a confirmation that begins later": (
        lambda: response(sign(assertion(more_data='NotBefore="2026-11-28T00:00:00Z"'))), "has NotBefore"
    ),
    "no recipient": (lambda: response(sign(assertion(recipient=""))), "lacks Recipient"),
    "no end of the confirmation": (lambda: response(sign(assertion(until=""))), "lacks NotOnOrAfter"),
    "an unknown condition": (
        lambda: response(sign(assertion(more_conditions="<saml:Condition/>"))), "Condition isn't known"
    ),
    "no conditions": (lambda: response(sign(without(assertion(), "Conditions"))), "expected one Conditions"),
    "no subject": (lambda: response(sign(assertion(name=""))), "expected one NameID"),
    "an empty subject": (lambda: response(sign(assertion(name="<saml:NameID/>"))), "NameID"),
    "a subject with a line break": (
        lambda: response(sign(assertion(name="<saml:NameID>a\nb</saml:NameID>"))), "NameID"
    ),
    "an encrypted subject": (
        lambda: response(sign(assertion(name="<saml:EncryptedID/>"))), "expected one NameID"
    ),
    "no login": (lambda: response(sign(assertion(authn=""))), "no AuthnStatement"),
    "a time that is none": (lambda: response(sign(assertion(until="tomorrow"))), "is no time"),
    "a thirteenth month": (lambda: response(sign(assertion(until="2026-13-01T00:00:00Z"))), "is no time"),
    "an assertion of SAML 1.1": (lambda: response(sign(assertion(version="1.1"))), "Version"),
    "two issuers": (
        lambda: response(sign(assertion(issuer="<saml:Issuer>a</saml:Issuer>" * 2))), "expected one Issuer"
    ),
    "an attribute without a name": (lambda: response(sign(assertion({"": ["x"]}))), "lacks Name"),
    "an attribute with markup": (lambda: response(sign(assertion({"a": ["<b>x</b>"]}))), "one NameID"),
    "encrypted for another key": (
        lambda: response(encrypted(sign(assertion()), STRANGER.public_key())), "no private key"
    ),
    "encrypted with RSA PKCS #1 v1.5": (lambda: unopened(transport=f"{ENC}rsa-1_5"), "isn't allowed"),
    "encrypted with Triple DES": (
        lambda: with_cipher(f"{ENC}tripledes-cbc"), "the algorithm isn't allowed"
    ),
    "encrypted with a mask where none is named": (
        lambda: transported(f'<x:MGF xmlns:x="{ENC11}" Algorithm="{ENC11}mgf1sha1"/>'), "isn't allowed"
    ),
    "encrypted content that isn't an element": (content, "no private key"),
    "encrypted with a label": (
        lambda: transported(f'<x:OAEPparams xmlns:x="{ENC}"/>'), "isn't allowed"
    ),
    "encrypted, then changed (GCM)": (lambda: unopened(changes=40), "no private key"),
    "encrypted, then changed (CBC)": (
        lambda: unopened(cipher=f"{ENC}aes256-cbc", changes=40), "no private key"
    ),
    "encrypted, with wrong padding": (
        lambda: unopened(cipher=f"{ENC}aes128-cbc", changes=-1), "no private key"
    ),
    "encrypted and not signed": (
        lambda: response(encrypted(assertion(), OURS.public_key())), "no private key"
    ),
    "encrypted, two assertions": (
        lambda: response(encrypted(response(sign(assertion()), assertion()), OURS.public_key())), "no private"
    ),
    "encrypted, with two signatures": (
        lambda: response(encrypted(sign(sign(assertion())), OURS.public_key())), "no private key"
    ),
    "encrypted, with something beside it": (
        lambda: response(encrypted(etree.tostring(sign(assertion())) + b"<other/>", OURS.public_key())),
        "no private key",
    ),
    "encrypted, with a document type": (
        lambda: response(encrypted(DTD + etree.tostring(sign(assertion())), OURS.public_key())), "no priv"
    ),
    "encrypted twice": (
        lambda: response(
            encrypted(encrypted(sign(assertion()), OURS.public_key()), OURS.public_key())
        ), "no private key"
    ),
    "encrypted beside one that isn't": (
        lambda: response(encrypted(sign(assertion()), OURS.public_key()), sign(assertion())), "had 2"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("made", "meant"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_response(made: Callable[[], Element | bytes], meant: str) -> None:
    with pytest.raises(WrongResponseError) as refused:
        verify(encode(made()), TRUST)
    assert meant in str(refused.value)


def test_not_base64() -> None:
    with pytest.raises(WrongResponseError, match="isn't base64"):
        verify("*" + encode(signed()), TRUST)
    with pytest.raises(WrongResponseError, match="isn't base64"):
        verify("é", TRUST)


def test_there_are_as_many_as_there_were() -> None:
    assert len(HOSTILE) >= 100


def test_what_must_be_encrypted_is() -> None:
    with pytest.raises(WrongResponseError, match="isn't encrypted"):
        verify(encode(signed()), Trust([CERTIFICATE], [OURS], must_be_encrypted=True))
    assert verify(encode(unopened()), Trust([CERTIFICATE], [OURS], must_be_encrypted=True))
