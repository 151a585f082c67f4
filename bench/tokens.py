"""What it costs to seal and to open a session token, and to sign a token for services elsewhere.

.venv/bin/python bench/tokens.py
"""

import json
import secrets
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA384

from rows import Row, print_medians
from watchword.proofs import issued_token, session_token
from watchword.proofs.issued_token import SigningKey
from watchword.proofs.keyring import Keyring, new_key

MANY = 400
ES384 = "ES384"
PAYLOAD_BYTES = 300
RING = Keyring((new_key(secrets.token_bytes),), secrets.token_bytes)
FERNET = Fernet(Fernet.generate_key())
FASTER = "aim: at least 4 of Fernet"
CLAIMS = json.dumps({"iss": "https://localhost/issuer", "sub": "arn:aws:iam::123456789012:role/r"} | {
    "aud": "https://api.example.com", "iat": 1773500000, "exp": 1773500300, "jti": "d06e9d74",
    "https://sts.amazonaws.com/": {"aws_account": "123456789012", "source_region": "us-east-1"},
}).encode()  # fmt: skip


def rows() -> Iterator[Row]:
    yield Row("seal a session token", _seal, "seal with Fernet", FASTER)
    yield Row("seal with Fernet", lambda: _per_second(lambda number: FERNET.encrypt(_PAYLOADS[number])))
    yield Row("open a session token", _open, "open with Fernet", FASTER)
    yield Row("open with Fernet", _open_fernet)
    yield Row("sign a token, ES384", _sign("ES384"), "ES384 signature", "aim: at least 0.5")
    yield Row("ES384 signature", signatures)
    yield Row("sign a token, RS256", _sign("RS256"))


_PAYLOADS = [secrets.token_bytes(PAYLOAD_BYTES) for _ in range(MANY)]


def _seal() -> float:
    return _per_second(lambda number: session_token.seal(_PAYLOADS[number], RING))


def _open() -> float:
    tokens = [session_token.seal(payload, RING) for payload in _PAYLOADS]
    return _per_second(lambda number: session_token.open(tokens[number], RING))


def _open_fernet() -> float:
    tokens = [FERNET.encrypt(payload) for payload in _PAYLOADS]
    return _per_second(lambda number: FERNET.decrypt(tokens[number]))


def _sign(algorithm: str) -> Callable[[], float]:
    key: SigningKey = issued_token.read("k", algorithm, datetime.now(UTC), issued_token.generate(algorithm))
    return lambda: _per_second(lambda _: issued_token.sign(CLAIMS, key))


def signatures() -> float:
    """Bare ones, per second."""
    key, scheme = ec.generate_private_key(ec.SECP384R1()), ec.ECDSA(SHA384())
    return _per_second(lambda _: key.sign(CLAIMS, scheme))


def _per_second(act: Callable[[int], object]) -> float:
    began = time.perf_counter()
    for number in range(MANY):
        act(number)
    return MANY / (time.perf_counter() - began)


if __name__ == "__main__":
    print_medians(rows(), rounds=5)
