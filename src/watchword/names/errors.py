"""What goes wrong, as one type.

An error knows two things: what is *said* to the caller (a code, a status, a message, and the extra
elements a protocol shows) and what is *meant* for the operator (never sent). Two kinds of code exist:

* a code of a service's model or documentation (``NoSuchEntity``, ``NoSuchBucket``): sent as it is;
* one of the `FAULTS` below: a refusal that every protocol words in its own way. The engines raise
  these; `watchword.wire` holds the table that says code, status and message per protocol.

Source of the faults: IAM API Reference, "Common Errors"; Amazon S3 API Reference, "Error responses".
What doesn't belong here: wording per protocol (wire), and anything that decides.
"""

from collections.abc import Mapping
from types import MappingProxyType

FAULTS = {
    "MissingAuthenticationToken": "nothing in the request says who is calling",
    "IncompleteSignature": "an authentication form that lacks a part or has it malformed",
    "UnsupportedSignature": "an authentication form that is not served here",
    "InvalidClientTokenId": "an access key that doesn't exist, is inactive, or doesn't fit its token",
    "InvalidSessionToken": "a session token that can't be opened or whose principal is gone",
    "ExpiredToken": "a session token past its expiry",
    "SignatureDoesNotMatch": "the signature we compute is another one",
    "SignatureExpired": "signed too long ago",
    "SignatureNotYetCurrent": "signed in the future",
    "ScopeMismatch": "a credential scope of another date, region, service or terminator",
    "PayloadHashMismatch": "the body is not the one that x-amz-content-sha256 names",
    "UnsignedHeaders": "headers that must be signed and were not",
    "AccessDenied": "the decision was no",
    "InvalidAction": "no such operation, or none of that name in that version",
    "MalformedInput": "a body or query that can't be read in its protocol",
    "ValidationError": "a value that violates the operation's model",
    "NotImplemented": "the model knows the operation, this server doesn't yet",
    "RequestTooLarge": "a body, header or parameter list beyond the limit",
    "Throttling": "too much at once",
    "ServiceUnavailable": "this node can't answer safely now",
    "InternalFailure": "our fault; the operator's log has the reason under the request id",
}


class AwsError(Exception):
    """A refusal or failure, in the words of AWS.

    code: one of FAULTS or a code of the service; status: HTTP status (a fault's is replaced by its
    protocol's own); said: the message for the caller; meant: the reason for the operator's log;
    fields: further elements to show (S3's BucketName, StringToSign, ...).
    """

    def __init__(
        self,
        code: str,
        status: int,
        said: str,
        meant: str = "",
        fields: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(code, said)
        self.code = code
        self.status = status
        self.said = said
        self.meant = meant
        self.fields = fields

    def __str__(self) -> str:
        return f"{self.code}: {self.said}"


def fault(kind: str, said: str = "", meant: str = "", **fields: str) -> AwsError:
    """One of FAULTS. `said` empty means: the protocol's own standard sentence."""
    if kind not in FAULTS:
        raise KeyError(kind)
    return AwsError(kind, 0, said, meant, fields)
