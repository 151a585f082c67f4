"""Certificates of hosts: an authority of our own, and what it signs. Pure but for the keys that it makes.

1. The authority is a root that can't have others below it (path length 0), on P-256, for ten years.
2. A host asks with a certificate request (CSR, PKCS #10) that its own key signed. Of the request only the key
   counts: names and extensions are ours. The key is one that `certificates` takes.
3. A host's certificate has its name (CN) and its id (UID), signs only (digitalSignature), and lasts LIFE.
   It begins BEFORE now, since clocks differ.

Source: RFC 5280; RFC 2986 (PKCS #10).
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from watchword.proofs.certificates import UntrustedError, check_key

LIFE = timedelta(hours=6)
BEFORE = timedelta(minutes=5)
AUTHORITY_LIFE = timedelta(days=3650)
_SIGNS, _CERTIFIES = (
    x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )
    for ca in (False, True)
)


def new_authority(name: str, now: datetime) -> tuple[str, str]:
    """Rule 1: its certificate and its private key, in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = _builder(named, named, now, now + AUTHORITY_LIFE).public_key(key.public_key())
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_CERTIFIES, critical=True)
    certificate = builder.sign(key, SHA256())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return certificate.public_bytes(Encoding.PEM).decode("ascii"), private.decode("ascii")


class Certified(NamedTuple):
    """A certificate, in PEM, and when it ends."""

    pem: str
    ends: datetime


def certify(authority: tuple[str, str], request: str, name: str, host_id: str, now: datetime) -> Certified:
    """Rules 2 and 3. authority: what `new_authority` made. Raises UntrustedError."""
    try:
        asked = x509.load_pem_x509_csr(request.encode("ascii"))
        key, signed = asked.public_key(), asked.is_signature_valid
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise UntrustedError("it can't be read") from None
    check_key(key)
    if not signed:
        raise UntrustedError("it isn't signed by its own key")
    issuer = x509.load_pem_x509_certificate(authority[0].encode("ascii"))
    own = load_pem_private_key(authority[1].encode("ascii"), None)
    assert isinstance(own, ec.EllipticCurvePrivateKey)  # rule 1
    attributes = [
        x509.NameAttribute(NameOID.COMMON_NAME, name),
        x509.NameAttribute(NameOID.USER_ID, host_id),
    ]
    builder = _builder(x509.Name(attributes), issuer.subject, now, now + LIFE)
    builder = builder.public_key(key)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_SIGNS, critical=True)
    usages = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
    made = builder.add_extension(usages, critical=False).sign(own, SHA256())
    return Certified(made.public_bytes(Encoding.PEM).decode("ascii"), made.not_valid_after_utc)


def _builder(
    subject: x509.Name, issuer: x509.Name, now: datetime, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BEFORE)
        .not_valid_after(until)
    )
