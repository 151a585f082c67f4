r"""Signature version 2: only presigned GET and PUT, and POST forms, of S3. It is weak and so kept apart.

No other module of sigv4 calls this one, and `watchword.sigv4.read` refuses version 2. A server that allows it
by a setting calls `read_presigned` (or `read_form`) first, and records that version 2 was used.
Why we have it: boto3 still presigns this way by default for S3 in some regions. Why it is weak: HMAC-SHA1
with the secret itself as the key, so a signature is valid in every region and service; and the host isn't
signed. Version 2 doesn't limit how long a URL is valid; here the limit of version 4 applies.

    string = METHOD \n Content-MD5 \n Content-Type \n Expires \n  *( x-amz-name:value \n )  resource
    resource = "/" bucket (if the host names it), then the path as sent, then "?" and SUBRESOURCES

x-amz- parameters of the query count as headers; so do its content-md5 and content-type if the request lacks
the header. The Authorization header of version 2 is not supported and never will be.
Source: Amazon S3 User Guide, "Signing and authenticating REST requests", "Query string request
authentication alternative"; "Browser-based uploads using POST (AWS signature version 2)".
"""

import hmac
import re
from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from watchword.names import HttpRequest, fault
from watchword.names.moment import iso
from watchword.sigv4.hoist import hoist
from watchword.sigv4.post import lower_fields
from watchword.sigv4.query import LONGEST, Pair, attempts_signature, attempts_version_2, query_pairs
from watchword.sigv4.verify import mismatch

METHODS = frozenset({"GET", "PUT"})
PARAMETER = "AWSAccessKeyId"
"""A query that is presigned with version 2 has this parameter."""

SUBRESOURCES = frozenset(
    {
        "accelerate",
        "acl",
        "analytics",
        "cors",
        "delete",
        "inventory",
        "lifecycle",
        "location",
        "logging",
        "metrics",
        "notification",
        "object-lock",
        "partNumber",
        "policy",
        "replication",
        "requestPayment",
        "response-cache-control",
        "response-content-disposition",
        "response-content-encoding",
        "response-content-language",
        "response-content-type",
        "response-expires",
        "restore",
        "select",
        "select-type",
        "storageClass",
        "tagging",
        "torrent",
        "uploadId",
        "uploads",
        "versionId",
        "versioning",
        "versions",
        "website",
    }
)
"""Query parameters that are part of the resource and therefore signed."""

LISTING = frozenset(
    {
        "continuation-token",
        "delimiter",
        "encoding-type",
        "fetch-owner",
        "key-marker",
        "list-type",
        "marker",
        "max-keys",
        "prefix",
        "start-after",
        "version-id-marker",
    }
)
"""Unsigned parameters that are accepted, because they only narrow a listing."""

_HEADERS = frozenset({"content-md5", "content-type"})
_PARAMETERS = (PARAMETER, "Expires", "Signature")
_FOLDED = frozenset(name.lower() for name in _PARAMETERS)
_SECONDS = re.compile(r"[0-9]{1,11}", re.ASCII)


class Presigned(NamedTuple):
    """The claim of a version 2 signature."""

    access_key_id: str
    signature: str
    token: str | None
    to_sign: str
    """The string to sign."""
    expires: datetime | None
    """None for a form: its policy expires."""


def read_presigned(request: HttpRequest, bucket: str) -> Presigned | None:
    """The claim of a query presigned with version 2; None for any other query.

    bucket: the bucket that the Host header names; empty for path style.
    Raises AwsError: IncompleteSignature, UnsupportedSignature, AccessDenied.
    """
    pairs = query_pairs(request.query)
    if not attempts_version_2(pairs):
        return None
    if request.header("authorization") is not None or attempts_signature(pairs):
        raise fault("IncompleteSignature", "Only one auth mechanism allowed")
    if request.method not in METHODS:
        raise fault("UnsupportedSignature", meant=f"signature version 2 of a {request.method}")
    given = [(key, value) for key, value in pairs if key.lower() in _FOLDED]
    exact = dict(given)
    if exact.keys() != set(_PARAMETERS) or len(given) != len(exact):
        raise fault("IncompleteSignature", f"The query must have {', '.join(_PARAMETERS)} once each.")
    if others := [key for key, _ in pairs if not _is_known(key)]:
        # Version 2 doesn't sign it, so anyone could add it and turn one operation into another.
        raise fault("AccessDenied", f"The query parameter '{others[0][:80]}' is not signed.")
    if not _SECONDS.fullmatch(exact["Expires"]):
        raise fault("AccessDenied", f"Invalid date (should be seconds since epoch): {exact['Expires'][:40]}")
    amz = _amz_headers(request, pairs)
    return Presigned(
        exact["AWSAccessKeyId"],
        exact["Signature"],
        amz.get("x-amz-security-token"),
        _string_to_sign(request, pairs, amz, exact["Expires"], bucket),
        datetime.fromtimestamp(int(exact["Expires"]), UTC),
    )


