"""What does the request claim?  Read once, here, for every part of the server.

`read` answers None when nothing in the request attempts a signature, a Claim when one is attempted and
well formed, and raises otherwise. It needs no secret and no clock. The checks, in the order in which
their errors win (messages: IAM and STS as they answer; S3's where only S3 has the rule):

 1. a header that authenticates comes once
 2. one form: the Authorization header or the query, not both
 3. an algorithm served here; never signature version 2 in a header
 4. the Authorization header is a list of key=value pairs
 5. each parameter once, none unknown, none missing, and a date
 6. SignedHeaders are header names in order, each once
 7. host is signed
 8. every x-amz-* header is signed
 9. every signed header is there
10. the date is ISO 8601 basic format (or an HTTP date, in the Date header)
11. the credential has five parts
12. x-amz-content-sha256 is one of its forms; S3 needs it

Rules 13 and following need the clock or the secret and stand in `watchword.sigv4.verify`.
Source: IAM User Guide, "AWS Signature Version 4 for API requests" and its troubleshooting page; Amazon S3
API Reference, "Authenticating Requests (AWS Signature Version 4)".
"""

import re
from base64 import b64encode
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from urllib.parse import unquote_plus

from watchword.names import AwsError, HttpRequest, fault
from watchword.sigv4.claim import ALGORITHM, UNSIGNED_PAYLOAD, Claim
from watchword.sigv4.moment import parse_http_date, parse_moment, print_moment
from watchword.sigv4.scope import Scope, parse_credential

ONCE = (
    "authorization",
    "host",
    "date",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-security-token",
)
"""Headers of which a second one would let two readers see two requests."""

QUERY_FORM = frozenset({"x-amz-algorithm", "x-amz-credential", "x-amz-signature"})
QUERY_FORM_V2 = frozenset({"awsaccesskeyid", "signature"})

