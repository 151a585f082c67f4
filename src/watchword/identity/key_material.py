"""Certificates and private keys in PEM, as requests bring them.

1. A PEM text is its blocks and white space, nothing else. A certificate is one block, a chain several.
2. A public key is RSA with LEAST_RSA_BITS to MOST_RSA_BITS, or on one of the curves P-256, P-384 and P-521.
   The limit comes before any arithmetic with the key: what OpenSSL does with a modulus of 100,000 bits takes
   minutes.
3. A private key isn't encrypted: nobody gave us a password.
4. A private key fits a certificate when the certificate's public key verifies what the private key signed.
   OpenSSL's own check of a key looks for primes, which is slow, and isn't needed then.

Whether a certificate is too old is not asked here. Nothing here says what is in a private key, and no error
has a part of it.
Source: RFC 7468 (PEM), RFC 5280 (X.509). AWS documents no limits of key sizes.
"""

import re
from collections.abc import Callable

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

LEAST_RSA_BITS, MOST_RSA_BITS = 1024, 8192
_CURVES = {"secp256r1", "secp384r1", "secp521r1"}
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----")
_BROKEN = (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion)
_CHALLENGE = b"watchword: does this key fit its certificate?"


class KeyMaterialError(ValueError):
    """What was given can't be read, or isn't allowed here."""


def certificates(text: str) -> list[x509.Certificate]:
    """The certificates of a PEM text, at least one. Raises KeyMaterialError."""
    blocks = _CERTIFICATE.findall(text)
    if not blocks or _CERTIFICATE.sub("", text).strip():
        raise KeyMaterialError("not certificates in PEM")  # 1.
    return [_checked(x509.load_pem_x509_certificate, block.encode("ascii")) for block in blocks]


def certificate(text: str) -> x509.Certificate:
    """The only certificate of a PEM text. Raises KeyMaterialError."""
    found = certificates(text)
    if len(found) != 1:
        raise KeyMaterialError("more than one certificate")
    return found[0]


def certificate_of_der(data: bytes) -> x509.Certificate:
    """A certificate in DER. Raises KeyMaterialError."""
    return _checked(x509.load_der_x509_certificate, data)


def private_key(text: str) -> PrivateKey:
    """A private key in PEM. Raises KeyMaterialError."""
    try:
        found = load_pem_private_key(text.encode(), None, unsafe_skip_rsa_key_validation=True)
    except _BROKEN:
        raise KeyMaterialError("not a private key in PEM, without a password") from None  # 3.
    if not isinstance(found, PrivateKey):
        raise KeyMaterialError("neither RSA nor an elliptic curve")
    check_public_key(found.public_key())
    return found


def rsa_private_key(text: str) -> rsa.RSAPrivateKey:
    """An RSA private key in PEM, which fits itself. Raises KeyMaterialError."""
    found = private_key(text)
    if not isinstance(found, rsa.RSAPrivateKey) or not fits(found, found.public_key()):
        raise KeyMaterialError("no RSA key, or one that contradicts itself")
    return found


def rsa_private_key_of_ours(text: str) -> rsa.RSAPrivateKey:
    """One that `rsa_private_key` took before."""
    found = load_pem_private_key(text.encode(), None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(found, rsa.RSAPrivateKey)
    return found


def check_public_key(key: object) -> None:
    """Raises KeyMaterialError: rule 2."""
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _CURVES:
        return
    if not isinstance(key, rsa.RSAPublicKey):
        raise KeyMaterialError("neither RSA nor an elliptic curve that is allowed")
    if not LEAST_RSA_BITS <= key.key_size <= MOST_RSA_BITS:
        raise KeyMaterialError(f"an RSA key of {key.key_size} bits")


def fits(key: PrivateKey, public: object) -> bool:
    """Whether a private key is that of a certificate's public key: rule 4."""
    try:
        if isinstance(key, rsa.RSAPrivateKey) and isinstance(public, rsa.RSAPublicKey):
            signature = key.sign(_CHALLENGE, padding.PKCS1v15(), SHA256())
            public.verify(signature, _CHALLENGE, padding.PKCS1v15(), SHA256())
        elif isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(key.sign(_CHALLENGE, ec.ECDSA(SHA256())), _CHALLENGE, ec.ECDSA(SHA256()))
        else:
            return False
    except (InvalidSignature, *_BROKEN):  # a private key that contradicts itself can't sign
        return False
    return True


def _checked(load: Callable[[bytes], x509.Certificate], data: bytes) -> x509.Certificate:
    """The certificate. A part is parsed when it is asked for, so all that is used is asked for here."""
    try:
        found = load(data)
        _ = (found.not_valid_before_utc, found.not_valid_after_utc, found.subject, found.issuer)
        key = found.public_key()
    except _BROKEN:
        raise KeyMaterialError("not a certificate") from None
    check_public_key(key)
    return found
