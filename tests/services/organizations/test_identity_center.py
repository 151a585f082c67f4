"""Identity Center of an organization: who administers it, which accounts it reaches, and for how long."""

from typing import Any

import pytest
from tests.services.organizations.harness import A, B, By, C, administrator, refused, root, statement

from watchword.store.iam import users
from watchword.store.iam.users import User

ALL = statement("Allow", ["sso:*", "identitystore:*"])
DENIED = "AccessDenied"


class Center:
    """The instance of the management account, with a user and a permission set."""

    def __init__(self, management: By) -> None:
        self.management = management
        self.instance = {"InstanceArn": management("sso-admin:CreateInstance")["InstanceArn"]}
        listed = management("sso-admin:ListInstances")["Instances"]
        self.store = {"IdentityStoreId": listed[0]["IdentityStoreId"]}
        self.ann = management(
            "identitystore:CreateUser",
            **self.store,
            UserName="ann",
            DisplayName="Ann",
            Name={"GivenName": "Ann", "FamilyName": "Example"},
        )["UserId"]
        self.read = self.permission_set("Read")

    def permission_set(self, name: str) -> dict[str, Any]:
        made = self.management("sso-admin:CreatePermissionSet", **self.instance, Name=name)
        return {**self.instance, "PermissionSetArn": made["PermissionSet"]["PermissionSetArn"]}

    def assignment(self, account: str) -> dict[str, Any]:
        return {
            **self.read,
            "TargetId": account,
            "TargetType": "AWS_ACCOUNT",
            "PrincipalType": "USER",
            "PrincipalId": self.ann,
        }

    def assign(self, account: str, by: By | None = None) -> str:
        """How it ended."""
        asked = (by or self.management)("sso-admin:CreateAccountAssignment", **self.assignment(account))
        request = asked["AccountAssignmentCreationStatus"]["RequestId"]
        ended = self.management(
            "sso-admin:DescribeAccountAssignmentCreationStatus",
            **self.instance,
            AccountAssignmentCreationRequestId=request,
        )
        return str(ended["AccountAssignmentCreationStatus"]["Status"])


@pytest.fixture
def center(management: By) -> Center:
    return Center(management)


@pytest.fixture
def delegated(center: Center) -> By:
    """The root user of a member account that administers Identity Center."""
    management = center.management
    account = management.member("identity")
    service = {"ServicePrincipal": "sso.amazonaws.com"}
    management("EnableAWSServiceAccess", **service)
    management("RegisterDelegatedAdministrator", AccountId=account, **service)
    return administrator(management.world, account)


def reserved(by: By) -> list[Any]:
    found: list[Any] = by("iam:ListRoles", PathPrefix="/aws-reserved/")["Roles"]
    return found


def test_it_reaches_every_account_of_the_organization(center: Center) -> None:
    member = center.management.member("dev")
    assert [center.assign(account) for account in (A, member)] == ["SUCCEEDED"] * 2
    assert len(reserved(administrator(center.management.world, member))) == 1
    listed = center.management(
        "sso-admin:ListAccountsForProvisionedPermissionSet", **center.read, MaxResults=1
    )
    rest = center.management(
        "sso-admin:ListAccountsForProvisionedPermissionSet", **center.read, NextToken=listed["NextToken"]
    )
    assert sorted(listed["AccountIds"] + rest["AccountIds"]) == sorted([A, member])
    create = "sso-admin:CreateAccountAssignment"
    for account in (B, "999999999999"):
        refused("ResourceNotFoundException", center.management, create, **center.assignment(account))


def test_a_delegated_administrator_administers(center: Center, delegated: By) -> None:
    made = delegated("sso-admin:CreatePermissionSet", **center.instance, Name="Theirs")
    assert made["PermissionSet"]["Name"] == "Theirs"
    assert center.assign(delegated.principal.account, delegated) == "SUCCEEDED"
    delegated("identitystore:CreateGroup", **center.store, DisplayName="ops")


def test_an_administrator_of_another_service_is_none(center: Center) -> None:
    management = center.management
    account, service = management.member("config"), {"ServicePrincipal": "config.amazonaws.com"}
    management("EnableAWSServiceAccess", **service)
    management("RegisterDelegatedAdministrator", AccountId=account, **service)
    other = administrator(management.world, account)
    refused(DENIED, other, "sso-admin:CreatePermissionSet", **center.instance, Name="Theirs")


def test_but_not_what_the_management_account_has(center: Center, delegated: By) -> None:
    assignment = center.assignment(A)
    refused("AccessDeniedException", delegated, "sso-admin:CreateAccountAssignment", **assignment)
    center.assign(A)
    refused("AccessDeniedException", delegated, "sso-admin:DeleteAccountAssignment", **assignment)
    changes: dict[str, dict[str, Any]] = {
        "UpdatePermissionSet": {"Description": "x"},
        "AttachManagedPolicyToPermissionSet": {
            "ManagedPolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"
        },
        "PutInlinePolicyToPermissionSet": {"InlinePolicy": ALL},
        "DeletePermissionSet": {},
        "ProvisionPermissionSet": {"TargetType": "ALL_PROVISIONED_ACCOUNTS"},
    }
    for name, given in changes.items():
        refused("AccessDeniedException", delegated, f"sso-admin:{name}", **center.read, **given)
    tagged = {"ResourceArn": center.read["PermissionSetArn"], "Tags": [{"Key": "a", "Value": "b"}]}
    refused("AccessDeniedException", delegated, "sso-admin:TagResource", **center.instance, **tagged)
    refused(DENIED, delegated, "sso-admin:DeleteInstance", **center.instance)


