"""What the policies of an organization do to decisions: every level, every exemption, from the next call."""

import json
from typing import Any

import pytest
from tests.services.organizations.harness import (
    RCP,
    SCP,
    A,
    B,
    By,
    administrator,
    refused,
    root,
    statement,
)

from watchword.facts.organizations import STANDING
from watchword.identity.service_linked_roles import of_service
from watchword.names.principal import Anonymous
from watchword.policy.evaluation.explain import as_json, explain
from watchword.services.what_if import simulate_request
from watchword.store.iam import roles
from watchword.store.iam.roles import Role
from watchword.world import World

NO_S3 = statement("Deny", "s3:*", Sid="NoS3")
ONLY_IAM = statement("Allow", "iam:*")
FULL = "p-FullAWSAccess"


class Tree:
    """A root, a unit below it, and an account in that, with both types of policies enabled."""

    def __init__(self, management: By) -> None:
        self.management, self.root = management, management.root_id
        self.unit, self.account = management.unit("Sandbox", self.root), management.member("dev")
        management(
            "MoveAccount", AccountId=self.account, SourceParentId=self.root, DestinationParentId=self.unit
        )
        for type_ in (SCP, RCP):
            management("EnablePolicyType", RootId=self.root, PolicyType=type_)
        self.levels = {"root": self.root, "unit": self.unit, "account": self.account}

    def attach(self, content: str, level: str, type_: str = SCP) -> str:
        policy = self.management.policy(f"{type_} {level}", content, type_)
        self.management("AttachPolicy", PolicyId=policy, TargetId=self.levels[level])
        return policy

    @property
    def developer(self) -> By:
        return administrator(self.management.world, self.account)


@pytest.fixture
def tree(management: By) -> Tree:
    return Tree(management)


def bucket(by: By, name: str, policy: str = "") -> None:
    by("s3:CreateBucket", Bucket=name)
    if policy:
        by("s3:DeletePublicAccessBlock", Bucket=name)
        by("s3:PutBucketPolicy", Bucket=name, Policy=policy)


