"""What a request may not ask for here: refused, never ignored.

An `x-amz-*` header that isn't in the table below asks for something that this server doesn't do or
doesn't know, and answers NotImplemented with the header's name: server-side encryption, tags, object lock,
website redirects and whatever comes to be. The table stands before every operation of the service.

ACLs are off on every bucket (Object Ownership is BucketOwnerEnforced, the default at AWS since April
2023), so a canned ACL may only say what holds anyway.

Source: Amazon S3 API Reference, "Common request headers", and the headers of each operation; User Guide,
"Controlling ownership of objects and disabling ACLs".
"""

from watchword.objects import ALGORITHMS
from watchword.services.operation import Call
from watchword.services.s3.errors import s3_error

_ANY = frozenset[str]()

HONOURED: dict[str, frozenset[str]] = {
    # How the request is signed and received.
    "x-amz-content-sha256": _ANY,
    "x-amz-date": _ANY,
    "x-amz-decoded-content-length": _ANY,
    "x-amz-region-set": _ANY,
    "x-amz-security-token": _ANY,
    "x-amz-trailer": _ANY,
    "x-amz-user-agent": _ANY,
    # Whose bucket it must be; who pays (the owner, always).
    "x-amz-expected-bucket-owner": _ANY,
    "x-amz-source-expected-bucket-owner": _ANY,
    "x-amz-request-payer": _ANY,
    # Checksums.
    **{f"x-amz-checksum-{algorithm.lower()}": _ANY for algorithm in ALGORITHMS},
    "x-amz-checksum-algorithm": _ANY,
    "x-amz-checksum-mode": _ANY,
    "x-amz-checksum-type": _ANY,
    "x-amz-sdk-checksum-algorithm": _ANY,
    # Copies.
    "x-amz-copy-source": _ANY,
    "x-amz-copy-source-if-match": _ANY,
    "x-amz-copy-source-if-modified-since": _ANY,
    "x-amz-copy-source-if-none-match": _ANY,
    "x-amz-copy-source-if-unmodified-since": _ANY,
    "x-amz-copy-source-range": _ANY,
    "x-amz-metadata-directive": frozenset({"COPY", "REPLACE"}),
    "x-amz-tagging-directive": frozenset({"COPY", "REPLACE"}),
    # Uploads in parts.
    "x-amz-mp-object-size": _ANY,
    # What holds anyway.
    "x-amz-bucket-namespace": frozenset({"global"}),
    "x-amz-bucket-object-lock-enabled": frozenset({"false", "False"}),
    "x-amz-bypass-governance-retention": frozenset({"false", "False"}),
    "x-amz-confirm-remove-self-bucket-access": _ANY,
    "x-amz-object-ownership": frozenset({"BucketOwnerEnforced"}),
    "x-amz-optional-object-attributes": _ANY,
    "x-amz-storage-class": frozenset({"STANDARD"}),
}
"""Header -> the values that are honoured; an empty set means any."""

_ENFORCED_ACLS = {"private", "bucket-owner-full-control"}


def refuse_unserved(call: Call) -> None:
    """Raises NotImplemented for what isn't served, and S3's own refusal of ACLs."""
    for name, value in call.request.headers:
        if name == "x-amz-acl" or name.startswith("x-amz-grant-"):
            if value not in _ENFORCED_ACLS:
                raise s3_error(_NO_ACLS.get(call.name, "AccessControlListNotSupported"))
        elif name.startswith("x-amz-") and not name.startswith("x-amz-meta-"):
            honoured = HONOURED.get(name)
            if honoured is None or (honoured and value not in honoured):
                raise s3_error("NotImplemented", Header=name)


_NO_ACLS = {"CreateBucket": "InvalidBucketAclWithObjectOwnership"}
