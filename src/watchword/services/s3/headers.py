"""Which headers a request to S3 can have. Every operation checks them first.

1. Every `x-amz-*` header that AWS's SDKs send, or that S3's model has, is in one of four tables: the server
   reads it; it asks for nothing; only a value that is true anyway is accepted; or it is refused. A header in
   no table is refused too: it asks for something that this server doesn't know.
2. An `x-amz-*` parameter of the query counts as a header if a signature covers it (`sigv4.hoist`). Otherwise
   it is refused.
3. A body whose length isn't told is refused (Transfer-Encoding), unless it is in aws-chunked form.
4. A condition (`If-Match` and so on) that a write doesn't support is refused. If it were ignored, the write
   could overwrite a change that the client wanted to keep.

5. An ACL is read by the operations that set one (_OF_ACLS). In any other it must say what is true anyway.

Every object has server-side encryption AES256, as at S3; or it has a key of the customer's (`customer_keys`).
Sources: Amazon S3 API Reference, "Common request headers" and the headers of each operation; User Guide,
"Controlling ownership of objects and disabling ACLs"; the sources of AWS's SDKs.
"""

from watchword.objects import ALGORITHMS
from watchword.services.operation import Call
from watchword.services.s3.errors import s3_error
from watchword.sigv4.hoist import is_amz
from watchword.wire import form

_CUSTOMERS = "server-side-encryption-customer-"
READ = frozenset(
    {
        # How the request is signed and received.
        *("x-amz-content-sha256", "x-amz-date", "x-amz-decoded-content-length", "x-amz-region-set"),
        *("x-amz-security-token", "x-amz-trailer"),
        # Whose bucket it must be.
        *("x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner"),
        # Checksums.
        *(f"x-amz-checksum-{algorithm.lower()}" for algorithm in ALGORITHMS),
        *("x-amz-checksum-algorithm", "x-amz-checksum-mode", "x-amz-checksum-type"),
        *("x-amz-mp-object-size", "x-amz-sdk-checksum-algorithm"),
        "x-amz-skip-destination-validation",
        # Tags.
        *("x-amz-tagging", "x-amz-tagging-directive"),
        # What is known of an object.
        *("x-amz-object-attributes", "x-amz-max-parts", "x-amz-part-number-marker"),
        # Copies.
        *("x-amz-copy-source", "x-amz-copy-source-range"),
        *("x-amz-copy-source-if-match", "x-amz-copy-source-if-none-match"),
        *("x-amz-copy-source-if-modified-since", "x-amz-copy-source-if-unmodified-since"),
        # Keys of customers, for the object and for the source of a copy.
        *(f"x-amz-{_CUSTOMERS}{part}" for part in ("algorithm", "key", "key-md5")),
        *(f"x-amz-copy-source-{_CUSTOMERS}{part}" for part in ("algorithm", "key", "key-md5")),
        # Who pays.
        "x-amz-request-payer",
        # Where a website redirects to.
        "x-amz-website-redirect-location",
        # Object lock.
        *("x-amz-bucket-object-lock-enabled", "x-amz-bypass-governance-retention", "x-amz-object-lock-mode"),
        *("x-amz-object-lock-retain-until-date", "x-amz-object-lock-legal-hold"),
    }
)
"""Headers that the server acts on."""

WITHOUT_EFFECT = frozenset(
    {
        "x-amz-api-version",  # C++, older JavaScript: the version of the client's model
        "x-amz-bucket-object-lock-token",  # from the time when AWS's support turned object lock on
        "x-amz-cf-id",  # CloudFront: the id of its request
        "x-amz-confirm-remove-self-bucket-access",  # root can change the policy whatever it says
        "x-amz-optional-object-attributes",  # listings: objects have no such attributes here
        "x-amz-transition-default-minimum-object-size",  # there is one storage class
        "x-amz-te",  # Java, older Go: an MD5 may follow the body of the answer
        "x-amz-user-agent",  # JavaScript in browsers, where User-Agent can't be set
    }
)
"""Headers that ask for nothing, or that a server may ignore by their definition."""

