"""What an assignment makes of a permission set in an account, and what becomes of it."""

import json
from typing import Any

import pytest
from tests.services.sso_admin.harness import LIST_BUCKETS, Center, code

from watchword.testing import Server

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


@pytest.fixture
def center(watchword: Server) -> Center:
    return Center(watchword)


def of(center: Center, permission_set: str, **more: Any) -> dict[str, Any]:
    return {"InstanceArn": center.instance, "PermissionSetArn": permission_set, **more}


def test_an_assignment_makes_a_role(center: Center) -> None:
    read = center.permission_set(Description="Reads", SessionDuration="PT4H")
    center.sso.attach_managed_policy_to_permission_set(**of(center, read, ManagedPolicyArn=READ_ONLY))
    center.sso.put_inline_policy_to_permission_set(**of(center, read, InlinePolicy=LIST_BUCKETS))
    boundary = {"ManagedPolicyArn": READ_ONLY}
    center.sso.put_permissions_boundary_to_permission_set(**of(center, read, PermissionsBoundary=boundary))
    assert center.assign(read, center.user("ann"))["Status"] == "SUCCEEDED"
    (listed,) = center.roles()
    role = center.iam.get_role(RoleName=listed["RoleName"])["Role"]
    assert role["RoleName"].startswith("AWSReservedSSO_Read_")
    assert len(role["RoleName"]) == len("AWSReservedSSO_Read_") + 16
    assert role["Path"] == "/aws-reserved/sso.amazonaws.com/"  # in us-east-1 without a Region
    assert (role["Description"], role["MaxSessionDuration"]) == ("Reads", 43200)
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == READ_ONLY
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    hexadecimal = center.instance.rpartition("-")[2]
    provider = f"arn:aws:iam::{center.account}:saml-provider/AWSSSO_{hexadecimal}_DO_NOT_DELETE"
    assert statement["Principal"] == {"Federated": provider}
    assert set(statement["Action"]) == {"sts:AssumeRoleWithSAML", "sts:TagSession"}
    name = role["RoleName"]
    inline = center.iam.get_role_policy(RoleName=name, PolicyName="AwsSSOInlinePolicy")
    assert inline["PolicyDocument"] == json.loads(LIST_BUCKETS)
    attached = center.iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    assert [each["PolicyArn"] for each in attached] == [READ_ONLY]


def test_the_last_one_takes_the_role_along(center: Center) -> None:
    read, ann, bob = center.permission_set(), center.user("ann"), center.user("bob")
    for user in (ann, bob, ann):  # the third changes nothing
        assert center.assign(read, user)["Status"] == "SUCCEEDED"
    assert code(center.sso.delete_permission_set, **of(center, read)) == "ConflictException"
    assert center.take_away(read, ann)["Status"] == "SUCCEEDED"
    assert len(center.roles()) == 1
    again = center.take_away(read, ann)
    assert (again["Status"], "404" in again["FailureReason"]) == ("FAILED", True)
    center.take_away(read, bob)
    assert center.roles() == []
    center.sso.delete_permission_set(**of(center, read))


def test_a_change_reaches_the_role_when_it_is_provisioned(center: Center) -> None:
    read, listed = center.permission_set(), center.sso.list_accounts_for_provisioned_permission_set
    center.assign(read, center.user("ann"))
    (before,) = center.roles()
    center.sso.put_inline_policy_to_permission_set(**of(center, read, InlinePolicy=LIST_BUCKETS))
    old, new = (f"LATEST_PERMISSION_SET{each}_PROVISIONED" for each in ("_NOT", ""))
    assert listed(**of(center, read, ProvisioningStatus=old))["AccountIds"] == [center.account]
    assert center.iam.list_role_policies(RoleName=before["RoleName"])["PolicyNames"] == []
    assert center.provision(read)["Status"] == "SUCCEEDED"
    assert listed(**of(center, read, ProvisioningStatus=old))["AccountIds"] == []
    assert listed(**of(center, read, ProvisioningStatus=new))["AccountIds"] == [center.account]
    (after,) = center.roles()
    assert after["RoleId"] == before["RoleId"]
    assert center.iam.list_role_policies(RoleName=after["RoleName"])["PolicyNames"] == ["AwsSSOInlinePolicy"]
    center.sso.delete_inline_policy_from_permission_set(**of(center, read))
    center.provision(read)
    assert center.iam.list_role_policies(RoleName=after["RoleName"])["PolicyNames"] == []


