"""IAM's policy simulator knows the SCPs above the account of the user whose policies it simulates."""

from typing import Any

import pytest
from tests.services.organizations.harness import RCP, SCP, A, By, root, statement
from tests.services.organizations.test_decisions import FULL, NO_S3, ONLY_IAM, Tree

ALLOW_ALL = statement("Allow", "*")
ONLY_HERE = {"StringNotEquals": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"}}


@pytest.fixture
def tree(management: By) -> Tree:
    found = Tree(management)
    create_ann(found.developer)
    return found


def create_ann(by: By) -> None:
    by("iam:CreateUser", UserName="ann")
    by("iam:PutUserPolicy", UserName="ann", PolicyName="all", PolicyDocument=ALLOW_ALL)


def simulated(by: By, action: str = "s3:GetObject", user: str = "ann", **more: Any) -> dict[str, Any]:
    """The result for ann, who may do everything."""
    arn = f"arn:aws:iam::{by.principal.account}:user/{user}"
    answer = by("iam:SimulatePrincipalPolicy", PolicySourceArn=arn, ActionNames=[action], **more)
    (result,) = answer["EvaluationResults"]
    return dict(result)


def passes(result: dict[str, Any]) -> bool | None:
    detail: dict[str, bool] = result.get("OrganizationsDecisionDetail", {})
    return detail.get("AllowedByOrganizations")


def test_an_account_in_no_organization_has_no_detail(world: Any) -> None:
    by = root(world, A)
    create_ann(by)
    result = simulated(by)
    assert (result["EvalDecision"], passes(result)) == ("allowed", None)


def test_what_every_level_allows_is_allowed(tree: Tree) -> None:
    result = simulated(tree.developer)
    assert (result["EvalDecision"], passes(result)) == ("allowed", True)


@pytest.mark.parametrize("level", ["root", "unit", "account"])
def test_a_deny_on_any_level_counts(tree: Tree, level: str) -> None:
    tree.attach(NO_S3, level)
    result = simulated(tree.developer)
    assert (result["EvalDecision"], passes(result)) == ("explicitDeny", False)
    assert result["MatchedStatements"] == []
    assert "EvalDecisionDetails" not in result
    assert passes(simulated(tree.developer, "iam:GetUser"))


def test_a_level_that_allows_nothing_else_counts(tree: Tree) -> None:
    tree.attach(ONLY_IAM, "unit")
    tree.management("DetachPolicy", PolicyId=FULL, TargetId=tree.unit)
    result = simulated(tree.developer)
    assert (result["EvalDecision"], passes(result)) == ("implicitDeny", False)
    assert passes(simulated(tree.developer, "iam:GetUser"))


def test_it_says_what_organizations_allow_whatever_else_refuses(tree: Tree) -> None:
    tree.developer("iam:CreateUser", UserName="bob")
    result = simulated(tree.developer, user="bob")
    assert (result["EvalDecision"], passes(result)) == ("implicitDeny", True)


def test_no_scp_limits_the_management_account(tree: Tree) -> None:
    tree.attach(NO_S3, "root")
    create_ann(tree.management)
    result = simulated(tree.management)
    assert (result["EvalDecision"], passes(result)) == ("allowed", True)


def test_a_type_that_is_not_enabled_limits_nothing(tree: Tree) -> None:
    tree.attach(NO_S3, "account")
    tree.management("DisablePolicyType", RootId=tree.root, PolicyType=SCP)
    result = simulated(tree.developer)
    assert (result["EvalDecision"], passes(result)) == ("allowed", True)


def test_another_caller_is_limited_as_well(tree: Tree) -> None:
    """CallerArn only says who asks: the policies are the source's, and so are those above its account."""
    tree.attach(NO_S3, "account")
    caller = f"arn:aws:iam::{A}:user/somebody"
    assert not passes(simulated(tree.developer, CallerArn=caller))


def test_no_scp_limits_a_service_linked_role(tree: Tree) -> None:
    tree.attach(NO_S3, "account")
    made = tree.developer("iam:CreateServiceLinkedRole", AWSServiceName="autoscaling.amazonaws.com")["Role"]
    by = tree.developer
    answer = by("iam:SimulatePrincipalPolicy", PolicySourceArn=made["Arn"], ActionNames=["s3:GetObject"])
    (result,) = answer["EvaluationResults"]
    assert passes(result)


def test_an_scp_can_ask_for_the_organization(tree: Tree) -> None:
    organization = tree.management("DescribeOrganization")["Organization"]["Id"]
    there = {"StringEquals": {"aws:PrincipalOrgID": organization}}
    tree.attach(statement("Deny", "s3:*", Condition=there), "account")
    result = simulated(tree.developer)
    assert (passes(result), result["MissingContextValues"]) == (False, [])


def test_resource_control_policies_are_not_simulated(tree: Tree) -> None:
    tree.attach(statement("Deny", "s3:*", Principal="*"), "account", RCP)
    result = simulated(tree.developer)
    assert (result["EvalDecision"], passes(result)) == ("allowed", True)


def test_policies_that_are_given_know_of_no_account(tree: Tree) -> None:
    tree.attach(NO_S3, "account")
    answer = tree.developer(
        "iam:SimulateCustomPolicy", PolicyInputList=[ALLOW_ALL], ActionNames=["s3:GetObject"]
    )
    (result,) = answer["EvaluationResults"]
    assert (result["EvalDecision"], passes(result)) == ("allowed", None)
