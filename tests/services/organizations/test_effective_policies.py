"""Policies that describe a configuration: stored by their grammar, inherited, and shown."""

import json

import pytest
from tests.services.organizations.harness import By, refused, root

TAGS, MALFORMED = "TAG_POLICY", "MalformedPolicyDocumentException"


def values(operator: str, *given: str) -> str:
    return json.dumps({"tags": {"team": {"tag_value": {operator: list(given)}}}})


@pytest.fixture
def account(management: By) -> str:
    """A member account, whose organization has tag policies on its root and on the account."""
    management("EnablePolicyType", RootId=management.root_id, PolicyType=TAGS)
    member = management.member("dev")
    for target, operator, value in ((management.root_id, "@@assign", "red"), (member, "@@append", "blue")):
        policy = management.policy(value, values(operator, value), TAGS)
        management("AttachPolicy", PolicyId=policy, TargetId=target)
    return member


def team(by: By, **more: str) -> list[str]:
    found = by("DescribeEffectivePolicy", PolicyType=TAGS, **more)["EffectivePolicy"]
    inherited: list[str] = json.loads(found["PolicyContent"])["tags"]["team"]["tag_value"]
    return inherited


def test_an_account_inherits_and_adds(management: By, account: str) -> None:
    assert team(management, TargetId=account) == ["red", "blue"]
    assert team(management, TargetId=management.root_id) == ["red"]
    assert team(management) == ["red"]


def test_an_account_may_read_its_own(management: By, account: str) -> None:
    member = root(management.world, account)
    assert team(member) == team(member, TargetId=account) == ["red", "blue"]
    refused("AccessDenied", member, "DescribeEffectivePolicy", PolicyType=TAGS, TargetId=management.root_id)


def test_what_is_not_there(management: By, account: str) -> None:
    none, other = "EffectivePolicyNotFoundException", "999999999999"
    refused(none, management, "DescribeEffectivePolicy", PolicyType="BACKUP_POLICY", TargetId=account)
    missing = "TargetNotFoundException"
    refused(missing, management, "DescribeEffectivePolicy", PolicyType=TAGS, TargetId=other)


@pytest.mark.parametrize("content", ["{", "{}", '{"plans": {}}', '{"tags": {"team": "red"}}'])
def test_what_is_no_tag_policy(management: By, content: str) -> None:
    given = {"Name": "a", "Description": "", "Type": TAGS, "Content": content}
    refused(MALFORMED, management, "CreatePolicy", **given)


def test_each_type_has_its_length(management: By) -> None:
    given = {"Name": "a", "Description": "", "Type": "AISERVICES_OPT_OUT_POLICY"}
    content = '{"services": {"default": {"opt_out_policy": {"@@assign": "optOut"}}}}'
    management("CreatePolicy", **given, Content=content)
    long, limit = given | {"Name": "b", "Content": content + " " * 2500}, "POLICY_CONTENT_LIMIT_EXCEEDED"
    refused("ConstraintViolationException", management, "CreatePolicy", limit, **long)


def test_nothing_is_invalid(management: By, account: str) -> None:
    invalid = management("ListAccountsWithInvalidEffectivePolicy", PolicyType=TAGS)
    assert invalid == {"Accounts": [], "PolicyType": TAGS}
    told = management("ListEffectivePolicyValidationErrors", AccountId=account, PolicyType=TAGS)
    assert told["EffectivePolicyValidationErrors"] == []
    assert told["Path"].endswith(f"/{account}/")
