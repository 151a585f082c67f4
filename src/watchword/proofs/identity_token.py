"""Identity tokens: JSON Web Tokens (JWT) that an OpenID Connect issuer has signed.

`read` parses one and believes nothing; `verify` checks its signature. In this order:

1. The token is a JWS of three parts: no JWE, no unsigned token, at most LONGEST characters.
2. Header and claims are JSON objects without a member given twice, so that no two readers can see different
   ones. The header has an id of a key (`kid`) and no `crit` or `b64`. Keys that it brings itself (`jwk`,
   `jku`, `x5c`, `x5u`) are never looked at.
3. `iss`, `sub`, `aud`, `exp` and `iat` are there and have their types: a number is no text.
4. The key is the issuer's of that `kid`, and the algorithm is one that this key may verify.
5. The signature holds. Nothing of the claims is to be used before.

Source: RFC 7515, RFC 7519, RFC 8725 (best practices); OpenID Connect Core 1.0, section 2.
"""

import json
import math
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, Protocol

from msgspec import Struct

from watchword.proofs import base64url
from watchword.proofs.public_keys import Keys

LONGEST: Final = 20_000
LONGEST_SUBJECT: Final = 255
_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+")
_IDENTIFIER = re.compile(r"[!-~]{1,255}")


class _Algorithm(Protocol):
    """How the library verifies with one algorithm."""

    def verify(self, msg: bytes, sig: bytes, key: Any) -> bool: ...  # noqa: ANN401 a key of its type


class WrongTokenError(Exception):
    """The token isn't a valid one; the text says why, for the operator."""


class UnknownKeyError(WrongTokenError):
    """The issuer has no usable key of that id."""


class IdentityToken(Struct, frozen=True):
    """A token as it was read. Only `verify` makes it one to believe."""

    text: str
    algorithm: str
    kid: str
    issuer: str
    subject: str
    audiences: tuple[str, ...]
    authorized_party: str
    """`azp`: the client that it was issued for; empty if it doesn't say."""
    expires: float
    issued: float
    not_before: float
    """Seconds since the epoch; 0 if it doesn't say."""
    claims: Mapping[str, Any]


def read(text: str) -> IdentityToken:
    """The token, with nothing proved. Raises WrongTokenError."""
    parts = _COMPACT.fullmatch(text) if len(text) <= LONGEST else None  # 1.
    if parts is None:
        raise WrongTokenError("it isn't a signed JSON Web Token in three parts")
    header, claims = _object(parts[1], "header"), _object(parts[2], "payload")  # 2.
    algorithm, kid = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or not isinstance(kid, str) or not kid:
        raise WrongTokenError("its header lacks alg or kid")
    if refused := sorted({"crit", "b64"} & header.keys()):
        raise WrongTokenError(f"its header has {refused[0]}")
    return IdentityToken(  # 3.
        text,
        algorithm,
        kid,
        issuer=_identifier(claims, "iss"),
        subject=_subject(claims),
        audiences=_audiences(claims),
        authorized_party=_identifier(claims, "azp") if "azp" in claims else "",
        expires=_moment(claims, "exp"),
        issued=_moment(claims, "iat"),
        not_before=_moment(claims, "nbf") if "nbf" in claims else 0,
        claims=claims,
    )


def verify(token: IdentityToken, keys: Keys) -> None:
    """Returns if the issuer signed it. Raises WrongTokenError."""
    key = keys.get(token.kid)
    if key is None:
        raise UnknownKeyError(f"the issuer has no usable key {token.kid[:80]!r}")
    if token.algorithm not in key.algorithms:  # 4.
        wanted = ", ".join(sorted(key.algorithms))
        raise WrongTokenError(
            f"alg: expected {wanted or 'nothing'} for this key, had {token.algorithm[:80]!r}"
        )
    signed, _, signature = token.text.rpartition(".")
    try:
        holds = _algorithm(token.algorithm).verify(  # 5.
            signed.encode(), base64url.decode(signature.encode()), key.key
        )
    except ValueError as wrong:
        raise WrongTokenError(f"its signature doesn't hold: {type(wrong).__name__}") from None
    if not holds:
        raise WrongTokenError("its signature doesn't hold")


# The parts of the token were read already, so that the library has only the signature to verify.
@lru_cache
def _algorithm(name: str) -> _Algorithm:
    from joserfc.jws import JWSRegistry  # noqa: PLC0415 many servers never see a token

    return JWSRegistry(algorithms=[name]).get_alg(name)


def _object(part: str, name: str) -> dict[str, Any]:
    try:
        text = base64url.decode(part.encode()).decode()
        found = _STRICT.decode(text)
        if "\\u" in text:
            json.dumps(found, ensure_ascii=False).encode()  # no half of a surrogate pair
    except (ValueError, RecursionError) as wrong:
        raise WrongTokenError(f"its {name} isn't strict JSON: {type(wrong).__name__}") from None
    if not isinstance(found, dict):
        raise WrongTokenError(f"its {name} isn't a JSON object")
    return found


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a member is given twice")
    return found


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no number")


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"{text[:80]} is too large")
    return value


_STRICT = json.JSONDecoder(object_pairs_hook=_each_once, parse_constant=_no_constant, parse_float=_finite)
"""Made once: `json.loads` would make one for each token."""


def _identifier(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or _IDENTIFIER.fullmatch(value) is None:
        raise WrongTokenError(f"claim {name}: expected a short text without spaces")
    return value


def _subject(claims: Mapping[str, Any]) -> str:
    value = claims.get("sub")
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_SUBJECT or not value.isprintable():
        raise WrongTokenError(f"claim sub: expected a text of at most {LONGEST_SUBJECT} characters")
    return value


def _audiences(claims: Mapping[str, Any]) -> tuple[str, ...]:
    value = claims.get("aud")
    listed = [value] if isinstance(value, str) else value
    if (
        not isinstance(listed, list)
        or not listed
        or not all(isinstance(each, str) and each for each in listed)
    ):
        raise WrongTokenError("claim aud: expected a text or a list of texts")
    return tuple(listed)


def _moment(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise WrongTokenError(f"claim {name}: expected seconds since 1970, as a number")
    return float(value) if value < 1 << 53 else math.inf