def of_bucket(name: str, *actions: str, **more: Any) -> str:
    return statement("Allow", list(actions), [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"], **more)


# --- service control policies ---------------------------------------------------------------------------


@pytest.mark.parametrize("level", ["root", "unit", "account"])
def test_a_deny_on_any_level_is_final(tree: Tree, level: str) -> None:
    tree.developer("s3:ListBuckets")
    policy = tree.attach(NO_S3, level)
    said = refused("AccessDenied", tree.developer, "s3:ListBuckets")
    arn = tree.management("DescribePolicy", PolicyId=policy)["Policy"]["PolicySummary"]["Arn"]
    assert said.endswith(f"with an explicit deny in a service control policy: {arn}")
    tree.developer("iam:ListUsers")
    tree.management("DetachPolicy", PolicyId=policy, TargetId=tree.levels[level])
    tree.developer("s3:ListBuckets")


@pytest.mark.parametrize("level", ["root", "unit", "account"])
def test_every_level_must_allow(tree: Tree, level: str) -> None:
    tree.attach(ONLY_IAM, level)
    tree.management("DetachPolicy", PolicyId=FULL, TargetId=tree.levels[level])
    said = refused("AccessDenied", tree.developer, "s3:ListBuckets")
    assert said.endswith("because no service control policy allows the s3:ListAllMyBuckets action")
    tree.developer("iam:ListUsers")


def test_the_root_user_of_a_member_is_bound(tree: Tree) -> None:
    tree.attach(NO_S3, "account")
    refused("AccessDenied", root(tree.management.world, tree.account), "s3:ListBuckets")


def test_the_management_account_is_not(tree: Tree) -> None:
    tree.attach(NO_S3, "root")
    tree.management("s3:ListBuckets")
    tree.management("AttachPolicy", PolicyId=tree.management.policy("x", NO_S3), TargetId=A)
    tree.management("s3:ListBuckets")


def test_a_service_linked_role_is_not(tree: Tree) -> None:
    tree.attach(statement("Deny", "iam:*"), "root")
    world, linked = tree.management.world, of_service("ecs.amazonaws.com")
    assert linked
    for number, path in enumerate(("/", linked.path)):
        role = Role(f"AROA{number}", tree.account, f"r{number}", path, world.clock.now(), linked.trust)
        with world.database.write(world.clock.now()) as tx:
            roles.insert(tx, role)
        decision = simulate_request(world, role.session("x").arn, "iam:ListUsers", "*", {})
        denied_by = {match.type.value for match in decision.matches}
        assert denied_by == ({"scp"} if path == "/" else set())


def test_a_moved_account_has_the_policies_of_its_new_place(tree: Tree) -> None:
    tree.attach(NO_S3, "unit")
    refused("AccessDenied", tree.developer, "s3:ListBuckets")
    back = {"AccountId": tree.account, "SourceParentId": tree.unit, "DestinationParentId": tree.root}
    tree.management("MoveAccount", **back)
    tree.developer("s3:ListBuckets")


def test_an_updated_policy_holds_at_once(tree: Tree) -> None:
    policy = tree.attach(NO_S3, "unit")
    refused("AccessDenied", tree.developer, "s3:ListBuckets")
    tree.management("UpdatePolicy", PolicyId=policy, Content=statement("Deny", "iam:*"))
    tree.developer("s3:ListBuckets")
    refused("AccessDenied", tree.developer, "iam:ListUsers")


def test_a_disabled_type_limits_nothing(tree: Tree) -> None:
    tree.attach(NO_S3, "unit")
    tree.management("DisablePolicyType", RootId=tree.root, PolicyType=SCP)
    tree.developer("s3:ListBuckets")


def test_an_account_that_left_is_free(tree: Tree) -> None:
    tree.attach(NO_S3, "root")
    tree.management.world.clock.advance(7 * 86400)
    tree.management("RemoveAccountFromOrganization", AccountId=tree.account)
    tree.developer("s3:ListBuckets")


def test_a_member_can_be_kept_from_leaving(tree: Tree) -> None:
    tree.attach(statement("Deny", "organizations:LeaveOrganization"), "root")
    tree.management.world.clock.advance(7 * 86400)
    refused("AccessDenied", root(tree.management.world, tree.account), "LeaveOrganization")


# --- resource control policies --------------------------------------------------------------------------

PUBLIC = {"Principal": "*"}


@pytest.mark.parametrize("level", ["root", "unit", "account"])
def test_resources_are_guarded_against_everybody(tree: Tree, level: str) -> None:
    bucket(tree.developer, "data", of_bucket("data", "s3:ListBucket", **PUBLIC))
    nobody, other = By(tree.management.world, Anonymous()), root(tree.management.world, B)
    for by in (nobody, other, tree.management, tree.developer):
        by("s3:ListObjectsV2", Bucket="data")
    tree.attach(statement("Deny", "s3:ListBucket", **PUBLIC), level, RCP)
    for by in (nobody, other, tree.management, tree.developer):
        said = refused("AccessDenied", by, "s3:ListObjectsV2", Bucket="data")
        assert "with an explicit deny in a resource control policy: arn:aws:organizations::" in said


def test_resources_of_the_management_account_are_not(tree: Tree) -> None:
    tree.attach(statement("Deny", "s3:*", **PUBLIC), "root", RCP)
    bucket(tree.management, "data")
    tree.management("s3:ListObjectsV2", Bucket="data")


def test_only_services_that_support_them(tree: Tree) -> None:
    tree.attach(statement("Deny", ["sts:*", "s3:*"], **PUBLIC), "root", RCP)
    tree.developer("iam:ListUsers")
    role = {"RoleArn": f"arn:aws:iam::{tree.account}:role/OrganizationAccountAccessRole"}
    refused("AccessDenied", tree.developer, "sts:AssumeRole", RoleSessionName="xx", **role)


def test_a_perimeter_around_an_organization(tree: Tree) -> None:
    """The policy that AWS gives as an example: only principals of the organization."""
    organization = tree.management("DescribeOrganization")["Organization"]["Id"]
    outside = {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": organization}}
    bucket(tree.developer, "data", of_bucket("data", "s3:ListBucket", **PUBLIC))
    tree.attach(statement("Deny", "s3:*", Condition=outside, **PUBLIC), "root", RCP)
    for by in (tree.management, tree.developer):
        by("s3:ListObjectsV2", Bucket="data")
    for by in (By(tree.management.world, Anonymous()), root(tree.management.world, B)):
        refused("AccessDenied", by, "s3:ListObjectsV2", Bucket="data")


# --- condition keys -------------------------------------------------------------------------------------


def test_a_bucket_for_an_organization(tree: Tree) -> None:
    organization = tree.management("DescribeOrganization")["Organization"]["Id"]
    condition = {"StringEquals": {"aws:PrincipalOrgID": organization}}
    shared = of_bucket("shared", "s3:ListBucket", Condition=condition, **PUBLIC)
    outside = root(tree.management.world, B)
    bucket(outside, "shared", shared)
    for by in (tree.management, tree.developer):
        by("s3:ListObjectsV2", Bucket="shared")
    refused("AccessDenied", By(tree.management.world, Anonymous()), "s3:ListObjectsV2", Bucket="shared")


def test_a_bucket_for_a_part_of_the_tree(tree: Tree) -> None:
    standing = tree.management.world.facts.need(STANDING, tree.account)
    assert standing.path.endswith(f"/{tree.root}/{tree.unit}/")
    condition = {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": f"{standing.path}*"}}
    bucket(
        root(tree.management.world, B),
        "shared",
        of_bucket("shared", "s3:ListBucket", Condition=condition, **PUBLIC),
    )
    tree.developer("s3:ListObjectsV2", Bucket="shared")
    refused("AccessDenied", tree.management, "s3:ListObjectsV2", Bucket="shared")


def test_a_role_for_an_organization(tree: Tree) -> None:
    organization = tree.management("DescribeOrganization")["Organization"]["Id"]
    trusted = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:PrincipalOrgID": organization}},
    }
    outside = root(tree.management.world, B)
    trust = json.dumps({"Version": "2012-10-17", "Statement": [trusted]})
    another = trust.replace(organization, "o-zzzzzzzzzz")
    outside("iam:CreateRole", RoleName="shared", AssumeRolePolicyDocument=trust)
    outside("iam:CreateRole", RoleName="own", AssumeRolePolicyDocument=another)
    assume = {"RoleSessionName": "xx"}
    tree.developer("sts:AssumeRole", RoleArn=f"arn:aws:iam::{B}:role/shared", **assume)
    refused("AccessDenied", tree.developer, "sts:AssumeRole", RoleArn=f"arn:aws:iam::{B}:role/own", **assume)


@pytest.mark.parametrize(
    ("key", "operator"),
    [("aws:ResourceOrgID", "StringEquals"), ("aws:ResourceOrgPaths", "ForAnyValue:StringLike")],
)
def test_resources_of_the_organization_only(tree: Tree, key: str, operator: str) -> None:
    organization = tree.management("DescribeOrganization")["Organization"]["Id"]
    value = organization if key.endswith("ID") else f"{organization}/*"
    tree.attach(statement("Allow", "s3:*", Condition={operator: {key: value}}), "account")
    tree.management("DetachPolicy", PolicyId=FULL, TargetId=tree.account)
    bucket(root(tree.management.world, B), "outside", of_bucket("outside", "s3:ListBucket", **PUBLIC))
    bucket(tree.management, "inside", of_bucket("inside", "s3:ListBucket", **PUBLIC))
    tree.developer("s3:ListObjectsV2", Bucket="inside")
    refused("AccessDenied", tree.developer, "s3:ListObjectsV2", Bucket="outside")


def test_resources_of_an_account_only(tree: Tree) -> None:
    foreign = {"StringNotEquals": {"aws:ResourceAccount": "${aws:PrincipalAccount}"}}
    tree.attach(statement("Deny", "s3:*", Condition=foreign), "root")
    bucket(tree.management, "inside", of_bucket("inside", "s3:ListBucket", **PUBLIC))
    refused("AccessDenied", tree.developer, "s3:ListObjectsV2", Bucket="inside")
    bucket(tree.developer, "own")
    tree.developer("s3:ListObjectsV2", Bucket="own")


# --- explanations ---------------------------------------------------------------------------------------


def explained(world: World, account: str, action: str) -> dict[str, Any]:
    decision = simulate_request(world, f"arn:aws:iam::{account}:root", action, "*", {})
    return as_json(explain(decision))


def test_a_refusal_names_policy_level_and_statement(tree: Tree) -> None:
    policy = tree.attach(NO_S3, "unit")
    told = explained(tree.management.world, tree.account, "s3:ListAllMyBuckets")
    denying = told["matches"][0]
    assert denying["policy"].endswith(f"/service_control_policy/{policy}")
    assert (denying["policyType"], denying["sid"]) == ("scp", "NoS3")
    assert denying["level"] == f"OU Sandbox ({tree.unit})"
    scps = [each for each in told["levels"] if each["policyType"] == "scp"]
    assert [(each["level"], each["says"]) for each in scps] == [
        (f"root {tree.root}", "allow"),
        (f"OU Sandbox ({tree.unit})", "deny"),
        (f"account {tree.account}", "allow"),
    ]


def test_a_refusal_names_the_level_that_does_not_allow(tree: Tree) -> None:
    tree.attach(ONLY_IAM, "account")
    tree.management("DetachPolicy", PolicyId=FULL, TargetId=tree.account)
    told = explained(tree.management.world, tree.account, "s3:ListAllMyBuckets")
    scps = [each["says"] for each in told["levels"] if each["policyType"] == "scp"]
    assert (told["blockedBy"], scps) == (["scp"], ["allow", "allow", "nothing"])


# --- what a closed account can no longer do -------------------------------------------------------------


def test_a_closed_accounts_role_and_bucket_are_nobodys(tree: Tree) -> None:
    bucket(tree.developer, "data", of_bucket("data", "s3:ListBucket", **PUBLIC))
    tree.management("iam:CreateUser", UserName="ann")
    tree.management("s3:ListObjectsV2", Bucket="data")
    tree.management("CloseAccount", AccountId=tree.account)
    refused("AccessDenied", tree.management, "s3:ListObjectsV2", Bucket="data")
    arn = f"arn:aws:iam::{tree.account}:role/OrganizationAccountAccessRole"
    said = refused("AccessDenied", tree.management, "sts:AssumeRole", RoleArn=arn, RoleSessionName="xx")
    assert "role trust policy" in said
