"""Signs an identity document, as a process of its own: what it needs of `cryptography` is gone when it ends.

    python -m watchword.delivery.metadata.identity_document KEY CERTIFICATE < document

The answer has the document in a PKCS #7 signature (RFC 2315: signed data with its content and certificate),
and the signature alone, both in base64, with SHA-256. Who trusts the certificate, or the CA that issued it,
verifies the document. Source: Amazon EC2 User Guide, "Verify the instance identity document".
"""

import base64
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import msgspec

from watchword.delivery.supply import NotIssued

SECONDS = 10
_LINE = 64


class Signatures(NamedTuple):
    """The document's signatures, in base64."""

    pkcs7: str
    signature: str


def signed(document: str, key: str, certificate: str) -> Signatures:
    """The signatures by this key; both are names of files. Raises NotIssued."""
    command = [sys.executable, "-m", __name__, key, certificate]
    try:
        done = subprocess.run(  # noqa: S603 ourselves
            command, input=document.encode(), capture_output=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotIssued(f"the identity document can't be signed: {error}") from None
    if done.returncode:
        lines = done.stderr.decode(errors="replace").splitlines()
        raise NotIssued(f"the identity document can't be signed: {lines[-1] if lines else 'no reason given'}")
    return msgspec.json.decode(done.stdout, type=Signatures)


def sign(document: bytes, key_pem: bytes, certificate_pem: bytes) -> Signatures:
    """The signatures. Raises ValueError for what isn't a key, a certificate, or one of the other."""
    from cryptography import x509  # noqa: PLC0415 only the process that signs needs it
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key, pkcs7  # noqa: PLC0415

    key = load_pem_private_key(key_pem, None)
    certificate = x509.load_pem_x509_certificate(certificate_pem)
    if key.public_key() != certificate.public_key():
        raise ValueError("the certificate is of another key")
    if isinstance(key, rsa.RSAPrivateKey):
        alone = key.sign(document, padding.PKCS1v15(), SHA256())
    elif isinstance(key, ec.EllipticCurvePrivateKey):
        alone = key.sign(document, ec.ECDSA(SHA256()))
    else:
        raise ValueError("the key is neither RSA nor ECDSA")  # noqa: TRY004 what the file has
    builder = pkcs7.PKCS7SignatureBuilder().set_data(document).add_signer(certificate, key, SHA256())
    whole = builder.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])
    return Signatures(_lines(whole), _lines(alone))


def _lines(data: bytes) -> str:
    text = base64.b64encode(data).decode()
    return "\n".join(text[at : at + _LINE] for at in range(0, len(text), _LINE))


if __name__ == "__main__":
    _, key_file, certificate_file = sys.argv
    try:
        made = sign(sys.stdin.buffer.read(), Path(key_file).read_bytes(), Path(certificate_file).read_bytes())
    except (OSError, ValueError, TypeError) as wrong:
        sys.exit(str(wrong))
    sys.stdout.buffer.write(msgspec.json.encode(made))
