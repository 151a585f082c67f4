"""A SAML identity provider for tests: it makes responses, signs and encrypts any way it is told to.

It signs with lxml's canonicalization and cryptography alone, so it is no mirror of the library that verifies.
"""

import base64
import copy
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.asymmetric import padding as rsa_padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from lxml import etree
from tests.identity.pem import certificate, ec_key, rsa_key

from watchword.proofs.saml.document import ASSERTION, SIGNATURE

ENTITY = "https://idp.example.com/saml"
RECIPIENT = "https://signin.aws.amazon.com/saml"
AWS = "https://aws.amazon.com/SAML/Attributes/"
KEY, CURVE, STRANGER = rsa_key("saml"), ec_key("saml"), rsa_key("saml stranger")
CERTIFICATE, OF_CURVE = certificate(KEY, "idp"), certificate(CURVE, "idp")
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
DSIG, ENC = "http://www.w3.org/2000/09/xmldsig#", "http://www.w3.org/2001/04/xmlenc#"
ENC11, MORE = "http://www.w3.org/2009/xmlenc11#", "http://www.w3.org/2001/04/xmldsig-more#"
EXCLUSIVE, ENVELOPED = "http://www.w3.org/2001/10/xml-exc-c14n#", f"{DSIG}enveloped-signature"
RSA256, SHA256 = f"{MORE}rsa-sha256", f"{ENC}sha256"
_HASHES: dict[str, Any] = {
    f"{DSIG}sha1": hashes.SHA1,
    f"{ENC}sha256": hashes.SHA256,
    f"{MORE}sha384": hashes.SHA384,
    f"{ENC}sha512": hashes.SHA512,
}
Element = Any


def instant(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def assertion(
    attributes: Mapping[str, Sequence[str]] | None = None, *, now: float | None = None, **changed: str
) -> Element:
    """An assertion about ann, but for the changes; a `%` in a name of `changed` can't be."""
    now = time.time() if now is None else now
    words = {
        "id": f"_a{time.time_ns()}",
        "version": "2.0",
        "issued": instant(now),
        "issuer": f"<saml:Issuer>{ENTITY}</saml:Issuer>",
        "name": f'<saml:NameID Format="{PERSISTENT}">ann</saml:NameID>',
        "method": "urn:oasis:names:tc:SAML:2.0:cm:bearer",
        "recipient": RECIPIENT,
        "until": instant(now + 300),
        "more_data": "",
        "more_subject": "",
        "not_before": f'NotBefore="{instant(now)}"',
        "not_after": f'NotOnOrAfter="{instant(now + 300)}"',
        "audience": "<saml:Audience>urn:amazon:webservices</saml:Audience>",
        "more_conditions": "",
        "authn": f'<saml:AuthnStatement AuthnInstant="{instant(now)}"/>',
        "statement": statement(attributes or {}),
        "namespaces": "",
        **changed,
    }
    return etree.fromstring(
        """<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" {namespaces} ID="{id}"
Version="{version}" IssueInstant="{issued}">{issuer}<saml:Subject>{name}<saml:SubjectConfirmation
Method="{method}"><saml:SubjectConfirmationData Recipient="{recipient}" NotOnOrAfter="{until}" {more_data}/>
</saml:SubjectConfirmation>{more_subject}</saml:Subject><saml:Conditions {not_before} {not_after}>
<saml:AudienceRestriction>{audience}</saml:AudienceRestriction>{more_conditions}</saml:Conditions>
{authn}{statement}</saml:Assertion>""".format(**words)
    )


def statement(attributes: Mapping[str, Sequence[str]]) -> str:
    """The attributes, each with its values; `<` in a value is markup."""
    listed = "".join(
        f'<saml:Attribute Name="{name}">'
        + "".join(f"<saml:AttributeValue>{value}</saml:AttributeValue>" for value in values)
        + "</saml:Attribute>"
        for name, values in attributes.items()
    )
    return f"<saml:AttributeStatement>{listed}</saml:AttributeStatement>" if listed else ""


def response(*inside: Element, **changed: str) -> Element:
    """A response around what is given."""
    words = {
        "id": f"_r{time.time_ns()}",
        "version": "2.0",
        "more": f'Destination="{RECIPIENT}"',
        "issuer": f"<saml:Issuer>{ENTITY}</saml:Issuer>",
        "status": "urn:oasis:names:tc:SAML:2.0:status:Success",
        **changed,
    }
    root = etree.fromstring(
        """<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" {more}
xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{id}" Version="{version}"
IssueInstant="2026-11-28T00:00:00Z">{issuer}<samlp:Status><samlp:StatusCode Value="{status}"/></samlp:Status>
</samlp:Response>""".format(**words)
    )
    root.extend(inside)
    return root


def canonical(element: Element, *, exclusive: bool = True, comments: bool = False) -> bytes:
    alone = etree.fromstring(etree.tostring(element, with_tail=False))
    made: bytes = etree.tostring(alone, method="c14n", exclusive=exclusive, with_comments=comments)
    return made


def sign(  # noqa: PLR0913 all that attacks differ in
    element: Element,
    key: RSAPrivateKey | ec.EllipticCurvePrivateKey = KEY,
    *,
    method: str = RSA256,
    digest: str = SHA256,
    transforms: Sequence[str] = (ENVELOPED, EXCLUSIVE),
    canonicalization: str = EXCLUSIVE,
    uri: str | None = None,
    digested: bytes | None = None,
    **more: str,
) -> Element:
    """The element, with its signature in the place that SAML has for it: behind the Issuer."""
    hasher = hashes.Hash(_HASHES[digest]())
    comments = any(each.endswith("#WithComments") for each in transforms)
    hasher.update(canonical(element, comments=comments) if digested is None else digested)
    words = {
        "uri": f"#{element.get('ID')}" if uri is None else uri,
        "digest": base64.b64encode(hasher.finalize()).decode(),
        "transforms": "".join(f'<ds:Transform Algorithm="{each}"/>' for each in transforms),
        "more_references": "",
        "key_info": "",
        "object": "",
    } | more
    signature = etree.fromstring(
        """<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>
<ds:CanonicalizationMethod Algorithm="{canonicalization}"/><ds:SignatureMethod Algorithm="{method}"/>
<ds:Reference URI="{uri}"><ds:Transforms>{transforms}</ds:Transforms>
<ds:DigestMethod Algorithm="{algorithm}"/>
<ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>{more_references}</ds:SignedInfo><ds:SignatureValue/>
{key_info}{object}</ds:Signature>""".format(
            method=method, algorithm=digest, canonicalization=canonicalization, **words
        )
    )
    element.insert(1, signature)
    signed_info = canonical(signature.find(f"{SIGNATURE}SignedInfo"))
    made = base64.b64encode(_sign(key, method, signed_info)).decode()
    signature.find(f"{SIGNATURE}SignatureValue").text = made
    return element


def _sign(key: Any, method: str, data: bytes) -> bytes:
    name = method.rpartition("#")[2]
    bits = next((bits for bits in ("256", "384", "512") if bits in name), "1")
    algorithm: Any = getattr(hashes, f"SHA{bits}")()
    if isinstance(key, ec.EllipticCurvePrivateKey):
        r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(algorithm)))
        return r.to_bytes(32) + s.to_bytes(32)
    pss = rsa_padding.PSS(rsa_padding.MGF1(algorithm), algorithm.digest_size)
    made: bytes = key.sign(data, pss if "MGF1" in name else rsa_padding.PKCS1v15(), algorithm)
    return made


