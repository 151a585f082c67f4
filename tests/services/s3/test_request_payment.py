"""Requester pays: others than the owner say that they pay, or are refused."""

import json
from typing import Any

import pytest
from tests.services.harness import SHAPES
from tests.services.s3.harness import OTHER, Counter

from watchword.names import Body
from watchword.names.principal import Anonymous, Root
from watchword.services.s3 import OPERATIONS
from watchword.services.s3.request_payment import PAID, TELL

REQUESTER = {"RequestPaymentConfiguration": {"Payer": "Requester"}}
WHERE = {"Bucket": "bucket", "Key": "key"}
PAYS = {"RequestPayer": "requester"}
EVERYBODY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": ["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"],
        },
    }
)

ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def paid_bucket(s3: Counter, open_bucket: str) -> str:
    """A bucket for everybody, but the requester pays."""
    s3.put(open_bucket, "key", b"data")
    s3("PutBucketPolicy", Bucket=open_bucket, Policy=EVERYBODY)
    s3("PutBucketRequestPayment", Bucket=open_bucket, **REQUESTER)
    return open_bucket


@ON_SQLITE
def test_set_and_got(s3: Counter, bucket: str) -> None:
    for payer in ("BucketOwner", "Requester", "BucketOwner"):
        s3("PutBucketRequestPayment", Bucket=bucket, RequestPaymentConfiguration={"Payer": payer})
        assert s3("GetBucketRequestPayment", Bucket=bucket) == {"Payer": payer}
    nobody = {"RequestPaymentConfiguration": {"Payer": "nobody"}}
    assert s3.code("PutBucketRequestPayment", Bucket=bucket, **nobody) == "MalformedXML"


@ON_SQLITE
def test_others_say_that_they_pay(s3: Counter, paid_bucket: str) -> None:
    other, asked = Root(OTHER), {**WHERE, "by": Root(OTHER)}
    assert s3.code("GetObject", **asked) == "AccessDenied"
    assert s3.code("GetObject", **asked, RequestPayer="owner") == "AccessDenied"
    assert s3("GetObject", **asked, **PAYS)["RequestCharged"] == "requester"
    assert s3.code("ListObjectsV2", Bucket=paid_bucket, by=other) == "AccessDenied"
    assert s3("ListObjectsV2", Bucket=paid_bucket, by=other, **PAYS)["RequestCharged"] == "requester"
    assert s3.code("PutObject", **asked, Body=Body(b"")) == "AccessDenied"
    assert s3.blobs() == 1
    assert s3("GetBucketRequestPayment", Bucket=paid_bucket, by=other) == {"Payer": "Requester"}


@ON_SQLITE
def test_the_owner_pays_anyway(s3: Counter, paid_bucket: str) -> None:
    assert "RequestCharged" not in s3("GetObject", **WHERE)
    assert "RequestCharged" not in s3("GetObject", **WHERE, **PAYS)


@ON_SQLITE
def test_nobody_can_pay_without_a_name(s3: Counter, paid_bucket: str, nobody: Anonymous) -> None:
    assert s3.code("GetObject", **WHERE, by=nobody, **PAYS) == "AccessDenied"
    s3("PutBucketRequestPayment", Bucket=paid_bucket, RequestPaymentConfiguration={"Payer": "BucketOwner"})
    assert s3.get(paid_bucket, "key", by=nobody) == b"data"


@ON_SQLITE
def test_a_copy_pays_for_its_source(s3: Counter, paid_bucket: str) -> None:
    other = Root(OTHER)
    s3("CreateBucket", Bucket="others", by=other)
    copy: dict[str, Any] = {"Bucket": "others", "Key": "copy", "CopySource": "bucket/key", "by": other}
    assert s3.code("CopyObject", **copy) == "AccessDenied"
    assert s3("CopyObject", **copy, **PAYS)["RequestCharged"] == "requester"


def test_these_are_the_operations_of_the_model() -> None:
    """But for settings of buckets, where the model has the header and the User Guide doesn't demand it."""
    models = {name: SHAPES["s3"].operation_model(name) for name in OPERATIONS}
    asked = {
        name
        for name, each in models.items()
        if each.input_shape and "RequestPayer" in each.input_shape.members
    }
    told = {
        name
        for name, each in models.items()
        if each.output_shape and "RequestCharged" in each.output_shape.members
    }
    of_settings = {"GetBucketAccelerateConfiguration", "PutObjectLockConfiguration"}
    assert PAID - {"DeleteObjectTagging"} == asked - of_settings
    assert told - of_settings == TELL
