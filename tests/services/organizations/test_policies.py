"""Policies of an organization, and where they are attached."""

import pytest
from tests.services.organizations.harness import RCP, SCP, A, B, By, refused, root, statement

from watchword.organizations import quotas

INVALID, VIOLATED = "InvalidInputException", "ConstraintViolationException"
DENY = statement("Deny", "s3:*")
FULL, RCP_FULL = "p-FullAWSAccess", "p-RCPFullAWSAccess"
MISSING = "p-0000000000"


@pytest.fixture
def guarded(management: By) -> By:
    """The management account, whose organization has both types enabled."""
    for type_ in (SCP, RCP):
        management("EnablePolicyType", RootId=management.root_id, PolicyType=type_)
    return management


def attached(by: By, target: str, type_: str = SCP) -> list[str]:
    return [each["Id"] for each in by("ListPoliciesForTarget", TargetId=target, Filter=type_)["Policies"]]


def test_a_policy_is_made_and_read(management: By) -> None:
    made = management("CreatePolicy", Name="no s3", Description="x", Type=SCP, Content=DENY)["Policy"]
    summary = made["PolicySummary"]
    organization = management("DescribeOrganization")["Organization"]["Id"]
    named = f"policy/{organization}/service_control_policy/{summary['Id']}"
    assert summary["Arn"] == f"arn:aws:organizations::{A}:{named}"
    assert (made["Content"], summary["AwsManaged"], summary["Type"]) == (DENY, False, SCP)
    assert management("DescribePolicy", PolicyId=summary["Id"]) == {"Policy": made}
    listed = management("ListPolicies", Filter=SCP)["Policies"]
    assert [each["Name"] for each in listed] == ["FullAWSAccess", "no s3"]
    assert listed[0]["Arn"] == f"arn:aws:organizations::aws:policy/service_control_policy/{FULL}"


def test_a_policy_is_updated(management: By) -> None:
    policy = management.policy("a", DENY)
    changed = management("UpdatePolicy", PolicyId=policy, Name="b", Content=statement("Deny", "iam:*"))
    assert changed == management("DescribePolicy", PolicyId=policy)
    summary = changed["Policy"]["PolicySummary"]
    assert (summary["Name"], summary["Description"]) == ("b", "")
    management.policy("a", DENY)
    refused("DuplicatePolicyException", management, "UpdatePolicy", PolicyId=policy, Name="a")


def test_names_are_unique(management: By) -> None:
    management.policy("a", DENY)
    given = {"Description": "", "Type": SCP, "Content": DENY}
    for name in ("a", "FullAWSAccess"):
        refused("DuplicatePolicyException", management, "CreatePolicy", Name=name, **given)


@pytest.mark.parametrize(
    ("type_", "content"),
    [
        (SCP, "{"),
        (SCP, statement("Deny", "s3:*", Principal="*")),
        (RCP, statement("Deny", "s3:*")),
        (RCP, statement("Allow", "s3:*", Principal="*")),
        (RCP, statement("Deny", "iam:*", Principal="*")),
    ],
)
def test_what_is_no_policy_of_its_type(management: By, type_: str, content: str) -> None:
    given = {"Name": "a", "Description": "", "Type": type_, "Content": content}
    refused("MalformedPolicyDocumentException", management, "CreatePolicy", **given)


def test_what_is_too_long(management: By) -> None:
    given = {"Name": "a", "Description": "", "Type": SCP, "Content": DENY + " " * 5120}
    said = refused(VIOLATED, management, "CreatePolicy", "POLICY_CONTENT_LIMIT_EXCEEDED", **given)
    assert "5120" in said


def test_a_number_of_policies_and_no_more(management: By, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quotas, "MOST_POLICIES", 1)
    management.policy("a", DENY)
    given = {"Name": "b", "Description": "", "Type": SCP, "Content": DENY}
    refused(VIOLATED, management, "CreatePolicy", "POLICY_NUMBER_LIMIT_EXCEEDED", **given)


def test_policies_of_aws_stay_as_they_are(guarded: By) -> None:
    for name in ("UpdatePolicy", "DeletePolicy"):
        refused(INVALID, guarded, name, "IMMUTABLE_POLICY", PolicyId=FULL)


