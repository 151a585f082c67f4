"""The public keys of a token issuer: its JWK Set (JWKS), read strictly.

A set is untrusted input. A key that can't be used safely is left out, so it verifies nothing; a set that
can't be read has no keys. Of a key only its public numbers are read.

1. RSA: 2048 to 8192 bits, and a short odd exponent. EC: P-256, P-384 or P-521, and the point is on the curve.
2. A key for encryption (`use`) is left out. One that names an algorithm (`alg`) verifies only that one.
3. A key needs an id (`kid`). Two keys of one id are both left out: nobody could say which is meant.
4. At most MOST_KEYS of each type, as at AWS.

Source: RFC 7517; RFC 7518, sections 3.3 to 3.5 and 6; IAM User Guide, "Create an OpenID Connect (OIDC)
identity provider in IAM" (100 RSA keys and 100 EC keys).
"""

import json
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from joserfc.jwk import ECKey, RSAKey

MOST_KEYS = 100
RSA_BITS = range(2048, 8193)
LONGEST_EXPONENT = 4
"""Bytes: a longer one makes a verification slow."""
ALGORITHMS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "RSA": frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}),
        "P-256": frozenset({"ES256"}),
        "P-384": frozenset({"ES384"}),
        "P-521": frozenset({"ES512"}),
    }
)
"""Type or curve of a key -> what it verifies. Never `none`, and nothing with a shared secret (HMAC)."""


class UnreadableKeysError(Exception):
    """It isn't a JWK Set."""


class PublicKey(Struct, frozen=True):
    """A key, and the algorithms of the signatures that it may verify."""

    key: "RSAKey | ECKey"
    algorithms: frozenset[str]


Keys = Mapping[str, PublicKey]
"""By the ids of the keys."""


def read_keys(text: bytes) -> Keys:
    """The usable keys of a JWK Set. Raises UnreadableKeysError."""
    try:
        listed = json.loads(text)["keys"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UnreadableKeysError("it isn't a JWK Set") from None
    if not isinstance(listed, list):
        raise UnreadableKeysError("its member keys isn't a list")
    members = [each for each in listed if isinstance(each, dict) and isinstance(each.get("kid"), str)]
    times = Counter(each["kid"] for each in members)
    for type_ in ("RSA", "EC"):
        if sum(each.get("kty") == type_ for each in members) > MOST_KEYS:
            raise UnreadableKeysError(f"it has more than {MOST_KEYS} {type_} keys")
    found = {each["kid"]: _read(each) for each in members if times[each["kid"]] == 1}
    return {kid: key for kid, key in found.items() if key is not None}


def _read(given: dict[str, Any]) -> PublicKey | None:
    from joserfc.errors import JoseError  # noqa: PLC0415 many servers never see a token

    if given.get("use", "sig") != "sig":
        return None
    try:
        key = _rsa(given) if given.get("kty") == "RSA" else _ec(given) if given.get("kty") == "EC" else None
    except (ValueError, TypeError, KeyError, JoseError):
        return None
    if key is None:
        return None
    algorithms = ALGORITHMS["RSA" if given["kty"] == "RSA" else given["crv"]]
    named = given.get("alg")
    return PublicKey(key, algorithms if named is None else algorithms & {str(named)})


def _rsa(given: dict[str, Any]) -> "RSAKey | None":
    from joserfc.jwk import RSAKey  # noqa: PLC0415 as above

    if not isinstance(given["n"], str) or not isinstance(given["e"], str):
        return None
    modulus, exponent = _number(given["n"]), _number(given["e"])
    if modulus.bit_length() not in RSA_BITS:
        return None
    if exponent.bit_length() > 8 * LONGEST_EXPONENT or exponent % 2 == 0 or exponent == 1:
        return None
    key = RSAKey.import_key({"kty": "RSA", "n": given["n"], "e": given["e"]})
    assert key.public_key  # made here, so that no request pays for it
    return key


def _ec(given: dict[str, Any]) -> "ECKey | None":
    from joserfc.jwk import ECKey  # noqa: PLC0415 as above

    if given["crv"] not in ALGORITHMS.keys() - {"RSA"}:
        return None
    key = ECKey.import_key({"kty": "EC", "crv": given["crv"], "x": given["x"], "y": given["y"]})
    assert key.public_key  # which finds out whether the point is on the curve
    return key


def _number(text: str) -> int:
    from joserfc.util import urlsafe_b64decode  # noqa: PLC0415 as above

    return int.from_bytes(urlsafe_b64decode(text.encode("ascii")))