_PARAMETERS = ("Credential", "Signature", "SignedHeaders")
_NAMES = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+(?:;[a-z0-9!#$%&'*+.^_`|~-]+)*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_REMEMBERED = 256


def read(request: HttpRequest) -> Claim | None:
    """The claim of a request, None when it makes none. Raises faults."""
    headers = dict(request.headers)
    if len(headers) != len(request.headers):
        _check_repeats(request)  # 1
    authorization = headers.get("authorization")
    in_query = _query_form(request.query) if request.query else ""
    if authorization is None:
        if in_query:
            raise fault("UnsupportedSignature", "Query authentication is not supported.")
        return None
    if in_query:  # 2
        raise fault(
            "IncompleteSignature",
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query "
            "string parameter or the Authorization header should be specified",
        )
    return _header_claim(authorization, headers)


def _header_claim(authorization: str, headers: dict[str, str]) -> Claim:
    algorithm, _, parameters = authorization.partition(" ")
    if algorithm != ALGORITHM:  # 3
        raise _unsupported(algorithm)
    form, signature = _without_signature(parameters)
    who, signed = _form(form, tuple(headers))  # 4 5 6 7 8 9
    timestamp, date = _date(headers)  # 10
    access_key_id, scope = credential(who)  # 11
    payload = _payload_hash(headers, scope)  # 12
    token = headers.get("x-amz-security-token")
    return Claim(algorithm, access_key_id, scope, signed, signature, token, date, timestamp, payload)


def _check_repeats(request: HttpRequest) -> None:
    names = [name for name, _ in request.headers]
    for name in ONCE:
        if names.count(name) > 1:
            raise fault("IncompleteSignature", f"The request has more than one '{name}' header.")


def _query_form(query: str) -> str:
    """Which form of signature the query attempts, in whatever case or encoding its keys are."""
    keys = {unquote_plus(pair.partition("=")[0]).lower() for pair in query.split("&")}
    if not keys.isdisjoint(QUERY_FORM):
        return "v4"
    return "v2" if keys >= QUERY_FORM_V2 else ""


def _unsupported(algorithm: str) -> AwsError:
    if algorithm.startswith("AWS4-"):
        return fault("UnsupportedSignature", f"Unsupported AWS 'algorithm': '{algorithm}'.")
    if algorithm == "AWS":
        return fault(
            "UnsupportedSignature",
            f"The authorization mechanism you have provided is not supported. Please use {ALGORITHM}.",
        )
    return fault("UnsupportedSignature", "Unsupported Authorization Type")


def _without_signature(parameters: str) -> tuple[str, str]:
    """The parameters with a star in place of the signature, and the signature."""
    before, found, rest = parameters.rpartition("Signature=")
    if not found:
        return parameters, ""
    signature, comma, after = rest.partition(",")
    return f"{before}Signature={'*' if signature else ''}{comma}{after}", signature


# The same client sends and signs the same headers every time, so its next request finds this remembered.
@lru_cache(_REMEMBERED)
def _form(form: str, sent: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Rules 4 to 9: the credential, and the names of the signed headers."""
    given, others = _pairs(form)  # 4
    wrong = [f"Authorization header requires '{key}' parameter." for key in _PARAMETERS if not given.get(key)]
    if "x-amz-date" not in sent and "date" not in sent:
        wrong.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
    if others:
        wrong.append("Authorization header has a parameter that is none of its own, or one of them twice.")
    if wrong:  # 5
        raise fault("IncompleteSignature", f"{' '.join(wrong)} Authorization header {_hashed(form)}")
    return given["Credential"], signed_names(given["SignedHeaders"], sent)  # 6 7 8 9


def _pairs(form: str) -> tuple[dict[str, str], list[str]]:
    """The parameters, and the keys that are unknown or come again."""
    given: dict[str, str] = {}
    others = []
    for pair in form.split(","):
        key, equals, value = pair.strip(" ").partition("=")
        if not equals:
            raise fault(
                "IncompleteSignature",
                f"Invalid key=value pair (missing equal-sign) in Authorization header {_hashed(form)}.",
            )
        if key in given or key not in _PARAMETERS:
            others.append(key)
        given[key] = value
    return given, others


def signed_names(text: str, sent: tuple[str, ...]) -> tuple[str, ...]:
    """Rules 6 to 9."""
    signed = tuple(text.split(";"))
    if not _NAMES.fullmatch(text) or signed != tuple(sorted(set(signed))):  # 6
        raise fault(
            "IncompleteSignature",
            "'SignedHeaders' must be lower-case header names in alphabetical order, each once.",
        )
    if "host" not in signed:  # 7
        raise fault(
            "IncompleteSignature",
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
        )
    if unsigned := sorted(name for name in sent if name.startswith("x-amz-") and name not in signed):  # 8
        raise fault(
            "UnsignedHeaders",
            "There were headers present in the request which were not signed",
            HeadersNotSigned=", ".join(unsigned),
        )
    if missing := [name for name in signed if name not in sent]:  # 9
        raise fault("IncompleteSignature", f"The signed header '{missing[0]}' is not in the request.")
    return signed


def _hashed(text: str) -> str:
    # AWS names what it refuses by its hash, so that no answer repeats a credential.
    digest = b64encode(sha256(text.encode("utf-8", "surrogatepass")).digest()).decode()
    return f"(hashed with SHA-256 and encoded with Base64): '{digest}'"


def _date(headers: dict[str, str]) -> tuple[datetime, str]:
    text = headers.get("x-amz-date")
    try:
        if text is not None:
            return parse_moment(text), text
        text = headers["date"]
        moment = parse_http_date(text)
        return moment, print_moment(moment)
    except (ValueError, OverflowError):
        raise bad_date(str(text)) from None


def bad_date(text: str) -> AwsError:
    """Rule 10."""
    return fault(
        "IncompleteSignature",
        f"Date must be in ISO-8601 'basic format'. Got '{text[:100]}'. "
        "See http://en.wikipedia.org/wiki/ISO_8601",
    )


def credential(text: str) -> tuple[str, Scope]:
    """Rule 11."""
    try:
        return parse_credential(text)
    except ValueError:
        raise fault(
            "IncompleteSignature",
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
            f"got '{text[:200]}'",
        ) from None


def _payload_hash(headers: dict[str, str], scope: Scope) -> str:
    declared = headers.get("x-amz-content-sha256")
    if declared is None:
        if scope.as_sent:
            raise fault(
                "IncompleteSignature", "Missing required header for this request: x-amz-content-sha256"
            )
        return ""
    if _SHA256.fullmatch(declared) or (declared == UNSIGNED_PAYLOAD and scope.as_sent):
        return declared
    if declared == UNSIGNED_PAYLOAD or declared.startswith("STREAMING-"):
        raise fault("UnsupportedSignature", f"x-amz-content-sha256 {declared[:80]} is not supported here.")
    raise fault(
        "IncompleteSignature",
        "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER "
        "or a valid sha256 value.",
    )
