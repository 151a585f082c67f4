"""Tags of objects and buckets: what they may be, how they come and go, and what they decide.

Source: Amazon S3 User Guide, "Categorizing your objects using tags", "Object tagging and access control
policies", "Enabling ABAC in general purpose buckets".
"""

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.services.s3.harness import OTHER, Counter

from watchword.names import AwsError
from watchword.names.principal import Root, User
from watchword.services.s3.tags import tag_sets
from watchword.services.s3.tags.tag_sets import tags_of_header, tags_of_list

MD5 = {"content-md5": base64.b64encode(hashlib.md5(b"").digest()).decode()}


def tagging(**tags: str) -> dict[str, Any]:
    return {"TagSet": [{"Key": key, "Value": value} for key, value in tags.items()]}


def tags_of(s3: Counter, key: str = "key", **given: Any) -> dict[str, str]:
    found = s3("GetObjectTagging", Bucket="bucket", Key=key, **given)["TagSet"]
    return {tag["Key"]: tag["Value"] for tag in found}


def allow(action: str | list[str], condition: dict[str, Any] | None = None, effect: str = "Allow") -> str:
    statement: dict[str, Any] = {"Effect": effect, "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": statement | {"Condition": condition or {}}})


# --- what tags may be --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tags", "code"),
    [
        ({"": "a"}, "InvalidTag"),
        ({"k" * 129: "a"}, "InvalidTag"),
        ({"k": "v" * 257}, "InvalidTag"),
        ({"a;b": "c"}, "InvalidTag"),
        ({"a": "b\n"}, "InvalidTag"),
        ({"a": "b\ud800"}, "InvalidTag"),
        ({"aws:a": "b"}, "InvalidTag"),
        ({"AWS:a": "b"}, "InvalidTag"),
        ({str(number): "" for number in range(11)}, "BadRequest"),
    ],
)
def test_what_no_tag_may_be(tags: dict[str, str], code: str) -> None:
    with pytest.raises(AwsError) as caught:
        tags_of_list(tagging(**tags)["TagSet"], "Object")
    assert (caught.value.code, caught.value.status) == (code, 400)


def test_what_tags_may_be() -> None:
    most = {"k" * 128: "v" * 256, "Ärger 1": "", "a": "+-=._:/@ \u00a0", "A": "a", "xaws:": "ok"}
    assert tags_of_list(tagging(**most)["TagSet"], "Object") == most
    many = {str(number): "" for number in range(tag_sets.MOST["Bucket"])}
    assert tags_of_list(tagging(**many)["TagSet"], "Bucket") == many


def test_no_key_is_given_twice() -> None:
    twice = tagging(a="b")["TagSet"] * 2
    with pytest.raises(AwsError, match="same key") as caught:
        tags_of_list(twice, "Object")
    assert caught.value.code == "InvalidTag"


@pytest.mark.parametrize(
    ("header", "tags"),
    [
        ("", {}),
        ("a=b", {"a": "b"}),
        ("a=b&c=d&", {"a": "b", "c": "d"}),
        ("a", {"a": ""}),
        ("a=b=c", {"a": "b=c"}),
        ("a+b=c%20d&%C3%A4=%2B", {"a b": "c d", "ä": "+"}),
    ],
)
def test_the_header(header: str, tags: dict[str, str]) -> None:
    assert tags_of_header(header) == tags


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("a=b&a=c", "InvalidArgument"),
        ("a=b&%61=c", "InvalidArgument"),
        ("a=%FF", "InvalidArgument"),
        ("=b", "InvalidTag"),
        ("a=b%0A", "InvalidTag"),
        ("&".join(f"{number}=" for number in range(11)), "BadRequest"),
    ],
)
def test_what_the_header_may_not_say(header: str, code: str) -> None:
    with pytest.raises(AwsError) as caught:
        tags_of_header(header)
    assert caught.value.code == code


# --- of objects --------------------------------------------------------------------------------------


