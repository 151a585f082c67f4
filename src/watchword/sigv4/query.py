"""Presigned URLs: rules 3 to 11 of `watchword.sigv4.read`, for a signature in the query string.

A parameter of the signature must come once and in its exact case, so that no later reader sees another value
(rule 4). The signature covers all other parameters, the named headers and, except for S3, the body.
Source: Amazon S3 API Reference, "Authenticating Requests: Using Query Parameters"; IAM User Guide,
"Authentication methods", query string parameters.
"""

import re

from watchword.names import AwsError, HttpRequest, fault, percent
from watchword.sigv4 import s3_words
from watchword.sigv4.claim import ALGORITHM, ALGORITHM_V4A, ALGORITHMS, Claim
from watchword.sigv4.parts import amz_date, check_signed_names, credential, region_set
from watchword.sigv4.payload import UNSIGNED_PAYLOAD, declared_payload
from watchword.sigv4.s3_words import IN_QUERY
from watchword.sigv4.scope import Scope

LONGEST = 604800
"""Seconds in a week: the longest that a presigned URL can be valid."""

_REQUIRED = (
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Signature",
    "X-Amz-SignedHeaders",
    "X-Amz-Date",
    "X-Amz-Expires",
)
_OPTIONAL = ("X-Amz-Security-Token", "X-Amz-Content-Sha256", "X-Amz-Region-Set")
SIGNATURE = frozenset({*_REQUIRED, *_OPTIONAL})
"""The parameters of a signature."""
_KNOWN = {name.lower(): name for name in SIGNATURE}
_ATTEMPTS = frozenset({"x-amz-algorithm", "x-amz-credential", "x-amz-signature"})
_ATTEMPTS_V2 = frozenset({"awsaccesskeyid", "signature"})
_SECONDS = re.compile(r"[0-9]{1,9}", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,19}", re.ASCII)
_SIX = s3_words.query(
    "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, "
    "X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."
)

Pair = tuple[str, str]


def query_pairs(query: str) -> list[Pair]:
    """Keys and values, decoded (bytes as latin-1). A plus is a space."""
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    return [(_decoded(key), _decoded(value)) for key, _, value in pairs]


def attempts_signature(pairs: list[Pair]) -> bool:
    """Whether a query has a parameter of a signature, in any case."""
    return any(key.lower() in _ATTEMPTS for key, _ in pairs)


def attempts_version_2(pairs: list[Pair]) -> bool:
    """Whether a query has the parameters of signature version 2, in any case."""
    return {key.lower() for key, _ in pairs} >= _ATTEMPTS_V2


def query_claim(pairs: list[Pair], request: HttpRequest) -> Claim:
    """The claim in a presigned query. Raises AwsError (rules 3 to 11)."""
    given = _parameters(pairs)  # 3 4 5
    headers = dict(request.headers)
    algorithm = given["X-Amz-Algorithm"]
    check_signed_names(given["X-Amz-SignedHeaders"], headers, IN_QUERY)  # 6 7 8
    timestamp = amz_date(given["X-Amz-Date"], IN_QUERY)  # 9
    access_key_id, scope = credential(given["X-Amz-Credential"], algorithm, IN_QUERY)  # 10
    expires = _seconds(given["X-Amz-Expires"], scope)  # 11
    return Claim(
        algorithm=algorithm,
        access_key_id=access_key_id,
        scope=scope,
        signed_headers=given["X-Amz-SignedHeaders"],
        signature=given["X-Amz-Signature"],
        token=_once(given.get("X-Amz-Security-Token"), headers.get("x-amz-security-token")),
        date=given["X-Amz-Date"],
        timestamp=timestamp,
        payload_hash=_payload_hash(given, headers, scope, algorithm),  # 11
        expires=expires,
        region_set=_regions(given, headers) if algorithm == ALGORITHM_V4A else (),
    )


def _decoded(text: str) -> str:
    return percent.unescape(text.replace("+", " ").encode("latin-1", "replace")).decode("latin-1")


def _parameters(pairs: list[Pair]) -> dict[str, str]:
    algorithm = next((value for key, value in pairs if key == "X-Amz-Algorithm"), ALGORITHM)
    if algorithm not in ALGORITHMS:  # 3
        said, only = f"Unsupported AWS 'algorithm': '{algorithm}'.", f"{ALGORITHM} and {ALGORITHM_V4A}"
        in_s3 = s3_words.query(f'X-Amz-Algorithm only supports "{only}"')
        raise fault("UnsupportedSignature", said).in_s3_as(in_s3)
    given: dict[str, str] = {}
    for key, value in pairs:
        name = _KNOWN.get(key.lower())
        if name is not None and (name != key or name in given):  # 4
            said = f"The query must have '{name}' once and in this case."
            raise fault("IncompleteSignature", said).in_s3_as(s3_words.query(said))
        if name is not None:
            given[name] = value
    if missing := [name for name in _REQUIRED if not given.get(name)]:  # 5
        raise _missing(missing)
    return given


def _missing(names: list[str]) -> AwsError:
    wrong = " ".join(f"AWS query-string parameters must include '{name}'." for name in names)
    return fault("IncompleteSignature", f"{wrong} Re-examine the query-string parameters.").in_s3_as(_SIX)


def _seconds(text: str, scope: Scope) -> int:
    if _SECONDS.fullmatch(text) and (0 if scope.like_s3 else 1) <= int(text) <= LONGEST:
        return int(text)
    if not _NUMBER.fullmatch(text):
        in_s3 = "X-Amz-Expires should be a number"
    elif text.startswith("-"):
        in_s3 = "X-Amz-Expires must be non-negative"
    else:
        in_s3 = (
            "X-Amz-Expires must be less than a week (in seconds); "
            f"that is, the given X-Amz-Expires must be less than {LONGEST} seconds"
        )
    said = f"'X-Amz-Expires' must be a number from 1 to {LONGEST}."
    raise fault("IncompleteSignature", said).in_s3_as(s3_words.query(in_s3))


def _once(in_query: str | None, in_header: str | None) -> str | None:
    """A value that can be in the query or in a signed header. If it is in both, they must be equal."""
    if in_query is not None and in_header not in {None, in_query}:
        said = "A parameter of the query and its header contradict each other."
        raise fault("IncompleteSignature", said).in_s3_as(s3_words.query(said))
    return in_header if in_query is None else in_query


def _payload_hash(given: dict[str, str], headers: dict[str, str], scope: Scope, algorithm: str) -> str:
    text = _once(given.get("X-Amz-Content-Sha256"), headers.get("x-amz-content-sha256"))
    if text is not None:
        return declared_payload(text, s3=scope.like_s3, algorithm=algorithm)
    return UNSIGNED_PAYLOAD if scope.like_s3 else ""


def _regions(given: dict[str, str], headers: dict[str, str]) -> tuple[str, ...]:
    text = _once(given.get("X-Amz-Region-Set"), headers.get("x-amz-region-set"))
    if not text:
        raise _missing(["X-Amz-Region-Set"])
    return region_set(text)
