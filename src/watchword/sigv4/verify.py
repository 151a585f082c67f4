"""Is the claim true?  Recomputed from the request and the secret, compared in constant time.

The checks, in the order in which their errors win, continued from `watchword.sigv4.read`:

13. not signed too long ago
14. not signed in the future
15. the scope is of this region, this service, ends in aws4_request and has the date's day (all that is
    wrong with it is said at once)
16. the signature is the one we compute
17. the body is the one that was signed; last, so that nobody without a secret makes us read a large one

Without x-amz-content-sha256 the body's own hash is part of what is signed, and 16 covers it.
Texts that a client may see never hold the signature we computed.
Source: IAM User Guide, "Troubleshoot Signature Version 4 signing for AWS API requests".
"""

from collections.abc import Collection, Container
from datetime import datetime, timedelta
from hmac import compare_digest

from watchword.names import AwsError, HttpRequest, fault
from watchword.sigv4.canonical import canonical_request, string_to_sign
from watchword.sigv4.claim import UNSIGNED_PAYLOAD, Claim
from watchword.sigv4.key import sign_text, signing_key
from watchword.sigv4.moment import print_moment
from watchword.sigv4.scope import TERMINATOR

SKEW = 300
"""Seconds that the clocks may differ; S3 allows 900."""


def verify(
    claim: Claim,
    request: HttpRequest,
    secret: str,
    *,
    services: Collection[str] | None = None,
    regions: Container[str] | None = None,
    now: datetime,
    skew: int = SKEW,
) -> None:
    """Returns when `request` was signed with `secret` as claimed; raises a fault otherwise.

    services: the names a scope may give (the first is the one said to the caller); regions: the same for
    regions; None allows any.
    """
    check_time(claim, now, skew)  # 13 14
    check_scope(claim, services, regions)  # 15
    try:
        canonical = canonical_request(claim, request)
        to_sign = string_to_sign(claim, canonical)
        scope = claim.scope
        expected = sign_text(signing_key(secret, scope.date, scope.region, scope.service), to_sign)
    except UnicodeEncodeError:
        raise fault("SignatureDoesNotMatch", meant="characters that no HTTP request can carry") from None
    if not (claim.signature.isascii() and compare_digest(expected, claim.signature)):  # 16
        raise mismatch(claim, canonical, to_sign)
    check_payload(claim.payload_hash, request)  # 17


def check_time(claim: Claim, now: datetime, skew: int) -> None:
    """Rules 13 and 14."""
    lag = (now - claim.timestamp).total_seconds()
    if lag > skew:
        raise _skewed(
            "SignatureExpired",
            "Signature expired: {} is now earlier than {} ({} - {} min.)",
            claim,
            now,
            -skew,
        )
    if -lag > skew:
        raise _skewed(
            "SignatureNotYetCurrent",
            "Signature not yet current: {} is still later than {} ({} + {} min.)",
            claim,
            now,
            skew,
        )


def check_scope(claim: Claim, services: Collection[str] | None, regions: Container[str] | None) -> None:
    """Rule 15."""
    scope = claim.scope
    wrong = []
    if regions is not None and scope.region not in regions:
        wrong.append(f"Credential should be scoped to a valid Region, not '{scope.region}'.")
    if services is not None and scope.service not in services:
        service = next(iter(services), "")
        wrong.append(f"Credential should be scoped to correct service: '{service}'.")
    if scope.terminator != TERMINATOR:
        wrong.append(
            f"Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{scope.terminator}'."
        )
    if scope.date != claim.date[:8]:
        wrong.append(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            f"'{scope.date}' != '{claim.date[:8]}', from '{claim.date}'."
        )
    if wrong:
        raise fault("ScopeMismatch", " ".join(wrong))


def check_payload(declared: str, request: HttpRequest) -> None:
    """Rule 17."""
    if declared in {"", UNSIGNED_PAYLOAD}:
        return
    if request.body.sha256 != declared:
        raise fault(
            "PayloadHashMismatch",
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
            ClientComputedContentSHA256=declared,
            S3ComputedContentSHA256=request.body.sha256,
        )


def mismatch(claim: Claim, canonical: str, to_sign: str) -> AwsError:
    """Rule 16: what AWS shows, so that the two sides can be compared."""
    return fault(
        "SignatureDoesNotMatch",
        AWSAccessKeyId=claim.access_key_id,
        StringToSign=to_sign,
        SignatureProvided=claim.signature,
        CanonicalRequest=canonical,
    )


def _skewed(kind: str, said: str, claim: Claim, now: datetime, skew: int) -> AwsError:
    bound = print_moment(now + timedelta(seconds=skew))
    return fault(
        kind,
        said.format(claim.date, bound, print_moment(now), abs(skew) // 60),
        RequestTime=claim.date,
        ServerTime=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        MaxAllowedSkewMilliseconds=str(abs(skew) * 1000),
    )
