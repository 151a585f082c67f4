"""A header that asks for what isn't served is refused, in every operation; what is true may be said."""

import pytest
from tests.services.s3.harness import Counter

from watchword.names import Body
from watchword.services.s3 import OPERATIONS

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("x-amz-server-side-encryption", "aws:kms"),
        ("x-amz-server-side-encryption-aws-kms-key-id", "AES256"),
        ("x-amz-server-side-encryption-bucket-key-enabled", "true"),
        ("x-amz-object-lock-event-hold", "ON"),
        ("x-amz-storage-class", "GLACIER"),
        ("x-amz-write-offset-bytes", "5"),
        ("x-amz-mfa", "arn 123456"),
        ("x-amz-whatever-comes", "1"),
        ("x-amz-object-ownership", "ObjectWriter"),
        ("x-amz-if-match-size", "1"),
    ],
)
def test_what_is_not_served_is_refused(s3: Counter, header: str, value: str) -> None:
    error = s3.error("PutObject", Bucket="bucket", Key="key", headers={header: value})
    assert (error.code, error.status, error.fields) == ("NotImplemented", 501, {"Header": header})


@pytest.mark.parametrize("name", OPERATIONS)
def test_it_is_refused_in_every_operation(s3: Counter, name: str) -> None:
    assert s3.code(name, headers={"x-amz-server-side-encryption": "aws:kms"}) == "NotImplemented"


@pytest.mark.parametrize(
    "headers",
    [
        {"x-amz-acl": "private"},
        {"x-amz-acl": "bucket-owner-full-control"},
        {"x-amz-storage-class": "STANDARD"},
        {"x-amz-meta-anything": "at all"},
        {"x-amz-server-side-encryption": "AES256"},
        {"x-amz-api-version": "2006-03-01"},
        {"x-amz-te": "append-md5"},
        {"x-amz-user-agent": "aws-sdk-js/3.0"},
        {"amz-sdk-invocation-id": "1", "amz-sdk-request": "attempt=1"},
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
def test_an_acl_in_an_operation_that_sets_none_is_refused(
    s3: Counter, bucket: str, headers: dict[str, str]
) -> None:
    for name in ("GetObject", "UploadPart", "CompleteMultipartUpload", "DeleteObject"):
        given = {"Bucket": bucket, "Key": "key", "headers": headers}
        assert s3.code(name, **given) == "AccessControlListNotSupported"
    unwritable = {"Bucket": bucket, "Key": "key", "headers": {"x-amz-grant-write": "id=a"}}
    assert s3.code("PutObject", **unwritable) == "AccessControlListNotSupported"


@pytest.mark.parametrize(
    ("name", "header", "value"),
    [
        ("PutObject", "if-modified-since", "Mon, 23 Nov 2026 12:34:56 GMT"),
        ("PutObject", "if-unmodified-since", "Mon, 23 Nov 2026 12:34:56 GMT"),
        ("PutObject", "if-none-match", '"a"'),
        ("DeleteObject", "if-none-match", "*"),
        ("UploadPart", "if-match", '"a"'),
        ("CreateMultipartUpload", "if-none-match", "*"),
        ("AbortMultipartUpload", "if-match", "*"),
        ("CompleteMultipartUpload", "if-unmodified-since", "x"),
        ("DeleteBucket", "if-match", "*"),
    ],
)
def test_a_condition_that_a_write_does_not_have_is_refused(
    s3: Counter, bucket: str, name: str, header: str, value: str
) -> None:
    error = s3.error(name, Bucket=bucket, Key="key", headers={header: value})
    assert (error.code, error.status, error.fields) == ("NotImplemented", 501, {"Header": header})


def test_a_header_in_a_query_that_nothing_signs_is_refused(s3: Counter, bucket: str) -> None:
    for query in ("x-amz-acl=private", "X-Amz-Meta-A=b", "a=1&x%2damz%2Dmeta-a=b"):
        assert s3.code("PutObject", Bucket=bucket, Key="key", query=query) == "NotImplemented"
    s3.put(bucket, "key", b"data", query="X-Amz-Expires=60&x-id=PutObject")


def test_every_object_has_the_encryption_of_s3(s3: Counter, bucket: str) -> None:
    said = {"ServerSideEncryption": "AES256"}
    assert s3.put(bucket, "key", b"data").items() >= said.items()
    upload = s3("CreateMultipartUpload", Bucket=bucket, Key="big")
    part = {"Bucket": bucket, "Key": "big", "UploadId": upload["UploadId"], "PartNumber": 1}
    sent = s3("UploadPart", **part, Body=Body(b"data"))
    copied = s3("UploadPartCopy", **part, CopySource=f"{bucket}/key")
    entry = {"PartNumber": 1, "ETag": copied["CopyPartResult"]["ETag"]}
    whole = {"Bucket": bucket, "Key": "big", "UploadId": upload["UploadId"]}
    done = s3("CompleteMultipartUpload", **whole, MultipartUpload={"Parts": [entry]})
    for output in (
        *(
            upload,
            sent,
            copied,
            done,
            s3("CopyObject", Bucket=bucket, Key="copy", CopySource=f"{bucket}/key"),
        ),
        *(s3("GetObject", Bucket=bucket, Key="key"), s3("HeadObject", Bucket=bucket, Key="key")),
    ):
        assert output.items() >= said.items()
