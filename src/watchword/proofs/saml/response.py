"""A SAML response, from the base64 that a browser or client brings to the assertion that its provider signed.

`verify` is pure: bytes and keys in, values out. In this order:

1. It is strict base64 (white space aside) of strict XML (`document`).
2. It is a Response of SAML 2.0 with one status, which is Success.
3. It has exactly one assertion, counted over all descendants, whether encrypted or not, and that is a child
   of the response. So there is nothing else that could be read in place of what was signed (signature
   wrapping).
4. It is encrypted, where the provider's assertions must be.
5. Each signature in it stands in the response or in its assertion, at most one in each.
6. A signature of the response holds. From here on, the response is what was signed.
7. An encrypted assertion is opened, and what comes out is strict XML and one assertion, as in 3 and 5.
8. A signature of the assertion holds. From here on, the assertion is what was signed.
9. At least one of the two was signed.

Only then the assertion is read (`statements`). That it is for us, and for now, is another question.
Source: SAML 2.0 core, sections 3.2.2, 3.3.3 and 5; "On Breaking SAML: Be Whoever You Want to Be" (Somorovsky
et al., 2012), whose eight wrappings and their kin are in tests/vectors/saml.
"""

import base64
from collections.abc import Sequence
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from msgspec import Struct

from watchword.proofs.saml import encryption, signature, statements
from watchword.proofs.saml.assertion import Assertion
from watchword.proofs.saml.document import (
    ASSERTION,
    PROTOCOL,
    SIGNATURE,
    Element,
    only,
    parse,
    parse_inside,
    short,
    text,
)
from watchword.proofs.saml.errors import Kind, WrongResponseError

_PLAIN, _ENCRYPTED = f"{ASSERTION}Assertion", f"{ASSERTION}EncryptedAssertion"
_SIGNATURE: Final = f"{SIGNATURE}Signature"
SUCCESS: Final = "urn:oasis:names:tc:SAML:2.0:status:Success"


class Trust(Struct, frozen=True):
    """What a provider's responses are verified and opened with."""

    certificates: Sequence[x509.Certificate]
    private_keys: Sequence[RSAPrivateKey] = ()
    must_be_encrypted: bool = False


class Response(Struct, frozen=True):
    """The signed assertion, and what the response around it says, which may be unsigned."""

    assertion: Assertion
    issuer: str
    destination: str
    """Both are empty if it doesn't say."""


def verify(given: str, trust: Trust) -> Response:
    """What is proved by a response in base64. Raises WrongResponseError."""
    root = parse(_decoded(given))  # 1.
    _check_response(root)  # 2.
    assertion = _only_assertion(root)  # 3.
    if trust.must_be_encrypted and assertion.tag == _PLAIN:
        raise WrongResponseError("encryption: the assertion isn't encrypted", Kind.SIGNATURE)  # 4.
    _check_signatures(root, assertion)  # 5.
    proved = root.find(_SIGNATURE)
    if proved is not None:
        root = parse(signature.verified(root, root, proved, trust.certificates))  # 6.
        assertion = _only_assertion(root)
    if assertion.tag == _ENCRYPTED:
        element = _opened(assertion, trust, proved=proved is not None)  # 7.  8.  9.
    else:
        element = _proved(root, assertion, trust, proved=proved is not None)  # 8.  9.
    return Response(statements.read(element), _issuer(root), root.get("Destination", ""))


def _proved(root: Element, assertion: Element, trust: Trust, *, proved: bool) -> Element:
    """The assertion as it was signed: by itself, or with its response."""
    found = assertion.find(_SIGNATURE)
    if found is not None:
        return parse(signature.verified(root, assertion, found, trust.certificates))  # 8.
    if not proved:
        raise WrongResponseError("signature: neither response nor assertion has one", Kind.SIGNATURE)  # 9.
    return assertion


def _opened(encrypted: Element, trust: Trust, *, proved: bool) -> Element:
    """The assertion in an encrypted one. All that is wrong with it is one refusal (`encryption`, rule 3)."""
    plain = encryption.decrypt(encrypted, trust.private_keys)
    try:
        root = parse_inside(plain, encrypted)
        assertion = _only_assertion(root)
        if assertion.tag != _PLAIN:
            raise encryption.unopened()
        _check_signatures(root, assertion)
        return _proved(root, assertion, trust, proved=proved)
    except WrongResponseError:
        raise encryption.unopened() from None


def _decoded(given: str) -> bytes:
    try:
        return base64.b64decode("".join(given.split()).encode("ascii"), validate=True)
    except ValueError:
        raise WrongResponseError("it isn't base64") from None


def _check_response(root: Element) -> None:
    if root.tag != f"{PROTOCOL}Response" or root.get("Version") != "2.0":
        raise WrongResponseError("it isn't a Response of SAML 2.0")
    status = only(only(root, f"{PROTOCOL}Status"), f"{PROTOCOL}StatusCode").get("Value", "")
    if status != SUCCESS:
        raise WrongResponseError(f"Status: expected {SUCCESS}, had {status[:200]!r}", Kind.STATUS)


def _only_assertion(root: Element) -> Element:
    found = list(root.iter(_PLAIN, _ENCRYPTED))
    if len(found) != 1:
        raise WrongResponseError(f"expected one assertion, had {len(found)}")
    if (parent := found[0].getparent()) is not root:
        raise WrongResponseError(
            f"the assertion is in {short(parent.tag) if parent is not None else 'nothing'}"
        )
    return found[0]


def _check_signatures(root: Element, assertion: Element) -> None:
    parents = [each.getparent() for each in root.iter(_SIGNATURE)]
    if any(parent is not root and parent is not assertion for parent in parents):
        raise WrongResponseError("signature: one is in neither response nor assertion", Kind.SIGNATURE)
    if len({id(parent) for parent in parents}) < len(parents):
        raise WrongResponseError("signature: two are in one element", Kind.SIGNATURE)


def _issuer(root: Element) -> str:
    found = root.findall(f"{ASSERTION}Issuer")
    if len(found) > 1:
        raise WrongResponseError("expected one Issuer in Response")
    return text(found[0]).strip() if found else ""
