"""The canonical request and the string to sign: client and server must compute the same texts.

Source: IAM User Guide, "Create a signed AWS API request", steps 1 to 3; for S3: Amazon S3 API Reference,
"Signature Calculations for the Authorization Header".

1. Path: S3 decodes it and encodes it again. A plus is a space; slashes and dots stay as they are. For other
   services dot segments and empty segments are removed (RFC 3986, section 5.2.4), and the path is
   percent-encoded once more.
2. Query: each key and value is decoded and encoded again; pairs are sorted by key, then value. A plus is a
   space.
3. Headers: sorted lower-case names; white space is trimmed, and runs of it become one space, so no line end
   remains; values of repeated headers are joined by commas, in their order. A header that isn't there counts
   as empty.
4. The texts hold the request's bytes as latin-1, as `HttpRequest` does.

Clients may encode more or less in the target than in what they sign: both mean the same after rules 1 and 2.
All code that reads the target must decode it in the same way. Otherwise a signature would cover a second
meaning as well.
Nothing is checked here: the verifier and the signer use these texts, and `explain` shows them.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from hashlib import sha256
from operator import itemgetter
from urllib.parse import quote_from_bytes

from msgspec import Struct

from watchword.names import HttpRequest, percent
from watchword.sigv4.claim import Claim
from watchword.sigv4.parts import MEMORABLE
from watchword.sigv4.payload import hash_of

_ENCODED_PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?")
"""A path that is already canonical: no empty segment, no segment that begins with a dot, nothing encoded."""
_ENCODED_KEY = re.compile(
    r"(?:[/A-Za-z0-9._~-]++|%(?:[0189A-F][0-9A-F]|2[0-9ABC]|3[A-F]|[46]0|5[B-E]|7[BCDF]))*+"
)
"""A path of S3 that is already canonical: all is encoded that must be, in capital hex, and nothing else."""
_ENCODED = r"(?:[A-Za-z0-9._~-]++|%(?:[0189A-F][0-9A-F]|2[0-9ABCF]|3[A-F]|[46]0|5[B-E]|7[BCDF]))"
_ENCODED_PAIR = re.compile(f"{_ENCODED}++={_ENCODED}*+")
"""A pair of a query that is already canonical: encoded where it must be and nowhere else, in capital hex."""
_REMEMBERED = 256
_SPACES = re.compile(r"[ \t\r\n]+")


class Explanation(Struct, frozen=True):
    """The texts that we compute, to compare with those of the client."""

    canonical_request: str
    string_to_sign: str


def explain(claim: Claim, request: HttpRequest) -> Explanation:
    """The texts for a claim that `read` made of this request; without our signature, which is a secret."""
    canonical = canonical_request(claim, request)
    return Explanation(canonical, string_to_sign(claim, canonical))


def canonical_request(claim: Claim, request: HttpRequest) -> str:
    """The canonical request of a claim."""
    path = request.path or "/"
    path = canonical_key(path) if claim.scope.like_s3 else canonical_path(path)
    query = canonical_query(request.query, presigned=claim.expires is not None) if request.query else ""
    headers = canonical_headers(request, claim.signed_headers)
    payload = claim.payload_hash or hash_of(request.body)
    return f"{request.method}\n{path}\n{query}\n{headers}\n{payload}"


def string_to_sign(claim: Claim, canonical: str) -> str:
    """The string to sign: the text that the signing key signs."""
    digest = sha256(canonical.encode("latin-1")).hexdigest()
    return f"{claim.algorithm}\n{claim.date}\n{claim.scope.text}\n{digest}"


def canonical_key(path: str) -> str:
    """Rule 1, for S3, where a key is all of the path behind the bucket."""
    return path if _ENCODED_KEY.fullmatch(path) else _encoded(path, safe="/~")


def canonical_path(path: str) -> str:
    """Rule 1, for services other than S3."""
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
    """Rule 2. A key without a value gets an equals sign. presigned: leave out the query's signature."""
    pairs = [_pair(pair) for pair in query.split("&") if pair]
    pairs.sort()
    return "&".join(
        [f"{key}={value}" for key, value in pairs if not (presigned and key == "X-Amz-Signature")]
    )


def canonical_headers(request: HttpRequest, signed: str) -> str:
    """Rule 3: a line for each name in `signed`, an empty line, and the names."""
    by_name = _joined(request.headers) if request.repeats else request.by_name
    pick, lines = (_remembered_lines if len(signed) <= MEMORABLE else _lines)(signed)
    try:
        values = pick(by_name)
    except KeyError:
        values = tuple(by_name.get(name, "") for name in signed.split(";"))
    filled = [*lines]
    filled[1::3] = values if _tidy(values) else map(_trimmed, values)  # the gaps, see _lines
    return "".join(filled)


def _lines(signed: str) -> tuple[Callable[[Mapping[str, str]], tuple[str, ...]], tuple[str, ...]]:
    """A function that picks these headers' values; and the lines: name, gap for the value, line end."""
    names = signed.split(";")
    pick = itemgetter(*names) if len(names) > 1 else lambda by_name: (by_name[signed],)
    lines = [part for name in names for part in (f"{name}:", "", "\n")]
    return pick, (*lines, f"\n{signed}")


_remembered_lines = lru_cache(_REMEMBERED)(_lines)


def _tidy(values: tuple[str, ...]) -> bool:
    """Whether no value needs trimming. It is nearly always so, and fast to see when all are joined."""
    lines = "\n".join(("", *values, ""))
    if "\t" in lines or "\r" in lines or lines.count("\n") > len(values) + 1:
        return False
    return not (" " in lines and ("  " in lines or " \n" in lines or "\n " in lines))


def _pair(pair: str) -> tuple[str, str]:
    key, _, value = pair.partition("=")
    if _ENCODED_PAIR.fullmatch(pair):
        return key, value
    return _encoded(key), _encoded(value)


def _encoded(text: str, safe: str = "~") -> str:
    return quote_from_bytes(percent.unescape(text.replace("+", " ").encode("latin-1")), safe=safe)


def _trimmed(value: str) -> str:
    return _SPACES.sub(" ", value).strip(" ")


def _joined(headers: tuple[tuple[str, str], ...]) -> dict[str, str]:
    values: dict[str, list[str]] = {}
    for name, value in headers:
        values.setdefault(name, []).append(_trimmed(value))
    return {name: ",".join(several) for name, several in values.items()}
