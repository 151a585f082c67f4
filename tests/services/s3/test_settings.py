"""Settings that buckets have, or that are the same for all: what can be set, and what is refused."""

from typing import Any

import pytest
from tests.services.s3.harness import Counter
from tests.services.s3.test_tags import MD5

AES: dict[str, Any] = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}


def encryption(*rules: dict[str, Any]) -> dict[str, Any]:
    return {"ServerSideEncryptionConfiguration": {"Rules": list(rules)}, "headers": MD5}


def test_the_default_encryption(s3: Counter, bucket: str) -> None:
    default = encryption(AES | {"BucketKeyEnabled": False})
    del default["headers"]
    assert s3("GetBucketEncryption", Bucket=bucket) == default
    s3("PutBucketEncryption", Bucket=bucket, **encryption(AES | {"BucketKeyEnabled": True}))
    (rule,) = s3("GetBucketEncryption", Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule == AES | {"BucketKeyEnabled": True}
    s3("DeleteBucketEncryption", Bucket=bucket)
    s3("DeleteBucketEncryption", Bucket=bucket)
    assert s3("GetBucketEncryption", Bucket=bucket) == default


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ([], "MalformedXML"),
        ([AES, AES], "MalformedXML"),
        ([{"BucketKeyEnabled": True}], "MalformedXML"),
        ([{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}], "NotImplemented"),
        ([{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms:dsse"}}], "NotImplemented"),
        (
            [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256", "KMSMasterKeyID": "a"}}],
            "InvalidArgument",
        ),
        ([AES | {"BlockedEncryptionTypes": {"EncryptionType": ["SSE-C", "NONE"]}}], "MalformedXML"),
    ],
)
def test_an_encryption_that_there_is_not(
    s3: Counter, bucket: str, rules: list[dict[str, Any]], code: str
) -> None:
    assert s3.code("PutBucketEncryption", Bucket=bucket, **encryption(*rules)) == code


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("name", "given", "code"),
    [
        ("PutBucketAccelerateConfiguration", {"AccelerateConfiguration": {"Status": "Suspended"}}, ""),
        (
            "PutBucketAccelerateConfiguration",
            {"AccelerateConfiguration": {"Status": "Enabled"}},
            "NotImplemented",
        ),
        ("DeleteBucketReplication", {}, ""),
        ("GetBucketMetricsConfiguration", {"Id": "one"}, "NoSuchConfiguration"),
        ("DeleteBucketMetricsConfiguration", {"Id": "one"}, "NoSuchConfiguration"),
    ],
)
def test_what_is_true_anyway_can_be_set(
    s3: Counter, bucket: str, name: str, given: dict[str, Any], code: str
) -> None:
    if code:
        assert s3.code(name, Bucket=bucket, **given) == code
    else:
        assert s3(name, Bucket=bucket, **given) == {}
