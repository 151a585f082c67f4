"""SigV4a: signs the same texts with an ECDSA key pair derived from the secret; valid in a set of regions.

The private key is k0 + 1, where k0 = HMAC-SHA256("AWS4A" + secret, 1 as four bytes, the algorithm, a zero
byte, the access key id, a counter as one byte, 256 as four bytes), for the first counter from 1 on with
k0 <= n - 2. Source: IAM User Guide, "AWS Signature Version 4 for API requests", SigV4a; NIST SP 800-108r1,
section 4.1 (the KDF in counter mode) and FIPS 186-5, appendix A.2.1 (n - 2); as derived by the AWS SDKs.

ECDSA signatures are malleable: if (r, s) is valid, so is (r, n - s). Never identify a request by its
signature.
"""

import hmac
import re
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from watchword.sigv4.claim import ALGORITHM_V4A

_ORDER = 0xFFFFFFFF_00000000_FFFFFFFF_FFFFFFFF_BCE6FAAD_A7179E84_F3B9CAC2_FC632551
_COUNTERS = range(1, 255)
_REMEMBERED = 1024
_HEX = re.compile(r"(?:[0-9a-f]{2})+")
_ECDSA = ec.ECDSA(SHA256())


@lru_cache(_REMEMBERED)
def private_key(secret: str, access_key_id: str) -> ec.EllipticCurvePrivateKey:
    """The private key of an access key; it signs."""
    for counter in _COUNTERS:
        text = b"\0\0\0\1" + ALGORITHM_V4A.encode() + b"\0" + access_key_id.encode() + bytes([counter])
        candidate = hmac.digest(b"AWS4A" + secret.encode(), text + b"\0\0\1\0", "sha256")
        number = int.from_bytes(candidate, "big")
        if number <= _ORDER - 2:
            return ec.derive_private_key(number + 1, ec.SECP256R1())
    raise ValueError("no key for this secret")  # one chance in 2 to the power of 8128


@lru_cache(_REMEMBERED)
def public_key(secret: str, access_key_id: str) -> ec.EllipticCurvePublicKey:
    """The public key of an access key; it verifies."""
    return private_key(secret, access_key_id).public_key()


def sign_text_v4a(key: ec.EllipticCurvePrivateKey, text: str) -> str:
    """The signature of a string to sign: DER in lower-case hex."""
    return key.sign(text.encode("latin-1"), _ECDSA).hex()


def holds_v4a(key: ec.EllipticCurvePublicKey, text: str, signature: str) -> bool:
    """Whether `signature` (DER in lower-case hex) is a valid signature of `text`."""
    if not _HEX.fullmatch(signature):  # fromhex would also accept capitals and spaces
        return False
    try:
        key.verify(bytes.fromhex(signature), text.encode("latin-1"), _ECDSA)
    except (InvalidSignature, ValueError):
        return False
    return True