def test_a_policy_that_the_account_lacks_is_told(center: Center) -> None:
    """And the role stays as it was."""
    read, ann = center.permission_set(), center.user("ann")
    reference = {"CustomerManagedPolicyReference": {"Name": "Team", "Path": "/team/"}}
    center.sso.attach_customer_managed_policy_reference_to_permission_set(**of(center, read, **reference))
    failed = center.assign(read, ann)
    assert failed["Status"] == "FAILED"
    assert f"arn:aws:iam::{center.account}:policy/team/Team" in failed["FailureReason"]
    assert center.roles() == []
    center.iam.create_policy(PolicyName="Team", Path="/team/", PolicyDocument=LIST_BUCKETS)
    assert center.assign(read, ann)["Status"] == "SUCCEEDED"
    reference["CustomerManagedPolicyReference"]["Name"] = "Other"
    center.sso.attach_customer_managed_policy_reference_to_permission_set(**of(center, read, **reference))
    assert center.provision(read)["Status"] == "FAILED"
    (role,) = center.roles()
    attached = center.iam.list_attached_role_policies(RoleName=role["RoleName"])["AttachedPolicies"]
    assert [each["PolicyName"] for each in attached] == ["Team"]


def test_more_policies_than_a_role_may_have_are_told(center: Center) -> None:
    read = center.permission_set()
    for number in range(11):
        center.iam.create_policy(PolicyName=f"p{number}", PolicyDocument=LIST_BUCKETS)
        reference = {"CustomerManagedPolicyReference": {"Name": f"p{number}"}}
        center.sso.attach_customer_managed_policy_reference_to_permission_set(**of(center, read, **reference))
    assert "PoliciesPerRole" in center.assign(read, center.user("ann"))["FailureReason"]


@pytest.mark.parametrize("kind", ["USER", "GROUP"])
def test_nobody_gets_nothing(center: Center, kind: str) -> None:
    nobody = "00000000-0000-4000-8000-000000000000"
    ended = center.assign(center.permission_set(), nobody, PrincipalType=kind)
    assert ended["FailureReason"] == f"Received a 404 status error: {kind} not found."
    assert center.roles() == []


def test_an_account_of_somebody_else_is_out_of_reach(center: Center) -> None:
    given = of(center, center.permission_set(), TargetType="AWS_ACCOUNT", PrincipalType="USER")
    create, ann = center.sso.create_account_assignment, center.user("ann")
    refused = code(create, **given, PrincipalId=ann, TargetId="999999999999")
    assert refused == "ResourceNotFoundException"


def test_a_user_has_what_its_groups_have(center: Center) -> None:
    ann = center.user("ann")
    ops = center.group("ops", ann)
    read, write = center.permission_set(), center.permission_set("Write")
    center.assign(read, ann)
    center.assign(write, ops, PrincipalType="GROUP")
    listed = center.sso.list_account_assignments_for_principal(
        InstanceArn=center.instance, PrincipalType="USER", PrincipalId=ann
    )["AccountAssignments"]
    assert {(each["PrincipalType"], each["PermissionSetArn"]) for each in listed} == {
        ("USER", read),
        ("GROUP", write),
    }


@pytest.mark.parametrize("kind", ["user", "group"])
def test_who_goes_loses_everything(center: Center, kind: str) -> None:
    ann = center.user("ann")
    ops, read = center.group("ops", ann), center.permission_set()
    center.assign(read, {"user": ann, "group": ops}[kind], PrincipalType=kind.upper())
    assert len(center.roles()) == 1
    if kind == "user":
        center.people.delete_user(IdentityStoreId=center.directory, UserId=ann)
    else:
        center.people.delete_group(IdentityStoreId=center.directory, GroupId=ops)
    assert center.roles() == []


def test_an_instance_goes_with_all_that_it_has(center: Center) -> None:
    read, ann = center.permission_set(), center.user("ann")
    center.group("ops", ann)
    center.assign(read, ann)
    remove = center.sso.delete_instance
    assert code(remove, InstanceArn=center.instance) == "ConflictException"
    center.take_away(read, ann)
    remove(InstanceArn=center.instance)
    assert center.sso.list_instances()["Instances"] == []
    assert code(center.sso.describe_instance, InstanceArn=center.instance) == "AccessDeniedException"
    users = center.people.list_users
    assert code(users, IdentityStoreId=center.directory) == "ResourceNotFoundException"
