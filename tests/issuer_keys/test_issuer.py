"""What an issuer publishes: its discovery document, and its keys, of which only the safe ones are used."""

import json
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey

from watchword.issuer_keys import Issuer
from watchword.issuer_keys import issuer as issuers
from watchword.issuer_keys.fetch import FetchError
from watchword.proofs.public_keys import MOST_KEYS, UnreadableKeysError, read_keys

URL = "https://ci.example.com/acme"
RSA = RSAKey.generate_key(2048).as_dict(private=True)
EC = ECKey.generate_key("P-256").as_dict(private=False)
KEYS = json.dumps({"keys": [RSA | {"kid": "a"}]}).encode()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """What was asked for, and whether it may be private."""
    noted: list[tuple[str, bool]] = []

    def fetch(url: str, _most: int, *, private: bool, thumbprints: tuple[str, ...]) -> bytes:
        noted.append((url, private))
        return DOCUMENTS[url.removesuffix(issuers.WELL_KNOWN)]

    monkeypatch.setattr(issuers, "fetch", fetch)
    return noted


def described(**document: Any) -> bytes:
    return json.dumps({"issuer": URL, "jwks_uri": "https://keys.example.com/"} | document).encode()


DOCUMENTS = {
    URL: described(),
    "https://ci.example.com/other": described(),
    "https://list": b"[]",
    "https://text": b"no JSON",
    "https://deep": b"[" * 50_000,
    "https://lacks": json.dumps({"issuer": "https://lacks"}).encode(),
    "https://bad": described(issuer="https://bad", jwks_uri="https://text"),
    "http://sso:8080": described(issuer="http://sso:8080", jwks_uri="http://sso:8080/keys"),
    "http://sso:8080/keys": KEYS,
    "http://elsewhere:8080": described(issuer="http://elsewhere:8080", jwks_uri="http://sso:8081/keys"),
    "http://sso:8081/keys": KEYS,
    "https://keys.example.com/": KEYS,
}


def test_keys_may_be_on_another_host(asked: list[tuple[str, bool]]) -> None:
    assert Issuer(URL).keys().keys() == {"a"}
    assert asked == [(f"{URL}/.well-known/openid-configuration", False), ("https://keys.example.com/", False)]


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://ci.example.com/other", "is of the issuer"),
        ("https://list", "lacks issuer or jwks_uri"),
        ("https://text", "lacks issuer or jwks_uri"),
        ("https://deep", "lacks issuer or jwks_uri"),
        ("https://lacks", "lacks issuer or jwks_uri"),
        ("https://bad", "isn't a JWK Set"),
    ],
)
def test_a_document_that_proves_nothing(asked: list[tuple[str, bool]], url: str, why: str) -> None:
    with pytest.raises(FetchError, match=why):
        Issuer(url).keys()


def test_only_a_named_origin_may_be_private(asked: list[tuple[str, bool]]) -> None:
    private = ("http://sso:8080", "http://elsewhere:8080")
    Issuer("http://sso:8080", private=private).keys()
    Issuer("http://elsewhere:8080", private=private).keys()
    assert [may for _, may in asked] == [True, True, True, False]


WEAK = RSA | {"n": "AQAB"}
LEFT_OUT = {
    "no kid": RSA,
    "a kid that is a number": RSA | {"kid": 1},
    "a shared secret": OctKey.generate_key(256).as_dict(private=True) | {"kid": "a"},
    "for encryption": RSA | {"kid": "a", "use": "enc"},
    "a short modulus": WEAK | {"kid": "a"},
    "an even exponent": RSA | {"kid": "a", "e": "Ag"},
    "a long exponent": RSA | {"kid": "a", "e": "AQAAAAAB"},
    "no modulus": {"kty": "RSA", "kid": "a", "e": "AQAB"},
    "a modulus that is a list": RSA | {"kid": "a", "n": [1]},
    "a point off the curve": EC | {"kid": "a", "x": EC["y"]},
    "another curve": EC | {"kid": "a", "crv": "secp256k1"},
    "a curve that is a list": EC | {"kid": "a", "crv": ["P-256"]},
    "another type": {"kty": "OKP", "crv": "Ed25519", "x": "AA", "kid": "a"},
}


@pytest.mark.parametrize("key", LEFT_OUT.values(), ids=LEFT_OUT.keys())
def test_a_key_that_is_left_out(key: dict[str, Any]) -> None:
    assert read_keys(json.dumps({"keys": [key, EC | {"kid": "good"}]}).encode()).keys() == {"good"}


def test_two_keys_of_one_id_are_both_left_out() -> None:
    assert read_keys(json.dumps({"keys": [RSA | {"kid": "a"}, EC | {"kid": "a"}]}).encode()) == {}


def test_a_key_verifies_the_algorithm_that_it_names_only() -> None:
    found = read_keys(
        json.dumps({"keys": [RSA | {"kid": "a", "alg": "PS256"}, EC | {"kid": "b", "alg": "RS256"}]}).encode()
    )
    assert found["a"].algorithms == {"PS256"}
    assert found["b"].algorithms == set()


def test_of_a_private_key_only_its_public_half_is_kept() -> None:
    assert not read_keys(KEYS)["a"].key.is_private


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b'{"keys":{}}', b'{"keys":7}', b"[" * 100_000, b"\xff"])
def test_what_is_no_set_of_keys(text: bytes) -> None:
    with pytest.raises(UnreadableKeysError):
        read_keys(text)


def test_a_set_has_a_largest_size() -> None:
    with pytest.raises(UnreadableKeysError, match="more than 100 RSA"):
        read_keys(
            json.dumps({"keys": [{"kty": "RSA", "kid": str(n)} for n in range(MOST_KEYS + 1)]}).encode()
        )
