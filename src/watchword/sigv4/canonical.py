"""The canonical request and the string to sign: the texts that client and server must agree on.

Source: IAM User Guide, "Create a signed AWS API request", steps 1 to 3; for S3: Amazon S3 API Reference,
"Signature Calculations for the Authorization Header".

1. The path: S3 signs it as sent; for the others dot segments and empty segments go (RFC 3986, section
   5.2.4) and what was encoded is encoded once more.
2. The query: each key and value decoded and encoded again, sorted by key, then value; a plus is a plus.
3. The headers: lower-case names in order, white space trimmed and runs of it made one space (so no line
   end survives), repeats joined by commas in the order they came.
4. The texts hold the request's bytes as latin-1, which is what `HttpRequest` carries.

Nothing is decided here: the verifier and the signer use these texts, and `explain` shows them.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from operator import itemgetter
from urllib.parse import quote_from_bytes, unquote_to_bytes

from watchword.names import HttpRequest
from watchword.sigv4.claim import Claim
from watchword.sigv4.parts import MEMORABLE
from watchword.sigv4.payload import hash_of

_ENCODED_PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?")
"""A path that is its own canonical form: no empty segment, none that begins with a dot, nothing encoded."""
_ENCODED = r"(?:[A-Za-z0-9._~-]++|%(?:[0189A-F][0-9A-F]|2[0-9ABCF]|3[A-F]|[46]0|5[B-E]|7[BCDF]))"
_ENCODED_PAIR = re.compile(f"{_ENCODED}++={_ENCODED}*+")
"""One pair of a query that needs no encoding again: nothing encoded that need not be, nothing else raw."""
_REMEMBERED = 256
_SPACES = re.compile(r"[ \t\r\n]+")


@dataclass(frozen=True, slots=True)
class Explanation:
    """The texts that we compute, to be compared with those of the client."""

    canonical_request: str
    string_to_sign: str


def explain(claim: Claim, request: HttpRequest) -> Explanation:
    """The texts for a claim that `read` made of this request. The signature too would let anybody sign."""
    canonical = canonical_request(claim, request)
    return Explanation(canonical, string_to_sign(claim, canonical))


def canonical_request(claim: Claim, request: HttpRequest) -> str:
    """The canonical request that a claim is about."""
    path = request.path or "/"
    if not claim.scope.as_sent:
        path = canonical_path(path)
    query = canonical_query(request.query, presigned=claim.expires is not None) if request.query else ""
    headers = canonical_headers(request.headers, claim.signed_headers)
    payload = claim.payload_hash or hash_of(request.body)
    return f"{request.method}\n{path}\n{query}\n{headers}\n{payload}"


def string_to_sign(claim: Claim, canonical: str) -> str:
    """The text that the signing key signs."""
    digest = sha256(canonical.encode("latin-1")).hexdigest()
    return f"{claim.algorithm}\n{claim.date}\n{claim.scope.text}\n{digest}"


def canonical_path(path: str) -> str:
    """Rule 1, for every service but S3."""
    if path == "/" or _ENCODED_PATH.fullmatch(path):
        return path
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment not in {"", "."}:
            kept.append(segment)
    end = "/" if kept and path.endswith("/") else ""
    return quote_from_bytes(f"/{'/'.join(kept)}{end}".encode("latin-1"), safe="/~")


def canonical_query(query: str, *, presigned: bool = False) -> str:
    """Rule 2. A key without a value gets its equals sign; a presigned query's signature is left out."""
    pairs = [_pair(pair) for pair in query.split("&") if pair]
    pairs.sort()
    return "&".join(
        [f"{key}={value}" for key, value in pairs if not (presigned and key == "X-Amz-Signature")]
    )


def canonical_headers(headers: tuple[tuple[str, str], ...], signed: str) -> str:
    """Rule 3: a line for each name in `signed`, an empty one, and the names. KeyError for one not there."""
    by_name = dict(headers)
    if len(by_name) != len(headers):
        by_name = _joined(headers)
    pick, lines = (_remembered_lines if len(signed) <= MEMORABLE else _lines)(signed)
    values, filled = pick(by_name), [*lines]
    filled[1::3] = values if _tidy(values) else map(_trimmed, values)
    return "".join(filled)


def _lines(signed: str) -> tuple[Callable[[dict[str, str]], tuple[str, ...]], tuple[str, ...]]:
    """A function that picks these headers' values, and their lines: each a name, a gap for it, an end."""
    names = signed.split(";")
    pick = itemgetter(*names) if len(names) > 1 else lambda by_name: (by_name[signed],)
    lines = [part for name in names for part in (f"{name}:", "", "\n")]
    return pick, (*lines, f"\n{signed}")


_remembered_lines = lru_cache(_REMEMBERED)(_lines)


def _tidy(values: tuple[str, ...]) -> bool:
    """Whether no value needs trimming: nearly always so, and quickly seen when all are joined."""
    together = "".join(values)
    if "\t" in together or "\r" in together or "\n" in together:
        return False
    if " " in together:
        for value in values:
            if " " in value and ("  " in value or value.strip(" ") != value):
                return False
    return True


def _pair(pair: str) -> tuple[str, str]:
    key, _, value = pair.partition("=")
    if _ENCODED_PAIR.fullmatch(pair):
        return key, value
    return _encoded(key), _encoded(value)


def _encoded(text: str) -> str:
    return quote_from_bytes(unquote_to_bytes(text.encode("latin-1")), safe="~")


def _trimmed(value: str) -> str:
    return _SPACES.sub(" ", value).strip(" ")


def _joined(headers: tuple[tuple[str, str], ...]) -> dict[str, str]:
    values: dict[str, list[str]] = {}
    for name, value in headers:
        values.setdefault(name, []).append(_trimmed(value))
    return {name: ",".join(several) for name, several in values.items()}
