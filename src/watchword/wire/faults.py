"""Faults in every error format: fault x format -> code, status, default message.

Faults are those of `names.errors.FAULTS`. Formats are the protocols, `query-json` for query services that are
asked for JSON, and `text` for a request whose protocol isn't known. `rest-xml` has the codes of S3, the one
service that uses it. A message of the error's own replaces the default; code and status always come from
here. A test checks that the table is complete.

Sources: IAM API Reference and STS API Reference, "Common Error Types"; Amazon S3 API Reference, "Error
responses", "List of error codes"; API References of AWS Lambda, Amazon DynamoDB and AWS Organizations,
"Common Errors"; Smithy 2.0, AWS protocols, "Operation error serialization".
What doesn't belong here: documents (error_writers), errors of a model.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

ErrorFormat = Literal["query", "query-json", "json", "rest-json", "rest-xml", "text"]


class ErrorTemplate(NamedTuple):
    """One fault in one format."""

    code: str
    status: int
    message: str


def _row(
    message: str,
    query: tuple[str, int],
    json: tuple[str, int],
    s3: tuple[str, int],
    s3_message: str = "",
    rest: int = 0,
) -> Mapping[ErrorFormat, ErrorTemplate]:
    """One row: the message; code and status in query, json and S3; the status in rest-json if it differs."""
    return {
        "query": ErrorTemplate(*query, message),
        "query-json": ErrorTemplate(*query, message),
        "json": ErrorTemplate(*json, message),
        "rest-json": ErrorTemplate(json[0], rest or json[1], message),
        "rest-xml": ErrorTemplate(*s3, s3_message or message),
        "text": ErrorTemplate(*query, message),
    }


_SECURITY_TOKEN = "The security token included in the request is invalid."  # noqa: S105 a message
_SIGNATURE = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
    "Access Key and signing method. Consult the service documentation for details."
)
_S3_SIGNATURE = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your key and signing method."
)
_S3_MALFORMED = "The XML you provided was not well-formed or did not validate against our published schema"
_S3_SKEW = "The difference between the request time and the current time is too large."

FAULTS: Mapping[str, Mapping[ErrorFormat, ErrorTemplate]] = {
    "MissingAuthenticationToken": _row(
        "Request is missing Authentication Token",
        query=("MissingAuthenticationToken", 403),
        json=("MissingAuthenticationTokenException", 400),
        rest=403,
        s3=("AccessDenied", 403),
        s3_message="Access Denied",
    ),
    "IncompleteSignature": _row(
        "The request signature does not conform to AWS standards.",
        query=("IncompleteSignature", 400),
        json=("IncompleteSignatureException", 400),
        rest=403,
        s3=("AuthorizationHeaderMalformed", 400),
        s3_message="The authorization header you provided is invalid.",
    ),
    "UnsupportedSignature": _row(
        "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
        query=("IncompleteSignature", 400),
        json=("IncompleteSignatureException", 400),
        rest=403,
        s3=("InvalidRequest", 400),
    ),
    "InvalidClientTokenId": _row(
        _SECURITY_TOKEN,
        query=("InvalidClientTokenId", 403),
        json=("UnrecognizedClientException", 400),
        rest=403,
        s3=("InvalidAccessKeyId", 403),
        s3_message="The AWS Access Key Id you provided does not exist in our records.",
    ),
    "InvalidSessionToken": _row(
        _SECURITY_TOKEN,
        query=("InvalidClientTokenId", 403),
        json=("UnrecognizedClientException", 400),
        rest=403,
        s3=("InvalidToken", 400),
        s3_message="The provided token is malformed or otherwise invalid.",
    ),
    "ExpiredToken": _row(
        "The security token included in the request is expired",
        query=("ExpiredToken", 403),
        json=("ExpiredTokenException", 400),
        rest=403,
        s3=("ExpiredToken", 400),
        s3_message="The provided token has expired.",
    ),
    "SignatureDoesNotMatch": _row(
        _SIGNATURE,
        query=("SignatureDoesNotMatch", 403),
        json=("InvalidSignatureException", 400),
        rest=403,
        s3=("SignatureDoesNotMatch", 403),
        s3_message=_S3_SIGNATURE,
    ),
    "SignatureExpired": _row(
        "Signature expired",
        query=("SignatureDoesNotMatch", 403),
        json=("InvalidSignatureException", 400),
        rest=403,
        s3=("RequestTimeTooSkewed", 403),
        s3_message=_S3_SKEW,
    ),
    "SignatureNotYetCurrent": _row(
        "Signature not yet current",
        query=("SignatureDoesNotMatch", 403),
        json=("InvalidSignatureException", 400),
        rest=403,
        s3=("RequestTimeTooSkewed", 403),
        s3_message=_S3_SKEW,
    ),
    "ScopeMismatch": _row(
        "Credential should be scoped correctly.",
        query=("SignatureDoesNotMatch", 403),
        json=("InvalidSignatureException", 400),
        rest=403,
        s3=("AuthorizationHeaderMalformed", 400),
        s3_message="The authorization header you provided is invalid.",
    ),
    "PayloadHashMismatch": _row(
        _SIGNATURE,
        query=("SignatureDoesNotMatch", 403),
        json=("InvalidSignatureException", 400),
        rest=403,
        s3=("XAmzContentSHA256Mismatch", 400),
        s3_message="The provided 'x-amz-content-sha256' header does not match what was computed.",
    ),
    "UnsignedHeaders": _row(
        _SIGNATURE,
        query=("SignatureDoesNotMatch", 403),
        json=("InvalidSignatureException", 400),
        rest=403,
        s3=("AccessDenied", 403),
        s3_message="There were headers present in the request which were not signed",
    ),
    "AccessDenied": _row(
        "Access Denied",
        query=("AccessDenied", 403),
        json=("AccessDeniedException", 400),
        rest=403,
        s3=("AccessDenied", 403),
    ),
    "InvalidAction": _row(
        "The action or operation requested is invalid.",
        query=("InvalidAction", 400),
        json=("UnknownOperationException", 400),
        rest=404,
        s3=("MethodNotAllowed", 405),
        s3_message="The specified method is not allowed against this resource.",
    ),
    "MalformedInput": _row(
        "The request can't be read.",
        query=("MalformedInput", 400),
        json=("SerializationException", 400),
        s3=("MalformedXML", 400),
        s3_message=_S3_MALFORMED,
    ),
    "ValidationError": _row(
        "The input fails to satisfy the constraints specified by an AWS service.",
        query=("ValidationError", 400),
        json=("ValidationException", 400),
        s3=("InvalidArgument", 400),
        s3_message="Invalid Argument",
    ),
    "NotImplemented": _row(
        "This operation is not implemented here.",
        query=("NotImplemented", 501),
        json=("NotImplemented", 501),
        s3=("NotImplemented", 501),
        s3_message="A header you provided implies functionality that is not implemented",
    ),
    "RequestTooLarge": _row(
        "The request is larger than this operation takes.",
        query=("RequestEntityTooLarge", 413),
        json=("RequestEntityTooLargeException", 413),
        s3=("EntityTooLarge", 400),
        s3_message="Your proposed upload exceeds the maximum allowed size",
    ),
    "Throttling": _row(
        "Rate exceeded",
        query=("Throttling", 400),
        json=("ThrottlingException", 400),
        rest=429,
        s3=("SlowDown", 503),
        s3_message="Please reduce your request rate.",
    ),
    "ServiceUnavailable": _row(
        "The request has failed due to a temporary failure of the server.",
        query=("ServiceUnavailable", 503),
        json=("ServiceUnavailableException", 503),
        s3=("ServiceUnavailable", 503),
        s3_message="Service is unable to handle request.",
    ),
    "InternalFailure": _row(
        "The request processing has failed because of an unknown error, exception or failure.",
        query=("InternalFailure", 500),
        json=("InternalFailure", 500),
        s3=("InternalError", 500),
        s3_message="We encountered an internal error. Please try again.",
    ),
}
