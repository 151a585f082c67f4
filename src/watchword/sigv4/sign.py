"""Signing: what a client does so that `watchword.sigv4.verify` agrees.

The signed request carries x-amz-date, the token, for S3 x-amz-content-sha256, and Authorization; whatever
stood under these names is replaced, except a payload hash that the caller declared.
Source: IAM User Guide, "Create a signed AWS API request". Sending belongs to the client.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from watchword.names import HttpRequest
from watchword.sigv4.canonical import canonical_request, string_to_sign
from watchword.sigv4.claim import ALGORITHM, Claim, Credentials
from watchword.sigv4.key import sign_text, signing_key
from watchword.sigv4.moment import print_moment
from watchword.sigv4.scope import Scope

UNSIGNED = frozenset(
    {
        "authorization",
        "baggage",
        "connection",
        "expect",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "traceparent",
        "tracestate",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "x-amzn-trace-id",
    }
)
"""Headers that the way to the server may change; no SDK signs them."""


def sign(
    request: HttpRequest, credentials: Credentials, *, service: str, region: str, now: datetime
) -> HttpRequest:
    """`request` with an Authorization header. It must have a host header: ValueError otherwise."""
    if request.header("host") is None:
        raise ValueError("a request to be signed needs a host header")
    date = print_moment(now)
    scope = Scope(date[:8], region, service)
    payload = request.header("x-amz-content-sha256") or request.body.sha256
    headers = _dressed(request, credentials, date, payload if scope.as_sent else None)
    signed = tuple(sorted({name for name, _ in headers} - UNSIGNED))
    dressed = replace(request, headers=headers)
    claim = Claim(
        ALGORITHM, credentials.access_key_id, scope, signed, "", credentials.token, date, now, payload
    )
    key = signing_key(credentials.secret, scope.date, region, service)
    signature = sign_text(key, string_to_sign(claim, canonical_request(claim, dressed)))
    authorization = (
        f"{ALGORITHM} Credential={credentials.access_key_id}/{scope.text}, "
        f"SignedHeaders={';'.join(signed)}, Signature={signature}"
    )
    return replace(dressed, headers=(*headers, ("authorization", authorization)))


def _dressed(
    request: HttpRequest, credentials: Credentials, date: str, payload: str | None
) -> tuple[tuple[str, str], ...]:
    """The headers with those that a signature needs."""
    ours = {"authorization": None, "x-amz-date": date, "x-amz-security-token": credentials.token}
    if payload is not None:
        ours["x-amz-content-sha256"] = payload
    kept: Iterable[tuple[str, str]] = (header for header in request.headers if header[0] not in ours)
    return (*kept, *((name, value) for name, value in ours.items() if value is not None))
