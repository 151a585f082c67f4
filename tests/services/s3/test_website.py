"""The website configuration of a bucket: what can be set is what is got, and the rest is refused."""

from typing import Any

import pytest
from tests.services.s3.harness import Counter

from watchword.services.s3.website.configuration import MAX_RULES

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
INDEX = {"IndexDocument": {"Suffix": "index.html"}}
ALL = {"RedirectAllRequestsTo": {"HostName": "example.com"}}
FULL = INDEX | {
    "ErrorDocument": {"Key": "lost.html"},
    "RoutingRules": [
        {
            "Condition": {"HttpErrorCodeReturnedEquals": "404", "KeyPrefixEquals": "a"},
            "Redirect": {"HostName": "example.com", "HttpRedirectCode": "302", "Protocol": "https"},
        },
        {"Redirect": {"ReplaceKeyPrefixWith": ""}},
        {"Redirect": {"ReplaceKeyWith": "b"}},
    ],
}


def rule(condition: dict[str, str] | None = None, **redirect: str) -> dict[str, Any]:
    return {"Condition": condition or {}, "Redirect": redirect}


@pytest.mark.parametrize("document", [INDEX, ALL, FULL], ids=["index", "all", "full"])
def test_set_and_got(s3: Counter, bucket: str, document: dict[str, Any]) -> None:
    s3("PutBucketWebsite", Bucket=bucket, WebsiteConfiguration=document)
    assert s3("GetBucketWebsite", Bucket=bucket) == document
    for _ in range(2):
        s3("DeleteBucketWebsite", Bucket=bucket)
    assert s3.code("GetBucketWebsite", Bucket=bucket) == "NoSuchWebsiteConfiguration"


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({}, "InvalidArgument"),
        ({"ErrorDocument": {"Key": "a"}}, "InvalidArgument"),
        (ALL | INDEX, "InvalidArgument"),
        (ALL | {"RoutingRules": [rule(HostName="a")]}, "InvalidArgument"),
        ({"IndexDocument": {"Suffix": ""}}, "InvalidArgument"),
        ({"IndexDocument": {"Suffix": "a/b"}}, "InvalidArgument"),
        (INDEX | {"ErrorDocument": {"Key": ""}}, "InvalidArgument"),
        ({"RedirectAllRequestsTo": {"HostName": "a", "Protocol": "ftp"}}, "InvalidRequest"),
        ({"RedirectAllRequestsTo": {"HostName": "a/b"}}, "InvalidRequest"),
        (INDEX | {"RoutingRules": [rule(HostName="a\r\nb")]}, "InvalidRequest"),
        (INDEX | {"RoutingRules": [rule(HostName="a@b")]}, "InvalidRequest"),
        (INDEX | {"RoutingRules": [rule(Protocol="ftp")]}, "InvalidRequest"),
        (INDEX | {"RoutingRules": [rule(HttpRedirectCode="300")]}, "InvalidRequest"),
        (INDEX | {"RoutingRules": [rule(HttpRedirectCode="200")]}, "InvalidRequest"),
        (INDEX | {"RoutingRules": [rule(HttpRedirectCode="3000")]}, "InvalidRequest"),
        (
            INDEX | {"RoutingRules": [rule({"HttpErrorCodeReturnedEquals": "302"}, HostName="a")]},
            "InvalidRequest",
        ),
        (INDEX | {"RoutingRules": [rule(ReplaceKeyWith="a", ReplaceKeyPrefixWith="b")]}, "InvalidRequest"),
        (INDEX | {"RoutingRules": [rule()]}, "MalformedXML"),
        (INDEX | {"RoutingRules": [rule(HostName="a")] * (MAX_RULES + 1)}, "InvalidRequest"),
        (INDEX | {"ErrorDocument": {"Key": "a" * (128 << 10)}}, "MalformedXML"),
    ],
)
def test_what_is_no_website(s3: Counter, bucket: str, document: dict[str, Any], code: str) -> None:
    assert s3.code("PutBucketWebsite", Bucket=bucket, WebsiteConfiguration=document) == code


@pytest.mark.parametrize("location", ["", "elsewhere", "ftp://example.com", "/" + "a" * 2048])
def test_what_is_no_location(s3: Counter, bucket: str, location: str) -> None:
    given = {"Bucket": bucket, "Key": "key", "WebsiteRedirectLocation": location}
    for name in ("PutObject", "CreateMultipartUpload"):
        assert s3.code(name, **given) == "InvalidRedirectLocation"


def test_an_upload_in_parts_has_a_location(s3: Counter, bucket: str) -> None:
    where = {"Bucket": bucket, "Key": "key"}
    upload = s3("CreateMultipartUpload", **where, WebsiteRedirectLocation="/a")["UploadId"]
    part = s3("UploadPart", **where, UploadId=upload, PartNumber=1)
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    s3("CompleteMultipartUpload", **where, UploadId=upload, MultipartUpload=parts)
    assert s3("HeadObject", **where)["WebsiteRedirectLocation"] == "/a"
