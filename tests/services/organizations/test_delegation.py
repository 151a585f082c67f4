"""Services that work with the organization, delegated administrators, and the resource policy."""

import json
from typing import Any

import pytest
from tests.services.organizations.harness import SCP, A, B, By, refused, root, statement

from watchword.store.iam import users

VIOLATED, INVALID = "ConstraintViolationException", "InvalidInputException"
CONFIG, SSO = ({"ServicePrincipal": f"{name}.amazonaws.com"} for name in ("config", "sso"))


def policy(*principals: str, **more: Any) -> str:
    held = {"Effect": "Allow", "Principal": {"AWS": list(principals)}, "Resource": "*", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [held]})


@pytest.fixture
def member(management: By) -> By:
    """The root user of a member account."""
    return root(management.world, management.member("dev"))


def test_services_are_given_access(management: By) -> None:
    for service in (SSO, CONFIG, CONFIG):
        management("EnableAWSServiceAccess", **service)
    found = management("ListAWSServiceAccessForOrganization")["EnabledServicePrincipals"]
    assert [each["ServicePrincipal"] for each in found] == ["config.amazonaws.com", "sso.amazonaws.com"]
    for _ in range(2):
        management("DisableAWSServiceAccess", **CONFIG)
    found = management("ListAWSServiceAccessForOrganization")["EnabledServicePrincipals"]
    assert [each["ServicePrincipal"] for each in found] == ["sso.amazonaws.com"]
    wrong = {"ServicePrincipal": "config"}
    refused(INVALID, management, "EnableAWSServiceAccess", "UNRECOGNIZED_SERVICE_PRINCIPAL", **wrong)


def test_nobody_administers_a_service_that_has_no_access_any_more(member: By, management: By) -> None:
    for service in (SSO, CONFIG):
        management("EnableAWSServiceAccess", **service)
        management("RegisterDelegatedAdministrator", AccountId=member.principal.account, **service)
    instance = {"InstanceArn": management("sso-admin:CreateInstance")["InstanceArn"]}
    assert member("sso-admin:ListPermissionSets", **instance)["PermissionSets"] == []
    management("DisableAWSServiceAccess", **SSO)
    refused("AccessDenied", member, "sso-admin:ListPermissionSets", **instance)
    left = management("ListDelegatedServicesForAccount", AccountId=member.principal.account)
    assert [each["ServicePrincipal"] for each in left["DelegatedServices"]] == ["config.amazonaws.com"]


def test_services_need_all_features(management: By) -> None:
    other = root(management.world, B)
    other("CreateOrganization", FeatureSet="CONSOLIDATED_BILLING")
    reason = "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE"
    refused(VIOLATED, other, "EnableAWSServiceAccess", reason, **CONFIG)


def test_an_account_administers_a_service(management: By, member: By) -> None:
    account = {"AccountId": member.principal.account}
    register = {**account, **CONFIG}
    name = "RegisterDelegatedAdministrator"
    refused(VIOLATED, management, name, "SERVICE_ACCESS_NOT_ENABLED", **register)
    for service in (CONFIG, SSO):
        management("EnableAWSServiceAccess", **service)
        management(name, **account, **service)
    refused("AccountAlreadyRegisteredException", management, name, **register)
    for asked in ({}, CONFIG):
        (found,) = management("ListDelegatedAdministrators", **asked)["DelegatedAdministrators"]
        assert (found["Id"], found["Status"]) == (member.principal.account, "ACTIVE")
    services = management("ListDelegatedServicesForAccount", **account)["DelegatedServices"]
    assert [each["ServicePrincipal"] for each in services] == ["config.amazonaws.com", "sso.amazonaws.com"]
    management("DeregisterDelegatedAdministrator", **register)
    refused("AccountNotRegisteredException", management, "DeregisterDelegatedAdministrator", **register)
    management("DeregisterDelegatedAdministrator", **account, **SSO)
    refused("AccountNotRegisteredException", management, "ListDelegatedServicesForAccount", **account)