def with_headers(request: HttpRequest) -> HttpRequest:
    """The request with its query's x-amz- parameters, content-md5 and content-type as headers.

    Version 2 signs them as headers, and S3 treats them so. For content-md5 and content-type, a real header
    wins, because it is the signed one. Raises as `hoist` does.
    """
    signed = _HEADERS.intersection(name for name, _ in request.headers)
    return hoist(request, lambda key: _is_header(key) and key not in signed)


def read_form(fields: Sequence[Pair]) -> Presigned | None:
    """The claim in a POST form signed with version 2; None for any other form. Raises IncompleteSignature.

    The caller checks the policy with `post.check_policy`.
    """
    given = lower_fields(fields)
    if not given.get("awsaccesskeyid"):
        return None
    if not (given.get("policy") and given.get("signature")) or "x-amz-signature" in given:
        raise fault(
            "IncompleteSignature", "The form must have AWSAccessKeyId, policy and signature once each."
        )
    token = given.get("x-amz-security-token")
    return Presigned(given["awsaccesskeyid"], given["signature"], token, given["policy"], None)


def verify_presigned(claim: Presigned, secret: str, now: datetime) -> None:
    """Returns if the signature is right and hasn't expired.

    Raises AwsError: AccessDenied, SignatureDoesNotMatch.
    """
    if claim.expires is not None and now >= claim.expires:
        raise fault("AccessDenied", "Request has expired", Expires=iso(claim.expires))
    if claim.expires is not None and claim.expires - now > timedelta(seconds=LONGEST):
        raise fault("AccessDenied", f"A presigned request is valid for {LONGEST} seconds at most.")
    if not (
        claim.signature.isascii() and hmac.compare_digest(_signature(secret, claim.to_sign), claim.signature)
    ):
        raise mismatch(claim.access_key_id, claim.to_sign, claim.signature)


def _is_known(key: str) -> bool:
    return key in _PARAMETERS or key in SUBRESOURCES or key in LISTING or _is_header(key)


def _is_header(key: str) -> bool:
    return key in _HEADERS or key.startswith("x-amz-")


def _signature(secret: str, text: str) -> str:
    # Text from a request fits in latin-1; any other text matches no signature.
    raw = text.encode("latin-1", "replace")
    return b64encode(hmac.digest(secret.encode(), raw, "sha1")).decode("ascii")


def _amz_headers(request: HttpRequest, pairs: list[Pair]) -> dict[str, str]:
    values: dict[str, list[str]] = {}
    for name, value in (*request.headers, *((key.lower(), value) for key, value in pairs)):
        if name.startswith("x-amz-"):
            values.setdefault(name, []).append(" ".join(value.split()))
    return {name: ",".join(several) for name, several in values.items()}


def _string_to_sign(
    request: HttpRequest, pairs: list[Pair], amz: dict[str, str], expires: str, bucket: str
) -> str:
    query = {key.lower(): value for key, value in pairs}
    sent = {name: request.header(name) for name in sorted(_HEADERS)}
    standard = [query.get(name, "") if value is None else value for name, value in sent.items()]
    amz_lines = "".join(f"{name}:{amz[name]}\n" for name in sorted(amz))
    parts = sorted((key, value) for key, value in pairs if key in SUBRESOURCES)
    subresource = "&".join(f"{key}={value}" if value else key for key, value in parts)
    resource = (f"/{bucket}" if bucket else "") + request.path + (f"?{subresource}" if subresource else "")
    return "\n".join((request.method, *standard, expires, f"{amz_lines}{resource}"))
