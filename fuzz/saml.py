"""SAML responses: whatever is changed in one, what is read is the assertion that was signed, or nothing."""

import base64
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from watchword.proofs.saml.errors import WrongResponseError
from watchword.proofs.saml.response import Trust, verify

_VECTORS = Path(__file__).parents[1] / "tests" / "vectors" / "saml"
_KEY = load_pem_private_key((_VECTORS / "ours.key").read_bytes(), None)
assert isinstance(_KEY, RSAPrivateKey)
_TRUST = Trust(
    [x509.load_pem_x509_certificate((_VECTORS / name).read_bytes()) for name in ("rsa.crt", "ec.crt")],
    [_KEY],
)


def seeds() -> list[bytes]:
    return [file.read_bytes() for file in sorted(_VECTORS.glob("*.xml"))]


_SIGNED = verify(base64.b64encode(seeds()[0]).decode(), _TRUST).assertion


def check(data: bytes) -> None:
    try:
        found = verify(base64.b64encode(data).decode(), _TRUST)
    except WrongResponseError:
        return
    assert found.assertion == _SIGNED
