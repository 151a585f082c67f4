"""One type for all errors of AWS's interfaces.

An error has two sides: what is *said* to the caller (a code, a status, a message, and further elements of
S3), and what is *meant* for the operator, which is never sent. There are two kinds of code:

* a code of a service's model or documentation (``NoSuchEntity``, ``NoSuchBucket``): sent as it is;
* one of the `FAULTS` below, for refusals that each protocol words in its own way. The engines raise them;
  a table in `watchword.wire` has code, status and message for each protocol.

Source of the faults: IAM API Reference, "Common Errors"; Amazon S3 API Reference, "Error responses".
Not here: the wording of a protocol (wire), and anything that decides.
"""

from collections.abc import Mapping
from types import MappingProxyType

FAULTS = {
    "MissingAuthenticationToken": "the request has no credentials",
    "IncompleteSignature": "the signature lacks a part, or a part is malformed",
    "UnsupportedSignature": "the kind of signature isn't supported here",
    "InvalidClientTokenId": "the access key doesn't exist, is inactive, or isn't the session token's",
    "InvalidSessionToken": "the session token can't be opened, or its principal was deleted",
    "ExpiredToken": "the session token has expired",
    "SignatureDoesNotMatch": "the server computes another signature",
    "SignatureExpired": "the request was signed too long ago",
    "SignatureNotYetCurrent": "the request was signed in the future",
    "ScopeMismatch": "the credential scope has another date, region, service or terminator",
    "PayloadHashMismatch": "the hash of the body isn't the one in x-amz-content-sha256",
    "UnsignedHeaders": "a header that must be signed isn't",
    "AccessDenied": "the decision is no",
    "InvalidAction": "there is no such operation in that version",
    "MalformedInput": "the body or query can't be read in its protocol",
    "ValidationError": "a value violates the operation's model",
    "NotImplemented": "the model has the operation, this server doesn't serve it",
    "RequestTooLarge": "the body, a header or a list of parameters exceeds its limit",
    "Throttling": "too many requests at once",
    "ServiceUnavailable": "this node can't answer safely now",
    "InternalFailure": "a defect of the server; the operator's log has the reason under the request id",
}


class AwsError(Exception):
    """A refusal or failure, in AWS's words.

    it); said: the message for the caller; meant: the reason, for the operator's log; fields: further
    elements of the answer, such as S3's BucketName; headers: further headers, names in lower case.
    in_s3: the same error as S3 reports it, where S3 has a code of its own.
    """

    def __init__(
        self,
        code: str,
        status: int,
        said: str,
        meant: str = "",
        fields: Mapping[str, str] = MappingProxyType({}),
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(code, said)
        self.code = code
        self.status = status
        self.said = said
        self.meant = meant
        self.fields = fields
        self.headers = headers
        self.in_s3: AwsError | None = None
        self.request_id = ""
        """Of a call from inside, which has a record of its own."""

    def with_headers(self, headers: Mapping[str, str]) -> "AwsError":
        """The same error, told with these headers as well."""
        self.headers = {**self.headers, **headers}
        return self

    def in_s3_as(self, other: "AwsError") -> "AwsError":
        """The same error; S3 reports it as `other`."""
        self.in_s3 = other
        return self

    def __str__(self) -> str:
        return f"{self.code}: {self.said}"


def fault(kind: str, said: str = "", meant: str = "", **fields: str) -> AwsError:
    """One of FAULTS. Without `said` the caller reads the protocol's standard message."""
    if kind not in FAULTS:
        raise KeyError(kind)
    return AwsError(kind, 0, said, meant, fields)
