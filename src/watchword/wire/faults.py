"""The refusals that every protocol words in its own way: kind x family -> code, status, sentence.

Kinds are `names.errors.FAULTS`. Families are the protocols, with S3 standing for rest-xml and `plain` for
a request that nothing was recognised of. What an error `said` itself replaces the sentence; the code and
the status always come from here. A test holds every kind against every family.

Sources: IAM API Reference and STS API Reference, "Common Error Types"; Amazon S3 API Reference, "Error
responses", "List of error codes"; API References of AWS Lambda, Amazon DynamoDB and AWS Organizations,
"Common Errors"; Smithy 2.0, AWS protocols, "Operation error serialization".
What doesn't belong here: documents (voices), errors of a model.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

Family = Literal["query", "json", "rest-json", "rest-xml", "plain"]


class Words(NamedTuple):
    """What one family says."""

    code: str
    status: int
    said: str


def _kind(
    said: str,
    query: tuple[str, int],
    json: tuple[str, int],
    s3: tuple[str, int],
    s3_said: str = "",
    rest: int = 0,
) -> Mapping[Family, Words]:
    """One row: the sentence, code and status in query; in json; in S3; the status in rest-json if other."""
    return {
        "query": Words(*query, said),
        "json": Words(*json, said),
        "rest-json": Words(json[0], rest or json[1], said),
        "rest-xml": Words(*s3, s3_said or said),
        "plain": Words(*query, said),
    }


_SECURITY_TOKEN = "The security token included in the request is invalid."  # noqa: S105 a sentence
_SIGNATURE = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
    "Access Key and signing method. Consult the service documentation for details."
)
_S3_SIGNATURE = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your key and signing method."
)
_S3_SKEW = "The difference between the request time and the current time is too large."

FAULTS: Mapping[str, Mapping[Family, Words]] = {
    "MissingAuthenticationToken": _kind(
        "Request is missing Authentication Token",
        query=("MissingAuthenticationToken", 403),
        json=("MissingAuthenticationTokenException", 400),
        rest=403,
        s3=("AccessDenied", 403),
        s3_said="Access Denied",
    ),
    "IncompleteSignature": _kind(
        "The request signature does not conform to AWS standards.",
        query=("IncompleteSignature", 400),
        json=("IncompleteSignatureException", 400),
        rest=403,
        s3=("AuthorizationHeaderMalformed", 400),
        s3_said="The authorization header you provided is invalid.",
    ),
    "UnsupportedSignature": _kind(
        "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
        query=("IncompleteSignature", 400),
        json=("IncompleteSignatureException", 400),
        rest=403,
        s3=("InvalidRequest", 400),
    ),
    "InvalidClientTokenId": _kind(
        _SECURITY_TOKEN,
        query=("InvalidClientTokenId", 403),
        json=("UnrecognizedClientException", 400),
        rest=403,
        s3=("InvalidAccessKeyId", 403),
        s3_said="The AWS Access Key Id you provided does not exist in our records.",
    ),
    "InvalidSessionToken": _kind(
        _SECURITY_TOKEN,
        query=("InvalidClientTokenId", 403),
        json=("UnrecognizedClientException", 400),
        rest=403,
        s3=("InvalidToken", 400),
        s3_said="The provided token is malformed or otherwise invalid.",
    ),
    "ExpiredToken": _kind(
        "The security token included in the request is expired",
        query=("ExpiredToken", 403),
        json=("ExpiredTokenException", 400),
        rest=403,
        s3=("ExpiredToken", 400),
        s3_said="The provided token has expired.",
    ),
    "SignatureDoesNotMatch": _kind(
        _SIGNATURE,
        query=("SignatureDoesNotMatch", 403),
        json=("InvalidSignatureException", 400),
        rest=403,
        s3=("SignatureDoesNotMatch", 403),
        s3_said=_S3_SIGNATURE,
    ),
    "SignatureExpired": _kind(
        "Signature expired",
        query=("SignatureDoesNotMatch", 403),
        json=("InvalidSignatureException", 400),
        rest=403,
        s3=("RequestTimeTooSkewed", 403),
        s3_said=_S3_SKEW,
    ),
    "SignatureNotYetCurrent": _kind(
        "Signature not yet current",
        query=("SignatureDoesNotMatch", 403),
        json=("InvalidSignatureException", 400),
        rest=403,
        s3=("RequestTimeTooSkewed", 403),
        s3_said=_S3_SKEW,
    ),
    "ScopeMismatch": _kind(
        "Credential should be scoped correctly.",
        query=("SignatureDoesNotMatch", 403),
        json=("InvalidSignatureException", 400),
        rest=403,
        s3=("AuthorizationHeaderMalformed", 400),
        s3_said="The authorization header you provided is invalid.",
    ),
    "PayloadHashMismatch": _kind(
        _SIGNATURE,
        query=("SignatureDoesNotMatch", 403),
        json=("InvalidSignatureException", 400),
        rest=403,
        s3=("XAmzContentSHA256Mismatch", 400),
        s3_said="The provided 'x-amz-content-sha256' header does not match what was computed.",
    ),
    "UnsignedHeaders": _kind(
        _SIGNATURE,
        query=("SignatureDoesNotMatch", 403),
        json=("InvalidSignatureException", 400),
        rest=403,
        s3=("AccessDenied", 403),
        s3_said="There were headers present in the request which were not signed",
    ),
    "AccessDenied": _kind(
        "Access Denied",
        query=("AccessDenied", 403),
        json=("AccessDeniedException", 400),
        rest=403,
        s3=("AccessDenied", 403),
    ),
    "InvalidAction": _kind(
        "The action or operation requested is invalid.",
        query=("InvalidAction", 400),
        json=("UnknownOperationException", 400),
        rest=404,
        s3=("MethodNotAllowed", 405),
        s3_said="The specified method is not allowed against this resource.",
    ),
    "MalformedInput": _kind(
        "The request can't be read.",
        query=("MalformedInput", 400),
        json=("SerializationException", 400),
        s3=("MalformedXML", 400),
        s3_said="The XML you provided was not well-formed or did not validate against our published schema",
    ),
    "ValidationError": _kind(
        "The input fails to satisfy the constraints specified by an AWS service.",
        query=("ValidationError", 400),
        json=("ValidationException", 400),
        s3=("InvalidArgument", 400),
        s3_said="Invalid Argument",
    ),
    "NotImplemented": _kind(
        "This operation is not implemented here.",
        query=("NotImplemented", 501),
        json=("NotImplemented", 501),
        s3=("NotImplemented", 501),
        s3_said="A header you provided implies functionality that is not implemented",
    ),
    "RequestTooLarge": _kind(
        "The request is larger than this operation takes.",
        query=("RequestEntityTooLarge", 413),
        json=("RequestEntityTooLargeException", 413),
        s3=("EntityTooLarge", 400),
        s3_said="Your proposed upload exceeds the maximum allowed size",
    ),
    "Throttling": _kind(
        "Rate exceeded",
        query=("Throttling", 400),
        json=("ThrottlingException", 400),
        rest=429,
        s3=("SlowDown", 503),
        s3_said="Please reduce your request rate.",
    ),
    "ServiceUnavailable": _kind(
        "The request has failed due to a temporary failure of the server.",
        query=("ServiceUnavailable", 503),
        json=("ServiceUnavailableException", 503),
        s3=("ServiceUnavailable", 503),
        s3_said="Service is unable to handle request.",
    ),
    "InternalFailure": _kind(
        "The request processing has failed because of an unknown error, exception or failure.",
        query=("InternalFailure", 500),
        json=("InternalFailure", 500),
        s3=("InternalError", 500),
        s3_said="We encountered an internal error. Please try again.",
    ),
}
