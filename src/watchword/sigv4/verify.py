"""Verifies a claim: computes the signature from the request and the secret, and compares in constant time.

The checks, continued from `watchword.sigv4.read`. Of several errors, the first in this order is reported:

12. not signed too long ago (a presigned query: at most its own X-Amz-Expires ago)
13. not signed in the future
14. the scope has this region, this service, aws4_request and the day of the date (one error lists all that is
    wrong with it)
15. the signature is the one that we compute
16. the body is the one that was signed. This comes last: a client without the secret can't make us read a
    large body

Without x-amz-content-sha256 the hash of the body is part of the signed text, and rule 15 covers it. An
aws-chunked body is verified chunk by chunk: `verify` refuses it, `verify_head` leaves it to
`watchword.sigv4.chunked`.
No error contains the signature that we computed.
Sources: IAM User Guide, "Troubleshoot Signature Version 4 signing for AWS API requests"; Amazon S3 API
Reference, "Error responses" (RequestTimeTooSkewed, AccessDenied of an expired request); "Troubleshooting
signature errors" there (what S3 shows of a SignatureDoesNotMatch).
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from hmac import compare_digest

from watchword.names import AwsError, HttpRequest, fault
from watchword.names.moment import iso
from watchword.sigv4.canonical import canonical_request, string_to_sign
from watchword.sigv4.claim import ALGORITHM, Claim
from watchword.sigv4.key import sign_text, signing_key
from watchword.sigv4.parts import covers
from watchword.sigv4.payload import check_payload
from watchword.sigv4.s3_words import IN_HEADER, IN_QUERY, bad_scope
from watchword.sigv4.scope import TERMINATOR
from watchword.sigv4.timestamp import later, print_timestamp

SKEW = 300
"""Seconds that the clocks may differ; S3 allows 900."""


def verify(
    claim: Claim,
    request: HttpRequest,
    secret: str,
    *,
    services: Collection[str] | None = None,
    regions: Collection[str] | None = None,
    now: datetime,
    skew: int = SKEW,
) -> None:
    """Returns if `request` was signed with `secret` as claimed, else raises a fault.

    claim: the claim that `read` made of this request; secret: the secret of `claim.access_key_id`;
    now: the time, with a zone; skew: the seconds that the signer's clock may differ from it;
    services: the service names that the scope may have (errors name the first); regions: the same for
    regions. None allows any, and then the caller must check `claim.scope`.

    Raises AwsError: SignatureExpired or SignatureNotYetCurrent (for a presigned S3 request: AccessDenied),
    ScopeMismatch, SignatureDoesNotMatch, PayloadHashMismatch; UnsupportedSignature for an aws-chunked body.
    The caller must check that the key is active, that the token belongs to it, and that the session hasn't
    expired.
    """
    verify_head(claim, request, secret, services=services, regions=regions, now=now, skew=skew)  # 12 to 15
    check_payload(claim.payload_hash, request.body)  # 16


def verify_head(
    claim: Claim,
    request: HttpRequest,
    secret: str,
    *,
    services: Collection[str] | None = None,
    regions: Collection[str] | None = None,
    now: datetime,
    skew: int = SKEW,
) -> None:
    """Rules 13 to 16: `verify` without the body that x-amz-content-sha256 declares.

    For a body that hasn't arrived yet or comes in chunks. The caller must then verify the body, with
    `check_payload` or `watchword.sigv4.chunked.Decoder`. Arguments and errors are those of `verify`.
    """
    check_time(claim, now, skew)  # 12 13
    check_scope(claim, services, regions)  # 14
    check_signature(claim, request, secret)  # 15


def check_signature(claim: Claim, request: HttpRequest, secret: str) -> None:
    """Rule 15. Raises SignatureDoesNotMatch."""
    try:
        canonical = canonical_request(claim, request)
        to_sign = string_to_sign(claim, canonical)
        if holds(claim, secret, to_sign, claim.signature):
            return
    except (UnicodeEncodeError, KeyError):
        raise fault(
            "SignatureDoesNotMatch", meant="a claim that `read` didn't make of this request"
        ) from None
    raise mismatch(claim.access_key_id, to_sign, claim.signature, canonical)


def mismatch(access_key_id: str, to_sign: str, provided: str, canonical: str = "") -> AwsError:
    """The error of rule 15. It shows the string to sign and the wrong signature, never the right one."""
    shown = {
        "AWSAccessKeyId": access_key_id,
        "StringToSign": to_sign,
        "SignatureProvided": provided,
        "StringToSignBytes": _hex(to_sign),
    }
    if canonical:
        shown |= {"CanonicalRequest": canonical, "CanonicalRequestBytes": _hex(canonical)}
    return fault("SignatureDoesNotMatch", **shown)


def _hex(text: str) -> str:
    return text.encode("latin-1", "replace").hex(" ")


def holds(claim: Claim, secret: str, to_sign: str, signature: str) -> bool:
    """Whether `signature` is the claimed signer's signature of `to_sign`."""
    if claim.algorithm != ALGORITHM:
        from watchword.sigv4.sigv4a import holds_v4a, public_key  # noqa: PLC0415 few need `cryptography`

        return holds_v4a(public_key(secret, claim.access_key_id), to_sign, signature)
    scope = claim.scope
    expected = sign_text(signing_key(secret, scope.date, scope.region, scope.service), to_sign)
    return signature.isascii() and compare_digest(expected, signature)


