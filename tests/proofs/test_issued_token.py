"""Tokens that we issue, by the eyes of three independent verifiers: joserfc, PyJWT and jwcrypto.

Each accepts them by the published keys, and refuses them tampered.
"""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any

import jwt as pyjwt
import pytest
from joserfc import jwt as joserfc
from joserfc.jwk import KeySet
from jwcrypto import jwk, jwt

from watchword.proofs.issued_token import ALGORITHMS, SigningKey, generate, key_set, read, sign
from watchword.proofs.public_keys import read_keys

CREATED = datetime(2026, 3, 14, tzinfo=UTC)
CLAIMS = {"iss": "https://idp.example.com", "sub": "service:backup", "aud": "warehouse", "exp": 1 << 40}


@cache
def key_of(algorithm: str, name: str = "one") -> SigningKey:
    return read(f"{algorithm}-{name}", algorithm, CREATED, generate(algorithm))


def by_joserfc(text: str, keys: bytes) -> dict[str, Any]:
    return joserfc.decode(text, KeySet.import_key_set(json.loads(keys)), algorithms=list(ALGORITHMS)).claims


def by_pyjwt(text: str, keys: bytes) -> dict[str, Any]:
    key = pyjwt.PyJWKSet.from_json(keys.decode())[pyjwt.get_unverified_header(text)["kid"]]
    return pyjwt.decode(text, key, algorithms=list(ALGORITHMS), audience="warehouse")


def by_jwcrypto(text: str, keys: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        jwt.JWT(jwt=text, key=jwk.JWKSet.from_json(keys), algs=list(ALGORITHMS)).claims
    )
    return found


VERIFIERS = [by_joserfc, by_pyjwt, by_jwcrypto]
Verify = Callable[[str, bytes], dict[str, Any]]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("verify", VERIFIERS)
def test_it_is_accepted(algorithm: str, verify: Verify) -> None:
    """Also beside the keys of other algorithms."""
    text = sign(json.dumps(CLAIMS).encode(), key_of(algorithm))
    assert verify(text, key_set(map(key_of, ALGORITHMS))) == CLAIMS


def other_claims(text: str) -> str:
    header, _, signature = text.split(".")
    claims = json.dumps(CLAIMS | {"sub": "service:root"}).encode()
    return f"{header}.{base64.urlsafe_b64encode(claims).decode().rstrip('=')}.{signature}"


def other_signature(text: str) -> str:
    body, _, signature = text.rpartition(".")
    middle = len(signature) // 2
    return f"{body}.{signature[:middle]}{'A' if signature[middle] != 'A' else 'B'}{signature[middle + 1 :]}"


def unsigned(text: str) -> str:
    header = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
    return f"{header}.{text.split('.')[1]}."


def of_another_key(text: str) -> str:
    """Signed by a key that says to be the published one."""
    algorithm = str(pyjwt.get_unverified_header(text)["alg"])
    other = key_of(algorithm, "other")
    forged = SigningKey(key_of(algorithm).id, algorithm, CREATED, other.key)
    return sign(json.dumps(CLAIMS).encode(), forged)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("tamper", [other_claims, other_signature, unsigned, of_another_key])
@pytest.mark.parametrize("verify", VERIFIERS)
def test_it_is_refused_tampered(algorithm: str, verify: Verify, tamper: Callable[[str], str]) -> None:
    text = tamper(sign(json.dumps(CLAIMS).encode(), key_of(algorithm)))
    with pytest.raises(Exception, match=r"."):  # each library has errors of its own
        verify(text, key_set(map(key_of, ALGORITHMS)))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_no_private_number_is_published(algorithm: str) -> None:
    published = json.loads(key_set([key_of(algorithm)]))["keys"][0]
    assert published.keys() <= {"kty", "n", "e", "crv", "x", "y", "kid", "use", "alg"}
    assert str(key_of(algorithm)).count("PRIVATE") == 0


def test_our_own_reader_takes_what_is_published() -> None:
    found = read_keys(key_set(map(key_of, ALGORITHMS)))
    assert {key.id: {key.algorithm} for key in map(key_of, ALGORITHMS)} == {
        kid: key.algorithms for kid, key in found.items()
    }
