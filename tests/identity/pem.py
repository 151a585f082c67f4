"""Keys, certificates and metadata for tests, as organisations make them."""

import base64
from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
LONG_AGO, FAR = datetime(2001, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)


@cache
def rsa_key(name: str = "", bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


@cache
def ec_key(name: str = "") -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def private(key: Key, password: bytes | None = None) -> str:
    encryption = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption).decode()


def certificate(
    key: Key,
    name: str = "example.com",
    *,
    issuer: tuple[str, Key] | None = None,
    begins: datetime = LONG_AGO,
    ends: datetime = FAR,
) -> x509.Certificate:
    """Of that key; `issuer` is the name and the key of who signs it, itself otherwise."""
    signs, signing = issuer or (name, key)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(signs))
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(begins)
        .not_valid_after(ends)
    )
    return builder.sign(signing, None if isinstance(signing, ed25519.Ed25519PrivateKey) else SHA256())


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def pem(made: x509.Certificate) -> str:
    return made.public_bytes(Encoding.PEM).decode()


def key_descriptor(made: x509.Certificate | str, use: str = ' use="signing"') -> str:
    text = made if isinstance(made, str) else base64.b64encode(made.public_bytes(Encoding.DER)).decode()
    held = f"<ds:X509Data><ds:X509Certificate>{text}</ds:X509Certificate></ds:X509Data>"
    return f"<md:KeyDescriptor{use}><ds:KeyInfo>{held}</ds:KeyInfo></md:KeyDescriptor>"


def metadata(
    keys: str | None = None,
    *,
    head: str = "",
    root: str = "EntityDescriptor",
    attributes: str = ' entityID="https://idp.example.com/"',
    protocol: str = "urn:oasis:names:tc:SAML:2.0:protocol",
    more: str = "",
) -> str:
    """A metadata document of at least 1000 characters, which AWS's model asks for."""
    keys = key_descriptor(certificate(rsa_key())) if keys is None else keys
    return (
        f'<?xml version="1.0"?>{head}<md:{root} xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"'
        f' xmlns:ds="http://www.w3.org/2000/09/xmldsig#"{attributes}>'
        f'<md:IDPSSODescriptor protocolSupportEnumeration="{protocol}">{keys}</md:IDPSSODescriptor>{more}'
        f"<!--{' ' * 1000}--></md:{root}>"
    )
