"""Server certificates and signing certificates: which are taken.

A server certificate is checked in this order:
1. the certificate is a single one in PEM, with a key that is allowed here (`key_material`);
2. so is the private key;
3. they fit each other;
4. today is in the certificate's validity period;
5. the chain begins with the certificate that signed this one, and each is signed by the next. It may end
   before a root: no list of trusted roots is asked.

A signing certificate is checked for 1 and 4.
Source: IAM User Guide, "Manage server certificates in IAM", "Troubleshooting"; IAM API Reference,
UploadServerCertificate and UploadSigningCertificate. Sentences of 1 and 5: IAM's answers, as users of
terraform and the aws CLI report them.
"""

from datetime import datetime
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from watchword.identity import key_material
from watchword.identity.key_material import KeyMaterialError
from watchword.identity.refusals import refusal
from watchword.names import AwsError

MOST_IN_CHAIN = 20
_NO_CERTIFICATE = "Unable to parse certificate. Please ensure the certificate is in PEM format."
_NO_KEY = "Unable to parse private key. Please ensure the private key is in PEM format."
_MISMATCH = "The private key does not match the certificate."
_NOT_NOW = "The certificate is valid from {begins} to {ends}, and not now."
_NO_CHAIN = (
    "Unable to validate certificate chain. The certificate chain must start with the immediate signing "
    "certificate, followed by any intermediaries in order. The index within the chain of the invalid "
    "certificate is: {index}"
)


def read_server_certificate(
    body: str, private_key: str, chain: str | None, now: datetime
) -> x509.Certificate:
    """The certificate. Raises MalformedCertificate or KeyPairMismatch."""
    certificate = _read(body)  # 1.
    try:
        key = key_material.private_key(private_key)
    except KeyMaterialError as problem:
        raise refusal("MalformedCertificate", _NO_KEY, str(problem)) from None  # 2.
    if not key_material.fits(key, certificate.public_key()):
        raise refusal("KeyPairMismatch", _MISMATCH)  # 3.
    _check_validity(certificate, now, "MalformedCertificate")  # 4.
    if chain is not None:
        _check_chain(certificate, chain)  # 5.
    return certificate


def read_signing_certificate(body: str, now: datetime) -> x509.Certificate:
    """The certificate. Raises MalformedCertificate or InvalidCertificate."""
    certificate = _read(body)  # 1.
    _check_validity(certificate, now, "InvalidCertificate")  # 4.
    return certificate


def _read(body: str) -> x509.Certificate:
    try:
        return key_material.certificate(body)
    except KeyMaterialError as problem:
        raise refusal("MalformedCertificate", _NO_CERTIFICATE, str(problem)) from None


def _check_validity(certificate: x509.Certificate, now: datetime, code: str) -> None:
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not begins <= now <= ends:
        raise refusal(code, _NOT_NOW.format(begins=begins.isoformat(), ends=ends.isoformat()))


def _check_chain(certificate: x509.Certificate, text: str) -> None:
    try:
        chain = key_material.certificates(text)
    except KeyMaterialError as problem:
        raise _broken_chain(-1, str(problem)) from None
    if len(chain) > MOST_IN_CHAIN:
        raise _broken_chain(MOST_IN_CHAIN, f"more than {MOST_IN_CHAIN} certificates")
    for index, (issued, issuer) in enumerate(pairwise([certificate, *chain]), start=-1):
        try:
            issued.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
            raise _broken_chain(index, "not signed by the next one") from None


def _broken_chain(index: int, meant: str) -> AwsError:
    return refusal("MalformedCertificate", _NO_CHAIN.format(index=index), meant)