def test_a_member_reads_who_is_who(center: Center) -> None:
    member = administrator(center.management.world, center.management.member("dev"))
    assert member("identitystore:DescribeUser", **center.store, UserId=center.ann)["UserName"] == "ann"
    (seen,) = member("sso-admin:ListInstances")["Instances"]
    assert (seen["InstanceArn"], seen["OwnerAccountId"]) == (center.instance["InstanceArn"], A)
    refused(DENIED, member, "identitystore:DeleteUser", **center.store, UserId=center.ann)
    refused(DENIED, member, "sso-admin:DescribePermissionSet", **center.read)
    refused(DENIED, member, "sso-admin:CreateAccountAssignment", **center.assignment(A))


def test_to_others_it_is_not_there(center: Center) -> None:
    stranger = root(center.management.world, C)
    assert stranger("sso-admin:ListInstances")["Instances"] == []
    assert stranger("identitystore:ListIdentityStores")["IdentityStores"] == []
    missing = "ResourceNotFoundException"
    refused(missing, stranger, "identitystore:DescribeUser", **center.store, UserId=center.ann)
    refused(missing, stranger, "sso-admin:DescribePermissionSet", **center.read)
    refused(missing, stranger, "sso-admin:TagResource", ResourceArn=center.read["PermissionSetArn"], Tags=[])
    refused("AccessDeniedException", stranger, "sso-admin:DescribeInstance", **center.instance)
    refused("AccessDeniedException", stranger, "sso-admin:DeleteInstance", **center.instance)


def test_no_directory_tells_of_another_one(center: Center) -> None:
    """By ids that somebody knows: nothing of another directory is found, changed or assigned."""
    management, store = center.management, center.store
    group = management("identitystore:CreateGroup", **store, DisplayName="ops")["GroupId"]
    pair = {"GroupId": group, "MemberId": {"UserId": center.ann}}
    joined = management("identitystore:CreateGroupMembership", **store, **pair)["MembershipId"]
    other = root(management.world, C)
    instance = {"InstanceArn": other("sso-admin:CreateInstance")["InstanceArn"]}
    own = {
        "IdentityStoreId": other("identitystore:ListIdentityStores")["IdentityStores"][0]["IdentityStoreId"]
    }
    calls: dict[str, dict[str, Any]] = {
        "GetGroupMembershipId": pair,
        "CreateGroupMembership": pair,
        "DescribeGroupMembership": {"MembershipId": joined},
        "DeleteGroupMembership": {"MembershipId": joined},
        "DescribeUser": {"UserId": center.ann},
        "DeleteUser": {"UserId": center.ann},
        "DescribeGroup": {"GroupId": group},
        "ListGroupMemberships": {"GroupId": group},
        "IsMemberInGroups": {"MemberId": {"UserId": center.ann}, "GroupIds": [group]},
    }
    for name, given in calls.items():
        refused("ResourceNotFoundException", other, f"identitystore:{name}", **own, **given)
    center.assign(A)
    listed = other(
        "sso-admin:ListAccountAssignmentsForPrincipal",
        **instance,
        PrincipalType="USER",
        PrincipalId=center.ann,
    )
    assert listed["AccountAssignments"] == []
    missing = "ResourceNotFoundException"
    refused(missing, other, "sso-admin:DescribePermissionSet", **(center.read | instance))


def test_an_account_that_goes_takes_nothing_along(center: Center) -> None:
    center.management("InviteAccountToOrganization", Target={"Id": B, "Type": "ACCOUNT"})
    member = root(center.management.world, B)
    (handshake,) = member("ListHandshakesForAccount")["Handshakes"]
    member("AcceptHandshake", HandshakeId=handshake["Id"])
    assert center.assign(B) == "SUCCEEDED"
    assert len(reserved(member)) == 1
    member("LeaveOrganization")
    assert reserved(member) == []
    listed = center.management("sso-admin:ListAccountAssignments", **center.read, AccountId=B)
    assert listed["AccountAssignments"] == []


def test_a_policy_decides_on_each_resource(center: Center) -> None:
    """The store alone isn't enough to read a user, nor the user without the store."""
    world = center.management.world
    with world.database.write(world.clock.now()) as tx:
        users.insert(tx, User("AIDA1", A, "helper", "/", tx.at))
    helper = By(world, User("AIDA1", A, "helper", "/", world.clock.now()).principal)
    store = f"arn:aws:identitystore::{A}:identitystore/{center.store['IdentityStoreId']}"
    person = f"arn:aws:identitystore:::user/{center.ann}"
    named = {"UserName": "helper", "PolicyName": "p"}
    for resources, allowed in (([store], False), ([person], False), ([store, person], True)):
        document = statement("Allow", "identitystore:DescribeUser", resources)
        center.management("iam:PutUserPolicy", **named, PolicyDocument=document)
        if allowed:
            helper("identitystore:DescribeUser", **center.store, UserId=center.ann)
        else:
            refused(DENIED, helper, "identitystore:DescribeUser", **center.store, UserId=center.ann)
