"""DPoP proofs: a client shows, by signing each request for a token, that it has the key of the first one.

A proof is a JSON Web Token in a header, signed by the key that it brings along. `read` believes nothing that
it doesn't check; in this order:

1. It is a JWS of three parts, at most LONGEST characters, of strict JSON. Its header says `dpop+jwt` and
   ES256, has no `crit` or `b64`, and the public half of a key on P-256: no private one.
2. The signature holds. Only then the claims are looked at.
3. `htm` and `htu` are the method and the address of this request, without query and fragment.
4. `iat` is at most WINDOW seconds away from now, and `jti` is a text that a replay would repeat.

The thumbprint names the key (RFC 7638). The caller remembers `identity` until `until`, so that a proof is
good once.
Source: RFC 9449, sections 4.2, 4.3 and 11.1; RFC 7638, section 3.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from msgspec import Struct

from watchword.names.members import decoded
from watchword.proofs import base64url

LONGEST: Final = 4096
WINDOW: Final = 300
_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
_ID = re.compile(r"[!-~]{8,256}")
_COORDINATE = 32
_PORTS = {"http": 80, "https": 443}


class WrongProofError(Exception):
    """The proof isn't a valid one; the text says why."""


class Proof(Struct, frozen=True):
    """A proof that holds."""

    thumbprint: str
    """Of the key, in base64url."""
    identity: bytes
    """SHA-256 of the key and the proof's id."""
    until: int
    """Seconds since the epoch from which on the proof is refused for its age."""


def read(text: str, method: str, url: str, now: float) -> Proof:
    """The proof of a request with that method, to that URL. Raises WrongProofError."""
    parts = _COMPACT.fullmatch(text) if len(text) <= LONGEST else None
    if parts is None:
        raise WrongProofError("it isn't a signed JSON Web Token in three parts")
    header, claims = _object(parts[1]), _object(parts[2])
    jwk = _key(header)  # 1.
    _verify(jwk, text.rpartition(".")[0], parts[3])  # 2.
    if claims.get("htm") != method:
        raise WrongProofError("htm is another method")
    shown = claims.get("htu")
    address = _address(shown) if isinstance(shown, str) else None
    if address is None or address != _address(url):  # 3.
        raise WrongProofError(f"htu is another address than {url}")
    issued, unique = claims.get("iat"), claims.get("jti")
    if type(issued) is not int or not now - WINDOW <= issued <= now + WINDOW:  # 4.
        raise WrongProofError(f"iat isn't within {WINDOW} seconds of now")
    if not isinstance(unique, str) or _ID.fullmatch(unique) is None:
        raise WrongProofError("jti isn't an id of 8 to 256 characters")
    thumbprint = _thumbprint(jwk)
    identity = hashlib.sha256(f"dpop\n{thumbprint}\n{unique}".encode()).digest()
    return Proof(thumbprint, identity, issued + WINDOW + 1)


def _object(part: str) -> dict[str, Any]:
    try:
        found = decoded(base64url.decode(part.encode()))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise WrongProofError("a part of it isn't a strict JSON object")
    return found


def _key(header: Mapping[str, Any]) -> Mapping[str, str]:
    if header.get("typ") != "dpop+jwt" or header.get("alg") != "ES256":
        raise WrongProofError("typ must be dpop+jwt, and alg ES256")
    if {"crit", "b64"} & header.keys():
        raise WrongProofError("its header has crit or b64")
    jwk = header.get("jwk")
    if not isinstance(jwk, dict) or "d" in jwk or (jwk.get("kty"), jwk.get("crv")) != ("EC", "P-256"):
        raise WrongProofError("jwk must be a public key on P-256")
    return jwk


def _verify(jwk: Mapping[str, str], signed: str, signature: str) -> None:
    # Few servers ever see a proof.
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec, utils  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

    try:
        x, y, raw = (base64url.decode(each.encode()) for each in (jwk["x"], jwk["y"], signature))
        if not (len(x), len(y), len(raw)) == (_COORDINATE, _COORDINATE, 2 * _COORDINATE):
            raise WrongProofError("its key or signature has another length")
        numbers = ec.EllipticCurvePublicNumbers(int.from_bytes(x), int.from_bytes(y), ec.SECP256R1())
        r, s = int.from_bytes(raw[:_COORDINATE]), int.from_bytes(raw[_COORDINATE:])
        der = utils.encode_dss_signature(r, s)
        numbers.public_key().verify(der, signed.encode(), ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError, KeyError, AttributeError) as wrong:
        raise WrongProofError(f"its signature doesn't hold: {type(wrong).__name__}") from None


def _thumbprint(jwk: Mapping[str, str]) -> str:
    members = {name: jwk[name] for name in ("crv", "kty", "x", "y")}
    text = json.dumps(members, separators=(",", ":"), sort_keys=True)
    return base64url.encode(hashlib.sha256(text.encode()).digest()).decode()


def _address(url: str) -> tuple[str, str, int | None, str] | None:
    """What two addresses of one place have in common (RFC 9449, section 4.3, 9; RFC 3986, section 6.2).

    None for what is no address.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
    return parts.scheme, parts.hostname or "", port, parts.path
