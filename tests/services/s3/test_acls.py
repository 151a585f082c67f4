"""ACLs: how they are given, what they grant, and what the decision says of it."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.services.s3.harness import OTHER, OWNER, Counter
from tests.services.s3.test_bucket_policies import policy
from tests.services.s3.test_ownership import controls

from watchword.names import AwsError, Body
from watchword.names.principal import Anonymous, Principal, Root, Service, User
from watchword.policy.buckets.acls import PERMISSIONS
from watchword.policy.buckets.governing import PREFERRED, WRITER
from watchword.policy.evaluation.explain import as_json, explain
from watchword.policy.evaluation.reasons import reasons
from watchword.services.s3.access.grants import URIS
from watchword.services.s3.limits import canonical_id
from watchword.services.what_if import simulate_request

ALL = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}'
ID = {account: canonical_id(account) for account in (OWNER, OTHER)}
EVERYBODY, SIGNED, LOGS = (f'uri="{uri}"' for uri in URIS.values())


@pytest.fixture
def mixed(s3: Counter, open_bucket: str) -> str:
    """A bucket whose ACLs are enabled, and that may be public."""
    s3("PutBucketOwnershipControls", Bucket=open_bucket, **controls(PREFERRED))
    return open_bucket


@pytest.fixture
def eve(user: Callable[..., User]) -> User:
    """Somebody of another account, who may do there what she likes."""
    return user("eve", ALL, account=OTHER)


def allows(s3: Counter, name: str, by: Principal, **given: Any) -> bool:
    try:
        s3(name, by=by, Bucket="bucket", **given)
    except AwsError as refused:
        assert refused.code == "AccessDenied", refused
        return False
    return True


ON_OBJECT: dict[str, tuple[dict[str, Any], set[str]]] = {
    "GetObject": ({"Key": "key"}, {"FULL_CONTROL", "READ"}),
    "HeadObject": ({"Key": "key"}, {"FULL_CONTROL", "READ"}),
    "GetObjectAcl": ({"Key": "key"}, {"FULL_CONTROL", "READ_ACP"}),
    "PutObjectAcl": ({"Key": "key", "ACL": "private"}, {"FULL_CONTROL", "WRITE_ACP"}),
    "GetObjectTagging": ({"Key": "key"}, set()),
    "DeleteObject": ({"Key": "key"}, set()),
    "PutObject": ({"Key": "key", "Body": Body()}, set()),
}
ON_BUCKET: dict[str, tuple[dict[str, Any], set[str]]] = {
    "ListObjectsV2": ({}, {"FULL_CONTROL", "READ"}),
    "ListMultipartUploads": ({}, {"FULL_CONTROL", "READ"}),
    "HeadBucket": ({}, {"FULL_CONTROL", "READ"}),
    "PutObject": ({"Key": "other", "Body": Body()}, {"FULL_CONTROL", "WRITE"}),
    "GetBucketAcl": ({}, {"FULL_CONTROL", "READ_ACP"}),
    "PutBucketAcl": ({"ACL": "private"}, {"FULL_CONTROL", "WRITE_ACP"}),
    "GetObject": ({"Key": "key"}, set()),
    "DeleteObject": ({"Key": "key"}, set()),
    "GetBucketPolicy": ({}, set()),
    "PutPublicAccessBlock": ({"PublicAccessBlockConfiguration": {}}, set()),
}
"""Operation -> how it is called, and the permissions that allow it."""
MEMBERS = {
    "FULL_CONTROL": "GrantFullControl",
    "READ": "GrantRead",
    "WRITE": "GrantWrite",
    "READ_ACP": "GrantReadACP",
    "WRITE_ACP": "GrantWriteACP",
}


@pytest.mark.parametrize("permission", PERMISSIONS)
def test_what_a_permission_allows(s3: Counter, mixed: str, eve: User, permission: str) -> None:
    granted = {MEMBERS[permission]: f'id="{ID[OTHER]}"'}
    owner = {"AccessControlPolicy": {"Owner": {"ID": ID[OWNER]}, "Grants": []}}
    for table, put, key in (
        (ON_OBJECT, "PutObjectAcl", {"Key": "key"}),
        (ON_BUCKET, "PutBucketAcl", {}),
    ):
        for name, (given, permissions) in table.items():
            s3.put(mixed, "key", b"data")
            s3(put, Bucket=mixed, **key, **granted)
            assert allows(s3, name, eve, **given) == (permission in permissions), (put, name)
            assert not allows(s3, name, Root("999999999999"), **given), (put, name)
        s3(put, Bucket=mixed, **key, **owner)


@pytest.mark.parametrize(
    ("grantee", "who"),
    [
        (EVERYBODY, {"ann", "eve", "anonymous"}),
        (SIGNED, {"ann", "eve"}),
        (f"id={ID[OTHER]}", {"eve"}),
        (f"id={ID[OWNER]}", set()),
        (LOGS, {"logs"}),
        (f"{LOGS}, id={ID[OTHER]}", {"eve", "logs"}),
    ],
)
def test_whom_a_grant_reaches(
    s3: Counter, mixed: str, eve: User, user: Callable[..., User], grantee: str, who: set[str]
) -> None:
    """Across accounts the own policies must allow too; within one, a grant to everybody is enough."""
    s3.put(mixed, "key", b"data", GrantRead=grantee)
    callers = {
        "ann": user("ann"),
        "eve": eve,
        "mallory": user("mallory", account=OTHER),
        "anonymous": Anonymous(),
        "logs": Service("logging.s3.amazonaws.com"),
        "other service": Service("delivery.logs.amazonaws.com"),
    }
    if grantee == EVERYBODY:
        who = who | {"logs", "other service"}
    if grantee == SIGNED:
        assert not allows(s3, "GetObject", callers["logs"], Key="key")
    assert {name for name, by in callers.items() if allows(s3, "GetObject", by, Key="key")} == who


def test_a_deny_wins(s3: Counter, mixed: str, eve: User) -> None:
    s3.put(mixed, "key", b"data", ACL="public-read")
    assert allows(s3, "GetObject", eve, Key="key")
    s3("PutBucketPolicy", Bucket=mixed, Policy=policy(Effect="Deny", Principal={"AWS": OTHER}))
    assert not allows(s3, "GetObject", eve, Key="key")
    assert allows(s3, "GetObject", Anonymous(), Key="key")


def test_a_grant_is_for_one_object(s3: Counter, mixed: str) -> None:
    s3.put(mixed, "key", b"data", ACL="public-read")
    s3.put(mixed, "key/2", b"data")
    s3("CopyObject", Bucket=mixed, Key="copy", CopySource=f"{mixed}/key")
    assert allows(s3, "GetObject", Anonymous(), Key="key")
    for key in ("key/2", "copy", "none"):
        assert not allows(s3, "GetObject", Anonymous(), Key=key)
    s3.put(mixed, "key", b"new")
    assert not allows(s3, "GetObject", Anonymous(), Key="key")


def test_an_upload_in_parts_has_the_acl_it_was_begun_with(s3: Counter, mixed: str, eve: User) -> None:
    s3("PutBucketAcl", Bucket=mixed, GrantWrite=f"id={ID[OTHER]}")
    begun = {"Bucket": mixed, "Key": "big"}
    begun["UploadId"] = s3("CreateMultipartUpload", **begun, by=eve)["UploadId"]
    sent = s3("UploadPart", **begun, PartNumber=1, Body=Body(b"data"), by=eve)
    parts = {"Parts": [{"PartNumber": 1, "ETag": sent["ETag"]}]}
    s3("CompleteMultipartUpload", **begun, MultipartUpload=parts, by=eve)
    assert not allows(s3, "GetObject", Root(OWNER), Key="big")
    assert s3("GetObjectAcl", Bucket=mixed, Key="big", by=eve)["Owner"] == {"ID": ID[OTHER]}


def test_to_give_an_acl_is_an_action_of_its_own(s3: Counter, mixed: str, user: Callable[..., User]) -> None:
    ann = user("ann", ALL.replace("s3:*", "s3:PutObject"))
    for name, given in (
        ("PutObject", {"Body": Body()}),
        ("CreateMultipartUpload", {}),
        ("PutObject", {"Body": Body(), "Key": "there"}),
    ):
        s3.put(mixed, "there", b"data")
        assert allows(s3, name, ann, **{"Key": "key", **given})
        assert not allows(s3, name, ann, **{"Key": "key", **given}, ACL="public-read")


def test_public_acls_are_blocked_or_ignored(s3: Counter, mixed: str, eve: User) -> None:
    s3.put(mixed, "key", b"data", ACL="public-read")
    s3("PutBucketAcl", Bucket=mixed, GrantRead=f"{EVERYBODY}, id={ID[OTHER]}")
    blocked = {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True}}
    s3("PutPublicAccessBlock", Bucket=mixed, **blocked)
    assert allows(s3, "GetObject", Anonymous(), Key="key")
    assert allows(s3, "ListObjectsV2", Anonymous())
    for given in ({"ACL": "public-read"}, {"ACL": "authenticated-read"}, {"GrantReadACP": SIGNED}):
        for name, more in (
            ("PutObject", {"Key": "a", "Body": Body()}),
            ("CopyObject", {"Key": "a", "CopySource": f"{mixed}/key"}),
            ("CreateMultipartUpload", {"Key": "a"}),
            ("PutObjectAcl", {"Key": "key"}),
            ("PutBucketAcl", {}),
        ):
            refused = s3.error(name, Bucket=mixed, **more, **given)
            assert refused.code == "AccessDenied"
            assert "public access control lists (ACLs) are prevented by the BlockPublicAcls" in refused.said
    s3.put(mixed, "b", b"data", GrantRead=f"id={ID[OTHER]}")
    s3("PutPublicAccessBlock", Bucket=mixed, PublicAccessBlockConfiguration={"IgnorePublicAcls": True})
    for name, given in (("GetObject", {"Key": "key"}), ("ListObjectsV2", {})):
        assert not allows(s3, name, Anonymous(), **given)
    assert allows(s3, "ListObjectsV2", eve)
    assert allows(s3, "GetObject", eve, Key="b")
    assert len(s3("GetObjectAcl", Bucket=mixed, Key="key")["Grants"]) == 2


CANNED = {
    "private": [],
    "public-read": [("READ", "AllUsers")],
    "public-read-write": [("READ", "AllUsers"), ("WRITE", "AllUsers")],
    "authenticated-read": [("READ", "AuthenticatedUsers")],
    "bucket-owner-read": [("READ", OWNER)],
    "bucket-owner-full-control": [("FULL_CONTROL", OWNER)],
}


@pytest.mark.parametrize("canned", CANNED)
def test_canned_acls(s3: Counter, open_bucket: str, eve: User, canned: str) -> None:
    s3("PutBucketOwnershipControls", Bucket=open_bucket, **controls(WRITER))
    s3("PutBucketAcl", Bucket=open_bucket, GrantWrite=f"id={ID[OTHER]}")
    s3(
        "PutBucketPolicy",
        Bucket=open_bucket,
        Policy=policy(Principal={"AWS": OTHER}, Action="s3:PutObjectAcl"),
    )
    s3.put(open_bucket, "key", b"data", by=eve, ACL=canned)
    found = s3("GetObjectAcl", Bucket=open_bucket, Key="key", by=eve)
    assert found == {"Owner": {"ID": ID[OTHER]}, "Grants": entries(("FULL_CONTROL", OTHER), *CANNED[canned])}
    if not canned.startswith("bucket-owner"):
        s3("PutBucketAcl", Bucket=open_bucket, ACL=canned)
        found = s3("GetBucketAcl", Bucket=open_bucket)["Grants"]
        assert found == entries(("FULL_CONTROL", OWNER), *CANNED[canned])


def entries(*grants: tuple[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "Grantee": (
                {"Type": "Group", "URI": URIS[who]}
                if who in URIS
                else {"Type": "CanonicalUser", "ID": ID[who]}
            ),
            "Permission": permission,
        }
        for permission, who in grants
    ]


def document(*grants: Any, owner: str = ID[OWNER]) -> dict[str, Any]:
    return {"AccessControlPolicy": {"Owner": {"ID": owner}, "Grants": list(grants)}}


def grant(permission: str = "READ", **grantee: str) -> dict[str, Any]:
    return {"Grantee": grantee, "Permission": permission}


TO_EVE = grant(Type="CanonicalUser", ID=ID[OTHER])


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, "MissingSecurityHeader"),
        ({"ACL": "private", "GrantRead": EVERYBODY}, "InvalidRequest"),
        ({"ACL": "private", **document(TO_EVE)}, "UnexpectedContent"),
        ({"GrantRead": EVERYBODY, **document(TO_EVE)}, "UnexpectedContent"),
        ({"ACL": "aws-exec-read"}, "NotImplemented"),
        ({"GrantRead": ""}, "InvalidArgument"),
        ({"GrantRead": "nobody"}, "InvalidArgument"),
        ({"GrantRead": "id="}, "InvalidArgument"),
        ({"GrantRead": "id=1234"}, "InvalidArgument"),
        ({"GrantRead": f"id={OTHER}"}, "InvalidArgument"),
        ({"GrantRead": f"id={ID[OTHER]},"}, "InvalidArgument"),
        ({"GrantRead": "uri=http://acs.amazonaws.com/groups/global/Nobody"}, "InvalidArgument"),
        ({"GrantRead": "AllUsers"}, "InvalidArgument"),
        ({"GrantRead": "emailAddress=a@example.com"}, "UnresolvableGrantByEmailAddress"),
        (document(owner=ID[OTHER]), "AccessDenied"),
        ({"AccessControlPolicy": {"Grants": []}}, "MalformedACLError"),
        ({"AccessControlPolicy": {"Owner": {"ID": ID[OWNER]}}}, "MalformedACLError"),
        (document({"Permission": "READ"}), "MalformedACLError"),
        (document({"Grantee": {"Type": "CanonicalUser", "ID": ID[OTHER]}}), "MalformedACLError"),
        (document(grant(Type="CanonicalUser", URI=URIS["AllUsers"])), "MalformedACLError"),
        (document(grant(Type="Group", ID=ID[OTHER])), "MalformedACLError"),
        (document(grant(Type="CanonicalUser", ID="x")), "InvalidArgument"),
        (document(grant(Type="Group", URI="x")), "InvalidArgument"),
        (
            document(grant(Type="AmazonCustomerByEmail", EmailAddress="a@example.com")),
            "UnresolvableGrantByEmailAddress",
        ),
        (document(*[TO_EVE] * 101), "MalformedACLError"),
    ],
)
def test_what_is_no_acl_is_refused(s3: Counter, mixed: str, given: dict[str, Any], code: str) -> None:
    s3.put(mixed, "key", b"data")
    before = s3("GetBucketAcl", Bucket=mixed), s3("GetObjectAcl", Bucket=mixed, Key="key")
    assert s3.code("PutBucketAcl", Bucket=mixed, **given) == code
    assert s3.code("PutObjectAcl", Bucket=mixed, Key="key", **given) == code
    assert (s3("GetBucketAcl", Bucket=mixed), s3("GetObjectAcl", Bucket=mixed, Key="key")) == before


def test_a_document_says_what_it_is_shown_as(s3: Counter, mixed: str) -> None:
    given = document(TO_EVE, grant("WRITE_ACP", Type="Group", URI=URIS["LogDelivery"]))
    s3("PutBucketAcl", Bucket=mixed, **given)
    assert s3("GetBucketAcl", Bucket=mixed) == given["AccessControlPolicy"]


def test_an_acl_is_changed_only_if_it_is_the_one_that_was_decided_on(
    s3: Counter, mixed: str, eve: User
) -> None:
    s3.put(mixed, "key", b"data")

    def meanwhile() -> None:
        s3.meanwhile = str
        s3.put(mixed, "key", b"other")

    s3.meanwhile = meanwhile
    assert s3.code("PutObjectAcl", Bucket=mixed, Key="key", ACL="public-read") == "OperationAborted"
    assert not allows(s3, "GetObject", Anonymous(), Key="key")


def test_what_was_decided_on_is_what_is_read(s3: Counter, mixed: str) -> None:
    """A public object that is replaced by a private one between the decision and the answer."""
    s3.put(mixed, "key", b"public", ACL="public-read")

    def meanwhile() -> None:
        s3.meanwhile = str
        s3.put(mixed, "key", b"secret")

    s3.meanwhile = meanwhile
    try:
        found = s3.get(mixed, "key", by=Anonymous())
    except AwsError as refused:
        assert refused.code == "ServiceUnavailable"
    else:
        assert found == b"public"


def test_the_decision_names_the_grant(s3: Counter, mixed: str, eve: User) -> None:
    s3.put(mixed, "key", b"data", GrantRead=f"id={ID[OTHER]}")
    arn = f"arn:aws:s3:::{mixed}/key"
    found = as_json(explain(simulate_request(s3.world, eve.arn, "s3:GetObject", arn, {})))
    line = f"Allow by resource policy arn:aws:s3:::{mixed}, statement ACL grant of READ to {OTHER}"
    assert line in reasons(found)
    found = as_json(explain(simulate_request(s3.world, eve.arn, "s3:GetObjectAcl", arn, {})))
    assert (found["decision"], found["blockedBy"]) == ("implicitDeny", ["resource"])


def test_of_an_object_of_others_no_policy_would_help(s3: Counter, mixed: str, eve: User) -> None:
    s3("PutBucketAcl", Bucket=mixed, GrantWrite=f"id={ID[OTHER]}")
    s3.put(mixed, "key", b"data", by=eve)
    root = f"arn:aws:iam::{OWNER}:root"
    arn = f"arn:aws:s3:::{mixed}/key"
    found = as_json(explain(simulate_request(s3.world, root, "s3:GetObject", arn, {})))
    assert (found["decision"], found["wouldAllow"]) == ("implicitDeny", [])
    for action in ("s3:DeleteObject", "s3:deleteobject", "s3:PutObject"):
        assert simulate_request(s3.world, root, action, arn, {}).allowed


def test_grants_are_kept_once(s3: Counter, mixed: str) -> None:
    s3("PutBucketAcl", Bucket=mixed, GrantRead=f"id={ID[OTHER]}, id={ID[OTHER]}")
    assert len(s3("GetBucketAcl", Bucket=mixed)["Grants"]) == 1
