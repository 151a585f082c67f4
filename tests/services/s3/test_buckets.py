"""Buckets: names, owners, regions, pages."""

from collections.abc import Callable
from datetime import datetime

import pytest
from tests.services.s3.harness import OTHER, OWNER, Counter

from watchword.names.principal import Root, User
from watchword.services.s3.limits import canonical_id


def test_made_looked_at_removed(s3: Counter) -> None:
    assert s3("CreateBucket", Bucket="bucket") == {"Location": "/bucket"}
    assert s3("HeadBucket", Bucket="bucket")["BucketRegion"] == "us-east-1"
    assert s3("GetBucketLocation", Bucket="bucket") == {}
    assert s3("DeleteBucket", Bucket="bucket") == {}
    assert s3.code("HeadBucket", Bucket="bucket") == "NoSuchBucket"


def test_a_name_is_had_once(s3: Counter, bucket: str) -> None:
    there = {"CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
    own = s3.error("CreateBucket", Bucket=bucket, **there)
    assert (own.code, own.status, own.fields) == ("BucketAlreadyOwnedByYou", 409, {"BucketName": bucket})
    others = s3.error("CreateBucket", Bucket=bucket, by=Root(OTHER))
    assert (others.code, others.status) == ("BucketAlreadyExists", 409)


def test_a_bucket_is_made_again_in_the_first_region_only(s3: Counter) -> None:
    """API Reference, CreateBucket, BucketAlreadyOwnedByYou: 200, and the ACL is reset."""
    s3("CreateBucket", Bucket="first", ObjectOwnership="ObjectWriter")
    private = s3("GetBucketAcl", Bucket="first")
    s3("PutBucketAcl", Bucket="first", GrantRead=f"id={canonical_id(OTHER)}")
    s3.put("first", "key", b"data")
    for acl in ({}, {"ACL": "private"}):
        assert s3("CreateBucket", Bucket="first", **acl) == {"Location": "/first"}
    assert s3("GetBucketAcl", Bucket="first") == private
    assert s3.get("first", "key") == b"data"
    tagged = {"CreateBucketConfiguration": {"Tags": [{"Key": "a", "Value": "1"}]}}
    for more in ({"ObjectOwnership": "BucketOwnerEnforced"}, {"ACL": "public-read"}, tagged):
        assert s3.code("CreateBucket", Bucket="first", **more) == "BucketAlreadyOwnedByYou"
    second = {"Bucket": "second", "CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
    s3("CreateBucket", **second)
    assert s3.code("CreateBucket", **second) == "BucketAlreadyOwnedByYou"
    assert s3.code("CreateBucket", Bucket="second") == "BucketAlreadyOwnedByYou"


def test_an_impossible_name(s3: Counter) -> None:
    assert s3.code("CreateBucket", Bucket="No_Bucket") == "InvalidBucketName"
    assert s3.code("HeadBucket", Bucket="No_Bucket") == "InvalidBucketName"


@pytest.mark.parametrize(
    ("signed", "constraint", "expected"),
    [
        ("us-east-1", None, "us-east-1"),
        ("us-east-1", "eu-west-1", "eu-west-1"),
        ("us-east-1", "EU", "eu-west-1"),
        ("eu-west-1", "eu-west-1", "eu-west-1"),
        ("eu-west-1", "EU", "eu-west-1"),
        ("local", "local", "local"),
        ("eu-west-1", None, "IllegalLocationConstraintException"),
        ("eu-west-1", "us-west-2", "IllegalLocationConstraintException"),
        ("us-east-1", "us-east-1", "InvalidLocationConstraint"),
        ("us-east-1", "No Where", "InvalidLocationConstraint"),
    ],
)
def test_a_bucket_is_in_the_region_named_or_signed_for(
    s3: Counter, signed: str, constraint: str | None, expected: str
) -> None:
    given = {"CreateBucketConfiguration": {"LocationConstraint": constraint}} if constraint else {}
    if expected[0].isupper():
        assert s3.code("CreateBucket", Bucket="bucket", region=signed, **given) == expected
        return
    s3("CreateBucket", Bucket="bucket", region=signed, **given)
    assert s3("HeadBucket", Bucket="bucket")["BucketRegion"] == expected
    location = s3("GetBucketLocation", Bucket="bucket").get("LocationConstraint")
    assert location == (None if expected == "us-east-1" else expected)


def test_only_location_and_tags_can_be_configured(s3: Counter) -> None:
    configuration = {"Location": {"Type": "AvailabilityZone", "Name": "a"}}
    assert (
        s3.code("CreateBucket", Bucket="bucket", CreateBucketConfiguration=configuration) == "NotImplemented"
    )


def test_only_an_empty_bucket_goes(s3: Counter, bucket: str) -> None:
    s3.put(bucket, "key")
    refused = s3.error("DeleteBucket", Bucket=bucket)
    assert (refused.code, refused.status, refused.fields) == ("BucketNotEmpty", 409, {"BucketName": bucket})
    s3("DeleteObject", Bucket=bucket, Key="key")
    s3("DeleteBucket", Bucket=bucket)


def test_everybody_lists_their_own(s3: Counter, now: datetime) -> None:
    s3("CreateBucket", Bucket="bucket-b")
    s3("CreateBucket", Bucket="bucket-a")
    s3("CreateBucket", Bucket="bucket-c", by=Root(OTHER))
    listed, now = s3("ListBuckets"), now.replace(microsecond=0)
    assert listed["Owner"] == {"ID": canonical_id(OWNER)}
    assert listed["Buckets"] == [
        {"Name": "bucket-a", "CreationDate": now},
        {"Name": "bucket-b", "CreationDate": now},
    ]


def test_pages_of_buckets(s3: Counter) -> None:
    names = [f"log-{number}" for number in range(5)]
    for name in ("archive", *names, "zebra"):
        s3("CreateBucket", Bucket=name)
    seen: list[str] = []
    given: dict[str, object] = {"Prefix": "log", "MaxBuckets": 2}
    while True:
        page = s3("ListBuckets", **given)
        assert page["Prefix"] == "log"
        seen += [each["Name"] for each in page["Buckets"]]
        if "ContinuationToken" not in page:
            break
        given["ContinuationToken"] = page["ContinuationToken"]
    assert seen == names


def test_buckets_of_a_region(s3: Counter) -> None:
    s3("CreateBucket", Bucket="here")
    s3("CreateBucket", Bucket="there", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    listed = s3("ListBuckets", BucketRegion="eu-west-1")["Buckets"]
    assert [(each["Name"], each["BucketRegion"]) for each in listed] == [("there", "eu-west-1")]


@pytest.mark.parametrize("given", [{"MaxBuckets": 0}, {"MaxBuckets": 10001}, {"ContinuationToken": "x"}])
def test_impossible_pages(s3: Counter, given: dict[str, object]) -> None:
    assert s3.code("ListBuckets", **given) == "InvalidArgument"


def test_expected_owner(s3: Counter, bucket: str) -> None:
    s3("HeadBucket", Bucket=bucket, ExpectedBucketOwner=OWNER)
    assert s3.code("HeadBucket", Bucket=bucket, ExpectedBucketOwner=OTHER) == "AccessDenied"


def test_making_a_bucket_needs_permission(s3: Counter, user: Callable[..., User]) -> None:
    only = """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:CreateBucket",
        "Resource":"arn:aws:s3:::mine-*",
        "Condition":{"StringEquals":{"s3:locationconstraint":"eu-west-1"}}}}"""
    ann = user("ann", only)
    there = {"CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
    s3("CreateBucket", by=ann, Bucket="mine-1", **there)
    assert s3.code("CreateBucket", by=ann, Bucket="mine-2") == "AccessDenied"
    assert s3.code("CreateBucket", by=ann, Bucket="other", **there) == "AccessDenied"
    assert s3.code("ListBuckets", by=ann) == "AccessDenied"


def test_settings_that_terraform_reads(s3: Counter, bucket: str) -> None:
    assert s3("GetBucketVersioning", Bucket=bucket) == {}
    assert s3("GetBucketRequestPayment", Bucket=bucket) == {"Payer": "BucketOwner"}
    assert s3("GetBucketAcl", Bucket=bucket)["Grants"][0]["Permission"] == "FULL_CONTROL"
    error = s3.error("GetBucketTagging", Bucket=bucket)
    assert (error.code, error.status) == ("NoSuchTagSet", 404)
    assert s3.code("GetBucketVersioning", Bucket="nowhere") == "NoSuchBucket"
