"""Proofs of a key (DPoP): what holds, and each way in which one doesn't."""

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from tests.gateway.console.login import Client, text

from watchword.proofs import base64url, dpop
from watchword.proofs.dpop import WINDOW, WrongProofError

NOW = 1_800_000_000
URL = "http://localhost:4566/v1/token"
CLIENT = Client()
OTHER = Client()
SECRET = base64url.encode(CLIENT.key.private_numbers().private_value.to_bytes(32)).decode()
Json = dict[str, Any]


def read(proof: str, url: str = URL, now: float = NOW) -> dpop.Proof:
    return dpop.read(proof, "POST", url, float(now))  # as a clock reads


def test_the_thumbprint_is_that_of_the_rfc() -> None:
    """RFC 9449, sections 4.1 and 6.1: the proof, and the thumbprint of its key."""
    proof = (
        "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZO"
        "XpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsIm"
        "NydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLm"
        "V4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbd"
        "LXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg"
    )
    found = read(proof, "https://server.example.com/token", 1562262616)
    assert found.thumbprint == "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
    with pytest.raises(WrongProofError, match="signature"):
        read(f"{proof[:-4]}AAAA", "https://server.example.com/token", 1562262616)


@pytest.mark.parametrize("url", [URL, f"{URL}?a=b", "http://LOCALHOST:4566/v1/token"])
def test_a_proof_of_this_request(url: str) -> None:
    assert read(CLIENT.proof(NOW, htu=url)).thumbprint == read(CLIENT.proof(NOW)).thumbprint


def test_a_default_port_may_be_said() -> None:
    assert read(CLIENT.proof(NOW, htu="https://a.example:443/v1/token"), "https://a.example/v1/token")


def test_a_proof_is_known_by_its_key_and_its_id() -> None:
    first = read(CLIENT.proof(NOW, jti="a" * 16))
    assert read(CLIENT.proof(NOW + 1, jti="a" * 16)).identity == first.identity
    assert read(CLIENT.proof(NOW, jti="b" * 16)).identity != first.identity
    assert read(OTHER.proof(NOW, jti="a" * 16)).identity != first.identity
    assert first.until == NOW + WINDOW + 1


@pytest.mark.parametrize("age", [-WINDOW, 0, WINDOW])
def test_a_proof_of_now(age: int) -> None:
    assert read(CLIENT.proof(NOW), now=NOW + age)


CLAIMS: list[tuple[Json, str]] = [
    ({"htm": "GET"}, "htm"),
    ({"htm": "post"}, "htm"),
    ({"htm": None}, "htm"),
    ({"htu": "http://localhost:4566/v1/tokens"}, "htu"),
    ({"htu": "http://localhost/v1/token"}, "htu"),
    ({"htu": "https://localhost:4566/v1/token"}, "htu"),
    ({"htu": "http://evil.example/v1/token"}, "htu"),
    ({"htu": "http://[::1/v1/token"}, "htu"),
    ({"htu": 1}, "htu"),
    ({"iat": NOW - WINDOW - 1}, "iat"),
    ({"iat": NOW + WINDOW + 1}, "iat"),
    ({"iat": str(NOW)}, "iat"),
    ({"iat": NOW + 0.5}, "iat"),
    ({"iat": True}, "iat"),
    ({"iat": None}, "iat"),
    ({"iat": 10**400}, "iat"),
    ({"jti": ""}, "jti"),
    ({"jti": "a b c d e f"}, "jti"),
    ({"jti": "a" * 257}, "jti"),
    ({"jti": 12345678}, "jti"),
    ({"jti": None}, "jti"),
]


@pytest.mark.parametrize(("claims", "word"), CLAIMS)
def test_a_proof_of_something_else(claims: Json, word: str) -> None:
    with pytest.raises(WrongProofError, match=word):
        read(CLIENT.proof(NOW, **claims))


HEADERS: list[Json] = [
    {"typ": "JWT"},
    {"typ": "DPOP+JWT"},
    {"alg": "none"},
    {"alg": "HS256"},
    {"alg": "ES384"},
    {"alg": None},
    {"crit": ["exp"]},
    {"b64": False},
    {"jwk": None},
    {"jwk": "key"},
    {"jwk": {**CLIENT.jwk, "d": SECRET}},
    {"jwk": {**CLIENT.jwk, "crv": "P-384"}},
    {"jwk": {**CLIENT.jwk, "kty": "RSA"}},
    {"jwk": {**CLIENT.jwk, "x": OTHER.jwk["x"]}},
    {"jwk": {**CLIENT.jwk, "x": 1}},
    {"jwk": {**CLIENT.jwk, "x": CLIENT.jwk["x"] + "A"}},
    {"jwk": {**CLIENT.jwk, "y": ""}},
    {"jwk": {name: CLIENT.jwk[name] for name in ("kty", "crv", "x")}},
    {"jwk": OTHER.jwk},
]


@pytest.mark.parametrize("header", HEADERS)
def test_a_proof_of_no_key_or_of_another(header: Json) -> None:
    with pytest.raises(WrongProofError):
        read(CLIENT.proof(NOW, header=header))


def signature(proof: str, raw: bytes) -> str:
    return f"{proof.rpartition('.')[0]}.{base64url.encode(raw).decode()}"


@pytest.mark.parametrize("raw", [b"", bytes(64), bytes(63), bytes(128), b"\xff" * 64])
def test_a_signature_that_is_none(raw: bytes) -> None:
    with pytest.raises(WrongProofError):
        read(signature(CLIENT.proof(NOW), raw))


def test_what_is_no_strict_token() -> None:
    head, claims, signed = CLIENT.proof(NOW).split(".")
    twice = base64.urlsafe_b64encode(b'{"htm": "POST", "htm": "POST"}').decode().rstrip("=")
    for wrong in (
        "",
        "a.b",
        f"{head}.{claims}",
        f"{head}.{claims}.{signed}.{signed}",
        f"{head}=.{claims}.{signed}",
        f" {head}.{claims}.{signed}",
        f"{head}.{twice}.{signed}",
        f"{head}.{text([1])}.{signed}",
        f"{head}.{text('a')}.{signed}",
        f"{text({'a' * 9000: 1})}.{claims}.{signed}",
        f"{head}.{base64url.encode(json.dumps('[' * 3000).encode()).decode()}.{signed}",
    ):
        with pytest.raises(WrongProofError):
            read(wrong)


def test_another_curve_of_the_same_size() -> None:
    key = ec.generate_private_key(ec.SECP256K1())
    numbers = key.public_key().public_numbers()
    x, y = (base64url.encode(each.to_bytes(32)).decode() for each in (numbers.x, numbers.y))
    with pytest.raises(WrongProofError):
        read(CLIENT.proof(NOW, header={"jwk": {"kty": "EC", "crv": "P-256", "x": x, "y": y}}))
