"""Signs requests, as a client does; the counterpart of `watchword.sigv4.verify`.

`sign` adds headers: x-amz-date, the token, for S3 x-amz-content-sha256, and Authorization. They replace
existing ones, except a payload hash that the caller declared.
`presign` adds parameters to the query instead. Anyone who has the URL can send the request until it expires.
With the algorithm ALGORITHM_V4A, `region` is the region set: regions or patterns, separated by commas.
Sources: IAM User Guide, "Create a signed AWS API request"; Amazon S3 API Reference, "Authenticating
Requests: Using Query Parameters". Sending belongs to the client.
"""

from datetime import datetime
from urllib.parse import quote

from msgspec.structs import replace

from watchword.names import HttpRequest
from watchword.sigv4.canonical import canonical_request, string_to_sign
from watchword.sigv4.claim import ALGORITHM, ALGORITHM_V4A, Claim, Credentials
from watchword.sigv4.key import sign_text, signing_key
from watchword.sigv4.parts import region_set
from watchword.sigv4.payload import UNSIGNED_PAYLOAD
from watchword.sigv4.query import LONGEST
from watchword.sigv4.scope import Scope
from watchword.sigv4.timestamp import print_timestamp

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
"""Headers that proxies may change; no SDK signs them."""


def sign(
    request: HttpRequest,
    credentials: Credentials,
    *,
    service: str,
    region: str,
    now: datetime,
    algorithm: str = ALGORITHM,
) -> HttpRequest:
    """The request with an Authorization header, x-amz-date, the token, and for S3 x-amz-content-sha256.

    service, region: as in the scope ("sts", "eu-west-1"); now: the time of signing, with a zone.
    The body is hashed, unless the request has x-amz-content-sha256. All headers are signed, except UNSIGNED.
    Raises ValueError if the request has no host header.
    """
    claim = _claim(request, credentials, service, region, now, algorithm)
    ours = {
        "authorization": None,
        "x-amz-date": claim.date,
        "x-amz-region-set": region if algorithm == ALGORITHM_V4A else None,
        "x-amz-security-token": credentials.token,
    }
    payload = request.header("x-amz-content-sha256") or request.body.sha256
    if claim.scope.like_s3:
        ours["x-amz-content-sha256"] = payload
    kept = (header for header in request.headers if header[0] not in ours)
    added = ((name, value) for name, value in ours.items() if value is not None)
    prepared = replace(request, headers=(*kept, *added))
    claim = replace(claim, payload_hash=payload, signed_headers=_signed(prepared))
    authorization = (
        f"{algorithm} Credential={claim.access_key_id}/{claim.scope.text}, "
        f"SignedHeaders={claim.signed_headers}, Signature={_signature(claim, prepared, credentials)}"
    )
    return replace(prepared, headers=(*prepared.headers, ("authorization", authorization)))


def presign(
    request: HttpRequest,
    credentials: Credentials,
    *,
    service: str,
    region: str,
    now: datetime,
    expires: int,
    algorithm: str = ALGORITHM,
) -> HttpRequest:
    """The request with a signature in its query, valid for `expires` seconds (1 to 604800) from `now` on.

    All headers are signed, except UNSIGNED: the client that uses the URL must send the same values. For S3
    the payload isn't signed, unless the request has x-amz-content-sha256; for other services the body's hash
    is signed. Raises ValueError for other seconds, and if the request has no host header.
    """
    if not 1 <= expires <= LONGEST:
        raise ValueError(f"a presigned request is valid for 1 to {LONGEST} seconds, not {expires}")
    claim = _claim(request, credentials, service, region, now, algorithm)
    parameters = {
        "X-Amz-Algorithm": algorithm,
        "X-Amz-Credential": f"{claim.access_key_id}/{claim.scope.text}",
        "X-Amz-Date": claim.date,
        "X-Amz-Expires": str(expires),
        "X-Amz-SignedHeaders": _signed(request),
    }
    if algorithm == ALGORITHM_V4A:
        parameters["X-Amz-Region-Set"] = region
    if credentials.token is not None:
        parameters["X-Amz-Security-Token"] = credentials.token
    pairs = [f"{name}={quote(value, safe='~')}" for name, value in parameters.items()]
    query = "&".join([request.query, *pairs] if request.query else pairs)
    declared = request.header("x-amz-content-sha256")
    claim = replace(
        claim,
        expires=expires,
        signed_headers=_signed(request),
        payload_hash=declared or (UNSIGNED_PAYLOAD if claim.scope.like_s3 else ""),
    )
    signature = _signature(claim, replace(request, query=query), credentials)
    return replace(request, query=f"{query}&X-Amz-Signature={signature}")


def _claim(
    request: HttpRequest, credentials: Credentials, service: str, region: str, now: datetime, algorithm: str
) -> Claim:
    """The claim to sign, without the parts that differ between header and query."""
    if request.header("host") is None:
        raise ValueError("a request to be signed needs a host header")
    v4a = algorithm == ALGORITHM_V4A
    date = print_timestamp(now)
    return Claim(
        algorithm=algorithm,
        access_key_id=credentials.access_key_id,
        scope=Scope(date[:8], "" if v4a else region, service),
        signed_headers="",
        signature="",
        token=credentials.token,
        date=date,
        timestamp=now,
        payload_hash="",
        region_set=region_set(region) if v4a else (),
    )


def _signed(request: HttpRequest) -> str:
    return ";".join(sorted({name for name, _ in request.headers} - UNSIGNED))


def _signature(claim: Claim, request: HttpRequest, credentials: Credentials) -> str:
    text = string_to_sign(claim, canonical_request(claim, request))
    if claim.algorithm == ALGORITHM_V4A:
        from watchword.sigv4.sigv4a import private_key, sign_text_v4a  # noqa: PLC0415 7 MB that few clients need

        return sign_text_v4a(private_key(credentials.secret, credentials.access_key_id), text)
    scope = claim.scope
    return sign_text(signing_key(credentials.secret, scope.date, scope.region, scope.service), text)
