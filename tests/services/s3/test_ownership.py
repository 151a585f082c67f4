"""Ownership controls: who owns what others write, and what a bucket without ACLs refuses."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.services.s3.harness import OTHER, OWNER, Counter
from tests.services.s3.test_bucket_policies import policy

from watchword.names import Body
from watchword.names.principal import Anonymous, Root, User
from watchword.policy.buckets.governing import ENFORCED, OWNERSHIPS, PREFERRED, WRITER
from watchword.services.s3.limits import canonical_id
from watchword.store import accounts

ALL = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}'
GIVES_AWAY = {"ACL": "bucket-owner-full-control"}
NO_ACLS = "AccessControlListNotSupported"


def controls(*ownerships: str) -> dict[str, Any]:
    return {"OwnershipControls": {"Rules": [{"ObjectOwnership": each} for each in ownerships]}}


@pytest.fixture
def eve(user: Callable[..., User]) -> User:
    """Somebody of another account, who may do there what she likes."""
    return user("eve", ALL, account=OTHER)


@pytest.fixture
def shared(s3: Counter) -> Callable[[str], str]:
    """Makes a bucket of that ownership, into which the other account may write."""

    def make(ownership: str) -> str:
        s3("CreateBucket", Bucket="bucket", ObjectOwnership=ownership)
        granted = policy(Principal={"AWS": OTHER}, Action=["s3:PutObject", "s3:PutObjectAcl"])
        s3("PutBucketPolicy", Bucket="bucket", Policy=granted)
        return "bucket"

    return make


def test_put_read_removed(s3: Counter, bucket: str) -> None:
    assert s3("GetBucketOwnershipControls", Bucket=bucket) == controls(ENFORCED)
    for each in OWNERSHIPS:
        s3("PutBucketOwnershipControls", Bucket=bucket, **controls(each))
        assert s3("GetBucketOwnershipControls", Bucket=bucket) == controls(each)
    for given in (controls(), controls(ENFORCED, WRITER)):
        assert s3.code("PutBucketOwnershipControls", Bucket=bucket, **given) == "MalformedXML"
    for _ in range(2):
        s3("DeleteBucketOwnershipControls", Bucket=bucket)
        missing = s3.error("GetBucketOwnershipControls", Bucket=bucket)
        assert (missing.code, missing.status) == ("OwnershipControlsNotFoundError", 404)
    s3("PutBucketAcl", Bucket=bucket, ACL="private")


def test_acls_are_off_on_a_new_bucket(s3: Counter, bucket: str) -> None:
    s3.put(bucket, "key", b"data", **GIVES_AWAY)
    s3("PutObjectAcl", Bucket=bucket, Key="key", **GIVES_AWAY)
    s3.put(bucket, "key", b"data", GrantFullControl=f'id="{canonical_id(OWNER)}"')
    for acl in ({"ACL": "private"}, {"ACL": "public-read"}, {"GrantRead": f"id={canonical_id(OTHER)}"}):
        assert s3.code("PutObject", Bucket=bucket, Key="key", Body=Body(), **acl) == NO_ACLS
        assert s3.code("CopyObject", Bucket=bucket, Key="a", CopySource=f"{bucket}/key", **acl) == NO_ACLS
        assert s3.code("CreateMultipartUpload", Bucket=bucket, Key="a", **acl) == NO_ACLS
        assert s3.code("PutObjectAcl", Bucket=bucket, Key="key", **acl) == NO_ACLS
        assert s3.code("PutBucketAcl", Bucket=bucket, **acl) == NO_ACLS
    owner = {"ID": canonical_id(OWNER)}
    only = {"Grantee": {"Type": "CanonicalUser", **owner}, "Permission": "FULL_CONTROL"}
    for found in (s3("GetBucketAcl", Bucket=bucket), s3("GetObjectAcl", Bucket=bucket, Key="key")):
        assert found == {"Owner": owner, "Grants": [only]}


def test_a_bucket_is_made_with_them(s3: Counter, user: Callable[..., User]) -> None:
    s3("CreateBucket", Bucket="first", ACL="private")
    assert s3("GetBucketOwnershipControls", Bucket="first") == controls(ENFORCED)
    to_eve = {"GrantRead": f"id={canonical_id(OTHER)}"}
    for given, code in (
        ({"ACL": "public-read"}, "InvalidBucketAclWithObjectOwnership"),
        (to_eve, "InvalidBucketAclWithObjectOwnership"),
        (
            {"ACL": "public-read", "ObjectOwnership": WRITER},
            "InvalidBucketAclWithBlockPublicAccessError",
        ),
    ):
        assert s3.code("CreateBucket", Bucket="second", **given) == code
    s3("CreateBucket", Bucket="second", ObjectOwnership=PREFERRED, **to_eve)
    assert s3("GetBucketAcl", Bucket="second")["Grants"][0]["Permission"] == "READ"
    assert s3("GetBucketOwnershipControls", Bucket="second") == controls(PREFERRED)
    create = ALL.replace("s3:*", "s3:CreateBucket")
    ann = user("ann", create)
    s3("CreateBucket", Bucket="third", by=ann, ACL="private")
    for given in ({"ObjectOwnership": WRITER}, {"ACL": "public-read"}):
        assert s3.code("CreateBucket", Bucket="fourth", by=ann, **given) == "AccessDenied"


@pytest.mark.parametrize("ownership", OWNERSHIPS)
def test_who_owns_what_another_account_writes(
    s3: Counter, shared: Callable[[str], str], eve: User, ownership: str
) -> None:
    bucket = shared(ownership)
    s3.put(bucket, "hers", b"data", by=eve)
    s3.put(bucket, "given", b"data", by=eve, **GIVES_AWAY)
    s3.put(bucket, "ours", b"data")
    assert s3.get(bucket, "ours") == b"data"
    reads = {key: s3_reads(s3, bucket, key, Root(OWNER)) for key in ("hers", "given")}
    assert reads == {"hers": ownership == ENFORCED, "given": True}
    assert s3_reads(s3, bucket, "hers", eve) == (ownership != ENFORCED)
    assert s3_reads(s3, bucket, "given", eve) == (ownership == WRITER)
    assert not s3_reads(s3, bucket, "ours", eve)


def test_listings_name_the_owner(s3: Counter, shared: Callable[[str], str], eve: User) -> None:
    bucket = shared(WRITER)
    s3.put(bucket, "hers", b"data", by=eve)
    s3.put(bucket, "ours", b"data")
    for ownership, hers in ((WRITER, OTHER), (ENFORCED, OWNER)):
        s3("PutBucketOwnershipControls", Bucket=bucket, **controls(ownership))
        for name, members in (("ListObjects", "Contents"), ("ListObjectVersions", "Versions")):
            owners = {each["Key"]: each["Owner"]["ID"] for each in s3(name, Bucket=bucket)[members]}
            assert owners == {"hers": canonical_id(hers), "ours": canonical_id(OWNER)}


def test_a_closed_account_grants_nothing(s3: Counter, open_bucket: str, eve: User) -> None:
    s3("PutBucketOwnershipControls", Bucket=open_bucket, **controls(WRITER))
    s3.put(open_bucket, "key", b"data", ACL="public-read")
    s3("PutBucketAcl", Bucket=open_bucket, ACL="public-read")
    assert s3("ListObjectsV2", Bucket=open_bucket, by=eve)["KeyCount"] == 1
    assert s3_reads(s3, open_bucket, "key", eve)
    with s3.world.database.write(s3.now) as tx:
        accounts.close(tx, OWNER)
    assert not s3_reads(s3, open_bucket, "key", eve)
    assert s3.code("ListObjectsV2", Bucket=open_bucket, by=eve) == "AccessDenied"


def s3_reads(s3: Counter, bucket: str, key: str, by: Any) -> bool:
    """Whether the caller may; a version of its own is the same object."""
    codes = set()
    for given in ({}, {"VersionId": "null"}):
        try:
            s3("GetObject", Bucket=bucket, Key=key, by=by, **given)
            codes.add("")
        except Exception as refused:  # noqa: BLE001 the code is looked at
            codes.add(getattr(refused, "code", str(refused)))
    assert codes in ({""}, {"AccessDenied"})
    return codes == {""}


def test_what_enforcing_means_for_objects_that_are_there(
    s3: Counter, shared: Callable[[str], str], eve: User
) -> None:
    """They are the bucket owner's while ACLs are off, and their writers' again when ACLs are back."""
    bucket = shared(WRITER)
    s3.put(bucket, "hers", b"data", by=eve)
    assert not s3_reads(s3, bucket, "hers", Root(OWNER))
    s3("PutBucketOwnershipControls", Bucket=bucket, **controls(ENFORCED))
    assert s3_reads(s3, bucket, "hers", Root(OWNER))
    assert not s3_reads(s3, bucket, "hers", eve)
    s3("DeleteBucketOwnershipControls", Bucket=bucket)
    assert not s3_reads(s3, bucket, "hers", Root(OWNER))
    assert s3_reads(s3, bucket, "hers", eve)


def test_acls_are_not_switched_off_while_the_bucket_grants_something(s3: Counter, bucket: str) -> None:
    s3("PutBucketOwnershipControls", Bucket=bucket, **controls(WRITER))
    s3("PutBucketAcl", Bucket=bucket, GrantRead=f"id={canonical_id(OTHER)}")
    refused = s3.code("PutBucketOwnershipControls", Bucket=bucket, **controls(ENFORCED))
    assert refused == "InvalidBucketAclWithObjectOwnership"
    s3("PutBucketAcl", Bucket=bucket, ACL="private")
    s3("PutBucketOwnershipControls", Bucket=bucket, **controls(ENFORCED))


def test_the_bucket_policy_only_denies_for_objects_of_others(
    s3: Counter, shared: Callable[[str], str], eve: User, user: Callable[..., User]
) -> None:
    bucket = shared(WRITER)
    s3.put(bucket, "hers", b"data", by=eve)
    mallory = user("mallory", ALL, account=OTHER)
    s3("PutBucketPolicy", Bucket=bucket, Policy=policy(Principal={"AWS": OWNER}))
    assert not s3_reads(s3, bucket, "hers", Root(OWNER))
    assert s3_reads(s3, bucket, "hers", mallory)
    no_eve = policy(Effect="Deny", Principal={"AWS": mallory.arn}, Action="s3:*")
    s3("PutBucketPolicy", Bucket=bucket, Policy=no_eve)
    assert not s3_reads(s3, bucket, "hers", mallory)
    assert s3_reads(s3, bucket, "hers", eve)


def test_an_object_of_others_is_replaced_but_not_read(
    s3: Counter, shared: Callable[[str], str], eve: User
) -> None:
    bucket = shared(WRITER)
    s3.put(bucket, "hers", b"data", by=eve)
    there = {"Bucket": bucket, "Key": "hers"}
    etag = s3("HeadObject", **there, by=eve)["ETag"]
    assert s3.code("PutObject", **there, Body=Body(), IfMatch=etag) == "AccessDenied"
    assert s3.code("CopyObject", Bucket=bucket, Key="copy", CopySource=f"{bucket}/hers") == "AccessDenied"
    s3.put(bucket, "hers", b"new", ACL="private")
    assert s3.get(bucket, "hers") == b"new"


def test_the_owner_of_an_object_can_always_mend_its_acl(
    s3: Counter, shared: Callable[[str], str], eve: User
) -> None:
    bucket = shared(WRITER)
    s3.put(bucket, "hers", b"data", by=eve, GrantRead=f"id={canonical_id(OWNER)}")
    assert s3_reads(s3, bucket, "hers", Root(OWNER))
    assert not s3_reads(s3, bucket, "hers", eve)
    assert len(s3("GetObjectAcl", Bucket=bucket, Key="hers", by=eve)["Grants"]) == 1
    s3("PutObjectAcl", Bucket=bucket, Key="hers", by=eve, ACL="private")
    assert s3_reads(s3, bucket, "hers", eve)
    assert s3.code("PutObjectAcl", Bucket=bucket, Key="hers", ACL="private") == "AccessDenied"


def test_the_owner_of_the_bucket_tags_and_deletes_what_others_own(
    s3: Counter, shared: Callable[[str], str], eve: User
) -> None:
    bucket = shared(WRITER)
    s3.put(bucket, "hers", b"data", by=eve)
    s3("GetObjectTagging", Bucket=bucket, Key="hers")
    for name in ("GetObjectTagging", "DeleteObjectTagging", "DeleteObject"):
        assert s3.code(name, Bucket=bucket, Key="hers", by=eve) == "AccessDenied"
    s3("DeleteObject", Bucket=bucket, Key="hers")


def test_what_nobody_in_particular_writes_is_the_buckets(s3: Counter, open_bucket: str) -> None:
    s3("PutBucketOwnershipControls", Bucket=open_bucket, **controls(WRITER))
    s3("PutBucketPolicy", Bucket=open_bucket, Policy=policy(Action="s3:PutObject"))
    s3.put(open_bucket, "key", b"data", by=Anonymous())
    assert s3.get(open_bucket, "key") == b"data"
    assert s3.code("GetObject", Bucket=open_bucket, Key="key", by=Anonymous()) == "AccessDenied"
