"""Condition keys of S3's actions: what a request asks for. How it is signed is in `signing_keys`.

An action has only the keys that the Service Authorization Reference gives it. Values come from the parsed
input, which the operation works with too, so a header that the operation doesn't read fills no key. If the
request leaves a member out, its key is missing. The days that a retention has left are rounded up.
Source: Service Authorization Reference, "Amazon S3"; Amazon S3 User Guide, "Amazon S3 policy keys".
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from math import ceil
from typing import Any

from watchword.services.operation import Call
from watchword.services.s3.copy_source import Source
from watchword.services.signing_keys import Context, signing_keys

Members = Mapping[str, str]
"""Member of the input -> its condition key."""

_ACL: Members = {
    "ACL": "s3:x-amz-acl",
    "GrantFullControl": "s3:x-amz-grant-full-control",
    "GrantRead": "s3:x-amz-grant-read",
    "GrantReadACP": "s3:x-amz-grant-read-acp",
    "GrantWrite": "s3:x-amz-grant-write",
    "GrantWriteACP": "s3:x-amz-grant-write-acp",
}
_UNTIL, _DAY = "ObjectLockRetainUntilDate", timedelta(days=1)
_RETENTION: Members = {
    "ObjectLockMode": "s3:object-lock-mode",
    _UNTIL: "s3:object-lock-retain-until-date",
}
_HOLD: Members = {"ObjectLockLegalHoldStatus": "s3:object-lock-legal-hold"}
OF_ACTION: Mapping[str, Members] = {
    "s3:CreateBucket": {
        **_ACL,
        "BucketNamespace": "s3:x-amz-bucket-namespace",
        "ObjectOwnership": "s3:x-amz-object-ownership",
    },
    **dict.fromkeys(
        ("s3:PutBucketAcl", "s3:PutObjectAcl", "s3:PutObjectVersionAcl"),
        _ACL,
    ),
    "s3:PutObject": {
        **_ACL,
        "CopySource": "s3:x-amz-copy-source",
        "IfMatch": "s3:if-match",
        "IfNoneMatch": "s3:if-none-match",
        "MetadataDirective": "s3:x-amz-metadata-directive",
        "SSECustomerAlgorithm": "s3:x-amz-server-side-encryption-customer-algorithm",
        "ServerSideEncryption": "s3:x-amz-server-side-encryption",
        "StorageClass": "s3:x-amz-storage-class",
        "WebsiteRedirectLocation": "s3:x-amz-website-redirect-location",
        **_RETENTION,
        **_HOLD,
    },
    "s3:PutObjectLegalHold": _HOLD,
    "s3:PutObjectRetention": _RETENTION,
}
_WRITTEN: Mapping[str, Callable[[Any], str]] = {
    "CopySource": lambda header: str(Source.parse(header)),
    _UNTIL: lambda moment: moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
}
"""Members that conditions see in another form."""
_CREATES = "s3:PutObject"
"""The action for objects, and for the parts of multipart uploads."""
_OF_PARTS = {"CreateMultipartUpload", "UploadPart", "UploadPartCopy"}


def keys_of(call: Call, action: str) -> Context:
    """The condition keys of `action` in this call."""
    context, members = signing_keys(call), _members(call)
    for member, key in OF_ACTION.get(action, {}).items():
        if member in members:
            context[key] = _WRITTEN.get(member, str)(members[member])
    if _UNTIL in members and _UNTIL in OF_ACTION.get(action, {}):
        context["s3:object-lock-remaining-retention-days"] = str(ceil((members[_UNTIL] - call.now) / _DAY))
    if action == _CREATES:
        context["s3:ObjectCreationOperation"] = "false" if call.name in _OF_PARTS else "true"
    return context


def _members(call: Call) -> Mapping[str, Any]:
    """The members of the input. A retention and a legal hold have the names that they have in a put."""
    given = call.input
    if "Retention" not in given and "LegalHold" not in given:
        return given
    retention, hold = given.get("Retention", {}), given.get("LegalHold", {})
    renamed = {
        "ObjectLockMode": retention.get("Mode"),
        _UNTIL: retention.get("RetainUntilDate"),
        "ObjectLockLegalHoldStatus": hold.get("Status"),
    }
    return {**given, **{name: value for name, value in renamed.items() if value is not None}}