def test_a_type_is_enabled_on_everything(management: By) -> None:
    account, unit = management.member("dev"), management.unit("Sandbox", management.root_id)
    enabled = management("EnablePolicyType", RootId=management.root_id, PolicyType=SCP)["Root"]
    assert enabled["PolicyTypes"] == [{"Type": SCP, "Status": "ENABLED"}]
    later = management.unit("Later", unit), management.member("later")
    for target in (management.root_id, unit, account, A, *later):
        assert attached(management, target) == [FULL]
    given = {"RootId": management.root_id, "PolicyType": SCP}
    refused("PolicyTypeAlreadyEnabledException", management, "EnablePolicyType", **given)


def test_a_type_is_disabled_everywhere(guarded: By) -> None:
    policy, given = guarded.policy("a", DENY), {"RootId": guarded.root_id, "PolicyType": SCP}
    guarded("AttachPolicy", PolicyId=policy, TargetId=guarded.root_id)
    guarded("DisablePolicyType", **given)
    assert attached(guarded, guarded.root_id) == []
    refused("PolicyTypeNotEnabledException", guarded, "DisablePolicyType", **given)
    refused(
        "PolicyTypeNotEnabledException", guarded, "AttachPolicy", PolicyId=policy, TargetId=guarded.root_id
    )
    guarded("EnablePolicyType", **given)
    assert attached(guarded, guarded.root_id) == [FULL]


@pytest.mark.parametrize("type_", [SCP, RCP])
def test_no_type_of_policies_is_ever_pending(management: By, type_: str) -> None:
    """What the answer says holds in every decision by then, and the lists say the same."""
    given = {"RootId": management.root_id, "PolicyType": type_}
    for operation, expected in (
        ("EnablePolicyType", [{"Type": type_, "Status": "ENABLED"}]),
        ("DisablePolicyType", []),
    ):
        answered = management(operation, **given)["Root"]
        (listed,) = management("ListRoots")["Roots"]
        assert answered == listed
        assert listed["PolicyTypes"] == expected


def test_the_root_of_another_organization(management: By) -> None:
    other = root(management.world, B)
    other("CreateOrganization")
    given = {"RootId": management.root_id, "PolicyType": SCP}
    refused("RootNotFoundException", other, "EnablePolicyType", **given)
    policy = management.policy("a", DENY)
    for name in ("DescribePolicy", "DeletePolicy", "ListTargetsForPolicy"):
        refused("PolicyNotFoundException", other, name, PolicyId=policy)


def test_consolidated_billing_has_no_policies(management: By) -> None:
    other = root(management.world, B)
    other("CreateOrganization", FeatureSet="CONSOLIDATED_BILLING")
    unavailable = "PolicyTypeNotAvailableForOrganizationException"
    refused(unavailable, other, "EnablePolicyType", RootId=other.root_id, PolicyType=SCP)
    given = {"Name": "a", "Description": "", "Type": SCP, "Content": DENY}
    refused(unavailable, other, "CreatePolicy", **given)


def test_a_policy_is_attached_and_detached(guarded: By) -> None:
    policy, unit = guarded.policy("a", DENY), guarded.unit("Sandbox", guarded.root_id)
    account = guarded.member("dev")
    targets = ((guarded.root_id, "ROOT"), (unit, "ORGANIZATIONAL_UNIT"), (account, "ACCOUNT"))
    for target, _ in targets:
        guarded("AttachPolicy", PolicyId=policy, TargetId=target)
        assert attached(guarded, target) == [FULL, policy]
    found = guarded("ListTargetsForPolicy", PolicyId=policy)["Targets"]
    assert [(each["TargetId"], each["Type"]) for each in found] == list(targets)
    pages = guarded.pages("ListTargetsForPolicy", "Targets", 2, PolicyId=policy)
    assert [len(page) for page in pages] == [2, 1]
    duplicate = {"PolicyId": policy, "TargetId": unit}
    refused("DuplicatePolicyAttachmentException", guarded, "AttachPolicy", **duplicate)
    refused("PolicyInUseException", guarded, "DeletePolicy", PolicyId=policy)
    for target, _ in targets:
        guarded("DetachPolicy", PolicyId=policy, TargetId=target)
    refused("PolicyNotAttachedException", guarded, "DetachPolicy", **duplicate)
    guarded("DeletePolicy", PolicyId=policy)


