"""Tokens that we issue: JSON Web Tokens (JWT), signed with a key of an account's issuer.

A token has three parts: header, claims and signature. What is published of a key is its public half, as a
JWK. The caller says what the claims are. `identity_token` is how tokens of other issuers are read.
Source: RFC 7515 (JWS), RFC 7517 (JWK), RFC 7518, sections 3.3 and 3.4; RFC 7519 (JWT).
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Protocol

from watchword.proofs import base64url
from watchword.proofs.public_keys import PublicKey

if TYPE_CHECKING:
    from joserfc.jwk import ECKey, RSAKey

RSA_BITS: Final = 2048
ALGORITHMS: Final = ("RS256", "ES384")


class _Scheme(Protocol):
    """How the library signs with one algorithm."""

    def sign(self, msg: bytes, key: Any) -> bytes: ...  # noqa: ANN401 a key of its type


@dataclass(frozen=True)
class SigningKey:
    """A private key that was opened. `id` is the `kid` in what it signs."""

    id: str
    algorithm: str
    created: datetime
    key: "RSAKey | ECKey" = field(repr=False)

    @cached_property
    def head(self) -> bytes:
        """The first part of all tokens that it signs."""
        header = {"alg": self.algorithm, "kid": self.id, "typ": "JWT"}
        return base64url.encode(json.dumps(header, separators=(",", ":")).encode())

    @cached_property
    def scheme(self) -> _Scheme:
        """Its algorithm, which it was made for."""
        from joserfc.jws import JWSRegistry  # noqa: PLC0415 few servers issue tokens

        found = JWSRegistry(algorithms=[self.algorithm]).get_alg(self.algorithm)
        found.check_key(self.key)
        return found

    @cached_property
    def verifier(self) -> PublicKey:
        """What verifies a token that it signed."""
        return PublicKey(self.key, frozenset({self.algorithm}))

    @property
    def public(self) -> dict[str, Any]:
        """The public half, as the issuer publishes it."""
        return {**self.key.as_dict(private=False), "kid": self.id, "use": "sig", "alg": self.algorithm}


def generate(algorithm: str) -> str:
    """A new private key for an algorithm, in PEM. It takes a while for RSA."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa  # noqa: PLC0415 few servers issue tokens
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    make: Mapping[str, Callable[[], Any]] = {
        "RS256": lambda: rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS),
        "ES384": lambda: ec.generate_private_key(ec.SECP384R1()),
    }
    pem: bytes = make[algorithm]().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem.decode("ascii")


def read(key_id: str, algorithm: str, created: datetime, pem: str) -> SigningKey:
    """The key that `generate` made."""
    from joserfc.jwk import ECKey, RSAKey  # noqa: PLC0415 as above

    key = RSAKey.import_key(pem) if algorithm.startswith("RS") else ECKey.import_key(pem)
    assert key.private_key  # made here, so that no request pays for it
    return SigningKey(key_id, algorithm, created, key)


def sign(claims: bytes, key: SigningKey) -> str:
    """The token with these claims, which are JSON."""
    signed = key.head + b"." + base64url.encode(claims)
    return f"{signed.decode()}.{base64url.encode(key.scheme.sign(signed, key.key)).decode()}"


def key_set(keys: Iterable[SigningKey]) -> bytes:
    """The JWK Set of the keys."""
    return json.dumps({"keys": [key.public for key in keys]}).encode()
