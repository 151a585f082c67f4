"""The default encryption of a bucket: put, get, delete.

1. There is one rule (MalformedXML). Its algorithm is AES256; there is no key service, so keys of one are
   refused (NotImplemented).
2. A key id belongs to a key service: InvalidArgument with AES256.
3. It may block keys of customers (SSE-C) for new objects.
4. Without a configuration, the default is AES256 too. Deleting makes it so.

Source: Amazon S3 API Reference, PutBucketEncryption, GetBucketEncryption, DeleteBucketEncryption; User Guide,
"Setting default server-side encryption behavior for Amazon S3 buckets".
"""

from typing import Any

import msgspec

from watchword.facts.buckets import BucketFact
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.s3.demands import bucket_of, on_bucket
from watchword.services.s3.errors import invalid_argument, s3_error
from watchword.services.s3.integrity import check_body
from watchword.store.s3 import bucket_settings

SETTING = "encryption"
"""The name of the setting of a bucket."""
AES256 = "AES256"
BLOCKED, SSE_C = "BlockedEncryptionTypes", "SSE-C"
_BLOCKABLE: tuple[list[str], ...] = (["NONE"], [SSE_C])
_DEFAULT = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": AES256}, "BucketKeyEnabled": False}


def blocks_customer_keys(fact: BucketFact) -> bool:
    """Whether new objects with keys of customers are refused: rule 3."""
    document = fact.settings.get(SETTING)
    blocked = msgspec.json.decode(document).get(BLOCKED, {}) if document else {}
    return SSE_C in blocked.get("EncryptionType", ())


def put_bucket_encryption(call: Call) -> Output:
    """PutBucketEncryption."""
    check_body(call.request, required=True)
    rules: list[dict[str, Any]] = call.input["ServerSideEncryptionConfiguration"]["Rules"]
    if len(rules) != 1:
        raise s3_error("MalformedXML")
    _check(rules[0])
    kept = _DEFAULT | {"BucketKeyEnabled": rules[0].get("BucketKeyEnabled", False)}
    kept |= {BLOCKED: rules[0][BLOCKED]} if BLOCKED in rules[0] else {}
    document = msgspec.json.encode(kept).decode()
    bucket_settings.put(call.tx, bucket_of(call).bucket, SETTING, document)
    return {}


def get_bucket_encryption(call: Call) -> Output:
    """GetBucketEncryption: rule 4."""
    document = bucket_of(call).settings.get(SETTING)
    rule = msgspec.json.decode(document) if document else _DEFAULT
    return {"ServerSideEncryptionConfiguration": {"Rules": [rule]}}


def delete_bucket_encryption(call: Call) -> Output:
    """DeleteBucketEncryption."""
    bucket_settings.put(call.tx, bucket_of(call).bucket, SETTING, None)
    return {}


def _check(rule: dict[str, Any]) -> None:
    """Rules 1 to 3."""
    default = rule.get("ApplyServerSideEncryptionByDefault")
    if default is None:
        raise s3_error("MalformedXML")
    if default["SSEAlgorithm"] != AES256:
        raise s3_error("NotImplemented", f"{default['SSEAlgorithm']} needs a key service, and there is none.")
    if "KMSMasterKeyID" in default:
        said = "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms"
        raise invalid_argument(said, "KMSMasterKeyID", default["KMSMasterKeyID"])
    if rule.get(BLOCKED, {}).get("EncryptionType", ["NONE"]) not in _BLOCKABLE:
        raise s3_error("MalformedXML")


OPERATIONS: dict[str, Operation] = {
    "PutBucketEncryption": writes(put_bucket_encryption, on_bucket("s3:PutEncryptionConfiguration")),
    "GetBucketEncryption": reads(get_bucket_encryption, on_bucket("s3:GetEncryptionConfiguration")),
    "DeleteBucketEncryption": writes(delete_bucket_encryption, on_bucket("s3:PutEncryptionConfiguration")),
}
