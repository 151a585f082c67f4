"""XML signatures, as SAML has them: over the element that they stand in, whole, and over nothing else.

In this order:

1. The signature has the one form that SAML needs: SignedInfo with one Reference, a SignatureValue, perhaps a
   KeyInfo, and nothing else; so no Object, no Manifest, no second reference.
2. Only the algorithms below: no SHA-1, no HMAC (which would take a certificate as its secret), no XSLT, no
   XPath, no canonicalization with comments.
3. The reference is to the ID of the element in which the signature stands.
4. One of the provider's certificates verifies it. A key that the signature brings itself (KeyInfo) is never
   looked at. Whether a certificate has expired isn't asked: what counts is that the provider's metadata has
   it.

`verified` returns the bytes that were signed, as signxml computed them. What follows is read from these bytes
and never from the document (signature wrapping, CVE-2018-0489 and its kin).
Source: SAML 2.0 core, section 5.4; XML Signature (second edition); IAM User Guide, "Create a SAML identity
provider in IAM": IAM takes no action on the expiry of certificates.
"""

from collections.abc import Sequence
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from watchword.proofs.saml.document import SIGNATURE, Element, only, parse, short
from watchword.proofs.saml.errors import Kind, WrongResponseError

ENVELOPED: Final = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
EXCLUSIVE: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
_MORE, _MORE_2007 = (
    "http://www.w3.org/2001/04/xmldsig-more#",
    "http://www.w3.org/2007/05/xmldsig-more#",
)
_ENC: Final = "http://www.w3.org/2001/04/xmlenc#"
METHODS: Final = frozenset(
    {
        *(f"{_MORE}{family}-sha{bits}" for family in ("rsa", "ecdsa") for bits in (256, 384, 512)),
        *(f"{_MORE_2007}sha{bits}-rsa-MGF1" for bits in (256, 384, 512)),
    }
)
DIGESTS: Final = frozenset({f"{_ENC}sha256", f"{_MORE}sha384", f"{_ENC}sha512"})
TRANSFORMS: Final = frozenset({(ENVELOPED, EXCLUSIVE)})
_FORM: Final = {
    "Signature": (["SignedInfo", "SignatureValue"], ["SignedInfo", "SignatureValue", "KeyInfo"]),
    "SignedInfo": (["CanonicalizationMethod", "SignatureMethod", "Reference"],),
    "Reference": (["Transforms", "DigestMethod", "DigestValue"],),
    "Transforms": (["Transform"] * 2,),
}
"""Element -> the children that it may have, in this order. (signxml can check against the schema, but reads
files for it.)"""
_BROKEN = (SignXMLException, UnsupportedAlgorithm, etree.LxmlError, ValueError, TypeError)


def verified(
    root: Element, signed: Element, signature: Element, certificates: Sequence[x509.Certificate]
) -> bytes:
    """The bytes of `signed`, an element below `root` or that itself, without its signature.

    Raises WrongResponseError.
    """
    _check_form(signature)  # 1.
    _check_algorithms(signature)  # 2.
    reference = only(only(signature, f"{SIGNATURE}SignedInfo"), f"{SIGNATURE}Reference")
    if not signed.get("ID") or reference.get("URI") != f"#{signed.get('ID')}":
        raise _wrong(f"it isn't about the {short(signed.tag)} in which it stands")  # 3.
    location = "./" if signed is root else f"./{signed.tag}/"
    for certificate in certificates:  # 4.
        if found := _verify(root, location, certificate):
            return _same(found, signed)
    raise _wrong("no certificate of the provider verifies it")


def _verify(root: Element, location: str, certificate: x509.Certificate) -> VerifyResult | None:
    expected = SignatureConfiguration(
        location=location,
        expect_references=1,
        signature_methods=frozenset(map(SignatureMethod, METHODS)),
        digest_algorithms=frozenset(map(DigestAlgorithm, DIGESTS)),
        ignore_ambiguous_key_info=True,
        verification_time=certificate.not_valid_before_utc,
    )
    try:
        found = XMLVerifier().verify(
            root, x509_cert=certificate, expect_config=expected, validate_schema=False
        )
    except _BROKEN:
        return None
    assert isinstance(found, VerifyResult)
    return found


def _same(found: VerifyResult, signed: Element) -> bytes:
    """The signed bytes, which are of the element that was meant."""
    root = parse(found.signed_data)
    if (root.tag, root.get("ID")) != (signed.tag, signed.get("ID")):
        raise _wrong("it is about another element")
    return found.signed_data


def _check_form(signature: Element) -> None:
    for element in signature.iter():
        name = element.tag.removeprefix(SIGNATURE)
        if name == "KeyInfo":
            return  # the last child, of which nothing is read
        children = [child.tag.removeprefix(SIGNATURE) for child in element]
        if name in _FORM and children not in _FORM[name]:
            raise _wrong(f"{name} has {', '.join(children) or 'nothing'}")


def _check_algorithms(signature: Element) -> None:
    info = only(signature, f"{SIGNATURE}SignedInfo")
    reference = only(info, f"{SIGNATURE}Reference")
    transforms = tuple(each.get("Algorithm", "") for each in only(reference, f"{SIGNATURE}Transforms"))
    for name, had, allowed in (
        ("CanonicalizationMethod", _algorithm(info, "CanonicalizationMethod"), {EXCLUSIVE}),
        ("SignatureMethod", _algorithm(info, "SignatureMethod"), METHODS),
        ("DigestMethod", _algorithm(reference, "DigestMethod"), DIGESTS),
        ("Transforms", transforms, TRANSFORMS),
    ):
        if had not in allowed:
            raise _wrong(f"{name} {had!r} isn't allowed")


def _algorithm(parent: Element, name: str) -> str:
    return only(parent, f"{SIGNATURE}{name}").get("Algorithm", "")


def _wrong(meant: str) -> WrongResponseError:
    return WrongResponseError(f"signature: {meant}"[:500], Kind.SIGNATURE)