def test_who_can_not_administer(management: By, member: By) -> None:
    management("EnableAWSServiceAccess", **CONFIG)
    name, master = "RegisterDelegatedAdministrator", "CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR"
    refused(VIOLATED, management, name, master, AccountId=A, **CONFIG)
    refused("AccountNotFoundException", management, name, AccountId=B, **CONFIG)
    management("CloseAccount", AccountId=member.principal.account)
    suspended = "CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR"
    refused(VIOLATED, management, name, suspended, AccountId=member.principal.account, **CONFIG)


def test_an_administrator_reads_and_changes_nothing(management: By, member: By) -> None:
    refused("AccessDenied", member, "ListAccounts")
    management("EnableAWSServiceAccess", **CONFIG)
    management("RegisterDelegatedAdministrator", AccountId=member.principal.account, **CONFIG)
    assert member("ListAccounts") == management("ListAccounts")
    assert member("ListRoots") == management("ListRoots")
    refused("AccessDenied", root(management.world, management.member("other")), "ListAccounts")
    refused("AccessDenied", member, "CreateOrganizationalUnit", ParentId=member.root_id, Name="mine")
    refused("AccessDenied", member, "CloseAccount", AccountId=A)


def test_an_administrator_stays_in_the_organization(management: By, member: By) -> None:
    management("EnableAWSServiceAccess", **CONFIG)
    account = {"AccountId": member.principal.account}
    management("RegisterDelegatedAdministrator", **account, **CONFIG)
    management.world.clock.advance(7 * 86400)
    reason = "CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG"
    refused(VIOLATED, management, "RemoveAccountFromOrganization", reason, **account)
    refused(VIOLATED, member, "LeaveOrganization", reason)


# --- the resource policy --------------------------------------------------------------------------------


def test_a_resource_policy_lets_a_member_work(management: By, member: By) -> None:
    account = member.principal.account
    unit = {"ParentId": management.root_id, "Name": "theirs"}
    refused("AccessDenied", member, "CreateOrganizationalUnit", **unit)
    allowed = ["organizations:CreateOrganizationalUnit", "organizations:ListRoots"]
    content = policy(account, Action=allowed)
    made = management("PutResourcePolicy", Content=content)["ResourcePolicy"]
    assert made == management("DescribeResourcePolicy")["ResourcePolicy"]
    shown = json.loads(made["Content"])["Statement"][0]["Principal"]
    assert shown in ({"AWS": f"arn:aws:iam::{account}:root"}, {"AWS": [f"arn:aws:iam::{account}:root"]})
    member("CreateOrganizationalUnit", **unit)
    refused("AccessDenied", member, "ListAccounts")
    refused("AccessDenied", root(management.world, management.member("other")), "ListRoots")
    management("DeleteResourcePolicy")
    refused("AccessDenied", member, "ListRoots")


def test_to_create_with_tags_is_to_tag_as_well(management: By, member: By) -> None:
    actions = ["organizations:Create*", "organizations:PutResourcePolicy"]
    content = {"Content": policy(member.principal.account, Action=actions)}
    management("PutResourcePolicy", **content)
    unit = {"ParentId": management.root_id, "Name": "theirs"}
    account = {"AccountName": "theirs", "Email": "theirs@example.com"}
    scp = {"Name": "theirs", "Description": "", "Type": SCP, "Content": statement("Deny", "s3:*")}
    for name, given in (
        ("CreateOrganizationalUnit", unit),
        ("CreateAccount", account),
        ("CreatePolicy", scp),
        ("PutResourcePolicy", content),
    ):
        said = refused("AccessDenied", member, name, **given, Tags=[{"Key": "team", "Value": "red"}])
        assert "organizations:TagResource" in said
        member(name, **given)


def test_a_resource_policy_denies_the_management_account_too(management: By) -> None:
    denied = {"Effect": "Deny", "Action": "organizations:CloseAccount"}
    management("PutResourcePolicy", Content=policy(A, **denied))
    account = management.member("dev")
    said = refused("AccessDenied", management, "CloseAccount", AccountId=account)
    assert said.endswith("with an explicit deny in a resource-based policy")


