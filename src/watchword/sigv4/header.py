"""The Authorization header: rules 3 to 11 of `watchword.sigv4.read`.

Source: IAM User Guide, "Elements of an AWS API request signature".
"""

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from hashlib import sha256

from msgspec.structs import replace

from watchword.names import AwsError, fault
from watchword.sigv4 import s3_words
from watchword.sigv4.claim import ALGORITHM, ALGORITHM_V4A, ALGORITHMS, Claim
from watchword.sigv4.parts import MEMORABLE, amz_date, bad_date, check_signed_names, credential, region_set
from watchword.sigv4.payload import declared_payload
from watchword.sigv4.s3_words import IN_HEADER, NO_DATE, argument
from watchword.sigv4.scope import Scope
from watchword.sigv4.timestamp import parse_http_date, print_timestamp

_PARAMETERS = ("Credential", "Signature", "SignedHeaders")
_REMEMBERED = 512


def header_claim(
    authorization: str, headers: Mapping[str, str], algorithms: frozenset[str] = ALGORITHMS
) -> Claim:
    """The claim in an Authorization header. headers: all headers of the request, by lower-case name.

    algorithms: those that are taken.
    """
    form, signature = _without_signature(authorization)
    names = "\n".join(headers)
    form_of = _remembered_form if len(form) <= MEMORABLE and len(names) <= MEMORABLE else _form
    algorithm, who, signed = form_of(form, names, algorithms)  # 3 4 5 6 7 8
    date = headers.get("x-amz-date")
    timestamp, date = _http_date(headers["date"]) if date is None else (amz_date(date), date)  # 9
    access_key_id, scope = credential(who, algorithm)  # 10
    payload = _payload_hash(headers, scope, algorithm)  # 11
    token = headers.get("x-amz-security-token")
    claim = Claim(algorithm, access_key_id, scope, signed, signature, token, date, timestamp, payload)
    return replace(claim, region_set=_regions(headers)) if algorithm == ALGORITHM_V4A else claim


def _without_signature(authorization: str) -> tuple[str, str]:
    """The header with a star in place of the signature, and the signature. So equal headers can be cached."""
    before, found, rest = authorization.rpartition("Signature=")
    if not found:
        return authorization, ""
    if rest and "," not in rest:
        return f"{before}Signature=*", rest
    signature, comma, after = rest.partition(",")
    return f"{before}Signature={'*' if signature else ''}{comma}{after}", signature


def _form(form: str, names: str, algorithms: frozenset[str]) -> tuple[str, str, str]:
    """Rules 3 to 8: the algorithm, the credential, and the names of the signed headers.

    names: of all headers, one on each line.
    """
    sent = frozenset(names.split("\n"))
    algorithm, _, parameters = form.partition(" ")
    if algorithm not in algorithms:  # 3
        raise _unsupported(algorithm, form)
    given, others = _pairs(parameters)  # 4
    wrong = [f"Authorization header requires '{key}' parameter." for key in _PARAMETERS if not given.get(key)]
    if given.get("Signature", "") not in {"", "*"}:
        wrong.append("Authorization header has other text in its 'Signature'.")
    if others:
        wrong.append("Authorization header has an unknown or repeated parameter.")
    in_s3 = s3_words.THREE if wrong else NO_DATE
    if "x-amz-date" not in sent and "date" not in sent:
        wrong.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
    if wrong:  # 5
        said = f"{' '.join(wrong)} Authorization header {_hashed(form)}"
        raise fault("IncompleteSignature", said).in_s3_as(in_s3 if parameters else _no_space(form))
    check_signed_names(given["SignedHeaders"], sent, IN_HEADER)  # 6 7 8
    return algorithm, given["Credential"], given["SignedHeaders"]


# Cached: the next request of a client has the same header but for the signature.
_remembered_form = lru_cache(_REMEMBERED)(_form)


def _unsupported(algorithm: str, form: str) -> AwsError:
    if algorithm == "AWS" and " " in form:
        return fault(
            "UnsupportedSignature",
            f"The authorization mechanism you have provided is not supported. Please use {ALGORITHM}.",
        )
    said = "Unsupported Authorization Type"
    in_s3 = argument(said, "Authorization", form) if " " in form else _no_space(form)
    if algorithm.startswith("AWS4-"):
        said = f"Unsupported AWS 'algorithm': '{algorithm[:100]}'."
    return fault("UnsupportedSignature", said).in_s3_as(in_s3)


def _no_space(form: str) -> AwsError:
    said = "Authorization header is invalid -- one and only one ' ' (space) required"
    return argument(said, "Authorization", form)


def _pairs(parameters: str) -> tuple[dict[str, str], list[str]]:
    """The parameters, and the keys that are unknown or repeated."""
    given: dict[str, str] = {}
    others = []
    for pair in parameters.split(",") if parameters else ():
        key, equals, value = pair.strip(" ").partition("=")
        if not equals:
            raise fault(
                "IncompleteSignature",
                f"Invalid key=value pair (missing equal-sign) in Authorization header {_hashed(parameters)}.",
            ).in_s3_as(s3_words.THREE)
        if key in given or key not in _PARAMETERS:
            others.append(key)
        given[key] = value
    return given, others


def _hashed(text: str) -> str:
    # AWS shows a hash of the header, so that no answer contains a credential.
    digest = b64encode(sha256(text.encode("utf-8", "surrogatepass")).digest()).decode()
    return f"(hashed with SHA-256 and encoded with Base64): '{digest}'"


def _http_date(text: str) -> tuple[datetime, str]:
    try:
        time = parse_http_date(text)
    except (ValueError, OverflowError):
        raise bad_date(text) from None
    return time, print_timestamp(time)


def _payload_hash(headers: Mapping[str, str], scope: Scope, algorithm: str) -> str:
    text = headers.get("x-amz-content-sha256")
    if text is not None:
        return declared_payload(text, s3=scope.like_s3, algorithm=algorithm)
    if scope.like_s3:
        raise AwsError(
            "InvalidRequest", 400, "Missing required header for this request: x-amz-content-sha256"
        )
    return ""


def _regions(headers: Mapping[str, str]) -> tuple[str, ...]:
    text = headers.get("x-amz-region-set")
    if not text:
        raise fault(
            "IncompleteSignature", "Authorization header requires existence of a 'X-Amz-Region-Set' header."
        )
    return region_set(text)
