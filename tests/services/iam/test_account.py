"""The account as a whole."""

import json
from datetime import timedelta

from tests.services.iam.harness import ADMINISTRATOR, ALLOW_ALL, A, Iam, decoded

from watchword.store.iam import users

TRUST = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{A}:root"},
        "Action": "sts:AssumeRole",
    },
}
MEMBERS = ["UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"]


def furnish(iam: Iam) -> None:
    arn = iam("CreatePolicy", PolicyName="p", Description="d", PolicyDocument=ALLOW_ALL)["Policy"]["Arn"]
    iam("CreateUser", UserName="ann", PermissionsBoundary=arn, Tags=[{"Key": "k", "Value": "v"}])
    iam("CreateGroup", GroupName="g")
    iam("AddUserToGroup", GroupName="g", UserName="ann")
    iam("CreateRole", RoleName="r", AssumeRolePolicyDocument=json.dumps(TRUST))
    for kind, name in (("User", "ann"), ("Group", "g"), ("Role", "r")):
        iam(f"Put{kind}Policy", **{f"{kind}Name": name}, PolicyName="in", PolicyDocument=ALLOW_ALL)
        iam(f"Attach{kind}Policy", **{f"{kind}Name": name}, PolicyArn=ADMINISTRATOR)


def test_the_summary_counts_and_tells_the_quotas_that_hold(iam: Iam) -> None:
    furnish(iam)
    iam("CreatePolicyVersion", PolicyArn=f"arn:aws:iam::{A}:policy/p", PolicyDocument=ALLOW_ALL)
    iam("CreateAccessKey")
    summary = iam("GetAccountSummary")["SummaryMap"]
    counted = {
        word: summary[word] for word in ("Users", "Groups", "Roles", "Policies", "PolicyVersionsInUse")
    }
    assert counted == {"Users": 1, "Groups": 1, "Roles": 1, "Policies": 1, "PolicyVersionsInUse": 2}
    assert summary["AccountAccessKeysPresent"] == 1
    assert summary["VersionsPerPolicyQuota"] == 5
    assert summary["PolicySizeQuota"] == 6144
    assert "UsersQuota" not in summary
    assert [demand.resource for demand in iam.demands] == ["*"]


def test_everything_at_once(iam: Iam, other: Iam) -> None:
    furnish(iam)
    found = iam("GetAccountAuthorizationDetails")
    (user,), (group,), (role,) = (found[member] for member in MEMBERS[:3])
    attached = [{"PolicyName": "AdministratorAccess", "PolicyArn": ADMINISTRATOR}]
    for detail, member in ((user, "UserPolicyList"), (group, "GroupPolicyList"), (role, "RolePolicyList")):
        assert detail["AttachedManagedPolicies"] == attached
        (inline,) = detail[member]
        assert (inline["PolicyName"], decoded(inline["PolicyDocument"])) == ("in", json.loads(ALLOW_ALL))
    assert user["GroupList"] == ["g"]
    assert user["Tags"] == [{"Key": "k", "Value": "v"}]
    assert (
        decoded(role["AssumeRolePolicyDocument"])["Statement"][0]["Principal"]
        == TRUST["Statement"]["Principal"]
    )
    own, of_aws = found["Policies"]
    assert (own["PolicyName"], own["PermissionsBoundaryUsageCount"]) == ("p", 1)
    assert decoded(own["PolicyVersionList"][0]["Document"]) == json.loads(ALLOW_ALL)
    assert (of_aws["PolicyName"], of_aws["AttachmentCount"]) == ("AdministratorAccess", 3)
    assert all(other("GetAccountAuthorizationDetails")[member] == [] for member in MEMBERS)


def test_a_user_who_signed_in_is_shown_without_when(iam: Iam) -> None:
    """UserDetail has no such member; a whole User has it."""
    made = iam("CreateUser", UserName="ann")["User"]
    with iam.world.database.write(iam.now) as tx:
        users.note_sign_in(tx, made["UserId"], iam.now, timedelta(0))
    assert iam("GetUser", UserName="ann")["User"]["PasswordLastUsed"] == iam.now
    (user,) = iam("GetAccountAuthorizationDetails")["UserDetailList"]
    assert "PasswordLastUsed" not in user


def test_everything_in_pages_and_by_kind(iam: Iam) -> None:
    furnish(iam)
    one_by_one = [iam.pages("GetAccountAuthorizationDetails", member, 1) for member in MEMBERS]
    assert [[len(page) for page in pages] for pages in one_by_one] == [
        [1, 0, 0, 0, 0],
        [0, 1, 0, 0, 0],
        [0, 0, 1, 0, 0],
        [0, 0, 0, 1, 1],
    ]
    roles = iam("GetAccountAuthorizationDetails", Filter=["Role"])
    assert [len(roles[member]) for member in MEMBERS] == [0, 0, 1, 0]


def test_a_policy_of_aws_is_shown_with_the_version_in_force(iam: Iam) -> None:
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    iam("CreateGroup", GroupName="readers")
    iam("AttachGroupPolicy", GroupName="readers", PolicyArn=arn)
    (shown,) = iam("GetAccountAuthorizationDetails", Filter=["AWSManagedPolicy"])["Policies"]
    assert (shown["Arn"], shown["AttachmentCount"]) == (arn, 1)
    (version,) = shown["PolicyVersionList"]
    assert (version["VersionId"], version["IsDefaultVersion"]) == (shown["DefaultVersionId"], True)
    assert decoded(version["Document"])["Statement"]
    assert len(iam("ListPolicyVersions", PolicyArn=arn)["Versions"]) == 100