def test_tags_come_and_go(s3: Counter, bucket: str) -> None:
    s3.put(bucket, "key", b"data", Tagging="a=1&b=2")
    assert tags_of(s3) == {"a": "1", "b": "2"}
    assert s3("GetObject", Bucket=bucket, Key="key")["TagCount"] == 2
    assert s3("HeadObject", Bucket=bucket, Key="key")["TagCount"] == 2
    s3("PutObjectTagging", Bucket=bucket, Key="key", Tagging=tagging(c="3"), headers=MD5)
    assert tags_of(s3, VersionId="null") == {"c": "3"}
    s3("DeleteObjectTagging", Bucket=bucket, Key="key")
    s3("DeleteObjectTagging", Bucket=bucket, Key="key")
    assert tags_of(s3) == {}
    assert "TagCount" not in s3("HeadObject", Bucket=bucket, Key="key")
    s3.put(bucket, "key", b"data", Tagging="a=1")
    s3.put(bucket, "key", b"data")
    assert tags_of(s3) == {}


@pytest.mark.parametrize("name", ["GetObjectTagging", "PutObjectTagging", "DeleteObjectTagging"])
def test_there_must_be_an_object(s3: Counter, bucket: str, user: Callable[..., User], name: str) -> None:
    given = {"Bucket": bucket} | ({"Tagging": tagging(a="b"), "headers": MD5} if name[0] == "P" else {})
    assert s3.code(name, Key="none", **given) == "NoSuchKey"
    assert s3.code(name, Key="none", by=user("ann", allow(f"s3:{name}")), **given) == "AccessDenied"
    s3.put(bucket, "key")
    assert s3.code(name, Key="key", VersionId="0" * 32, **given) == "NoSuchVersion"


