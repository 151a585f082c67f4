"""A header that asks for what isn't served is refused, in every operation."""

import pytest
from tests.services.s3.harness import Counter

from watchword.services.s3 import OPERATIONS

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("x-amz-server-side-encryption", "AES256"),
        ("x-amz-server-side-encryption", "aws:kms"),
        ("x-amz-server-side-encryption-customer-algorithm", "AES256"),
        ("x-amz-copy-source-server-side-encryption-customer-key", "a"),
        ("x-amz-tagging", "a=b"),
        ("x-amz-object-lock-mode", "GOVERNANCE"),
        ("x-amz-object-lock-legal-hold", "ON"),
        ("x-amz-website-redirect-location", "/"),
        ("x-amz-storage-class", "GLACIER"),
        ("x-amz-write-offset-bytes", "5"),
        ("x-amz-bypass-governance-retention", "true"),
        ("x-amz-mfa", "arn 123456"),
        ("x-amz-whatever-comes", "1"),
        ("x-amz-bucket-object-lock-enabled", "true"),
        ("x-amz-object-ownership", "ObjectWriter"),
        ("x-amz-if-match-size", "1"),
    ],
)
def test_what_is_not_served_is_refused(s3: Counter, header: str, value: str) -> None:
    error = s3.error("PutObject", Bucket="bucket", Key="key", headers={header: value})
    assert (error.code, error.status, error.fields) == ("NotImplemented", 501, {"Header": header})


@pytest.mark.parametrize("name", OPERATIONS)
def test_it_is_refused_in_every_operation(s3: Counter, name: str) -> None:
    assert s3.code(name, headers={"x-amz-server-side-encryption": "AES256"}) == "NotImplemented"


@pytest.mark.parametrize(
    "headers",
    [
        {"x-amz-acl": "private"},
        {"x-amz-acl": "bucket-owner-full-control"},
        {"x-amz-storage-class": "STANDARD"},
        {"x-amz-meta-anything": "at all"},
        {"x-amzn-trace-id": "Root=1"},
        {"x-amz-object-ownership": "BucketOwnerEnforced"},
    ],
)
def test_what_holds_anyway_may_be_said_and_changes_nothing(
    s3: Counter, bucket: str, headers: dict[str, str]
) -> None:
    s3.put(bucket, "plain", b"data")
    s3.put(bucket, "key", b"data", headers=headers)
    assert s3.get(bucket, "key") == b"data"
    assert s3("HeadObject", Bucket=bucket, Key="key") == s3("HeadObject", Bucket=bucket, Key="plain")


@pytest.mark.parametrize(
    "headers",
    [{"x-amz-acl": "public-read"}, {"x-amz-grant-read": "id=a"}, {"x-amz-grant-full-control": "id=a"}],
)
def test_acls_are_off(s3: Counter, bucket: str, headers: dict[str, str]) -> None:
    given = {"Bucket": bucket, "headers": headers}
    assert s3.code("PutObject", **given, Key="key") == "AccessControlListNotSupported"
    assert s3.code("CreateBucket", **given) == "InvalidBucketAclWithObjectOwnership"
