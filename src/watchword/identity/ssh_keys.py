"""SSH public keys: which are taken, and how they are written.

1. A key is written as `ssh-rsa` (RFC 4253, section 6.6), perhaps with a comment, or in PEM.
2. It is an RSA key of LEAST_BITS at least, and not larger than any key here (`key_material`).

Its fingerprint is the MD5 of the form of RFC 4253, as people know it. Two keys are the same when the SHA-256
of that form is.
Source: IAM API Reference, UploadSSHPublicKey. AWS documents no sentences.
"""

import base64
import hashlib

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
    load_ssh_public_key,
)

from watchword.identity.key_material import KeyMaterialError, check_public_key
from watchword.identity.refusals import refusal

LEAST_BITS = 2048
_SSH, _PEM = "ssh-rsa ", "-----BEGIN "


def read(text: str) -> rsa.RSAPublicKey:
    """The key. Raises UnrecognizedPublicKeyEncoding or InvalidPublicKey."""
    text = text.strip()
    try:
        if text.startswith(_SSH):
            key: object = load_ssh_public_key(text.encode())
        elif text.startswith(_PEM):
            key = load_pem_public_key(text.encode())
        else:
            raise refusal(
                "UnrecognizedPublicKeyEncoding", "The public key must be encoded in ssh-rsa or PEM format."
            )  # 1.
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise refusal("InvalidPublicKey", "The public key cannot be parsed.") from None
    return _allowed(key)


def in_ssh(key: rsa.RSAPublicKey) -> str:
    """The key as `ssh-rsa`, without a comment."""
    return key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode("ascii")


def in_pem(key: rsa.RSAPublicKey) -> str:
    """The key in PEM."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")


def fingerprint(key: rsa.RSAPublicKey) -> str:
    """MD5 in hexadecimal, with colons."""
    return hashlib.md5(_blob(key), usedforsecurity=False).digest().hex(":")


def digest(key: rsa.RSAPublicKey) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(_blob(key)).hexdigest()


def _allowed(key: object) -> rsa.RSAPublicKey:
    try:
        check_public_key(key)
    except KeyMaterialError as problem:
        raise refusal("InvalidPublicKey", f"The public key is not allowed: {problem}.") from None  # 2.
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < LEAST_BITS:
        said = f"The public key must be an RSA key with at least {LEAST_BITS} bits."
        raise refusal("InvalidPublicKey", said)  # 2.
    return key


def _blob(key: rsa.RSAPublicKey) -> bytes:
    return base64.b64decode(in_ssh(key).split()[1])