def test_each_version_has_its_tags(s3: Counter, bucket: str, user: Callable[..., User]) -> None:
    s3("PutBucketVersioning", Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    red, blue = (s3.put(bucket, "key", Tagging=f"team={team}")["VersionId"] for team in ("red", "blue"))
    here = {"Bucket": bucket, "Key": "key"}
    told = s3("GetObjectTagging", **here, VersionId=red)
    assert told == {"TagSet": [{"Key": "team", "Value": "red"}], "VersionId": red}
    condition = {"StringEquals": {"s3:ExistingObjectTag/team": "blue"}}
    ann = user("ann", allow("s3:GetObjectVersion", condition))
    assert s3("GetObject", **here, VersionId=blue, by=ann)["VersionId"] == blue
    assert s3.code("GetObject", **here, VersionId=red, by=ann) == "AccessDenied"
    s3("PutObjectTagging", **here, VersionId=red, Tagging=tagging(team="blue"), headers=MD5)
    assert s3("GetObject", **here, VersionId=red, by=ann)["VersionId"] == red
    marker = s3("DeleteObject", **here)["VersionId"]
    assert s3.code("GetObjectTagging", **here, VersionId=marker) == "MethodNotAllowed"


def test_a_document_comes_with_its_checksum(s3: Counter, bucket: str) -> None:
    s3.put(bucket, "key")
    given = {"Bucket": bucket, "Tagging": tagging(a="b")}
    assert s3.code("PutObjectTagging", Key="key", **given) == "InvalidRequest"
    assert s3.code("PutBucketTagging", **given) == "InvalidRequest"


def test_a_copy_has_the_tags_of_its_source(s3: Counter, bucket: str) -> None:
    s3.put(bucket, "key", b"data", Tagging="a=1")
    copy = {"Bucket": bucket, "CopySource": "bucket/key"}
    s3("CopyObject", Key="copy", **copy)
    assert tags_of(s3, "copy") == {"a": "1"}
    s3("CopyObject", Key="copy", Tagging="b=2", **copy)
    assert tags_of(s3, "copy") == {"a": "1"}
    s3("CopyObject", Key="copy", MetadataDirective="REPLACE", **copy)
    assert tags_of(s3, "copy") == {"a": "1"}
    s3("CopyObject", Key="copy", Tagging="b=2", TaggingDirective="REPLACE", **copy)
    assert tags_of(s3, "copy") == {"b": "2"}
    s3("CopyObject", Key="copy", TaggingDirective="REPLACE", **copy)
    assert tags_of(s3, "copy") == {}


def test_an_upload_in_parts_has_tags(s3: Counter, bucket: str) -> None:
    of = {"Bucket": bucket, "Key": "key"}
    upload = of | {"UploadId": s3("CreateMultipartUpload", Tagging="a=1", **of)["UploadId"]}
    part = {"PartNumber": 1, "ETag": s3("UploadPart", PartNumber=1, **upload)["ETag"]}
    s3("CompleteMultipartUpload", MultipartUpload={"Parts": [part]}, **upload)
    assert tags_of(s3) == {"a": "1"}


def test_tags_are_changed_only_if_they_are_those_that_were_decided_on(s3: Counter, bucket: str) -> None:
    given = {"Bucket": bucket, "Key": "key", "Tagging": tagging(open="yes"), "headers": MD5}
    s3.put(bucket, "key")

    def lock() -> None:
        s3.meanwhile = str
        s3(
            "PutObjectTagging",
            **given | {"Tagging": tagging(locked="yes")},
        )

    s3.meanwhile = lock
    assert s3.code("PutObjectTagging", **given) == "OperationAborted"
    assert tags_of(s3) == {"locked": "yes"}

    def replace() -> None:
        s3.meanwhile = str
        s3.put(bucket, "key", b"other", Tagging="locked=yes")

    s3.meanwhile = replace
    assert s3.code("PutObjectTagging", **given) == "OperationAborted"
    assert tags_of(s3) == {"locked": "yes"}


# --- decisions on objects ----------------------------------------------------------------------------


def test_the_tags_of_an_object_decide(s3: Counter, bucket: str, user: Callable[..., User]) -> None:
    red = {"StringEquals": {"s3:ExistingObjectTag/team": "red"}}
    actions = ["s3:GetObject", "s3:GetObjectTagging", "s3:PutObjectTagging", "s3:DeleteObjectTagging"]
    ann = user("ann", allow(actions, red))
    s3.put(bucket, "red", b"data", Tagging="team=red")
    s3.put(bucket, "blue", b"data", Tagging="team=blue")
    s3.put(bucket, "none", b"data")
    assert s3.get(bucket, "red", by=ann) == b"data"
    assert tags_of(s3, "red", by=ann) == {"team": "red"}
    for key in ("blue", "none", "missing"):
        of = {"Bucket": bucket, "Key": key, "by": ann}
        assert s3.code("GetObject", **of) == "AccessDenied"
        assert s3.code("HeadObject", **of) == "AccessDenied"
        assert s3.code("GetObjectTagging", **of) == "AccessDenied"
        assert s3.code("PutObjectTagging", Tagging=tagging(team="red"), headers=MD5, **of) == "AccessDenied"
        assert s3.code("DeleteObjectTagging", **of) == "AccessDenied"
    s3("PutObjectTagging", Bucket=bucket, Key="red", Tagging=tagging(team="blue"), headers=MD5, by=ann)
    assert s3.code("GetObject", Bucket=bucket, Key="red", by=ann) == "AccessDenied"


def test_a_forbidden_tag_can_not_be_read_around(s3: Counter, bucket: str, user: Callable[..., User]) -> None:
    secret = {"StringEquals": {"s3:ExistingObjectTag/secret": "yes"}}
    ann = user("ann", allow("s3:*"), allow("s3:GetObject", secret, "Deny"))
    s3.put(bucket, "key", b"data", Tagging="secret=yes")
    tag = s3("HeadObject", Bucket=bucket, Key="key")["ETag"]
    of = {"Bucket": bucket, "by": ann}
    assert s3.code("GetObject", Key="key", **of) == "AccessDenied"
    assert s3.code("CopyObject", Key="copy", CopySource="bucket/key", **of) == "AccessDenied"
    assert s3.code("CopyObject", Key="copy", CopySource="bucket/key", TaggingDirective="REPLACE", **of) == (
        "AccessDenied"
    )
    upload = {"Key": "c", "UploadId": s3("CreateMultipartUpload", Key="c", **of)["UploadId"]}
    part = {"PartNumber": 1, "CopySource": "bucket/key"}
    assert s3.code("UploadPartCopy", **upload, **part, **of) == "AccessDenied"
    # An ETag is something of the object as well.
    assert s3.code("PutObject", Key="key", IfMatch=tag, **of) == "AccessDenied"
    assert s3.code("DeleteObject", Key="key", IfMatch=tag, **of) == "AccessDenied"


def test_to_put_tags_is_a_permission_of_its_own(s3: Counter, bucket: str, user: Callable[..., User]) -> None:
    ann, bob = user("ann", allow("s3:PutObject")), user("bob", allow(["s3:PutObject", "s3:PutObjectTagging"]))
    for name in ("PutObject", "CreateMultipartUpload"):
        given = {"Bucket": bucket, "Key": "key", "Tagging": "a=b"}
        refused = s3.error(name, by=ann, **given)
        assert "s3:PutObjectTagging" in refused.said
        s3(name, by=bob, **given)
        s3(name, by=ann, **given | {"Tagging": ""})


def test_to_copy_tags_is_to_read_and_to_put_them(s3: Counter, bucket: str, user: Callable[..., User]) -> None:
    s3.put(bucket, "key", b"data", Tagging="a=b")
    s3.put(bucket, "plain", b"data")
    needed = ["s3:GetObject", "s3:PutObject", "s3:GetObjectTagging", "s3:PutObjectTagging"]
    copy = {"Bucket": bucket, "Key": "copy", "CopySource": "bucket/key"}
    s3("CopyObject", by=user("all", allow(needed)), **copy)
    for number, missing in enumerate(needed):
        few = user(f"few-{number}", allow([each for each in needed if each != missing]))
        assert missing in s3.error("CopyObject", by=few, **copy).said
        if missing.endswith("Tagging"):
            s3("CopyObject", by=few, **copy | {"CopySource": "bucket/plain"})
            s3("CopyObject", by=few, **copy | {"TaggingDirective": "REPLACE"})


def test_conditions_see_the_tags_that_an_object_will_have(
    s3: Counter, bucket: str, user: Callable[..., User]
) -> None:
    only = {
        "StringEquals": {"s3:RequestObjectTag/team": "red"},
        "ForAllValues:StringEquals": {"s3:RequestObjectTagKeys": ["team", "level"]},
    }
    ann = user("ann", allow(["s3:PutObject", "s3:PutObjectTagging"], only), allow("s3:Get*"))
    of: dict[str, Any] = {"Bucket": bucket, "Key": "key", "by": ann}
    s3("PutObject", Tagging="team=red&level=1", **of)
    s3("PutObjectTagging", Tagging=tagging(team="red"), headers=MD5, **of)
    s3.put(bucket, "other", b"data", Tagging="team=blue")
    for header in ("", "team=blue", "team=red&other=1"):
        assert s3.code("PutObject", Tagging=header, **of) == "AccessDenied"
    assert s3.code("PutObjectTagging", Tagging=tagging(team="blue"), headers=MD5, **of) == "AccessDenied"
    assert s3.code("CopyObject", CopySource="bucket/other", **of) == "AccessDenied"
    assert s3.code("CopyObject", CopySource="bucket/other", Tagging="team=red", **of) == "AccessDenied"
    s3("CopyObject", CopySource="bucket/other", Tagging="team=red", TaggingDirective="REPLACE", **of)


def test_how_many_tags_there_are_is_told_to_who_may_read_them(
    s3: Counter, bucket: str, user: Callable[..., User]
) -> None:
    s3.put(bucket, "key", b"data", Tagging="a=b")
    of = {"Bucket": bucket, "Key": "key"}
    for name in ("GetObject", "HeadObject"):
        assert "TagCount" not in s3(name, by=user(f"{name}-1", allow("s3:GetObject")), **of)
        assert s3(name, by=user(f"{name}-2", allow("s3:GetObject*")), **of)["TagCount"] == 1


def test_a_read_that_begins_again_keeps_to_the_tags_that_were_decided_on(s3: Counter, bucket: str) -> None:
    s3.put(bucket, "key", b"one", Tagging="a=b")

    def replaced_by(tags: str) -> Callable[[], None]:
        def replace() -> None:
            s3.meanwhile = str
            s3.put(bucket, "key", b"two", Tagging=tags)

        return replace

    s3.meanwhile = replaced_by("a=b")
    assert s3.get(bucket, "key") == b"two"
    s3.put(bucket, "key", b"one", Tagging="a=b")
    s3.meanwhile = replaced_by("a=c")
    assert s3.code("GetObject", Bucket=bucket, Key="key") == "ServiceUnavailable"


# --- of buckets --------------------------------------------------------------------------------------


def test_tags_of_a_bucket(s3: Counter, bucket: str) -> None:
    of = {"Bucket": bucket}
    assert s3.code("GetBucketTagging", **of) == "NoSuchTagSet"
    s3("PutBucketTagging", Tagging=tagging(b="2", a="1"), headers=MD5, **of)
    s3("PutBucketTagging", Tagging=tagging(c="3", C="4"), headers=MD5, **of)
    assert s3("GetBucketTagging", **of) == tagging(C="4", c="3")
    s3("DeleteBucketTagging", **of)
    s3("DeleteBucketTagging", **of)
    assert s3.code("GetBucketTagging", **of) == "NoSuchTagSet"


def test_a_bucket_that_is_made_again_has_no_tags(s3: Counter) -> None:
    tags = {"Tags": tagging(a="1")["TagSet"]}
    s3("CreateBucket", Bucket="new-one", CreateBucketConfiguration=tags)
    s3("PutBucketAbac", Bucket="new-one", AbacStatus={"Status": "Enabled"})
    assert s3("GetBucketTagging", Bucket="new-one") == tagging(a="1")
    s3("DeleteBucket", Bucket="new-one")
    s3("CreateBucket", Bucket="new-one", by=Root(OTHER))
    assert s3.code("GetBucketTagging", Bucket="new-one", by=Root(OTHER)) == "NoSuchTagSet"
    assert s3("GetBucketAbac", Bucket="new-one", by=Root(OTHER))["AbacStatus"] == {"Status": "Disabled"}


def test_to_make_a_bucket_with_tags(s3: Counter, user: Callable[..., User]) -> None:
    red = {
        "StringEquals": {"aws:RequestTag/team": "red"},
        "ForAllValues:StringEquals": {"aws:TagKeys": "team"},
    }
    ann = user("ann", allow(["s3:CreateBucket", "s3:TagResource"], red))
    bob = user("bob", allow("s3:CreateBucket"))

    def make(by: User, **tags: str) -> str:
        given = {"Bucket": "new-one", "CreateBucketConfiguration": {"Tags": tagging(**tags)["TagSet"]}}
        return s3.error("CreateBucket", by=by, **given).said

    assert "s3:CreateBucket" in make(ann, team="blue")
    assert "s3:CreateBucket" in make(ann, team="red", other="1")
    assert "s3:TagResource" in make(bob, team="red")
    tags = {"Tags": tagging(team="red")["TagSet"]}
    s3("CreateBucket", by=ann, Bucket="new-one", CreateBucketConfiguration=tags)


def test_tags_of_a_bucket_decide_once_abac_is_enabled(
    s3: Counter, bucket: str, user: Callable[..., User]
) -> None:
    for number, key in enumerate(("aws:ResourceTag/team", "s3:BucketTag/team")):
        ann = user(f"ann-{number}", allow("s3:*", {"StringEquals": {key: "red"}}))
        s3("PutBucketTagging", Bucket=bucket, Tagging=tagging(team="red"), headers=MD5)
        s3.put(bucket, "key", b"data")
        assert s3.code("GetObject", Bucket=bucket, Key="key", by=ann) == "AccessDenied"
        s3("PutBucketAbac", Bucket=bucket, AbacStatus={"Status": "Enabled"})
        assert s3("GetBucketAbac", Bucket=bucket, by=ann)["AbacStatus"] == {"Status": "Enabled"}
        assert s3.get(bucket, "key", by=ann) == b"data"
        given = {"Bucket": bucket, "by": ann}
        assert s3.code("PutBucketTagging", Tagging=tagging(team="blue"), headers=MD5, **given) == (
            "InvalidRequest"
        )
        assert s3.code("DeleteBucketTagging", **given) == "InvalidRequest"
        s3("PutBucketAbac", Bucket=bucket, AbacStatus={"Status": "Disabled"})
        assert s3.code("GetObject", Bucket=bucket, Key="key", by=ann) == "AccessDenied"
