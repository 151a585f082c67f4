"""The organization as a whole: how it begins and ends."""

import re

import pytest
from tests.services.organizations.harness import A, B, By, refused, root

from watchword.world import World

NOT_IN_USE = "AWSOrganizationsNotInUseException"


def test_it_begins_with_its_management_account(world: World) -> None:
    made = root(world, A)("CreateOrganization", FeatureSet="ALL")["Organization"]
    assert re.fullmatch("o-[a-z0-9]{10,32}", made["Id"])
    assert made["Arn"] == f"arn:aws:organizations::{A}:organization/{made['Id']}"
    assert (made["MasterAccountId"], made["FeatureSet"]) == (A, "ALL")
    assert root(world, A)("DescribeOrganization")["Organization"] == made
    (account,) = root(world, A)("ListAccounts")["Accounts"]
    assert (account["Id"], account["JoinedMethod"], account["Status"]) == (A, "INVITED", "ACTIVE")


def test_it_has_one_root_without_types_of_policies(management: By) -> None:
    (found,) = management("ListRoots")["Roots"]
    assert re.fullmatch("r-[a-z0-9]{4,32}", found["Id"])
    assert (found["Name"], found["PolicyTypes"]) == ("Root", [])


def test_an_account_is_in_one_organization(management: By) -> None:
    refused("AlreadyInOrganizationException", management, "CreateOrganization")
    member = root(management.world, management.member("dev"))
    refused("AlreadyInOrganizationException", member, "CreateOrganization")


def test_two_accounts_have_two_organizations(management: By) -> None:
    other = root(management.world, B)
    other("CreateOrganization")
    assert other.root_id != management.root_id
    refused(
        "ParentNotFoundException", other, "ListChildren", ParentId=management.root_id, ChildType="ACCOUNT"
    )


@pytest.mark.parametrize("name", ["DescribeOrganization", "DeleteOrganization", "ListRoots", "ListAccounts"])
def test_an_account_outside_has_none(management: By, name: str) -> None:
    refused(NOT_IN_USE, root(management.world, B), name)


def test_every_account_of_it_may_describe_it(management: By) -> None:
    member = root(management.world, management.member("dev"))
    assert member("DescribeOrganization") == management("DescribeOrganization")
    said = refused("AccessDenied", member, "ListAccounts")
    assert said.endswith("because no resource-based policy allows the organizations:ListAccounts action")


def test_it_ends_when_nothing_is_in_it(management: By) -> None:
    unit = management.unit("spare", management.root_id)
    refused("OrganizationNotEmptyException", management, "DeleteOrganization")
    management("DeleteOrganizationalUnit", OrganizationalUnitId=unit)
    policy = management.policy("none", '{"Version":"2012-10-17","Statement":[]}'.replace("[]", ALLOWED))
    refused("OrganizationNotEmptyException", management, "DeleteOrganization")
    management("DeletePolicy", PolicyId=policy)
    management("EnablePolicyType", RootId=management.root_id, PolicyType="SERVICE_CONTROL_POLICY")
    assert management("DeleteOrganization") == {}
    refused(NOT_IN_USE, management, "DescribeOrganization")
    management("CreateOrganization")


def test_it_does_not_end_with_members_even_closed_ones(management: By) -> None:
    account = management.member("dev")
    management("CloseAccount", AccountId=account)
    refused("OrganizationNotEmptyException", management, "DeleteOrganization")


ALLOWED = '[{"Effect":"Allow","Action":"*","Resource":"*"}]'