def check_time(claim: Claim, now: datetime, skew: int) -> None:
    """Rules 12 and 13. skew: seconds. Raises SignatureExpired, SignatureNotYetCurrent or AccessDenied."""
    age = (now - claim.timestamp).total_seconds()  # negative for a time in the future
    if age > (skew if claim.expires is None else claim.expires):
        raise _expired(claim, now, skew)
    if -age > skew:
        raise _future(claim, now, skew)


def check_scope(claim: Claim, services: Collection[str] | None, regions: Collection[str] | None) -> None:
    """Rule 14. Raises ScopeMismatch."""
    scope = claim.scope
    wrong = []
    if regions is not None and not covers(claim.region_set or (scope.region,), regions):
        named = scope.region or ",".join(claim.region_set)
        wrong.append(f"Credential should be scoped to a valid Region, not '{named}'.")
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
        place = IN_HEADER if claim.expires is None else IN_QUERY
        raise fault("ScopeMismatch", " ".join(wrong)).in_s3_as(bad_scope(place, scope, claim.date[:8]))


def _expired(claim: Claim, now: datetime, skew: int) -> AwsError:
    seconds = skew if claim.expires is None else claim.expires
    if claim.expires is not None and claim.scope.like_s3:
        end = later(claim.timestamp, seconds)
        times = {"X-Amz-Expires": str(seconds), "Expires": iso(end), "ServerTime": iso(now)}
        return fault("AccessDenied", "Request has expired", **times)
    return fault(
        "SignatureExpired",
        f"Signature expired: {claim.date} is now earlier than "
        f"{print_timestamp(now - timedelta(seconds=seconds))} ({print_timestamp(now)} - {_minutes(seconds)})",
        **_clocks(claim, now, skew),
    )


def _future(claim: Claim, now: datetime, skew: int) -> AwsError:
    if claim.expires is not None and claim.scope.like_s3:
        end = later(claim.timestamp, claim.expires)
        moment = str(int(claim.timestamp.timestamp() * 1000))
        times = {"X-Amz-Date": moment, "Expires": iso(end), "ServerTime": iso(now)}
        return fault("AccessDenied", "Request is not yet valid", **times)
    return fault(
        "SignatureNotYetCurrent",
        f"Signature not yet current: {claim.date} is still later than "
        f"{print_timestamp(now + timedelta(seconds=skew))} ({print_timestamp(now)} + {_minutes(skew)})",
        **_clocks(claim, now, skew),
    )


def _clocks(claim: Claim, now: datetime, skew: int) -> dict[str, str]:
    return {
        "RequestTime": claim.date,
        "ServerTime": iso(now),
        "MaxAllowedSkewMilliseconds": str(skew * 1000),
    }


def _minutes(seconds: int) -> str:
    return f"{seconds // 60} min." if seconds % 60 == 0 else f"{seconds} s."