def test_the_last_one_stays(guarded: By) -> None:
    last = {"PolicyId": FULL, "TargetId": guarded.root_id}
    minimum = "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"
    refused(VIOLATED, guarded, "DetachPolicy", minimum, **last)
    policy = guarded.policy("a", DENY)
    guarded("AttachPolicy", PolicyId=policy, TargetId=guarded.root_id)
    guarded("DetachPolicy", **last)
    refused(VIOLATED, guarded, "DetachPolicy", minimum, PolicyId=policy, TargetId=guarded.root_id)
    assert attached(guarded, guarded.root_id) == [policy]


def test_that_of_resource_control_always_stays(guarded: By) -> None:
    given = {"PolicyId": RCP_FULL, "TargetId": guarded.root_id}
    refused(INVALID, guarded, "DetachPolicy", "NON_DETACHABLE_POLICY", **given)


def test_five_of_a_type_and_no_more(guarded: By) -> None:
    policies = [guarded.policy(str(number), DENY) for number in range(5)]
    for policy in policies[:4]:
        guarded("AttachPolicy", PolicyId=policy, TargetId=guarded.root_id)
    given = {"PolicyId": policies[4], "TargetId": guarded.root_id}
    refused(VIOLATED, guarded, "AttachPolicy", "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED", **given)


def test_what_is_missing(guarded: By) -> None:
    policy = guarded.policy("a", DENY)
    for name in ("AttachPolicy", "DetachPolicy"):
        refused("PolicyNotFoundException", guarded, name, PolicyId=MISSING, TargetId=guarded.root_id)
        for target in (B, "ou-zzzz-zzzzzzzz", "r-zzzz"):
            refused("TargetNotFoundException", guarded, name, PolicyId=policy, TargetId=target)


def test_what_is_deleted_is_attached_nowhere(guarded: By) -> None:
    unit, policy = guarded.unit("Sandbox", guarded.root_id), guarded.policy("a", DENY)
    guarded("AttachPolicy", PolicyId=policy, TargetId=unit)
    guarded("DeleteOrganizationalUnit", OrganizationalUnitId=unit)
    assert guarded("ListTargetsForPolicy", PolicyId=policy)["Targets"] == []


def test_tags(guarded: By) -> None:
    tags = [{"Key": "Team", "Value": "red"}, {"Key": "team", "Value": "blue"}]
    policy, unit = guarded.policy("a", DENY), guarded.unit("Sandbox", guarded.root_id)
    for resource in (guarded.root_id, unit, A, policy):
        guarded("TagResource", ResourceId=resource, Tags=tags)
        assert guarded("ListTagsForResource", ResourceId=resource)["Tags"] == tags
        guarded("UntagResource", ResourceId=resource, TagKeys=["Team"])
        assert guarded("ListTagsForResource", ResourceId=resource)["Tags"] == tags[1:]
    twice = [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]
    for given, reason in (
        (twice, "DUPLICATE_TAG_KEY"),
        ([{"Key": "AWS:a", "Value": "1"}], "INVALID_SYSTEM_TAGS_PARAMETER"),
    ):
        refused(INVALID, guarded, "TagResource", reason, ResourceId=unit, Tags=given)
    many = [{"Key": str(number), "Value": ""} for number in range(50)]
    refused(VIOLATED, guarded, "TagResource", "MAX_TAG_LIMIT_EXCEEDED", ResourceId=unit, Tags=many)
    made = {"ParentId": guarded.root_id, "Name": "Tagged", "Tags": [*many, *tags]}
    refused(VIOLATED, guarded, "CreateOrganizationalUnit", "MAX_TAG_LIMIT_EXCEEDED", **made)
    refused("TargetNotFoundException", guarded, "TagResource", ResourceId=FULL, Tags=tags)