def test_there_is_one(management: By) -> None:
    for name in ("DescribeResourcePolicy", "DeleteResourcePolicy"):
        refused("ResourcePolicyNotFoundException", management, name)
    tags = [{"Key": "team", "Value": "red"}]
    content = policy(A, Action="organizations:Describe*")
    first = management("PutResourcePolicy", Content=content, Tags=tags)["ResourcePolicy"]
    second = management("PutResourcePolicy", Content=content)["ResourcePolicy"]
    assert first == second
    policy_id = first["ResourcePolicySummary"]["Id"]
    assert management("ListTagsForResource", ResourceId=policy_id)["Tags"] == tags
    management("DeleteResourcePolicy")
    refused("TargetNotFoundException", management, "ListTagsForResource", ResourceId=policy_id)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "INVALID_RESOURCE_POLICY_JSON"),
        (policy(A, Action="s3:*"), "UNSUPPORTED_ACTION_IN_RESOURCE_POLICY"),
        (policy(A, Action="*"), "UNSUPPORTED_ACTION_IN_RESOURCE_POLICY"),
        (policy(A, NotAction="organizations:*"), "UNSUPPORTED_ACTION_IN_RESOURCE_POLICY"),
        (policy("999999999999", Action="organizations:*"), "INVALID_PRINCIPAL"),
    ],
)
def test_what_is_no_resource_policy(management: By, content: str, reason: str) -> None:
    refused(INVALID, management, "PutResourcePolicy", reason, Content=content)


# --- central management of root users -------------------------------------------------------------------

ROOTS = {"RootCredentialsManagement", "RootSessions"}
IAM = {"ServicePrincipal": "iam.amazonaws.com"}


def test_root_users_are_managed_centrally(management: By, member: By) -> None:
    enabling = [f"iam:EnableOrganizations{name}" for name in ("RootCredentialsManagement", "RootSessions")]
    refused("ServiceAccessNotEnabledException", management, enabling[0])
    management("EnableAWSServiceAccess", **IAM)
    assert management("iam:ListOrganizationsFeatures")["EnabledFeatures"] == []
    for name in (*enabling, enabling[0]):
        management(name)
    assert set(management("iam:ListOrganizationsFeatures")["EnabledFeatures"]) == ROOTS
    refused("CallerIsNotManagementAccountException", member, enabling[0])
    for name in ("iam:ListOrganizationsFeatures", "iam:DisableOrganizationsRootSessions"):
        refused("AccountNotManagementOrDelegatedAdministratorException", member, name)
    management("RegisterDelegatedAdministrator", AccountId=member.principal.account, **IAM)
    left = member("iam:DisableOrganizationsRootSessions")["EnabledFeatures"]
    assert left == member("iam:ListOrganizationsFeatures")["EnabledFeatures"] == ["RootCredentialsManagement"]
    management("iam:DisableOrganizationsRootCredentialsManagement")
    assert management("iam:ListOrganizationsFeatures")["EnabledFeatures"] == []


def test_root_users_of_an_organization_with_all_features_only(management: By) -> None:
    other = root(management.world, B)
    other("CreateOrganization", FeatureSet="CONSOLIDATED_BILLING")
    refused("OrganizationNotInAllFeaturesModeException", other, "iam:EnableOrganizationsRootSessions")


def test_a_root_user_is_assumed_for_a_task_of_an_enabled_feature(management: By, member: By) -> None:
    world = management.world
    management("iam:CreateUser", UserName="ann")
    management(
        "iam:AttachUserPolicy", UserName="ann", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
    )
    with world.database.read() as tx:
        user = users.named(tx, A, "ann")
    assert user
    ann, target = By(world, user.principal), {"TargetPrincipal": member.principal.account}
    unlock, audit = (
        {"TaskPolicyArn": {"arn": f"arn:aws:iam::aws:policy/root-task/{task}"}} | target
        for task in ("S3UnlockBucketPolicy", "IAMAuditRootUserCredentials")
    )
    management("EnableAWSServiceAccess", **IAM)
    for asked, feature in ((unlock, "RootSessions"), (audit, "RootCredentialsManagement")):
        refused("AccessDenied", ann, "sts:AssumeRoot", **asked)
        management(f"iam:EnableOrganizations{feature}")
        ann("sts:AssumeRoot", **asked)
    for other in (A, B):
        refused("AccessDenied", ann, "sts:AssumeRoot", **{**unlock, "TargetPrincipal": other})
    refused("AccessDenied", management, "sts:AssumeRoot", **unlock)
