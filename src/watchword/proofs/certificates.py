"""X.509 certificates as proofs: which are taken, and who vouches for them. Pure: no clock, no list of roots.

A certificate that signs requests (the leaf) is checked in this order:

1. it is X.509 version 3, its serial number has at most SERIAL_BITS (RFC 5280, section 4.1.2.2), and every
   part of it that is used can be read;
2. its key is RSA with 2048 to 8192 bits and a short exponent, or on the curve P-256, P-384 or P-521. That
   comes before any arithmetic with the key: with a modulus of 100,000 bits OpenSSL takes minutes;
3. it was signed with SHA-256 or stronger;
4. its basic constraints are there, and say that it is no CA;
5. its key usage is there, and has digitalSignature;
6. it is valid now;
7. a path leads from it to one of the trust anchors, by certificates that came with it: at most MOST_STEPS of
   them, each valid now, a CA whose key usage has keyCertSign, with a key of rule 2, signed by rule 3. Path
   lengths and name constraints hold, and no critical extension is unknown (RFC 5280, section 6.1). A trust
   anchor needn't be self-signed;
8. no revocation list (CRL) of an issuer in the path names what that issuer signed. A list that has the
   issuer's name but not its signature proves nothing, so the path is refused.

Rule 7 is the path validation of the `cryptography` package. Of name constraints it knows DNS names, addresses
and directory names in part; a path with any other is refused. A list counts as long as it is kept: what it
names stays revoked when the list is out of date, and nothing else is refused for that.
Source: IAM Roles Anywhere User Guide, "Signature validation" and "Revocation"; RFC 5280.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import verification
from cryptography.x509.verification import Criticality, ExtensionPolicy, PolicyBuilder, Store

RSA_BITS = range(2048, 8193)
EXPONENT_BITS = 32
SERIAL_BITS = 160
CURVES = frozenset({"secp256r1", "secp384r1", "secp521r1"})
HASHES = frozenset({"sha256", "sha384", "sha512"})
MOST_STEPS = 5
"""Issuers between a leaf and its trust anchor."""

_BROKEN = (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion, x509.DuplicateExtension)
_WITH_CONSTRAINTS = (
    ExtensionPolicy.permit_all()
    .require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)
    .require_present(x509.KeyUsage, Criticality.AGNOSTIC, None)
)
Kind = TypeVar("Kind", bound=x509.ExtensionType)


class UntrustedError(ValueError):
    """A certificate isn't taken. The text says why; it may be told to who holds the certificate."""


def read(data: bytes) -> x509.Certificate:
    """A certificate in DER, all of whose parts can be read: rules 1 and 2. Raises UntrustedError."""
    try:
        found = x509.load_der_x509_certificate(data)
        _ = found.extensions, found.subject, found.issuer, found.serial_number, found.signature_hash_algorithm
        _ = found.not_valid_before_utc, found.not_valid_after_utc
        key, version = found.public_key(), found.version
    except _BROKEN:
        raise UntrustedError("it can't be read") from None
    if version is not x509.Version.v3:
        raise UntrustedError("it is not X.509 version 3")
    if found.serial_number.bit_length() > SERIAL_BITS:
        raise UntrustedError("its serial number is too long")
    check_key(key)
    return found


def read_bundle(text: str) -> list[x509.Certificate]:
    """The trust anchors of a PEM text, at least one; each could have signed a leaf. Raises UntrustedError.

    Whether it is valid now isn't asked: it may be used from tomorrow on.
    """
    try:
        found = x509.load_pem_x509_certificates(text.encode("ascii"))
    except (*_BROKEN, UnicodeEncodeError):
        raise UntrustedError("it is not a list of certificates in PEM") from None
    anchors = [read(each.public_bytes(Encoding.DER)) for each in found]
    for each in anchors:
        _check_hash(each)
        _check_issuer(each)
    return anchors


def check_leaf(leaf: x509.Certificate, now: datetime) -> None:
    """Rules 3 to 6. Raises UntrustedError."""
    _check_hash(leaf)  # 3.
    constraints = _extension(leaf, x509.BasicConstraints)
    if constraints is None or constraints.ca:  # 4.
        raise UntrustedError("its basic constraints don't say CA:FALSE")
    usage = _extension(leaf, x509.KeyUsage)
    if usage is None or not usage.digital_signature:  # 5.
        raise UntrustedError("its key usage has no digitalSignature")
    if now < leaf.not_valid_before_utc:  # 6.
        raise UntrustedError(f"it is not valid before {leaf.not_valid_before_utc:%Y-%m-%dT%H:%M:%SZ}")
    if now > leaf.not_valid_after_utc:
        raise UntrustedError(f"it expired at {leaf.not_valid_after_utc:%Y-%m-%dT%H:%M:%SZ}")


