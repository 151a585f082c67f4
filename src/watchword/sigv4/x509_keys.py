"""Verifies and signs with the key of an X.509 certificate. `x509` reads the claim.

20. the credential begins with the certificate's serial number, in decimal digits
21. the algorithm is that of the certificate's key

Then rules 12 to 16 of `watchword.sigv4.verify` follow. The signature is in hex: RSA is PKCS #1 v1.5, ECDSA is
in DER, both over the string to sign with SHA-256. ECDSA signatures are malleable: never identify a request by
its signature. Who trusts the certificate, and how large a key may be, is not asked here
(`proofs.certificates`).
Source: IAM Roles Anywhere User Guide, "Authentication signing process"; AWS's signing helper for the forms of
the signature.
"""

from base64 import b64encode
from collections.abc import Collection, Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from msgspec.structs import replace

from watchword.names import HttpRequest
from watchword.sigv4.canonical import canonical_request, string_to_sign
from watchword.sigv4.claim import Claim
from watchword.sigv4.payload import check_payload
from watchword.sigv4.scope import Scope
from watchword.sigv4.sign import UNSIGNED
from watchword.sigv4.timestamp import print_timestamp
from watchword.sigv4.verify import check_scope, check_time, mismatch
from watchword.sigv4.x509 import CERTIFICATE, CHAIN, ECDSA, RSA, incomplete

SERVICE = "rolesanywhere"

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def verify(
    claim: Claim,
    request: HttpRequest,
    certificate: x509.Certificate,
    *,
    regions: Collection[str] | None = None,
    now: datetime,
    skew: int,
) -> None:
    """Returns if the certificate's key signed `request`, else raises a fault.

    Raises AwsError: IncompleteSignature, SignatureExpired, SignatureNotYetCurrent, ScopeMismatch,
    SignatureDoesNotMatch, PayloadHashMismatch.
    """
    if claim.access_key_id != str(certificate.serial_number):  # 20
        raise incomplete("The credential must begin with the serial number of the certificate, in decimal.")
    key = certificate.public_key()
    if claim.algorithm != _algorithm_of(key):  # 21
        raise incomplete(f"The certificate's key doesn't sign with {claim.algorithm}.")
    check_time(claim, now, skew)  # 12 13
    check_scope(claim, (SERVICE,), regions)  # 14
    canonical = canonical_request(claim, request)
    text = string_to_sign(claim, canonical)
    if not _holds(key, text, claim.signature):  # 15
        raise mismatch(claim.access_key_id, text, claim.signature, canonical)
    check_payload(claim.payload_hash, request.body)  # 16


def sign(
    request: HttpRequest,
    key: PrivateKey,
    certificate: x509.Certificate,
    chain: Sequence[x509.Certificate] = (),
    *,
    region: str,
    now: datetime,
) -> HttpRequest:
    """The request with x-amz-date, the certificates and an Authorization header. It needs a host header."""
    date = print_timestamp(now)
    given = {"x-amz-date": date, CERTIFICATE: _text(certificate), CHAIN: ",".join(map(_text, chain))}
    added = tuple((name, value) for name, value in given.items() if value)
    prepared = replace(request, headers=(*request.headers, *added))
    claim = Claim(
        algorithm=_algorithm_of(key.public_key()),
        access_key_id=str(certificate.serial_number),
        scope=Scope(date[:8], region, SERVICE),
        signed_headers=";".join(sorted({name for name, _ in prepared.headers} - UNSIGNED)),
        signature="",
        token=None,
        date=date,
        timestamp=now,
        payload_hash=request.body.sha256,
    )
    text = string_to_sign(claim, canonical_request(claim, prepared)).encode("latin-1")
    authorization = (
        f"{claim.algorithm} Credential={claim.access_key_id}/{claim.scope.text}, "
        f"SignedHeaders={claim.signed_headers}, Signature={_signature(key, text).hex()}"
    )
    return replace(prepared, headers=(*prepared.headers, ("authorization", authorization)))


def _text(certificate: x509.Certificate) -> str:
    return b64encode(certificate.public_bytes(Encoding.DER)).decode("ascii")


def _algorithm_of(key: object) -> str:
    """The algorithm of a key's signatures; empty for a key of another type."""
    if isinstance(key, rsa.RSAPublicKey):
        return RSA
    return ECDSA if isinstance(key, ec.EllipticCurvePublicKey) else ""


def _signature(key: PrivateKey, text: bytes) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(text, padding.PKCS1v15(), SHA256())
    return key.sign(text, ec.ECDSA(SHA256()))


def _holds(key: object, text: str, signature: str) -> bool:
    try:
        given, signed = bytes.fromhex(signature), text.encode("latin-1")
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(given, signed, padding.PKCS1v15(), SHA256())
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(given, signed, ec.ECDSA(SHA256()))
        else:
            return False
    except (InvalidSignature, ValueError):
        return False
    return True
