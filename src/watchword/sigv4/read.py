"""Reads the claim of a request: who signed it and what was signed. All of the server uses this one claim.

`read` returns None if nothing in the request belongs to a signature, and a Claim if the signature is well
formed; else it raises. It needs no secret and no clock. Of several errors, the first in this order is
reported (in the words of IAM and STS; in S3's where only S3 has the rule):

 1. a header of the signature comes once
 2. the signature is in the Authorization header or in the query, not in both; and it isn't version 2
 3. the algorithm is supported
 4. the Authorization header is a list of key=value pairs;
    in a query each parameter of the signature comes once and in its exact case
 5. all parameters are there, and no unknown one; and there is a date
 6. SignedHeaders are header names, sorted, each once
 7. host is signed
 8. every x-amz-* header is signed, but for x-amz-content-sha256, whose value is signed in any case
 9. the date is ISO 8601 basic format (or an HTTP date, in the Date header)
10. the credential has five parts (SigV4a: four), in at most 512 characters
11. x-amz-content-sha256 has one of its formats, and S3 needs it;
    a presigned URL is valid for a week at most

Rules 12 to 16 need the clock or the secret: they are in `watchword.sigv4.verify`.
Sources: IAM User Guide, "AWS Signature Version 4 for API requests" and "Troubleshoot Signature Version 4
signing"; Amazon S3 API Reference, "Authenticating Requests (AWS Signature Version 4)".
"""

from collections.abc import Iterable

from watchword.names import HttpRequest, fault
from watchword.sigv4.claim import ALGORITHM, Claim
from watchword.sigv4.header import header_claim
from watchword.sigv4.query import attempts_signature, attempts_version_2, query_claim, query_pairs
from watchword.sigv4.s3_words import argument

ONCE = (
    "authorization",
    "host",
    "date",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-decoded-content-length",
    "x-amz-region-set",
    "x-amz-security-token",
    "x-amz-trailer",
)
"""Headers that must come once: of two, different readers could use different ones."""


def read(request: HttpRequest) -> Claim | None:
    """The claim of a request; None for an unsigned request. A claim proves nothing before `verify`.

    Raises AwsError: IncompleteSignature, UnsupportedSignature, UnsignedHeaders; for S3 also InvalidRequest.
    """
    headers = request.by_name
    if request.repeats:
        check_once(request, ONCE)  # 1
    authorization = headers.get("authorization")
    if request.query:
        pairs = query_pairs(request.query)
        in_query = attempts_signature(pairs)
        if attempts_version_2(pairs) or (in_query and authorization is not None):  # 2
            raise _one_form(authorization, version_2_only=not in_query and authorization is None)
        if in_query:
            return query_claim(pairs, request)
    return None if authorization is None else header_claim(authorization, headers)


def check_once(request: HttpRequest, single: Iterable[str]) -> None:
    """Rule 1, for headers of these names. Raises IncompleteSignature."""
    names = [name for name, _ in request.headers]
    for name in single:
        if names.count(name) > 1:
            raise fault("IncompleteSignature", f"The request has more than one '{name}' header.")


def _one_form(authorization: str | None, *, version_2_only: bool) -> Exception:
    if version_2_only:
        return fault(
            "UnsupportedSignature",
            f"The authorization mechanism you have provided is not supported. Please use {ALGORITHM}.",
        )
    said = (
        "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query "
        "string parameter or the Authorization header should be specified"
    )
    return fault("IncompleteSignature", said).in_s3_as(argument(said, "Authorization", authorization or ""))