def path(
    leaf: x509.Certificate,
    between: Sequence[x509.Certificate],
    anchors: Sequence[x509.Certificate],
    now: datetime,
) -> tuple[x509.Certificate, ...]:
    """Rule 7: the certificates from the leaf to an anchor, both included. Raises UntrustedError."""
    builder = PolicyBuilder().store(Store(list(anchors))).time(now).max_chain_depth(MOST_STEPS)
    builder = builder.extension_policies(ee_policy=_WITH_CONSTRAINTS, ca_policy=_WITH_CONSTRAINTS)
    try:
        found = tuple(builder.build_client_verifier().verify(leaf, list(between)).chain)
    except (verification.VerificationError, *_BROKEN) as wrong:
        raise UntrustedError(f"no path leads to the trust anchor: {wrong}") from None
    for issuer in found[1:]:
        check_key(issuer.public_key())
        _check_hash(issuer)
        _check_issuer(issuer)
    return found


def check_revocation(path: Sequence[x509.Certificate], lists: Iterable[bytes]) -> None:
    """Rule 8. lists: CRLs in DER. Raises UntrustedError."""
    read_lists = [_load(x509.load_der_x509_crl, each) for each in lists]
    for certificate, issuer in pairwise(path):
        for each in read_lists:
            if each.issuer != issuer.subject:
                continue
            if not _signed_by(each, issuer):
                raise UntrustedError("a revocation list of its issuer is not signed by its issuer")
            if each.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None:
                raise UntrustedError(f"certificate {certificate.serial_number:x} is revoked")


def read_list(data: bytes, anchors: Sequence[x509.Certificate]) -> bytes:
    """A CRL in PEM, as DER. Raises UntrustedError.

    It is complete, for every kind of certificate and of one issuer only: those that aren't say so with a
    critical extension. If it has the name of an anchor, the anchor has signed it. Another may be the list of
    a CA between a leaf and the anchor.
    """
    found = _load(x509.load_pem_x509_crl, data)
    try:
        critical = [each.oid.dotted_string for each in found.extensions if each.critical]
        algorithm = found.signature_hash_algorithm
        _ = sum(1 for _ in found)
    except _BROKEN:
        raise UntrustedError("it can't be read") from None
    if critical:
        raise UntrustedError(f"it has the critical extension {critical[0]}, so it isn't a complete list")
    if algorithm is None or algorithm.name not in HASHES:
        raise UntrustedError("it wasn't signed with SHA-256 or stronger")
    named = [anchor for anchor in anchors if anchor.subject == found.issuer]
    if named and not any(_signed_by(found, anchor) for anchor in named):
        raise UntrustedError("it isn't signed by the trust anchor whose name it has")
    return found.public_bytes(Encoding.DER)


def _load(
    load: Callable[[bytes], x509.CertificateRevocationList], data: bytes
) -> x509.CertificateRevocationList:
    try:
        found = load(data)
        _ = found.issuer
    except _BROKEN:
        raise UntrustedError("it can't be read") from None
    return found


def _signed_by(revocations: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    key = issuer.public_key()
    try:
        return isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) and (
            revocations.is_signature_valid(key)
        )
    except _BROKEN:
        return False


def check_key(key: object) -> None:
    """Rule 2, for a public key. Raises UntrustedError."""
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size not in RSA_BITS:
            raise UntrustedError(f"an RSA key of {key.key_size} bits is not taken")
        if key.public_numbers().e.bit_length() > EXPONENT_BITS:
            raise UntrustedError("the exponent of its RSA key is too long")
    elif not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name not in CURVES:
        raise UntrustedError("its key is neither RSA nor on a curve that is taken")


def _check_hash(certificate: x509.Certificate) -> None:
    """Rule 3."""
    algorithm = certificate.signature_hash_algorithm
    if algorithm is None or algorithm.name not in HASHES:
        raise UntrustedError("it wasn't signed with SHA-256 or stronger")


def _check_issuer(certificate: x509.Certificate) -> None:
    constraints, usage = (
        _extension(certificate, x509.BasicConstraints),
        _extension(certificate, x509.KeyUsage),
    )
    if constraints is None or not constraints.ca:
        raise UntrustedError("an issuer's basic constraints don't say CA:TRUE")
    if usage is None or not usage.key_cert_sign:
        raise UntrustedError("an issuer's key usage has no keyCertSign")


def _extension(certificate: x509.Certificate, kind: type[Kind]) -> Kind | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