def encrypted(
    plain: Element | bytes,
    key: RSAPublicKey,
    *,
    cipher: str = f"{ENC11}aes256-gcm",
    transport: str = f"{ENC}rsa-oaep-mgf1p",
    inside: bool = True,
    change: int | None = None,
) -> Element:
    """An EncryptedAssertion of what is given. change: a byte of the ciphertext, which is flipped."""
    data = plain if isinstance(plain, bytes) else etree.tostring(plain, with_tail=False)
    secret = bytes(range(int(cipher.partition("#aes")[2][:3]) // 8))
    ciphertext = bytearray(_encrypt(cipher, secret, data))
    if change is not None:
        ciphertext[change] ^= 1
    value = base64.b64encode(_wrap(transport, key, secret)).decode()
    wrapped = f"""<xenc:EncryptedKey><xenc:EncryptionMethod Algorithm="{transport}"/>
<xenc:CipherData><xenc:CipherValue>{value}</xenc:CipherValue>
</xenc:CipherData></xenc:EncryptedKey>"""
    return etree.fromstring(
        f"""<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:xenc="{ENC}"
xmlns:ds="{DSIG}"><xenc:EncryptedData Type="{ENC}Element"><xenc:EncryptionMethod Algorithm="{cipher}"/>
<ds:KeyInfo>{wrapped if inside else ""}</ds:KeyInfo><xenc:CipherData><xenc:CipherValue>
{base64.b64encode(ciphertext).decode()}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>
{"" if inside else wrapped}</saml:EncryptedAssertion>"""
    )


def _encrypt(cipher: str, secret: bytes, data: bytes) -> bytes:
    nonce = bytes(12 if cipher.endswith("gcm") else 16)
    if cipher.endswith("gcm"):
        return nonce + AESGCM(secret).encrypt(nonce, data, None)
    padder = padding.PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(secret), modes.CBC(nonce)).encryptor()
    return nonce + encryptor.update(padder.update(data) + padder.finalize()) + encryptor.finalize()


def _wrap(transport: str, key: RSAPublicKey, secret: bytes) -> bytes:
    if transport.endswith("rsa-1_5"):
        return key.encrypt(secret, rsa_padding.PKCS1v15())
    sha1 = hashes.SHA1()
    return key.encrypt(secret, rsa_padding.OAEP(rsa_padding.MGF1(sha1), sha1, None))


def encode(root: Element | bytes) -> str:
    """As a browser brings it."""
    data = root if isinstance(root, bytes) else etree.tostring(root)
    return base64.b64encode(data).decode()


def unsigned(element: Element) -> Element:
    """A copy without its own signature."""
    copied = copy.deepcopy(element)
    for each in copied.findall(f"{SIGNATURE}Signature"):
        copied.remove(each)
    return copied


def evil(element: Element, id: str = "_evil") -> Element:  # noqa: A002 the attribute
    """An unsigned copy that says another subject, under another ID."""
    copied = unsigned(element)
    for number, each in enumerate(copied.iter()):
        if each.get("ID"):
            each.set("ID", f"{id}{number or ''}")
    for name in copied.iter(f"{ASSERTION}NameID"):
        name.text = "admin"
    return copied