TRUE_ANYWAY = {
    "x-amz-bucket-namespace": {"global"},
    "x-amz-metadata-directive": {"COPY", "REPLACE"},
    "x-amz-object-ownership": {"BucketOwnerEnforced"},
    "x-amz-server-side-encryption": {"AES256"},
    "x-amz-server-side-encryption-bucket-key-enabled": {"false", "False"},
    "x-amz-storage-class": {"STANDARD"},
}
"""Header -> the values that are accepted."""

REFUSED = frozenset(
    {
        "x-amz-mfa",
        "x-amz-object-annotation-directive",
        "x-amz-s3session-token",
        "x-amz-write-offset-bytes",
    }
)
REFUSED_PREFIXES = (
    "x-amz-if-match-",
    "x-amz-object-lock-event-hold",
    "x-amz-server-side-encryption-",
)
"""For what isn't served: KMS keys, event holds, appending, annotations."""

_OF_CLIENTS = frozenset(
    {
        *("accept-encoding", "amz-sdk-invocation-id", "amz-sdk-request", "authorization", "content-length"),
        *("content-type", "host", "user-agent"),
    }
)
"""Headers that SDKs send with all requests."""
_ENFORCED_ACLS = {"private", "bucket-owner-full-control"}
_OF_ACLS = {
    "CopyObject",
    "CreateBucket",
    "CreateMultipartUpload",
    "PutBucketAcl",
    "PutObject",
    "PutObjectAcl",
}
_TO_WRITE, _OF_WRITING = "x-amz-grant-write", {"CreateBucket", "PutBucketAcl", "PutObjectAcl"}
"""An object to come can't be granted to be written: its operations don't have this header."""
_CONDITIONS = {"if-match", "if-none-match", "if-modified-since", "if-unmodified-since"}
_CONDITIONAL = {
    "CompleteMultipartUpload": {"if-match", "if-none-match"},
    "CopyObject": {"if-match", "if-none-match"},
    "DeleteObject": {"if-match"},
    "PutObject": {"if-match", "if-none-match"},
}
"""Write -> the conditions that it has."""


_TAKEN = READ | WITHOUT_EFFECT | _OF_CLIENTS
"""Headers that every operation takes, whatever their values."""


def check_headers(call: Call) -> None:
    """Raises NotImplemented for what isn't served, and S3's own refusal of ACLs."""
    request = call.request
    if not request.by_name.keys() <= _TAKEN:
        _check_each(call)
    for name, _ in form.read_pairs(request.query) if request.query else ():
        if is_amz(name):
            raise s3_error("NotImplemented", Header=name[:80])  # 2.


def _check_each(call: Call) -> None:
    reads = call.request.method in {"GET", "HEAD"}
    for name, value in call.request.headers:
        if name.startswith("x-amz-"):
            _check_header(call.name, name, value)
        elif name == "transfer-encoding":  # a body in aws-chunked form has none any more
            raise s3_error("NotImplemented", Header="Transfer-Encoding")
        elif name in _CONDITIONS and not reads and not _has_condition(call.name, name, value):
            raise s3_error("NotImplemented", Header=name)  # 4.


def _check_header(operation: str, name: str, value: str) -> None:
    """Rule 1."""
    if name in READ or name in WITHOUT_EFFECT or name.startswith("x-amz-meta-"):
        return
    if name == "x-amz-acl" or name.startswith("x-amz-grant-"):
        read = operation in (_OF_WRITING if name == _TO_WRITE else _OF_ACLS)
        if not read and value not in _ENFORCED_ACLS:
            raise s3_error("AccessControlListNotSupported")  # 5.
    elif name == "x-amz-object-ownership" and operation == "CreateBucket":
        return
    elif value not in TRUE_ANYWAY.get(name, ()):
        raise s3_error("NotImplemented", Header=name)


def _has_condition(operation: str, name: str, value: str) -> bool:
    return name in _CONDITIONAL.get(operation, ()) and (name != "if-none-match" or value.strip() == "*")
